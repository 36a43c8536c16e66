#!/usr/bin/env bash
# Feeds the SQL reader with what becomes of the fixtures when they are mangled. Needs a nightly compiler and
# cargo-fuzz (`cargo install cargo-fuzz`).
#
#   tests/fuzz.sh [SECONDS]    an hour, if nothing is said
set -euo pipefail
cd "$(dirname "$0")/.."

corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT
for file in fixtures/*/schema.sql fixtures/errors/*.sql; do
    cp "$file" "$corpus/$(echo "$file" | tr / _)"
done
# Statement by statement, because what is short is mangled more often.
cat fixtures/*/schema.sql | awk -v RS=';\n' -v dir="$corpus" '{ print $0 ";" >(dir "/statement_" NR); close(dir "/statement_" NR) }'
words=$corpus.words
grep -ohE '[A-Z][A-Z_]+' fixtures/*/schema.sql | sort -u | sed 's/.*/"&"/' >"$words"
cargo +nightly fuzz run --fuzz-dir tests/fuzz --target-dir target/fuzz read_sql "$corpus" -- \
    -dict="$words" -max_len=4096 -timeout=20 -rss_limit_mb=4096 -max_total_time="${1:-3600}" -print_final_stats=1
rm -f "$words"

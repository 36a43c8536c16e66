#!/usr/bin/env bash
# The whole test suite, on the machine's own PostgreSQL and on PostgreSQL 18; installs what is missing.
#
#   ROWSMITH_PG_BIN       the folder of the binaries to test with first, instead of the machine's own
#   PGBOUNCER             the program of a PgBouncer, instead of the machine's own
#   ROWSMITH_PG18_BIN     the folder of a PostgreSQL 18 that is there already
#   ROWSMITH_SKIP_PG18=1  leave PostgreSQL 18 out
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-auto}"
# Where nothing is built twice, what is kept for the next build is a waste.
if [ -n "${CI:-}" ]; then
    export CARGO_INCREMENTAL=0
fi
# Accepting new output is for people who read it.
unset ROWSMITH_BLESS TRYBUILD

step() {
    printf '\n==> %s\n' "$*"
    "$@"
}

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        return 1
    fi
}

have_postgres() {
    [ -n "${ROWSMITH_PG_BIN:-}" ] && return
    local folder
    for folder in "$(pg_config --bindir 2>/dev/null)" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin \
        /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin /usr/local/pgsql/bin \
        /usr/local/bin /usr/bin; do
        [ -x "$folder/initdb" ] && return
    done
    return 1
}

have_pgbouncer() {
    [ -n "${PGBOUNCER:-}" ] && return
    PATH=$PATH:/usr/sbin:/usr/local/sbin:/opt/homebrew/bin command -v pgbouncer >/dev/null
}

install_package() {
    command -v apt-get >/dev/null || return
    as_root apt-get update -q || return
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$1"
}

command -v cargo >/dev/null || fail "cargo is missing" "help: install Rust, https://rustup.rs"
if ! cargo fmt --version >/dev/null 2>&1 || ! cargo clippy --version >/dev/null 2>&1; then
    rustup component add rustfmt clippy || fail "rustfmt or clippy is missing"
fi
if ! have_postgres; then
    step install_package postgresql || true
    have_postgres || fail "PostgreSQL is missing and could not be installed" \
        "help: install it, or name the folder of its binaries in ROWSMITH_PG_BIN"
fi
if ! have_pgbouncer; then
    # That its service starts, or does not, is of no matter.
    step install_package pgbouncer || true
    have_pgbouncer || fail "PgBouncer is missing and could not be installed" \
        "help: install it, or name its program in PGBOUNCER"
fi
# What the README asks the example with.
if ! command -v curl >/dev/null; then
    step install_package curl || true
    command -v curl >/dev/null || fail "curl is missing and could not be installed"
fi

postgres_18=${ROWSMITH_PG18_BIN:-}
if [ "${ROWSMITH_SKIP_PG18:-}" = 1 ]; then
    echo "PostgreSQL 18 is left out, as ROWSMITH_SKIP_PG18 says"
elif [ -z "$postgres_18" ]; then
    postgres_18=$(tests/postgres-18.sh)
fi

step cargo fmt --all --check
step cargo clippy --workspace --all-targets -- -D warnings
# Those that scripts run are none of all targets.
step cargo clippy -p rowsmith --test debian_schemas --test regression_database -- -D warnings

# Each set of features that somebody may choose. Build scripts take the first one.
for features in "" cli live; do
    step cargo clippy -p rowsmith --no-default-features --features "$features" -- -D warnings
done
for features in "" chrono time jiff uuid json decimal bigdecimal net serde pool tls tracing axum; do
    step cargo clippy -p rowsmith-runtime --no-default-features --features "$features" -- -D warnings
done

step cargo test --workspace
step env RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --all-features

if [ -n "$postgres_18" ]; then
    export ROWSMITH_PG_BIN=$postgres_18
    step cargo test --test live --test cli
    step cargo test -p rowsmith-test-server --tests
    step cargo test -p rowsmith-runtime --features axum --tests
    step cargo test -p rowsmith-test-build-script
fi

# Nothing above may have changed what is committed.
step git diff --exit-code
printf '\nAll is well.\n'

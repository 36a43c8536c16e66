#!/usr/bin/env bash
# Reads PostgreSQL's own regression database, and compiles what is generated of it. Needs apt-get with Debian's
# source packages, a PostgreSQL server's binaries with psql, and the network.
#
#   tests/regression-database.sh [FOLDER]    FOLDER keeps the SQL files, and has them the next time
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -gt 0 ]; then
    mkdir -p "$1"
    folder=$(cd "$1" && pwd)
else
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
fi
regress=$folder/regress

if [ ! -e "$regress/parallel_schedule" ]; then
    # The machine's package lists stay as they are: the source packages have lists of their own, from the
    # same places.
    mkdir -p "$folder/apt/lists/partial" "$folder/apt/sources.list.d" "$regress"
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
        sed -n 's/^deb /deb-src /p' >"$folder/apt/sources.list" || true
    for file in /etc/apt/sources.list.d/*.sources; do
        [ ! -e "$file" ] || sed 's/^Types:.*/Types: deb-src/' "$file" \
            >"$folder/apt/sources.list.d/$(basename "$file")"
    done
    options=(
        -q
        -o "Dir::Etc::SourceList=$folder/apt/sources.list"
        -o "Dir::Etc::SourceParts=$folder/apt/sources.list.d"
        -o "Dir::State::Lists=$folder/apt/lists"
        -o "APT::Sandbox::User="
    )
    apt-get "${options[@]}" update
    # A mirror may list a version whose files it no longer has, or not yet.
    versions=$(apt-cache "${options[@]}" showsrc --only-source postgresql-15 | sed -n 's/^Version: //p' | sort -Vru)
    [ -n "$versions" ] || {
        echo "the source package postgresql-15 is not to be had here" >&2
        exit 1
    }
    for version in $versions; do
        (cd "$folder/apt" && apt-get "${options[@]}" source --download-only --only-source --tar-only \
            "postgresql-15=$version") && break
    done
    tar -x -C "$regress" --strip-components=4 -f "$folder"/apt/postgresql-15_*.orig.tar.* \
        --wildcards '*/src/test/regress/*'
    rm -rf "$folder/apt"
fi
# The server reads its data, as another user.
chmod -R a+rX "$folder"

ROWSMITH_REGRESS="$regress" cargo test --test regression_database -- --nocapture

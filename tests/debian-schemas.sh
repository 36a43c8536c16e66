#!/usr/bin/env bash
# Compares both sources on schemas that nobody wrote for Rowsmith: those of Zabbix, Icinga and Bacula, as
# Debian packages them. Needs apt-get and dpkg, a PostgreSQL server's binaries, and the network.
#
#   tests/debian-schemas.sh [FOLDER]    FOLDER keeps the SQL files, and has them the next time
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -gt 0 ]; then
    mkdir -p "$1"
    folder=$(cd "$1" && pwd)
else
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
fi

if [ ! -e "$folder/zabbix.sql" ] || [ ! -e "$folder/icinga.sql" ] || [ ! -e "$folder/bacula.sql" ]; then
    mkdir -p "$folder/packages"
    [ "$(id -u)" != 0 ] || apt-get update -q
    (
        cd "$folder/packages"
        apt-get download zabbix-server-pgsql icinga2-ido-pgsql bacula-director-pgsql
        for package in *.deb; do
            dpkg -x "$package" .
        done
    )
    share=$folder/packages/usr/share
    gunzip -c "$share/zabbix-server-pgsql/schema.sql.gz" >"$folder/zabbix.sql"
    cp "$share/icinga2-ido-pgsql/schema/pgsql.sql" "$folder/icinga.sql"
    # A shell script, with the SQL between two marks.
    sed '1,/<<END-OF-DATA/d; /^END-OF-DATA/,$d' "$share/bacula-director/make_postgresql_tables" >"$folder/bacula.sql"
    rm -rf "$folder/packages"
fi

ROWSMITH_SCHEMAS="$folder" cargo test --test debian_schemas -- --nocapture

#!/usr/bin/env bash
# Writes the lists of what servers bring, from the first connection string that has it: builtins.txt,
# system.txt and extensions.txt. They were made with PostgreSQL 18, and a 15 with PostGIS and pgvector:
#
#   src/analyze/lists.sh postgres://localhost/db18 postgres://localhost/db15
#
# Both databases should be empty; they are left so.
set -euo pipefail
cd "$(dirname "$0")"

query() {
    psql -X -Atq -v ON_ERROR_STOP=1 "$@"
}

query -f builtins.sql "$1" >builtins.txt

# What a system view's columns may hold is known by what is known of a copy of the view. As views are made
# of views, the next look may tell more than the one before.
copies="
    CREATE SCHEMA copies;
    SELECT format('CREATE VIEW copies.%I AS %s', c.relnamespace::regnamespace || '.' || c.relname,
        pg_get_viewdef(c.oid))
    FROM pg_class c
    WHERE c.relnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
        AND c.relkind = 'v' AND c.relname !~ '^_pg' AND c.relname !~ '^pg_stats' \gexec
"
work=$(mktemp -d)
: >system.txt
trap 'rm -r "$work"' EXIT
echo 'CREATE TEMPORARY TABLE known (relation oid, name name);' | tee "$work/nothing.sql" >"$work/known.sql"
while :; do
    # Versions differ: first come the newest one's columns in their order, then those that only an older one has.
    {
        query -f "$work/known.sql" -f system.sql "$1"
        for url in "${@:2}"; do
            query -f "$work/nothing.sql" -f system.sql "$url"
        done
    } | awk -F '|' '!seen[$1, $2]++ {
            if (!($1 in line)) order[++n] = $1
            line[$1] = line[$1] " " $2 ":" $3
        }
        END { for (i = 1; i <= n; i++) print order[i] line[order[i]] }' >"$work/system.txt"
    cmp -s "$work/system.txt" system.txt && break
    cp "$work/system.txt" system.txt
    query "$1" <<<"$copies"
    {
        echo 'CREATE TEMPORARY TABLE known AS
            SELECT (v #>> '"'{name,name}'"')::regclass::oid AS relation, (c ->> '"'name'"')::name AS name
            FROM jsonb_array_elements($json$'
        cargo run -q -- inspect --database-url "$1" --format json
        echo '$json$::jsonb -> '"'views'"') v, jsonb_array_elements(v -> '"'columns'"') c
            WHERE NOT (c ->> '"'nullable'"')::boolean;'
    } >"$work/known.sql"
    query -c 'SET client_min_messages = warning' -c 'DROP SCHEMA copies CASCADE' "$1"
done

for extension in btree_gin btree_gist citext cube earthdistance fuzzystrmatch hstore intarray isn lo ltree \
    pg_trgm pgcrypto postgis tablefunc unaccent uuid-ossp vector; do
    for url in "$@"; do
        {
            echo 'BEGIN;'
            echo "CREATE EXTENSION \"$extension\" CASCADE;"
            cat extension.sql
        } | query -v extension="$extension" "$url" 2>/dev/null && break
    done
done >extensions.txt

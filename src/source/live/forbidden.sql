-- What this role may not use: schemas, and in those it may use tables and views, columns of tables that it
-- may read in part, and functions. What belongs to an extension and partitions are not asked about.
SELECT o.kind, o.schema, o.name, o.columns
FROM (
    SELECT 1 AS rank, 'schema' AS kind, n.nspname::pg_catalog.text AS schema, '' AS name,
        '{}'::pg_catalog.text[] AS columns
    FROM pg_catalog.pg_namespace AS n
    WHERE n.nspname !~ '^pg_'
        AND n.nspname <> 'information_schema'
        AND NOT pg_catalog.has_schema_privilege(n.oid, 'USAGE')
    UNION ALL
    SELECT 2, 'table', n.nspname::pg_catalog.text, c.relname::pg_catalog.text,
        -- All columns or none: then it is the table.
        ARRAY(
            SELECT a.attname::pg_catalog.text
            FROM pg_catalog.pg_attribute AS a
            WHERE a.attrelid = c.oid
                AND a.attnum > 0
                AND NOT a.attisdropped
                AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT')
                AND NOT pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT')
            ORDER BY a.attnum
        )
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
        AND NOT c.relispartition
        AND n.nspname !~ '^pg_'
        AND n.nspname <> 'information_schema'
        AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
        AND NOT pg_catalog.has_table_privilege(c.oid, 'SELECT')
        AND NOT EXISTS (
            SELECT
            FROM pg_catalog.pg_depend AS e
            WHERE e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                AND e.objid = c.oid
                AND e.deptype = 'e'
        )
    UNION ALL
    SELECT 3, 'function', n.nspname::pg_catalog.text,
        p.proname || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')',
        '{}'::pg_catalog.text[]
    FROM pg_catalog.pg_proc AS p
    JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname !~ '^pg_'
        AND n.nspname <> 'information_schema'
        AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
        AND NOT pg_catalog.has_function_privilege(p.oid, 'EXECUTE')
        AND NOT EXISTS (
            SELECT
            FROM pg_catalog.pg_depend AS e
            WHERE e.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
                AND e.objid = p.oid
                AND e.deptype IN ('e', 'i')
        )
) AS o
ORDER BY o.rank, o.schema, o.name

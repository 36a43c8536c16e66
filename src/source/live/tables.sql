-- Ordinary, partitioned and foreign tables, and partitions.
-- Temporary ones are in schemas of the system (`pg_temp_3`).
SELECT
    c.oid,
    n.nspname,
    c.relname,
    c.relkind,
    c.relpersistence = 'u',
    CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END,
    pg_catalog.pg_get_expr(c.relpartbound, c.oid)
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f')
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT
        FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
            AND e.objid = c.oid
            AND e.deptype = 'e'
    )
ORDER BY n.nspname, c.relname

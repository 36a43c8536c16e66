-- Views and materialized views.
SELECT
    c.oid,
    n.nspname,
    c.relname,
    c.relkind = 'm',
    pg_catalog.pg_get_viewdef(c.oid),
    d.description
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_description AS d
    ON d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND d.objoid = c.oid
    AND d.objsubid = 0
WHERE c.relkind IN ('v', 'm')
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

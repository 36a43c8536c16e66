-- Schemas but the system's and those that an extension brought.
SELECT
    n.oid,
    n.nspname
FROM pg_catalog.pg_namespace AS n
WHERE n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT
        FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
            AND e.objid = n.oid
            AND e.deptype = 'e'
    )
ORDER BY n.nspname

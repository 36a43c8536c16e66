-- Schemas but the system's and those that an extension brought.
SELECT
    n.nspname,
    -- PostgreSQL's own comment on `public` is nobody's words.
    NULLIF(d.description, CASE WHEN n.nspname = 'public' THEN 'standard public schema' END)
FROM pg_catalog.pg_namespace AS n
LEFT JOIN pg_catalog.pg_description AS d
    ON d.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
    AND d.objoid = n.oid
    AND d.objsubid = 0
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

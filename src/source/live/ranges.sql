-- Range types. Multiranges came with PostgreSQL 14, and `rngmultitypid` with them.
SELECT
    n.nspname,
    t.typname,
    r.rngsubtype,
    mn.nspname,
    m.typname,
    d.description
FROM pg_catalog.pg_range AS r
JOIN pg_catalog.pg_type AS t ON t.oid = r.rngtypid
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_type AS m
    ON m.oid = (pg_catalog.to_jsonb(r) ->> 'rngmultitypid')::pg_catalog.oid
LEFT JOIN pg_catalog.pg_namespace AS mn ON mn.oid = m.typnamespace
LEFT JOIN pg_catalog.pg_description AS d
    ON d.classoid = 'pg_catalog.pg_type'::pg_catalog.regclass
    AND d.objoid = t.oid
    AND d.objsubid = 0
WHERE n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT
        FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_type'::pg_catalog.regclass
            AND e.objid = t.oid
            AND e.deptype = 'e'
    )
ORDER BY n.nspname, t.typname

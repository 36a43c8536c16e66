-- Enum types with their labels in sort order.
SELECT
    n.nspname,
    t.typname,
    ARRAY(
        SELECT l.enumlabel
        FROM pg_catalog.pg_enum AS l
        WHERE l.enumtypid = t.oid
        ORDER BY l.enumsortorder
    ),
    d.description
FROM pg_catalog.pg_type AS t
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_description AS d
    ON d.classoid = 'pg_catalog.pg_type'::pg_catalog.regclass
    AND d.objoid = t.oid
    AND d.objsubid = 0
WHERE t.typtype = 'e'
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT
        FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_type'::pg_catalog.regclass
            AND e.objid = t.oid
            AND e.deptype = 'e'
    )
ORDER BY n.nspname, t.typname

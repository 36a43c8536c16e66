-- Columns of tables and views, attributes of composite types.
SELECT
    a.attrelid,
    a.attname,
    a.atttypid,
    CASE WHEN a.atttypmod >= 0 THEN pg_catalog.format_type(a.atttypid, a.atttypmod) END,
    -- PostgreSQL 18 knows NOT NULL constraints that are not yet valid: old rows may hold NULL.
    a.attnotnull AND NOT EXISTS (
        SELECT
        FROM pg_catalog.pg_constraint AS x
        WHERE x.conrelid = a.attrelid
            AND x.contype = 'n'
            AND NOT x.convalidated
            AND a.attnum = ANY (x.conkey)
    ),
    pg_catalog.pg_get_expr(v.adbin, v.adrelid),
    a.attidentity,
    a.attgenerated,
    ln.nspname,
    l.collname,
    d.description
FROM pg_catalog.pg_attribute AS a
JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef AS v ON v.adrelid = a.attrelid AND v.adnum = a.attnum
LEFT JOIN pg_catalog.pg_collation AS l
    ON l.oid = a.attcollation
    AND l.oid <> t.typcollation
LEFT JOIN pg_catalog.pg_namespace AS ln ON ln.oid = l.collnamespace
LEFT JOIN pg_catalog.pg_description AS d
    ON d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND d.objoid = a.attrelid
    AND d.objsubid = a.attnum
WHERE a.attnum > 0
    AND NOT a.attisdropped
    AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
ORDER BY a.attrelid, a.attnum

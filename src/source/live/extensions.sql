-- Installed extensions; plpgsql is part of every database.
SELECT
    x.extname,
    n.nspname
FROM pg_catalog.pg_extension AS x
JOIN pg_catalog.pg_namespace AS n ON n.oid = x.extnamespace
WHERE x.extname <> 'plpgsql'
ORDER BY x.extname

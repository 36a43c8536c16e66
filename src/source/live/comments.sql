-- Comments of whatever has one. The system's own objects have smaller oids, except for schemas.
SELECT
    d.classoid,
    d.objoid,
    d.objsubid,
    d.description
FROM pg_catalog.pg_description AS d
WHERE d.objoid >= 16384
    OR d.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
ORDER BY d.classoid, d.objoid, d.objsubid

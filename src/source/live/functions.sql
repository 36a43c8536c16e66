-- Functions, procedures, aggregates and window functions, but what an extension (`e`) or a range
-- type (`i`: its constructors) brought.
SELECT
    n.nspname,
    p.proname,
    p.prokind,
    COALESCE(p.proallargtypes, p.proargtypes::pg_catalog.oid[]),
    p.proargmodes,
    p.proargnames,
    p.pronargdefaults,
    p.prorettype,
    p.proretset,
    p.provolatile,
    p.proisstrict,
    l.lanname,
    d.description
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
LEFT JOIN pg_catalog.pg_description AS d
    ON d.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass
    AND d.objoid = p.oid
    AND d.objsubid = 0
WHERE n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT
        FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
            AND e.objid = p.oid
            AND e.deptype IN ('e', 'i')
    )
ORDER BY n.nspname, p.proname, p.oid

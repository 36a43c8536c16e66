-- Functions, procedures, aggregates and window functions, but what an extension (`e`) or a range
-- type (`i`: its constructors) brought.
SELECT
    p.oid,
    n.nspname,
    p.proname,
    p.prokind,
    COALESCE(p.proallargtypes, p.proargtypes::pg_catalog.oid[]),
    p.proargmodes,
    p.proargnames,
    ARRAY(
        SELECT pg_catalog.pg_get_function_arg_default(p.oid, k.place::pg_catalog.int4)
        FROM pg_catalog.unnest(COALESCE(p.proallargtypes, p.proargtypes::pg_catalog.oid[]))
            WITH ORDINALITY AS k (type, place)
        ORDER BY k.place
    ),
    p.prorettype,
    p.proretset,
    p.provolatile,
    p.proisstrict,
    l.lanname,
    p.prosecdef,
    p.proleakproof,
    p.proparallel,
    p.proconfig,
    p.prosrc,
    p.probin,
    -- Came with PostgreSQL 14.
    pg_catalog.pg_get_function_sqlbody(p.oid)
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
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

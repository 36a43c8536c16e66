-- The built-in types, casts, operators and functions, one a line: what the files beside this one hold.
-- An array is written as its element's name with `[]`.
CREATE TEMPORARY VIEW builtin AS
SELECT t.oid,
       CASE WHEN e.oid IS NULL THEN t.typname::text ELSE e.typname || '[]' END AS name
FROM pg_catalog.pg_type t
LEFT JOIN pg_catalog.pg_type e ON e.typarray = t.oid
WHERE t.typnamespace = 'pg_catalog'::regnamespace AND t.typtype IN ('b', 'p', 'r', 'm')
  AND coalesce(e.typtype, 'b') IN ('b', 'p', 'r', 'm');

-- types: name, category, preferred, collatable, subtype of a range or multirange's range
SELECT concat_ws(' ', 'type', t.typname, t.typcategory,
       CASE WHEN t.typispreferred THEN 'preferred' ELSE '-' END,
       CASE WHEN t.typcollation <> 0 THEN 'collatable' ELSE '-' END,
       coalesce(s.name, m.name, '-'))
FROM pg_catalog.pg_type t
JOIN builtin b ON b.oid = t.oid AND b.name NOT LIKE '%[]'
LEFT JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid LEFT JOIN builtin s ON s.oid = r.rngsubtype
LEFT JOIN pg_catalog.pg_range u ON u.rngmultitypid = t.oid LEFT JOIN builtin m ON m.oid = u.rngtypid
WHERE t.typname !~ '^(pg_(brin.*|ddl_command)|.*_handler|cstring|event_trigger|trigger)$'
ORDER BY t.typname COLLATE "C";

-- casts: source, target, context (i implicit, a assignment, e explicit), method (b binary-coercible)
SELECT concat_ws(' ', 'cast', s.name, t.name, c.castcontext, c.castmethod)
FROM pg_catalog.pg_cast c
JOIN builtin s ON s.oid = c.castsource JOIN builtin t ON t.oid = c.casttarget
WHERE c.castsource <> c.casttarget
  AND concat(s.name, t.name) !~ 'pg_(node_tree|ndistinct|dependencies|mcv_list)'
ORDER BY s.name COLLATE "C", t.name COLLATE "C";

-- operators: name, left, right, result
SELECT concat_ws(' ', 'operator', o.oprname, coalesce(l.name, '-'), r.name, x.name)
FROM pg_catalog.pg_operator o
LEFT JOIN builtin l ON l.oid = o.oprleft
JOIN builtin r ON r.oid = o.oprright
JOIN builtin x ON x.oid = o.oprresult
WHERE o.oprnamespace = 'pg_catalog'::regnamespace
ORDER BY o.oprname COLLATE "C", l.name COLLATE "C", r.name COLLATE "C";

-- functions: kind, name, arguments, how many have defaults, variadic, strict, result, output columns
SELECT concat_ws(' ',
       CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window' ELSE 'function' END,
       p.proname, coalesce(nullif(a.names, ''), '-'), p.pronargdefaults,
       CASE WHEN p.provariadic <> 0 THEN 'variadic' ELSE '-' END,
       CASE WHEN p.proisstrict THEN 'strict' ELSE '-' END,
       CASE WHEN p.proretset THEN 'setof:' ELSE '' END || r.name, o.columns)
FROM pg_catalog.pg_proc p
JOIN builtin r ON r.oid = p.prorettype
CROSS JOIN LATERAL (
    SELECT string_agg(b.name, ',' ORDER BY t.i) AS names, count(*) AS found
    FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY t (oid, i) JOIN builtin b ON b.oid = t.oid
) a
CROSS JOIN LATERAL (
    SELECT string_agg(p.proargnames[t.i] || '=' || b.name, ',' ORDER BY t.i) AS columns
    FROM unnest(p.proallargtypes) WITH ORDINALITY t (oid, i) JOIN builtin b ON b.oid = t.oid
    WHERE p.proargmodes[t.i] IN ('o', 't', 'b')
) o
WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind <> 'p' AND a.found = p.pronargs
  AND concat_ws(' ', r.name, a.names) !~ 'cstring|handler|trigger|pg_(brin|ddl_command)'
  -- The state of an aggregate has no other type, and an aggregate of one's own may use such a function.
  AND (concat_ws(' ', r.name, a.names) !~ 'internal' OR obj_description(p.oid, 'pg_proc') = 'aggregate final function')
  AND p.proname !~ '^(binary_upgrade|pg_(create|drop|copy|read|restore|clear|sync|export|logical|replication|event_trigger)_|lo_|(brin|gin|gist)_|.*(sel|selfunc|_ops)$)'
  AND coalesce(obj_description(p.oid, 'pg_proc'), '') !~ '^(internal|I/O|less-equal-greater|statistics|restriction|join selec|planner support|window support|aggregate (transition|combine|serial|deserial))'
ORDER BY p.proname COLLATE "C", p.pronargs, a.names COLLATE "C";

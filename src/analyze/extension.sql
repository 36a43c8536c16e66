-- What an extension brings, one a line, as in `builtins.sql`; the variable `extension` names it.
CREATE TEMPORARY VIEW type_name AS
SELECT t.oid, coalesce(e.typname || '[]', t.typname::text) AS name
FROM pg_catalog.pg_type t
LEFT JOIN pg_catalog.pg_type e ON e.typarray = t.oid;

CREATE TEMPORARY TABLE member AS
SELECT d.classid, d.objid
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_extension x ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = x.oid
WHERE d.deptype = 'e' AND x.extname = :'extension';

SELECT 'extension ' || :'extension';

-- types: name, category, preferred, collatable; or what it is made of
SELECT CASE t.typtype
       WHEN 'd' THEN concat_ws(' ', 'domain', t.typname, b.name)
       WHEN 'c' THEN concat_ws(' ', 'composite', t.typname, (
            SELECT string_agg(a.attname || '=' || c.name, ',' ORDER BY a.attnum)
            FROM pg_catalog.pg_attribute a JOIN type_name c ON c.oid = a.atttypid
            WHERE a.attrelid = t.typrelid AND a.attnum > 0))
       ELSE concat_ws(' ', 'type', t.typname, t.typcategory,
            CASE WHEN t.typispreferred THEN 'preferred' ELSE '-' END,
            CASE WHEN t.typcollation <> 0 THEN 'collatable' ELSE '-' END, '-')
       END
FROM pg_catalog.pg_type t
JOIN member m ON m.classid = 'pg_type'::regclass AND m.objid = t.oid
LEFT JOIN type_name b ON b.oid = t.typbasetype
WHERE t.typelem = 0 AND t.typname !~ '^(gtrgm|gidx|box2df|ghstore|intbig_gkey|ltree_gist|gbtreekey.*|spheroid)$'
ORDER BY t.typtype = 'c', t.typname COLLATE "C";

-- casts
SELECT concat_ws(' ', 'cast', s.name, t.name, c.castcontext, c.castmethod)
FROM pg_catalog.pg_cast c
JOIN member m ON m.classid = 'pg_cast'::regclass AND m.objid = c.oid
JOIN type_name s ON s.oid = c.castsource JOIN type_name t ON t.oid = c.casttarget
WHERE c.castsource <> c.casttarget
ORDER BY s.name COLLATE "C", t.name COLLATE "C";

-- operators
SELECT concat_ws(' ', 'operator', o.oprname, coalesce(l.name, '-'), r.name, x.name)
FROM pg_catalog.pg_operator o
JOIN member m ON m.classid = 'pg_operator'::regclass AND m.objid = o.oid
LEFT JOIN type_name l ON l.oid = o.oprleft
JOIN type_name r ON r.oid = o.oprright
JOIN type_name x ON x.oid = o.oprresult
WHERE concat(l.name, r.name) !~ 'box2df|gidx'
ORDER BY o.oprname COLLATE "C", l.name COLLATE "C", r.name COLLATE "C";

-- functions, but those that only a type, an aggregate or an index calls
SELECT concat_ws(' ',
       CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window' ELSE 'function' END,
       p.proname, coalesce(nullif(a.names, ''), '-'), p.pronargdefaults,
       CASE WHEN p.provariadic <> 0 THEN 'variadic' ELSE '-' END,
       CASE WHEN p.proisstrict THEN 'strict' ELSE '-' END,
       CASE WHEN p.proretset THEN 'setof:' ELSE '' END || r.name, o.columns)
FROM pg_catalog.pg_proc p
JOIN member m ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid
JOIN type_name r ON r.oid = p.prorettype
CROSS JOIN LATERAL (
    SELECT string_agg(b.name, ',' ORDER BY t.i) AS names
    FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY t (oid, i) JOIN type_name b ON b.oid = t.oid
) a
CROSS JOIN LATERAL (
    SELECT string_agg(p.proargnames[t.i] || '=' || b.name, ',' ORDER BY t.i) AS columns
    FROM unnest(p.proallargtypes) WITH ORDINALITY t (oid, i) JOIN type_name b ON b.oid = t.oid
    WHERE p.proargmodes[t.i] IN ('o', 't', 'b')
) o
WHERE p.prokind <> 'p'
  AND concat_ws(' ', r.name, a.names) !~ 'internal|cstring|handler|trigger|box2df|gidx|ghstore|intbig_gkey|ltree_gist|gbtreekey|gtrgm'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_amproc s WHERE s.amproc = p.oid)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_aggregate s WHERE p.oid IN (s.aggtransfn, s.aggfinalfn, s.aggcombinefn))
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_type t WHERE p.oid IN (t.typreceive, t.typsend, t.typmodin, t.typmodout))
  AND NOT (:'extension' = 'postgis' AND p.proname !~ '^(st_|box[23]d$|geometry$|geography$|geometrytype$|find_srid$|updategeometrysrid$)')
ORDER BY p.proname COLLATE "C", p.pronargs, a.names COLLATE "C";

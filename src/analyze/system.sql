-- The columns of the relations of `pg_catalog` and `information_schema`, one a line: relation, column, type, and
-- whether it is never NULL. Of a view the table `known (relation, name)` says so; `lists.sh` fills it, and makes
-- one line of each relation.
SELECT concat(CASE n.nspname WHEN 'pg_catalog' THEN '' ELSE n.nspname || '.' END, c.relname),
       a.attname,
       concat(CASE WHEN tn.nspname = 'pg_catalog' THEN '' ELSE tn.nspname || '.' END,
              coalesce(e.typname, t.typname), CASE WHEN e.oid IS NOT NULL THEN '[]' END,
              CASE WHEN a.attcollation NOT IN (0, t.typcollation) THEN '/' || l.collname END,
              CASE WHEN a.attnotnull OR k.name IS NOT NULL THEN '!' END)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_type e ON e.typarray = t.oid
LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
LEFT JOIN known k ON k.relation = c.oid AND k.name = a.attname
WHERE n.nspname IN ('pg_catalog', 'information_schema') AND c.relkind IN ('r', 'v')
ORDER BY n.nspname DESC, c.relname COLLATE "C", a.attnum;

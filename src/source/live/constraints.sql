-- Constraints of tables and domains. Those that a partition has from its parent are the parent's,
-- and so are the rows that PostgreSQL adds for each partition that a foreign key references.
-- The keys of what rests on an index are the index's.
SELECT
    c.conrelid,
    c.contypid,
    c.conname,
    c.contype,
    c.conindid,
    c.condeferrable,
    c.condeferred,
    NOT c.convalidated,
    d.description,
    -- Of a check.
    c.connoinherit,
    pg_catalog.pg_get_expr(c.conbin, c.conrelid),
    -- Of a foreign key.
    CASE WHEN c.contype = 'f' THEN ARRAY(
        SELECT a.attname
        FROM pg_catalog.unnest(c.conkey) WITH ORDINALITY AS k (attnum, place)
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.attnum
        ORDER BY k.place
    ) END,
    fn.nspname,
    f.relname,
    CASE WHEN c.contype = 'f' THEN ARRAY(
        SELECT a.attname
        FROM pg_catalog.unnest(c.confkey) WITH ORDINALITY AS k (attnum, place)
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.confrelid AND a.attnum = k.attnum
        ORDER BY k.place
    ) END,
    c.confdeltype,
    c.confupdtype,
    -- `confdelsetcols` came with PostgreSQL 15.
    CASE WHEN c.contype = 'f' AND c.confdeltype IN ('n', 'd') THEN ARRAY(
        SELECT a.attname
        FROM pg_catalog.jsonb_array_elements_text(
            NULLIF(pg_catalog.to_jsonb(c) -> 'confdelsetcols', 'null')
        ) WITH ORDINALITY AS k (attnum, place)
        JOIN pg_catalog.pg_attribute AS a
            ON a.attrelid = c.conrelid
            AND a.attnum = k.attnum::pg_catalog.int2
        ORDER BY k.place
    ) END,
    c.confmatchtype = 'f'
FROM pg_catalog.pg_constraint AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.connamespace
LEFT JOIN pg_catalog.pg_class AS r ON r.oid = c.conrelid
LEFT JOIN pg_catalog.pg_class AS f ON f.oid = c.confrelid
LEFT JOIN pg_catalog.pg_namespace AS fn ON fn.oid = f.relnamespace
LEFT JOIN pg_catalog.pg_description AS d
    ON d.classoid = 'pg_catalog.pg_constraint'::pg_catalog.regclass
    AND d.objoid = c.oid
    AND d.objsubid = 0
WHERE c.contype IN ('p', 'u', 'f', 'c', 'x')
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND c.conparentid = 0
    AND NOT (c.contype = 'c' AND c.coninhcount > 0 AND r.relispartition)
ORDER BY c.conrelid, c.contypid, c.conname

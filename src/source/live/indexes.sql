-- Indexes of tables and materialized views, those of constraints included, but those that are
-- attached to the index of a parent. An index whose building failed is none.
SELECT
    i.indexrelid,
    i.indrelid,
    c.relname,
    i.indisunique,
    m.amname,
    pg_catalog.pg_get_expr(i.indpred, i.indrelid),
    -- `indnullsnotdistinct` came with PostgreSQL 15.
    i.indisunique
        AND COALESCE(
            (pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct')::pg_catalog.bool,
            false
        ),
    d.description
FROM pg_catalog.pg_index AS i
JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_am AS m ON m.oid = c.relam
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_description AS d
    ON d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND d.objoid = c.oid
    AND d.objsubid = 0
WHERE n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND i.indisready
    AND (i.indisvalid OR c.relkind = 'I')
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits AS h WHERE h.inhrelid = c.oid)
ORDER BY i.indrelid, c.relname

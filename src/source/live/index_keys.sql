-- The elements of the indexes' keys, and after them the INCLUDE columns.
SELECT
    i.indexrelid,
    k.place > i.indnkeyatts,
    a.attname,
    CASE WHEN k.attnum = 0 THEN pg_catalog.pg_get_indexdef(i.indexrelid, k.place::pg_catalog.int4, false) END,
    i.indoption[k.place - 1],
    opn.nspname,
    op.opcname,
    ln.nspname,
    l.collname,
    -- An exclusion constraint's operator.
    o.oprname
FROM pg_catalog.pg_index AS i
JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
CROSS JOIN LATERAL
    pg_catalog.unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY AS k (attnum, place)
LEFT JOIN pg_catalog.pg_attribute AS a
    ON a.attrelid = i.indrelid
    AND a.attnum = k.attnum
    AND k.attnum <> 0
LEFT JOIN pg_catalog.pg_opclass AS op ON op.oid = i.indclass[k.place - 1] AND NOT op.opcdefault
LEFT JOIN pg_catalog.pg_namespace AS opn ON opn.oid = op.opcnamespace
LEFT JOIN pg_catalog.pg_collation AS l
    ON l.oid = i.indcollation[k.place - 1]
    AND CASE
        WHEN k.attnum <> 0 THEN l.oid <> a.attcollation
        -- An expression has the collation of a column in it, unless it was given another one.
        ELSE l.collname <> 'default' AND NOT EXISTS (
            SELECT
            FROM pg_catalog.pg_depend AS d
            JOIN pg_catalog.pg_attribute AS b
                ON b.attrelid = d.refobjid
                AND b.attnum = d.refobjsubid
            WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                AND d.objid = i.indexrelid
                AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                AND d.refobjid = i.indrelid
                AND b.attcollation = l.oid
        )
    END
LEFT JOIN pg_catalog.pg_namespace AS ln ON ln.oid = l.collnamespace
LEFT JOIN pg_catalog.pg_constraint AS x ON x.conindid = i.indexrelid AND x.contype = 'x'
LEFT JOIN pg_catalog.pg_operator AS o ON o.oid = x.conexclop[k.place]
WHERE n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits AS h WHERE h.inhrelid = c.oid)
ORDER BY i.indexrelid, k.place

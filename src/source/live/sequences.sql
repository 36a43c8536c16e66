-- Sequences. One belongs to a column automatically (`a`: serial, OWNED BY) or is the inside of an
-- identity column (`i`).
SELECT
    n.nspname,
    c.relname,
    s.seqtypid,
    s.seqstart,
    s.seqincrement,
    s.seqmin,
    s.seqmax,
    s.seqcache,
    s.seqcycle,
    tn.nspname,
    t.relname,
    a.attname,
    o.deptype = 'i',
    d.description
FROM pg_catalog.pg_sequence AS s
JOIN pg_catalog.pg_class AS c ON c.oid = s.seqrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_depend AS o
    ON o.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND o.objid = c.oid
    AND o.objsubid = 0
    AND o.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND o.refobjsubid > 0
    AND o.deptype IN ('a', 'i')
LEFT JOIN pg_catalog.pg_class AS t ON t.oid = o.refobjid
LEFT JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.relnamespace
LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = o.refobjid AND a.attnum = o.refobjsubid
LEFT JOIN pg_catalog.pg_description AS d
    ON d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND d.objoid = c.oid
    AND d.objsubid = 0
WHERE n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT
        FROM pg_catalog.pg_depend AS e
        WHERE e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
            AND e.objid = c.oid
            AND e.deptype = 'e'
    )
ORDER BY n.nspname, c.relname

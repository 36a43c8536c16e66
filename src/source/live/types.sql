-- What each type is called: the other queries give oids. Of an array, the element's name.
-- An array is the type that its element type names as its array: `int2vector` is none.
SELECT
    t.oid,
    n.nspname,
    COALESCE(e.typname, t.typname),
    e.oid IS NOT NULL
FROM pg_catalog.pg_type AS t
LEFT JOIN pg_catalog.pg_type AS e ON e.oid = t.typelem AND e.typarray = t.oid
JOIN pg_catalog.pg_namespace AS n ON n.oid = COALESCE(e.typnamespace, t.typnamespace)
ORDER BY t.oid

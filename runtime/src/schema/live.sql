-- What the schemas in `$1` hold, as rows of an object, a part of it, and how it is: the words of the
-- expectation that generated code brings. A name that is not plain is written as a string of JSON.
WITH types AS NOT MATERIALIZED (
    SELECT
        t.oid,
        n.nspname <> 'pg_catalog' AS own,
        CASE
            WHEN n.nspname ~ '^[a-z_][a-z0-9_]*$' THEN n.nspname::pg_catalog.text
            ELSE pg_catalog.to_json(n.nspname::pg_catalog.text)::pg_catalog.text
        END || '.' || CASE
            WHEN COALESCE(e.typname, t.typname) ~ '^[a-z_][a-z0-9_]*$'
                THEN COALESCE(e.typname, t.typname)::pg_catalog.text
            ELSE pg_catalog.to_json(COALESCE(e.typname, t.typname)::pg_catalog.text)::pg_catalog.text
        END AS element,
        CASE WHEN e.oid IS NULL THEN '' ELSE '[]' END AS dimensions,
        t.typtype,
        n.nspname,
        t.typbasetype,
        t.typtypmod,
        t.typnotnull,
        t.typdefaultbin
    FROM pg_catalog.pg_type AS t
    LEFT JOIN pg_catalog.pg_type AS e ON e.oid = t.typelem AND e.typarray = t.oid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = COALESCE(e.typnamespace, t.typnamespace)
),
relations AS NOT MATERIALIZED (
    SELECT
        c.oid,
        c.relkind,
        c.relispartition,
        CASE
            WHEN n.nspname ~ '^[a-z_][a-z0-9_]*$' THEN n.nspname::pg_catalog.text
            ELSE pg_catalog.to_json(n.nspname::pg_catalog.text)::pg_catalog.text
        END || '.' || CASE
            WHEN c.relname ~ '^[a-z_][a-z0-9_]*$' THEN c.relname::pg_catalog.text
            ELSE pg_catalog.to_json(c.relname::pg_catalog.text)::pg_catalog.text
        END AS name
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY ($1)
        AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')
),
objects AS NOT MATERIALIZED (
    SELECT
        r.*,
        CASE r.relkind
            WHEN 'v' THEN 'view '
            WHEN 'm' THEN 'materialized view '
            WHEN 'c' THEN 'composite '
            ELSE 'table '
        END || r.name AS object
    FROM relations AS r
),
attributes AS NOT MATERIALIZED (
    SELECT
        a.*,
        o.object,
        o.relkind,
        CASE
            WHEN a.attname ~ '^[a-z_][a-z0-9_]*$' THEN a.attname::pg_catalog.text
            ELSE pg_catalog.to_json(a.attname::pg_catalog.text)::pg_catalog.text
        END AS name
    FROM pg_catalog.pg_attribute AS a
    JOIN objects AS o ON o.oid = a.attrelid
    WHERE a.attnum > 0
        AND NOT a.attisdropped
),
constraints AS (
    SELECT
        c.*,
        CASE
            WHEN c.conname ~ '^[a-z_][a-z0-9_]*$' THEN c.conname::pg_catalog.text
            ELSE pg_catalog.to_json(c.conname::pg_catalog.text)::pg_catalog.text
        END AS name,
        (
            SELECT pg_catalog.string_agg(a.name, ', ' ORDER BY k.place)
            FROM pg_catalog.unnest(c.conkey) WITH ORDINALITY AS k (attnum, place)
            JOIN attributes AS a ON a.attrelid = c.conrelid AND a.attnum = k.attnum
        ) AS key,
        CASE
            WHEN c.condeferred THEN ' deferred'
            WHEN c.condeferrable THEN ' deferrable'
            ELSE ''
        END AS deferral
    FROM pg_catalog.pg_constraint AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.connamespace
    WHERE n.nspname = ANY ($1)
        AND c.contype IN ('p', 'u', 'f', 'c', 'x')
),
parts (object, part, head, type, modifier, tail) AS (
    SELECT
        o.object,
        '',
        CASE WHEN o.relispartition THEN 'partition of ' || p.name ELSE '' END,
        NULL::pg_catalog.oid,
        -1,
        ''
    FROM objects AS o
    LEFT JOIN pg_catalog.pg_inherits AS i ON i.inhrelid = o.oid AND o.relispartition
    LEFT JOIN relations AS p ON p.oid = i.inhparent

    UNION ALL
    SELECT
        a.object,
        'column ' || a.name,
        '',
        a.atttypid,
        a.atttypmod,
        CASE
            WHEN a.relkind IN ('v', 'm', 'c') THEN ''
            -- PostgreSQL 18 knows NOT NULL constraints that are not yet valid: old rows may hold NULL.
            ELSE CASE WHEN a.attnotnull AND NOT EXISTS (
                SELECT
                FROM pg_catalog.pg_constraint AS x
                WHERE x.conrelid = a.attrelid
                    AND x.contype = 'n'
                    AND NOT x.convalidated
                    AND a.attnum = ANY (x.conkey)
            ) THEN ' not null' ELSE '' END || CASE
                WHEN a.attidentity = 'a' THEN ', identity always'
                WHEN a.attidentity = 'd' THEN ', identity by default'
                WHEN a.attgenerated <> '' THEN ', generated'
                WHEN a.atthasdef THEN ', default'
                ELSE ''
            END
        END
    FROM attributes AS a

    UNION ALL
    SELECT
        'domain ' || t.element,
        '',
        '',
        t.typbasetype,
        t.typtypmod,
        CASE WHEN t.typnotnull THEN ' not null' ELSE '' END
            || CASE WHEN t.typdefaultbin IS NOT NULL THEN ', default' ELSE '' END
    FROM types AS t
    WHERE t.typtype = 'd'
        AND t.nspname = ANY ($1)

    UNION ALL
    SELECT
        'enum ' || t.element,
        '',
        (
            SELECT pg_catalog.string_agg(
                CASE
                    WHEN l.enumlabel ~ '^[a-z_][a-z0-9_]*$' THEN l.enumlabel::pg_catalog.text
                    ELSE pg_catalog.to_json(l.enumlabel::pg_catalog.text)::pg_catalog.text
                END,
                ', '
                ORDER BY l.enumsortorder
            )
            FROM pg_catalog.pg_enum AS l
            WHERE l.enumtypid = t.oid
        ),
        NULL,
        -1,
        ''
    FROM types AS t
    WHERE t.typtype = 'e'
        AND t.nspname = ANY ($1)

    UNION ALL
    SELECT 'range ' || t.element, '', '', r.rngsubtype, -1, ''
    FROM types AS t
    JOIN pg_catalog.pg_range AS r ON r.rngtypid = t.oid
    WHERE t.nspname = ANY ($1)

    UNION ALL
    SELECT 'domain ' || t.element, 'check ' || c.name, '', NULL, -1, ''
    FROM constraints AS c
    JOIN types AS t ON t.oid = c.contypid

    UNION ALL
    SELECT
        o.object,
        CASE c.contype
            WHEN 'p' THEN 'primary key'
            WHEN 'u' THEN 'unique ' || c.name
            WHEN 'c' THEN 'check ' || c.name
            WHEN 'x' THEN 'exclusion ' || c.name
            ELSE 'foreign key ' || c.name
        END,
        CASE c.contype
            WHEN 'p' THEN c.name || ' (' || c.key || ')' || c.deferral
            WHEN 'u' THEN '(' || c.key || ')' || c.deferral
            WHEN 'f' THEN '(' || c.key || ') references ' || f.name || ' (' || (
                SELECT pg_catalog.string_agg(a.name, ', ' ORDER BY k.place)
                FROM pg_catalog.unnest(c.confkey) WITH ORDINALITY AS k (attnum, place)
                JOIN attributes AS a ON a.attrelid = c.confrelid AND a.attnum = k.attnum
            ) || ')'
                || CASE WHEN c.confmatchtype = 'f' THEN ' match full' ELSE '' END
                || CASE c.confdeltype
                    WHEN 'r' THEN ' on delete restrict'
                    WHEN 'c' THEN ' on delete cascade'
                    WHEN 'n' THEN ' on delete set null'
                    WHEN 'd' THEN ' on delete set default'
                    ELSE ''
                END
                || CASE c.confupdtype
                    WHEN 'r' THEN ' on update restrict'
                    WHEN 'c' THEN ' on update cascade'
                    WHEN 'n' THEN ' on update set null'
                    WHEN 'd' THEN ' on update set default'
                    ELSE ''
                END
                || c.deferral
            ELSE ''
        END,
        NULL,
        -1,
        ''
    FROM constraints AS c
    JOIN objects AS o ON o.oid = c.conrelid
    LEFT JOIN relations AS f ON f.oid = c.confrelid

    UNION ALL
    SELECT
        o.object,
        'index ' || CASE
            WHEN c.relname ~ '^[a-z_][a-z0-9_]*$' THEN c.relname::pg_catalog.text
            ELSE pg_catalog.to_json(c.relname::pg_catalog.text)::pg_catalog.text
        END,
        CASE WHEN i.indisunique THEN 'unique ' ELSE '' END
            || CASE
                WHEN m.amname ~ '^[a-z_][a-z0-9_]*$' THEN m.amname::pg_catalog.text
                ELSE pg_catalog.to_json(m.amname::pg_catalog.text)::pg_catalog.text
            END
            || ' ('
            || (
                SELECT pg_catalog.string_agg(
                    COALESCE(a.name, '(…)')
                        || CASE WHEN i.indoption[k.place - 1] & 1 = 1 THEN ' desc' ELSE '' END,
                    ', '
                    ORDER BY k.place
                )
                FROM pg_catalog.unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY AS k (attnum, place)
                LEFT JOIN attributes AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                WHERE k.place <= i.indnkeyatts
            )
            || ')'
            || CASE WHEN i.indpred IS NULL THEN '' ELSE ' where …' END,
        NULL,
        -1,
        ''
    FROM pg_catalog.pg_index AS i
    JOIN objects AS o ON o.oid = i.indrelid
    JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
    JOIN pg_catalog.pg_am AS m ON m.oid = c.relam
    WHERE i.indisvalid OR c.relkind = 'I'

    UNION ALL
    SELECT
        CASE p.prokind
            WHEN 'p' THEN 'procedure '
            WHEN 'a' THEN 'aggregate '
            ELSE 'function '
        END || CASE
            WHEN n.nspname ~ '^[a-z_][a-z0-9_]*$' THEN n.nspname::pg_catalog.text
            ELSE pg_catalog.to_json(n.nspname::pg_catalog.text)::pg_catalog.text
        END || '.' || CASE
            WHEN p.proname ~ '^[a-z_][a-z0-9_]*$' THEN p.proname::pg_catalog.text
            ELSE pg_catalog.to_json(p.proname::pg_catalog.text)::pg_catalog.text
        END || '(' || COALESCE((
            SELECT pg_catalog.string_agg(
                CASE
                    WHEN t.own THEN t.element || t.dimensions
                    ELSE pg_catalog.format_type(t.oid, -1)
                END,
                ', '
                ORDER BY k.place
            )
            FROM pg_catalog.unnest(p.proargtypes::pg_catalog.oid[]) WITH ORDINALITY AS k (type, place)
            JOIN types AS t ON t.oid = k.type
        ), '') || ')',
        '',
        CASE
            WHEN p.prokind = 'p' THEN ''
            WHEN p.proretset THEN 'returns setof '
            ELSE 'returns '
        END,
        CASE WHEN p.prokind <> 'p' THEN p.prorettype END,
        -1,
        ''
    FROM pg_catalog.pg_proc AS p
    JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname = ANY ($1)
)
SELECT
    p.object,
    p.part,
    COALESCE(p.head, '') || CASE
        WHEN t.oid IS NULL THEN ''
        WHEN NOT t.own THEN pg_catalog.format_type(t.oid, p.modifier)
        WHEN p.modifier < 0 THEN t.element || t.dimensions
        ELSE t.element || COALESCE(
            pg_catalog.substring(
                pg_catalog.format_type(t.oid, p.modifier),
                '\([^()]*\)(?=(?:\[\])?$)'
            ),
            ''
        ) || t.dimensions
    END || p.tail
FROM parts AS p
LEFT JOIN types AS t ON t.oid = p.type

//! Conditions and other expressions on columns.

use rowsmith::catalog::{Column, TypeRef};

use super::Random;
use super::names::literal;

impl Random<'_> {
    /// A condition on some of the columns; `{c}` of the patterns is the column.
    pub fn condition(&mut self, columns: &[Operand]) -> String {
        match self.below(12) {
            0 => format!("{} AND {}", self.simple(columns), self.simple(columns)),
            1 => format!("{} OR ({})", self.simple(columns), self.simple(columns)),
            2 => format!("NOT ({})", self.simple(columns)),
            3 => format!(
                "CASE WHEN {} THEN {} ELSE false END",
                self.simple(columns),
                self.simple(columns)
            ),
            4 => format!("({}) IS NOT TRUE", self.simple(columns)),
            5 => format!("COALESCE({}, true)", self.simple(columns)),
            _ => self.simple(columns),
        }
    }

    fn simple(&mut self, columns: &[Operand]) -> String {
        let Some(column) = self.any(columns).cloned() else {
            return "true".to_owned();
        };
        let c = &column.sql;
        if column.ty.array {
            let pattern = self.one_of(&[
                "cardinality({c}) > 0",
                "array_length({c}, 1) < 5",
                "{c} IS NOT NULL",
                "array_ndims({c}) = 1",
                "{c} <> '{}'",
                "array_position({c}, NULL) IS NULL",
            ]);
            return pattern.replace("{c}", c);
        }
        if column.ty.schema != "pg_catalog" {
            return self.own_condition(&column);
        }
        let patterns: &[&str] = match column.ty.name.as_str() {
            "int2" | "int4" | "int8" => &[
                "{c} > 0",
                "{c} BETWEEN 1 AND 10",
                "{c} IN (1, 2, 3)",
                "{c} % 2 = 0",
                "{c} <> ALL (ARRAY[1, 2])",
                "{c} IS NOT NULL",
                "{c} + 1 > {c}",
                "-{c} < 5",
                "{c} NOT IN (7)",
                "{c} >= 1 AND {c} <= 5",
                "{c} = ANY ('{1,2}'::int[])",
                "{c} IS DISTINCT FROM 3",
                "{c}::text <> '1'",
                "abs({c}) < 100",
                "{c} > 1.5",
                "({c} & 1) = 0",
                "{c} != 4",
                "0 < {c}",
                "{c} * 2 - 1 > 0",
                "greatest({c}, 3) < 9",
                "power({c}, 2) > 1",
                "{c} ^ 2 > 1",
            ],
            "numeric" => &[
                "{c} >= 0",
                "{c} > 0.5",
                "round({c}, 2) = {c}",
                "{c} < 1e6",
                "{c} <> 'NaN'",
                "{c} * 2 > 1",
                "{c} BETWEEN 0 AND 1",
                "trunc({c}) = {c}",
                "{c}::int > 0",
            ],
            "float4" | "float8" => &[
                "{c} > 0",
                "{c} >= 0.5",
                "{c} <> 'NaN'",
                "floor({c}) < 3",
                "{c} IS NOT NULL",
                "{c} < 1.5::real",
                "{c} <= 100.0::double precision",
            ],
            "text" | "varchar" | "bpchar" => &[
                "{c} <> ''",
                "length({c}) < 10",
                "{c} ~ '^[a-z]+$'",
                "{c} LIKE 'a%'",
                "{c} NOT ILIKE '%b_'",
                "{c} IN ('a', 'b')",
                "lower({c}) = {c}",
                "{c} !~* 'x'",
                "{c} = ANY (ARRAY['a', 'b'])",
                "{c} SIMILAR TO '(a|b)%'",
                "{c} COLLATE \"C\" < 'x'",
                "position('a' in {c}) = 0",
                "substring({c} from 1 for 2) = 'ab'",
                "trim({c}) = {c}",
                "char_length({c}) >= 2",
                "{c} || 'x' <> 'yx'",
                "{c} = 'it''s'",
                "{c} > E'\\t'",
                "btrim({c}, ' ') <> ''",
                "left({c}, 1) = 'a'",
                "{c} = ANY ('{a,\"b c\"}'::text[])",
                "{c}::varchar(5) = 'a'",
                "octet_length({c}) < 100",
                "{c} LIKE 'a!%' ESCAPE '!'",
                "regexp_replace({c}, 'a', 'b') = 'b'",
                "{c} IS NOT NULL",
                "starts_with({c}, 'a')",
                "{c} NOT IN ('', ' ')",
                "coalesce({c}, '') <> 'z'",
                "nullif({c}, '') IS NOT NULL",
            ],
            "bool" => &[
                "{c}",
                "NOT {c}",
                "{c} IS TRUE",
                "{c} = false",
                "{c} IS NOT UNKNOWN",
                "{c} <> true",
            ],
            "timestamp" | "timestamptz" => &[
                "{c} > '2000-01-01'",
                "{c} < now()",
                "extract(year from {c}) > 2000",
                "date_trunc('day', {c}) = {c}",
                "{c} + interval '1 day' > '2000-01-01'",
                "{c} AT TIME ZONE 'UTC' > '2000-01-01'",
                "date_part('month', {c}) < 6",
                "{c}::date > '2000-01-01'",
                "{c} < 'infinity'",
                "{c} - interval '1h' < CURRENT_TIMESTAMP",
                "{c} >= CURRENT_DATE",
                "isfinite({c})",
            ],
            "date" => &[
                "{c} >= '2000-01-01'",
                "{c} + 1 > '2000-01-01'",
                "{c} - '2000-01-01'::date > 3",
                "extract(dow from {c}) IN (0, 6)",
                "{c} <= CURRENT_DATE",
                "{c} > now() - interval '1 year'",
                "{c} BETWEEN DATE '2000-01-01' AND '2030-12-31'",
            ],
            "interval" => &[
                "{c} > '0'",
                "{c} >= interval '1 day'",
                "extract(epoch from {c}) > 0",
            ],
            "jsonb" => &[
                "{c} ? 'a'",
                "{c} @> '{}'",
                "{c} ->> 'a' IS NOT NULL",
                "jsonb_typeof({c}) = 'object'",
                "({c} -> 'a' ->> 'b')::int > 0",
                "{c} #>> '{a,b}' <> ''",
                "{c} <> '{}'::jsonb",
                "{c} ?| ARRAY['a']",
                "{c}['a'] IS NOT NULL",
                "{c} ->> 0 = 'x'",
                "{c} @? '$.a'",
            ],
            "json" => &[
                "json_typeof({c}) = 'array'",
                "{c} ->> 'a' = 'b'",
                "{c}::text <> ''",
            ],
            "uuid" => &[
                "{c} IS NOT NULL",
                "{c} <> '00000000-0000-0000-0000-000000000000'",
            ],
            "bytea" => &["octet_length({c}) < 10", "{c} <> '\\x'", "length({c}) > 0"],
            "inet" | "cidr" => &[
                "family({c}) = 4",
                "{c} << '10.0.0.0/8'",
                "masklen({c}) > 8",
                "{c} = inet '10.0.0.1'",
            ],
            "int4range" | "int8range" | "numrange" => &[
                "NOT isempty({c})",
                "lower({c}) > 0",
                "upper_inf({c})",
                "{c} @> 1",
                "{c} <> 'empty'",
            ],
            "daterange" | "tsrange" | "tstzrange" => {
                &["NOT isempty({c})", "lower({c}) IS NOT NULL", "{c} && {c}"]
            }
            "point" => &["{c}[0] > 0"],
            "tsvector" => &["{c} @@ to_tsquery('english', 'b')"],
            "money" => &["{c} > 0::money", "{c} >= '$0.00'"],
            _ => &["{c} IS NOT NULL", "{c} IS NULL"],
        };
        self.one_of(patterns).replace("{c}", c)
    }

    fn own_condition(&mut self, column: &Operand) -> String {
        let name = column.ty.qualified_name();
        let catalog = self.catalog;
        if let Some(it) = catalog.enums.iter().find(|it| it.name == name) {
            let one = literal(self.any(&it.labels).map_or("", String::as_str));
            let two = literal(self.any(&it.labels).map_or("", String::as_str));
            let spelled = self.spelled(&column.ty);
            let c = &column.sql;
            return match self.below(4) {
                0 => format!("{c} = {one}"),
                1 => format!("{c} IN ({one}, {two})"),
                2 => format!("{c} <> {one}::{spelled}"),
                _ => format!("{c} > {one}"),
            };
        }
        if let Some(domain) = catalog.domain(&name) {
            let of_base = Operand {
                sql: column.sql.clone(),
                ty: domain.base.clone(),
            };
            return self.simple(&[of_base]);
        }
        format!("{} IS NOT NULL", column.sql)
    }

    /// An expression that is no condition: for indexes, generated columns and views.
    pub fn expression(&mut self, columns: &[Operand]) -> String {
        let Some(column) = self.any(columns).cloned() else {
            return "1".to_owned();
        };
        let c = &column.sql;
        let patterns: &[&str] = match (
            column.ty.schema.as_str(),
            column.ty.name.as_str(),
            column.ty.array,
        ) {
            ("pg_catalog", "int2" | "int4" | "int8", false) => &[
                "{c} + 1",
                "{c} * 2",
                "-{c}",
                "abs({c})",
                "{c}::bigint",
                "{c} % 10",
                "{c} / 2.0",
                "({c} > 5)",
                "{c}::text",
                "COALESCE({c}, 0)",
                "NULLIF({c}, 0)",
                "greatest({c}, 0)",
                "CASE {c} WHEN 1 THEN 'one' WHEN 2 THEN 'two' END",
                "sqrt({c})",
                "{c}::numeric(10,2)",
                "CASE WHEN {c} > 0 THEN {c} ELSE 0 END",
                "ARRAY[{c}, 1]",
                "{c} IS NULL",
                "to_hex({c})",
            ],
            ("pg_catalog", "text" | "varchar" | "bpchar", false) => &[
                "lower({c})",
                "upper({c})",
                "{c} || '!'",
                "length({c})",
                "COALESCE({c}, '')",
                "substring({c}, 1, 3)",
                "{c} COLLATE \"C\"",
                "md5({c})",
                "trim({c})",
                "{c} = 'a'",
                "to_tsvector('english', {c})",
                "{c}::varchar(5)",
                "left({c}, 2)",
                "replace({c}, 'a', 'b')",
                "lower({c}) || upper({c})",
                "split_part({c}, ',', 1)",
                "initcap({c})",
                "reverse({c})",
                "NULLIF(trim({c}), '')",
                "string_to_array({c}, ',')",
                "{c}::char(3)",
            ],
            ("pg_catalog", "timestamp" | "timestamptz", false) => &[
                "{c}::date",
                "date_trunc('month', {c})",
                "extract(year from {c})",
                "{c} + '1 day'::interval",
                "{c} AT TIME ZONE 'UTC'",
                "COALESCE({c}, now())",
                "to_char({c}, 'YYYY-MM')",
                "age({c})",
                "{c} - {c}",
            ],
            ("pg_catalog", "date", false) => &[
                "{c} + 1",
                "{c} - {c}",
                "extract(month from {c})",
                "{c}::timestamp",
            ],
            ("pg_catalog", "bool", false) => &[
                "NOT {c}",
                "{c}::int",
                "{c} OR true",
                "CASE WHEN {c} THEN 1 ELSE 2 END",
            ],
            ("pg_catalog", "jsonb", false) => &[
                "{c} -> 'a'",
                "{c} ->> 'b'",
                "{c} #> '{a,0}'",
                "{c} || '{}'",
                "jsonb_array_length({c})",
            ],
            ("pg_catalog", "numeric" | "float4" | "float8", false) => &[
                "{c} * 1.5",
                "round({c}::numeric, 1)",
                "{c}::int",
                "-{c}",
                "floor({c})",
            ],
            ("pg_catalog", "interval", false) => &["{c} * 2", "extract(epoch from {c})"],
            (_, _, true) => &[
                "cardinality({c})",
                "{c}[1]",
                "array_length({c}, 1)",
                "{c} || {c}",
                "{c}[1:2]",
                "array_to_string({c}, ',')",
            ],
            _ => &["{c}", "{c}::text", "{c} IS NOT NULL", "COALESCE({c}, {c})"],
        };
        self.one_of(patterns).replace("{c}", c)
    }
}

/// Something that an expression may speak of.
#[derive(Debug, Clone)]
pub struct Operand {
    /// How it is written.
    pub sql: String,
    /// Its type.
    pub ty: TypeRef,
}

impl Operand {
    /// What the check of a domain speaks of.
    pub fn value(ty: TypeRef) -> Self {
        Self {
            sql: "VALUE".into(),
            ty,
        }
    }
}

impl Random<'_> {
    /// The columns of a table, as an expression speaks of them.
    pub fn operands(&mut self, qualifier: Option<&str>, columns: &[Column]) -> Vec<Operand> {
        columns
            .iter()
            .map(|column| {
                let name = self.quoted(&column.name);
                Operand {
                    sql: qualifier.map_or_else(|| name.clone(), |q| format!("{q}.{name}")),
                    ty: column.ty.clone(),
                }
            })
            .collect()
    }
}

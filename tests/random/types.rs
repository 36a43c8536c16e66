//! Types and values of them.

use rowsmith::catalog::{QualifiedName, TypeRef};

use super::Random;
use super::names::literal;

/// Built-in types as a column is declared with them.
const BUILTIN: [(&str, &str); 87] = [
    ("integer", "int4"),
    ("int", "int4"),
    ("bigint", "int8"),
    ("smallint", "int2"),
    ("int2", "int2"),
    ("int4", "int4"),
    ("int8", "int8"),
    ("text", "text"),
    ("varchar", "varchar"),
    ("varchar(100)", "varchar"),
    ("character varying(63)", "varchar"),
    ("char", "bpchar"),
    ("char(3)", "bpchar"),
    ("bpchar", "bpchar"),
    ("boolean", "bool"),
    ("bool", "bool"),
    ("numeric", "numeric"),
    ("numeric(10,2)", "numeric"),
    ("decimal(5)", "numeric"),
    ("numeric(3,-2)", "numeric"),
    ("real", "float4"),
    ("double precision", "float8"),
    ("float", "float8"),
    ("float(20)", "float4"),
    ("float8", "float8"),
    ("timestamp", "timestamp"),
    ("timestamptz", "timestamptz"),
    ("timestamp(3)", "timestamp"),
    ("timestamptz(0)", "timestamptz"),
    ("timestamp with time zone", "timestamptz"),
    ("timestamp(6) without time zone", "timestamp"),
    ("date", "date"),
    ("time", "time"),
    ("time(2)", "time"),
    ("timetz", "timetz"),
    ("time with time zone", "timetz"),
    ("interval", "interval"),
    ("interval day to second(3)", "interval"),
    ("interval(2)", "interval"),
    ("uuid", "uuid"),
    ("json", "json"),
    ("jsonb", "jsonb"),
    ("bytea", "bytea"),
    ("inet", "inet"),
    ("cidr", "cidr"),
    ("macaddr", "macaddr"),
    ("macaddr8", "macaddr8"),
    ("money", "money"),
    ("bit", "bit"),
    ("bit(8)", "bit"),
    ("bit varying", "varbit"),
    ("varbit(16)", "varbit"),
    ("point", "point"),
    ("line", "line"),
    ("lseg", "lseg"),
    ("box", "box"),
    ("path", "path"),
    ("polygon", "polygon"),
    ("circle", "circle"),
    ("tsvector", "tsvector"),
    ("tsquery", "tsquery"),
    ("xml", "xml"),
    ("jsonpath", "jsonpath"),
    ("oid", "oid"),
    ("regclass", "regclass"),
    ("regtype", "regtype"),
    ("regproc", "regproc"),
    ("regprocedure", "regprocedure"),
    ("regrole", "regrole"),
    ("regnamespace", "regnamespace"),
    ("regconfig", "regconfig"),
    ("\"char\"", "char"),
    ("name", "name"),
    ("int4range", "int4range"),
    ("int8range", "int8range"),
    ("numrange", "numrange"),
    ("tsrange", "tsrange"),
    ("tstzrange", "tstzrange"),
    ("daterange", "daterange"),
    ("int4multirange", "int4multirange"),
    ("tstzmultirange", "tstzmultirange"),
    ("pg_lsn", "pg_lsn"),
    ("pg_snapshot", "pg_snapshot"),
    ("tid", "tid"),
    ("xid8", "xid8"),
    ("pg_catalog.int4", "int4"),
    ("national character varying(5)", "varchar"),
];

/// The types that most columns have.
const COMMON: [(&str, &str); 12] = [
    ("int", "int4"),
    ("bigint", "int8"),
    ("text", "text"),
    ("text", "text"),
    ("varchar(20)", "varchar"),
    ("boolean", "bool"),
    ("timestamptz", "timestamptz"),
    ("numeric(10,2)", "numeric"),
    ("date", "date"),
    ("jsonb", "jsonb"),
    ("uuid", "uuid"),
    ("double precision", "float8"),
];

impl Random<'_> {
    /// A type as SQL has it, and what it is.
    pub fn some_type(&mut self) -> (String, TypeRef) {
        let (sql, ty) = match self.below(10) {
            0..=5 => builtin(self.one_of(&COMMON)),
            6 | 7 => builtin(self.one_of(&BUILTIN)),
            _ => self
                .own_type()
                .unwrap_or_else(|| ("int".into(), TypeRef::builtin("int4"))),
        };
        let array = TypeRef {
            array: true,
            ..ty.clone()
        };
        match self.below(32) {
            0 | 1 => (format!("{sql}[]"), array),
            2 => (format!("{sql} ARRAY"), array),
            3 => (format!("{sql}[3][]"), array),
            _ => (sql, ty),
        }
    }

    /// One of the types that the schema has made.
    fn own_type(&mut self) -> Option<(String, TypeRef)> {
        let catalog = self.catalog;
        let mut names: Vec<&QualifiedName> = Vec::new();
        names.extend(catalog.enums.iter().map(|it| &it.name));
        names.extend(catalog.domains.iter().map(|it| &it.name));
        names.extend(catalog.composites.iter().map(|it| &it.name));
        names.extend(catalog.ranges.iter().map(|it| &it.name));
        names.extend(
            catalog
                .ranges
                .iter()
                .filter_map(|it| it.multirange.as_ref()),
        );
        if self.chance(10) {
            names.extend(catalog.tables.iter().map(|it| &it.name));
        }
        let name = *self.any(&names)?;
        let ty = TypeRef {
            schema: name.schema.clone(),
            ..TypeRef::builtin(&name.name)
        };
        Some((self.qualified(name), ty))
    }

    /// A type that SQL can be told of again.
    pub fn spelled(&mut self, ty: &TypeRef) -> String {
        let mut text = if ty.schema == "pg_catalog" {
            match ty.name.as_str() {
                "char" => "\"char\"".to_owned(),
                // What stands in its parentheses may be words.
                "interval" => "interval".to_owned(),
                name => match &ty.modifier {
                    Some(modifier) => format!("{name}({modifier})"),
                    None => name.to_owned(),
                },
            }
        } else {
            self.qualified(&ty.qualified_name())
        };
        if ty.array {
            text.push_str("[]");
        }
        text
    }

    /// A value of a type, written in one of the ways that there are.
    pub fn value(&mut self, ty: &TypeRef) -> String {
        if ty.array {
            return self.array(ty);
        }
        if ty.schema != "pg_catalog" {
            return self.value_of_own(ty);
        }
        let choices: &[&str] = match ty.name.as_str() {
            "int2" | "int4" | "int8" => &[
                "0",
                "1",
                "-1",
                "42",
                "+7",
                "(1 + 2) * 3",
                "'7'",
                "7::bigint",
                "length('x')",
                "2147483647",
                "CAST('5' AS int)",
                "1_0",
                "char_length('ab'::text)",
                "- 5 % 3",
                "abs(-3)",
                "floor(1.5)::int",
                "int '3'",
                "0x1F",
            ],
            "numeric" => &[
                "0",
                "0.0",
                "1.50",
                "-1e2",
                "'NaN'",
                "1",
                ".5",
                "round(1.55, 1)",
                "1.5 * 2",
                "'1.0'::numeric",
                "power(2, 3)",
                "1::numeric(4,2)",
            ],
            "float4" | "float8" => &[
                "0",
                "1.5",
                "'Infinity'",
                "random()",
                "-0.0",
                "1e10",
                "1::real",
                "'NaN'::float8",
                "sqrt(2)",
                "pi()",
                "1.5::float",
            ],
            "text" | "varchar" | "bpchar" | "name" => &[
                "''",
                "'a'",
                "E'\\n'",
                "'it''s'",
                "upper('x')",
                "'a' || 'b'",
                "CURRENT_USER",
                "md5('x')",
                "$$x$$",
                "$a$y$a$",
                "format('%s-%s', 1, 2)",
                "'a'::text",
                "'a'::varchar(10)",
                "concat('a', 1)",
                "lower('A'::text)",
                "current_setting('a.b')",
                "to_char(now(), 'YYYY')",
                "substring('abc' from 2)",
                "trim(both from ' a ')",
                "repeat('x', 3)",
                "CASE WHEN true THEN 'a' ELSE 'b' END",
                "COALESCE(NULL, 'x')",
                "NULLIF('a', 'b')",
                "gen_random_uuid()::text",
                "E'\\u00e9'",
                "'x' 'y'",
                "overlay('abc' placing 'x' from 1)",
                "SESSION_USER",
                "replace('a', 'b', 'c')",
            ],
            "bool" => &[
                "true",
                "false",
                "TRUE",
                "'t'",
                "1 = 1",
                "NOT true",
                "'f'::bool",
                "1 > 2 OR true",
                "(1 IS NULL)",
                "true AND NOT false",
                "'a' LIKE 'b'",
                "1 IN (1, 2)",
                "'yes'::boolean",
                "2 BETWEEN 1 AND 3",
            ],
            "timestamp" | "timestamptz" => &[
                "now()",
                "CURRENT_TIMESTAMP",
                "'2020-01-01'",
                "now() + interval '1 day'",
                "timezone('utc', now())",
                "now() AT TIME ZONE 'UTC'",
                "statement_timestamp()",
                "LOCALTIMESTAMP",
                "CURRENT_TIMESTAMP(3)",
                "'-infinity'",
                "clock_timestamp()",
                "'2020-01-01 10:00'::timestamp",
                "date_trunc('day', now())",
                "transaction_timestamp()",
                "timezone('utc'::text, now())",
                "CURRENT_DATE + 1",
                "to_timestamp(0)",
            ],
            "date" => &[
                "CURRENT_DATE",
                "'2020-02-29'",
                "now()",
                "'infinity'",
                "CURRENT_DATE + 7",
                "now()::date",
                "date '2020-01-01'",
                "make_date(2020, 1, 1)",
                "(now() - '1 day'::interval)",
            ],
            "time" => &[
                "'12:00'",
                "LOCALTIME",
                "'00:00:00.5'",
                "CURRENT_TIME::time",
                "LOCALTIME(0)",
            ],
            "timetz" => &["'12:00+02'", "CURRENT_TIME", "CURRENT_TIME(2)"],
            "interval" => &[
                "'1 day'",
                "interval '1' year",
                "'1 year 2 mons -3 days 04:05:06.789'",
                "make_interval(days => 3)",
                "'1 day'::interval * 2",
                "interval '2 hours'",
                "'PT1H'",
            ],
            "uuid" => &[
                "gen_random_uuid()",
                "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
                "'A0EEBC999C0B4EF8BB6D6BB9BD380A11'",
                "md5('x')::uuid",
            ],
            "json" | "jsonb" => &[
                "'{}'",
                "'[]'::jsonb",
                "'{\"a\": [1, 2.50, \"x\"]}'",
                "'null'",
                "'{\"b\":1,\"a\":2}'::jsonb",
            ],
            "bytea" => &[
                "'\\x00ff'",
                "''",
                "'abc'::bytea",
                "E'\\\\xDE'",
                "decode('00', 'hex')",
            ],
            "inet" => &["'10.0.0.1'", "'::1/64'", "'10.0.0.0/8'"],
            "cidr" => &["'10.0.0.0/8'", "'10/8'"],
            "macaddr" | "macaddr8" => &["'08:00:2b:01:02:03'", "'08002b010203'"],
            "money" => &["0", "'$1.00'", "1.5::money"],
            "bit" | "varbit" => &["B'1'", "b'101'", "'1'", "X'F'", "1::bit(8)"],
            "point" => &["'(1,2)'", "point(1, 2)"],
            "box" => &["'(1,1),(0,0)'"],
            "circle" => &["'<(0,0),1>'"],
            "tsvector" => &["''", "to_tsvector('english', 'a cat')"],
            "tsquery" => &["to_tsquery('simple', 'a')"],
            "xml" => &["'<a/>'"],
            "oid" => &["0", "1::oid", "'5'"],
            "regclass" => &["'pg_class'", "'pg_class'::regclass"],
            "regtype" => &["'integer'", "'text'::regtype"],
            "char" => &["'a'", "'a'::\"char\""],
            "int4range" => &[
                "'empty'",
                "'[1,5)'",
                "int4range(1, 5)",
                "int4range(1, 5, '[]')",
            ],
            "int8range" | "numrange" => &["'[1,5)'", "'(,)'"],
            "tsrange" | "tstzrange" => &[
                "'empty'",
                "'[2020-01-01,)'",
                "'[\"2020-01-01 00:00\",2021-01-01]'",
            ],
            "daterange" => &["'[2020-01-01,2020-02-01]'", "daterange(CURRENT_DATE, NULL)"],
            "int4multirange" => &["'{[1,5)}'", "int4multirange(int4range(1, 5))", "'{}'"],
            "pg_lsn" => &["'0/0'"],
            "xid8" => &["'1'"],
            _ => &["NULL"],
        };
        let value = self.one_of(choices).to_owned();
        // PostgreSQL 16 brought these.
        if self.version < 16
            && (value.contains('_') && value.starts_with('1') || value.starts_with("0x"))
        {
            return "16".to_owned();
        }
        value
    }

    fn array(&mut self, ty: &TypeRef) -> String {
        let element = TypeRef {
            array: false,
            ..ty.clone()
        };
        let spelled = self.spelled(ty);
        match self.below(6) {
            0 => format!("'{{}}'::{spelled}"),
            1 => format!("ARRAY[]::{spelled}"),
            2 | 3 => {
                let (one, two) = (self.value(&element), self.value(&element));
                format!("ARRAY[{one}, {two}]::{spelled}")
            }
            4 => format!("ARRAY[{}]", self.value(&element)),
            _ => "'{}'".to_owned(),
        }
    }

    fn value_of_own(&mut self, ty: &TypeRef) -> String {
        let name = ty.qualified_name();
        let catalog = self.catalog;
        let value = if let Some(it) = catalog.enums.iter().find(|it| it.name == name) {
            let label = self.any(&it.labels).map_or("", String::as_str);
            literal(label)
        } else if let Some(it) = catalog.domain(&name) {
            let base = it.base.clone();
            self.value(&base)
        } else {
            "NULL".to_owned()
        };
        if self.chance(60) {
            let spelled = self.spelled(ty);
            return format!("{value}::{spelled}");
        }
        value
    }
}

fn builtin((sql, name): (&str, &str)) -> (String, TypeRef) {
    (sql.to_owned(), TypeRef::builtin(name))
}

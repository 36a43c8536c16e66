//! Type names, and types that users make.

use crate::*;

#[track_caller]
fn check(written: &str, expected: &str) {
    let catalog = catalog(&format!("CREATE TABLE t (a {written});"));
    assert_eq!(
        column(&catalog, "t", "a").ty.to_string(),
        expected,
        "{written}"
    );
}

#[test]
fn aliases_and_modifiers() {
    for (written, expected) in [
        ("int", "int4"),
        ("smallint", "int2"),
        ("BIGINT", "int8"),
        ("float", "float8"),
        ("float(24)", "float4"),
        ("double precision", "float8"),
        ("numeric(10)", "numeric(10,0)"),
        ("decimal(10, 2)", "numeric(10,2)"),
        ("dec", "numeric"),
        ("boolean", "bool"),
        ("char", "bpchar(1)"),
        ("character(5)", "bpchar(5)"),
        ("bpchar", "bpchar"),
        ("\"char\"", "char"),
        ("character varying", "varchar"),
        ("character varying(9)", "varchar(9)"),
        ("national character varying(9)", "varchar(9)"),
        ("nchar(2)", "bpchar(2)"),
        ("bit", "bit(1)"),
        ("bit varying(3)", "varbit(3)"),
        ("timestamp", "timestamp"),
        ("timestamp(3) with time zone", "timestamptz(3)"),
        ("timestamptz(9)", "timestamptz(6)"),
        ("time without time zone", "time"),
        ("time with time zone", "timetz"),
        ("interval", "interval"),
        ("interval(2)", "interval(2)"),
        ("interval year to month", "interval(year to month)"),
        ("interval day to second(3)", "interval(day to second(3))"),
        ("int[]", "int4[]"),
        ("text[3][4]", "text[]"),
        ("integer ARRAY[4]", "int4[]"),
        ("_int8", "int8[]"),
        ("pg_catalog.varchar(3)", "varchar(3)"),
        ("int4multirange", "int4multirange"),
        (
            "information_schema.sql_identifier",
            "information_schema.sql_identifier",
        ),
    ] {
        check(written, expected);
    }
}

#[test]
fn types_are_made_and_changed() {
    let catalog = catalog(
        "CREATE TYPE mood AS ENUM ('sad', 'ok'); ALTER TYPE mood ADD VALUE 'happy' AFTER 'ok';
         ALTER TYPE mood ADD VALUE 'awful' BEFORE 'sad'; ALTER TYPE mood ADD VALUE IF NOT EXISTS 'ok';
         CREATE TABLE t (m mood DEFAULT 'ok' CHECK (m <> 'ok'), n text DEFAULT 'ok');
         ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';
         CREATE TYPE pair AS (a int, b text COLLATE \"C\"); ALTER TYPE pair ADD ATTRIBUTE c mood;
         ALTER TYPE pair DROP ATTRIBUTE b, ALTER ATTRIBUTE a TYPE bigint; ALTER TYPE pair RENAME ATTRIBUTE c TO m;
         CREATE TYPE floatrange AS RANGE (subtype = double precision, subtype_diff = float8mi);
         CREATE TYPE span AS RANGE (subtype = int, multirange_type_name = spans);
         CREATE DOMAIN age AS int DEFAULT 1 NOT NULL CHECK (VALUE > 0) CONSTRAINT old CHECK (VALUE < 200);
         ALTER DOMAIN age DROP NOT NULL; ALTER DOMAIN age ADD CHECK (VALUE <> 7) NOT VALID;
         ALTER DOMAIN age RENAME CONSTRAINT old TO ancient; COMMENT ON DOMAIN age IS 'In years.';
         COMMENT ON COLUMN pair.a IS 'First.'; ALTER TYPE mood RENAME TO humour;",
    );
    assert_eq!(catalog.enums[0].labels, ["awful", "sad", "fine", "happy"]);
    let found = table(&catalog, "t");
    assert_eq!(found.columns[0].ty.to_string(), "public.humour");
    assert_eq!(found.columns[0].default.as_deref(), Some("'fine'"));
    assert_eq!(found.checks[0].expression, "m <> 'fine'");
    assert_eq!(found.columns[1].default.as_deref(), Some("'ok'"));
    let pair = &catalog.composites[0];
    assert_eq!(pair.attributes.len(), 2);
    assert_eq!(pair.attributes[0].ty, TypeRef::builtin("int8"));
    assert_eq!(pair.attributes[0].comment.as_deref(), Some("First."));
    assert_eq!(pair.attributes[1].ty.to_string(), "public.humour");
    let multiranges: Vec<String> = catalog
        .ranges
        .iter()
        .map(|range| range.multirange.as_ref().unwrap().name.clone())
        .collect();
    assert_eq!(multiranges, ["floatmultirange", "spans"]);
    let age = &catalog.domains[0];
    assert!(!age.not_null);
    assert_eq!(age.default.as_deref(), Some("1"));
    let checks: Vec<&str> = age.checks.iter().map(|check| check.name.as_str()).collect();
    assert_eq!(checks, ["age_check", "age_check1", "ancient"]);
    assert!(age.checks[1].not_valid);
}

#[test]
fn extensions_bring_types() {
    let catalog = catalog(
        "CREATE SCHEMA ext; CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA ext; CREATE EXTENSION hstore;
         CREATE EXTENSION pg_trgm SCHEMA ext;
         CREATE TABLE t (a ext.citext, b hstore[], c text);
         CREATE INDEX ON t USING gin (c ext.gin_trgm_ops, b gin_hstore_ops);",
    );
    assert_eq!(
        columns(table(&catalog, "t")),
        ["a ext.citext", "b public.hstore[]", "c text"]
    );
    let keys = &table(&catalog, "t").indexes[0].keys;
    assert_eq!(keys[0].operator_class.as_deref(), Some("ext.gin_trgm_ops"));
    assert_eq!(keys[1].operator_class, None);
    let names: Vec<&str> = catalog
        .extensions
        .iter()
        .map(|one| one.schema.as_str())
        .collect();
    assert_eq!(names, ["ext", "public", "ext"]);
}

#[test]
fn the_rows_of_a_table_are_a_type() {
    let catalog = catalog(
        "CREATE TABLE a (x int); CREATE TABLE b (one a, many a[]); ALTER TABLE a RENAME TO c;
         CREATE FUNCTION f(c, v b.one%TYPE) RETURNS c.x%TYPE LANGUAGE sql AS '';",
    );
    assert_eq!(
        columns(table(&catalog, "b")),
        ["one public.c", "many public.c[]"]
    );
    assert_eq!(
        function(&catalog, "f").returns,
        Some(TypeRef::builtin("int4"))
    );
}

//! Types, sequences, views, functions, extensions and schemas.

use rowsmith::catalog::*;
use rowsmith_test_server::TestServer;

use super::{catalog, names, public, table};

#[test]
fn types_and_sequences() {
    let catalog = catalog(
        "CREATE TYPE status AS ENUM ('new', 'done', 'a');
         ALTER TYPE status ADD VALUE 'under way' BEFORE 'done';
         COMMENT ON TYPE status IS 'how far it is';
         CREATE DOMAIN email AS varchar(200) DEFAULT 'x@y' NOT NULL
            CONSTRAINT at CHECK (VALUE LIKE '%@%') CHECK (length(VALUE) > 2);
         COMMENT ON DOMAIN email IS 'an address';
         COMMENT ON CONSTRAINT at ON DOMAIN email IS 'has an at';
         CREATE TYPE price AS (amount numeric, currency char(3));
         COMMENT ON TYPE price IS 'money';
         COMMENT ON COLUMN price.currency IS 'ISO 4217';
         CREATE TYPE span AS RANGE (subtype = float8);
         CREATE TABLE t (id serial, other integer GENERATED ALWAYS AS IDENTITY);
         CREATE SEQUENCE down AS smallint INCREMENT BY -2 CYCLE CACHE 5;
         COMMENT ON SEQUENCE down IS 'backwards';",
    );
    let status = EnumType {
        name: public("status"),
        labels: ["new", "under way", "done", "a"].map(str::to_owned).into(),
        comment: Some("how far it is".into()),
    };
    assert_eq!(catalog.enums, [status]);

    let check = |name: &str, expression: &str, comment: Option<&str>| Check {
        name: name.into(),
        expression: expression.into(),
        no_inherit: false,
        not_valid: false,
        comment: comment.map(str::to_owned),
    };
    let email = Domain {
        name: public("email"),
        base: TypeRef {
            modifier: Some("200".into()),
            ..TypeRef::builtin("varchar")
        },
        not_null: true,
        default: Some("'x@y'::character varying".into()),
        checks: vec![
            check("at", "((VALUE)::text ~~ '%@%'::text)", Some("has an at")),
            check("email_check", "(length((VALUE)::text) > 2)", None),
        ],
        comment: Some("an address".into()),
    };
    assert_eq!(catalog.domains, [email]);

    let price = &catalog.composites[0];
    assert_eq!(price.comment.as_deref(), Some("money"));
    assert_eq!(price.attributes[1].comment.as_deref(), Some("ISO 4217"));

    let multirange = TestServer::shared().version() >= 14;
    let span = Range {
        name: public("span"),
        subtype: TypeRef::builtin("float8"),
        multirange: multirange.then(|| public("span_multirange")),
        comment: None,
    };
    assert_eq!(catalog.ranges, [span]);
    assert_eq!(catalog.functions, [], "not the range's constructors");

    let owned = |name: &str, column: &str, identity| Sequence {
        name: public(name),
        ty: TypeRef::builtin("int4"),
        start: 1,
        increment: 1,
        min: 1,
        max: i32::MAX.into(),
        cache: 1,
        cycle: false,
        owned_by: Some(SequenceOwner {
            table: public("t"),
            column: column.into(),
            identity,
        }),
        comment: None,
    };
    let down = Sequence {
        name: public("down"),
        ty: TypeRef::builtin("int2"),
        start: -1,
        increment: -2,
        min: i16::MIN.into(),
        max: -1,
        cache: 5,
        cycle: true,
        owned_by: None,
        comment: Some("backwards".into()),
    };
    let expected = [
        down,
        owned("t_id_seq", "id", false),
        owned("t_other_seq", "other", true),
    ];
    assert_eq!(catalog.sequences, expected);
}

#[test]
fn views() {
    let catalog = catalog(
        "CREATE SCHEMA other;
         CREATE TABLE other.t (id integer NOT NULL, name text);
         CREATE VIEW v AS SELECT id, lower(name) AS low FROM other.t WHERE id > 1;
         COMMENT ON VIEW v IS 'some';
         COMMENT ON COLUMN v.low IS 'small letters';
         CREATE MATERIALIZED VIEW m AS SELECT 1 AS one;",
    );
    let [m, v] = &catalog.views[..] else {
        panic!("two views: {:?}", catalog.views);
    };
    assert!(m.materialized);
    assert_eq!(m.definition, "SELECT 1 AS one");
    assert!(!v.materialized);
    assert_eq!(v.comment.as_deref(), Some("some"));
    assert!(v.definition.contains("FROM other.t"), "{}", v.definition);
    assert!(!v.definition.ends_with(';'));
    assert!(v.columns[0].nullable, "views are looked into later");
    assert_eq!(v.columns[1].name, "low");
    assert_eq!(v.columns[1].position, 2);
    assert_eq!(v.columns[1].comment.as_deref(), Some("small letters"));
}

#[test]
fn functions() {
    let catalog = catalog(
        "CREATE FUNCTION f(a integer, b text DEFAULT 'x', OUT o integer, INOUT io integer DEFAULT 3,
            VARIADIC rest text[] DEFAULT '{}') LANGUAGE plpgsql STABLE STRICT AS 'BEGIN END';
         CREATE FUNCTION g(integer) RETURNS TABLE (x integer, y text) LANGUAGE sql IMMUTABLE
            AS $$ SELECT 1, 'a' $$;
         CREATE FUNCTION h() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
         CREATE PROCEDURE p(INOUT x integer) LANGUAGE plpgsql AS 'BEGIN END';
         CREATE AGGREGATE total(integer) (sfunc = int4pl, stype = integer);
         COMMENT ON FUNCTION g(integer) IS 'a pair';
         COMMENT ON AGGREGATE total(integer) IS 'a sum';",
    );
    let argument = |name: &str, ty: &str, mode, default: Option<&str>| Argument {
        name: Some(name.to_owned()).filter(|name| !name.is_empty()),
        ty: TypeRef {
            array: name == "rest",
            ..TypeRef::builtin(ty)
        },
        mode,
        default: default.map(str::to_owned),
    };
    let [f, g, h, p, total] = &catalog.functions[..] else {
        panic!("five functions: {:?}", catalog.functions);
    };
    let expected = Function {
        name: public("f"),
        kind: FunctionKind::Function,
        arguments: vec![
            argument("a", "int4", ArgumentMode::In, None),
            argument("b", "text", ArgumentMode::In, Some("'x'::text")),
            argument("o", "int4", ArgumentMode::Out, None),
            argument("io", "int4", ArgumentMode::InOut, Some("3")),
            argument("rest", "text", ArgumentMode::Variadic, Some("'{}'::text[]")),
        ],
        returns: Some(TypeRef::builtin("record")),
        returns_set: false,
        volatility: Volatility::Stable,
        strict: true,
        language: "plpgsql".into(),
        security_definer: false,
        leakproof: false,
        parallel: Parallel::Unsafe,
        settings: Vec::new(),
        body: Some(FunctionBody::Text("BEGIN END".into())),
        comment: None,
    };
    assert_eq!(*f, expected);
    let expected = Function {
        name: public("g"),
        kind: FunctionKind::Function,
        arguments: vec![
            argument("", "int4", ArgumentMode::In, None),
            argument("x", "int4", ArgumentMode::Table, None),
            argument("y", "text", ArgumentMode::Table, None),
        ],
        returns: Some(TypeRef::builtin("record")),
        returns_set: true,
        volatility: Volatility::Immutable,
        strict: false,
        language: "sql".into(),
        security_definer: false,
        leakproof: false,
        parallel: Parallel::Unsafe,
        settings: Vec::new(),
        body: Some(FunctionBody::Text(" SELECT 1, 'a' ".into())),
        comment: Some("a pair".into()),
    };
    assert_eq!(*g, expected);
    assert_eq!(h.arguments, []);
    assert_eq!(h.returns, Some(TypeRef::builtin("trigger")));
    assert_eq!(p.kind, FunctionKind::Procedure);
    assert_eq!(p.returns, None);
    assert_eq!(
        p.arguments,
        [argument("x", "int4", ArgumentMode::InOut, None)]
    );
    assert_eq!(total.kind, FunctionKind::Aggregate);
    assert_eq!(total.language, "internal");
    assert_eq!(total.comment.as_deref(), Some("a sum"));
}

#[test]
fn what_extensions_brought_is_left_out() {
    let catalog = catalog(
        "CREATE SCHEMA tools;
         CREATE EXTENSION citext SCHEMA tools;
         CREATE EXTENSION hstore;
         CREATE TABLE t (name tools.citext, more hstore);
         CREATE INDEX t_more ON t USING gin (more);
         CREATE INDEX t_name ON t (name tools.citext_pattern_ops);",
    );
    let extensions: Vec<_> = catalog
        .extensions
        .iter()
        .map(|extension| (&*extension.name, &*extension.schema))
        .collect();
    assert_eq!(extensions, [("citext", "tools"), ("hstore", "public")]);
    assert_eq!(catalog.functions, []);
    assert_eq!(catalog.composites, []);
    let t = table(&catalog, "t");
    assert_eq!(t.columns[0].ty.to_string(), "tools.citext");
    assert_eq!(t.indexes[0].keys[0].operator_class, None);
    assert_eq!(
        t.indexes[1].keys[0].operator_class.as_deref(),
        Some("tools.citext_pattern_ops")
    );
}

#[test]
fn schemas() {
    let catalog = catalog(
        "CREATE SCHEMA b;
         CREATE SCHEMA \"a.b\";
         COMMENT ON SCHEMA b IS 'the other';
         COMMENT ON SCHEMA public IS 'ours';
         CREATE TABLE b.t (x integer);
         CREATE TABLE \"a.b\".t (x integer);",
    );
    let schemas: Vec<_> = catalog
        .schemas
        .iter()
        .map(|schema| (&*schema.name, schema.comment.as_deref()))
        .collect();
    assert_eq!(
        schemas,
        [
            ("a.b", None),
            ("b", Some("the other")),
            ("public", Some("ours"))
        ]
    );
    let tables = names(catalog.tables.iter().map(|table| &table.name));
    assert_eq!(tables, ["a.b.t", "b.t"]);
}

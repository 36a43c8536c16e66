//! SQL text → Catalog: what each statement does to the Catalog, and what is said of those that can't be
//! carried out.
//!
//! That the Catalog is the one a database gives is tested in `tests/live.rs`, fixture by fixture.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use rowsmith::analyze;
use rowsmith::catalog::{
    ArgumentMode, Catalog, Column, Deferral, ForeignKeyAction, Function, FunctionKind, Identity,
    Index, IndexOn, QualifiedName, Sequence, Table, TableKind, TypeRef, Volatility,
};
use rowsmith::diagnostics::{Diagnostic, Severity, SourceFile};
use rowsmith::source::ddl;

#[path = "ddl/alterations.rs"]
mod alterations;
#[path = "ddl/lexical.rs"]
mod lexical;
#[path = "ddl/names.rs"]
mod names;
#[path = "ddl/partitions.rs"]
mod partitions;
#[path = "ddl/problems.rs"]
mod problems;
#[path = "ddl/tables.rs"]
mod tables;
#[path = "ddl/types.rs"]
mod types;
#[path = "ddl/views.rs"]
mod views;

fn file(sql: &str) -> Arc<SourceFile> {
    Arc::new(SourceFile {
        path: "schema.sql".into(),
        text: sql.into(),
    })
}

fn parse(sql: &str) -> (Catalog, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let catalog = ddl::parse(&[file(sql)], &mut diagnostics);
    (catalog, diagnostics)
}

/// The Catalog of SQL that has nothing wrong with it.
#[track_caller]
fn catalog(sql: &str) -> Catalog {
    let (catalog, diagnostics) = parse(sql);
    let said: Vec<String> = diagnostics.iter().map(|one| one.render(false)).collect();
    assert!(said.is_empty(), "{}", said.join("\n\n"));
    catalog
}

/// What is said of SQL, each with the text it points at.
fn problems(sql: &str) -> Vec<(String, String)> {
    let (_, diagnostics) = parse(sql);
    diagnostics
        .into_iter()
        .map(|one| {
            let place = one
                .place
                .map(|place| place.file.text[place.span].to_owned());
            (one.message, place.unwrap_or_default())
        })
        .collect()
}

#[track_caller]
fn table<'a>(catalog: &'a Catalog, name: &str) -> &'a Table {
    let (schema, name) = name.split_once('.').unwrap_or(("public", name));
    catalog.table(&QualifiedName::new(schema, name)).unwrap()
}

#[track_caller]
fn column<'a>(catalog: &'a Catalog, of: &str, name: &str) -> &'a Column {
    table(catalog, of).column(name).unwrap()
}

#[track_caller]
fn sequence<'a>(catalog: &'a Catalog, name: &str) -> &'a Sequence {
    let mut sequences = catalog.sequences.iter();
    sequences
        .find(|sequence| sequence.name.name == name)
        .unwrap()
}

#[track_caller]
fn function<'a>(catalog: &'a Catalog, name: &str) -> &'a Function {
    let mut functions = catalog.functions.iter();
    functions
        .find(|function| function.name.name == name)
        .unwrap()
}

fn index_names(table: &Table) -> Vec<&str> {
    table
        .indexes
        .iter()
        .map(|index| index.name.as_str())
        .collect()
}

/// The columns of a table with their types.
fn columns(table: &Table) -> Vec<String> {
    let columns = table.columns.iter();
    columns
        .map(|column| format!("{} {}", column.name, column.ty))
        .collect()
}

#[test]
fn a_dump_read_back_is_the_same_catalog() {
    let mut written = catalog(include_str!("../fixtures/blog/schema.sql"));
    let mut dumped = catalog(include_str!("ddl/blog.dump.sql"));
    analyze::normalize(&mut written);
    analyze::normalize(&mut dumped);
    assert_eq!(written, dumped);
}

#[test]
fn functions_are_their_signatures() {
    let catalog = catalog(
        "CREATE FUNCTION add(a integer, b numeric(10, 2) DEFAULT 1, VARIADIC rest text[] = '{}')
             RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS 'SELECT 1';
         CREATE FUNCTION two(IN a int, OUT b text, OUT c double precision) LANGUAGE sql STABLE
             AS $$ SELECT ';', 1.0 $$;
         CREATE FUNCTION rows() RETURNS TABLE (id bigint) LANGUAGE plpgsql AS '';
         CREATE FUNCTION body(int) RETURNS SETOF int BEGIN ATOMIC SELECT $1; SELECT 2; END;
         CREATE PROCEDURE tidy(days int, INOUT count int) LANGUAGE sql AS '';
         CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
         COMMENT ON FUNCTION add(int, numeric, text[]) IS 'Adds.';
         CREATE FUNCTION gone() RETURNS void LANGUAGE sql AS '';
         DROP FUNCTION gone();
         CREATE OR REPLACE FUNCTION body(int) RETURNS SETOF int IMMUTABLE RETURN 1;",
    );
    let add = function(&catalog, "add");
    assert_eq!(add.arguments.len(), 3);
    assert_eq!(add.arguments[1].ty, TypeRef::builtin("numeric"));
    assert!(add.arguments[1].default.is_some());
    assert_eq!(add.arguments[2].mode, ArgumentMode::Variadic);
    assert_eq!(add.volatility, Volatility::Immutable);
    assert!(add.strict);
    assert_eq!(add.comment.as_deref(), Some("Adds."));
    let two = function(&catalog, "two");
    assert_eq!(two.returns, Some(TypeRef::builtin("record")));
    assert_eq!(two.arguments[2].ty, TypeRef::builtin("float8"));
    let rows = function(&catalog, "rows");
    assert_eq!(rows.returns, Some(TypeRef::builtin("int8")));
    assert!(rows.returns_set);
    assert_eq!(function(&catalog, "body").volatility, Volatility::Immutable);
    let tidy = function(&catalog, "tidy");
    assert_eq!((tidy.kind, &tidy.returns), (FunctionKind::Procedure, &None));
    assert_eq!(
        function(&catalog, "total").returns,
        Some(TypeRef::builtin("int4"))
    );
    assert_eq!(catalog.functions.len(), 6);
}

#[test]
fn a_cut_or_shuffled_text_is_read_to_its_end() {
    let fixtures = std::fs::read_dir("fixtures").unwrap();
    let texts: Vec<String> = fixtures
        .filter_map(|entry| std::fs::read_to_string(entry.unwrap().path().join("schema.sql")).ok())
        .collect();
    assert!(texts.len() > 10);
    for text in &texts {
        for cut in (0..text.len())
            .step_by(197)
            .filter(|at| text.is_char_boundary(*at))
        {
            parse(&text[cut..]);
            parse(&text[..cut]);
        }
        // Every statement with a word left out.
        let words: Vec<&str> = text.split(' ').collect();
        for left_out in (0..words.len()).step_by(43) {
            let mut words = words.clone();
            words.remove(left_out);
            parse(&words.join(" "));
        }
    }
}

#[test]
fn depth_is_no_danger() {
    for open in [
        "(",
        "[",
        "/*",
        "CASE ",
        "a.",
        "((a)::int[",
        "x AS (SELECT ",
        "NOT ",
        "-",
    ] {
        let deep = open.repeat(20_000);
        parse(&format!("CREATE TABLE t (a int DEFAULT {deep}"));
        parse(&format!(
            "CREATE TABLE t (a int CHECK ({deep}); CREATE INDEX ON t ({deep});"
        ));
        parse(&format!(
            "CREATE TABLE t (a int); CREATE INDEX ON t (({deep}));"
        ));
        parse(&format!("CREATE VIEW v AS SELECT {deep};"));
    }
    let chain: String = (1..3000).fold("CREATE DOMAIN d0 AS int;".to_owned(), |sql, n| {
        format!("{sql}CREATE DOMAIN d{n} AS d{};", n - 1)
    });
    let (catalog, _) = parse(&format!("{chain} DROP DOMAIN d0 CASCADE;"));
    assert!(catalog.domains.is_empty());
}

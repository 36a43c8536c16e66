//! The normal form of expressions and views, against a real server: what a person wrote, what PostgreSQL
//! makes of it and what PostgreSQL makes of the normal form all have the same normal form.
#![allow(clippy::unwrap_used)]

#[path = "analyze/cases.rs"]
mod cases;

use std::fmt::Write;

use rowsmith::analyze::{self, normalize};
use rowsmith::catalog::{Catalog, Check, Column, QualifiedName, Table, TableKind, TypeRef};
use rowsmith_test_server::TestServer;

fn introspect(url: &str) -> Catalog {
    rowsmith::source::live::read(Some(url)).unwrap_or_else(|e| panic!("{}", e.render(false)))
}

/// Puts an expression into a Catalog where one stands, and takes one out.
type Place = fn(&mut Table) -> &mut String;

/// Checks one sort of expression. `ddl` makes the statement that puts the `i`th expression into the
/// table `t<i>`; `place` finds it in the Catalog.
fn check(kind: &str, expressions: &[String], ddl: impl Fn(usize, &str) -> String, place: Place) {
    let server = TestServer::shared();
    let mut failures = String::new();

    let create = |expressions: &[(usize, String)], failures: &mut String| {
        let database = server.create_database(Some(cases::SCHEMA));
        let mut made = Vec::new();
        for (i, expression) in expressions {
            match database.execute(&ddl(*i, expression)) {
                Ok(()) => made.push(*i),
                Err(error) => {
                    let _ = writeln!(failures, "{kind} {expression}\n  refused: {error}");
                }
            }
        }
        (introspect(&database.url()), made)
    };
    let table = |catalog: &mut Catalog, i: usize| -> usize {
        let name = format!("t{i}");
        catalog
            .tables
            .iter()
            .position(|t| t.name.name == name)
            .unwrap()
    };

    let numbered: Vec<(usize, String)> = expressions.iter().cloned().enumerate().collect();
    let (live, made) = create(&numbered, &mut failures);
    let mut written = live.clone();
    for (i, expression) in &numbered {
        if made.contains(i) {
            let at = table(&mut written, *i);
            *place(&mut written.tables[at]) = expression.clone();
        }
    }
    let mut deparsed = live.clone();
    normalize(&mut written);
    normalize(&mut deparsed);
    let mut again = written.clone();
    normalize(&mut again);

    let mut normal = Vec::new();
    for i in made {
        let at = table(&mut written, i);
        let original = place(&mut live.clone().tables[at]).clone();
        let from_text = place(&mut written.tables[at]).clone();
        let from_live = place(&mut deparsed.tables[at]).clone();
        let twice = place(&mut again.tables[at]).clone();
        if from_text != from_live {
            let _ = writeln!(
                failures,
                "{kind} {}\n  deparsed  {original}\n  from text {from_text}\n  from live {from_live}",
                expressions[i]
            );
        } else if twice != from_text {
            let _ = writeln!(failures, "{kind} {from_text}\n  not idempotent: {twice}");
        }
        normal.push((i, from_text));
    }

    let (mut live, made) = create(&normal, &mut failures);
    let raw = live.clone();
    normalize(&mut live);
    for (i, expression) in normal {
        if made.contains(&i) {
            let at = table(&mut live, i);
            let now = place(&mut live.tables[at]).clone();
            if now != expression {
                let _ = writeln!(
                    failures,
                    "{kind} {expression}\n  deparsed  {}\n  comes back as {now}",
                    place(&mut raw.clone().tables[at])
                );
            }
        }
    }
    let count = failures
        .lines()
        .filter(|line| !line.starts_with(' '))
        .count();
    assert!(
        failures.is_empty(),
        "{count} of {}:\n{failures}",
        expressions.len()
    );
}

#[test]
fn checks() {
    let expressions: Vec<String> = cases::CONDITIONS.iter().map(|s| (*s).to_owned()).collect();
    check(
        "CHECK",
        &expressions,
        |i, e| format!("CREATE TABLE t{i} (LIKE base, CONSTRAINT c CHECK ({e}))"),
        |table| &mut table.checks[0].expression,
    );
}

#[test]
fn index_predicates() {
    let expressions: Vec<String> = cases::CONDITIONS
        .iter()
        .filter(|e| !cases::is_volatile(e) && **e != "true")
        .map(|s| (*s).to_owned())
        .collect();
    check(
        "WHERE",
        &expressions,
        |i, e| format!("CREATE TABLE t{i} (LIKE base); CREATE INDEX ON t{i} (id) WHERE {e}"),
        |table| table.indexes[0].predicate.get_or_insert_default(),
    );
}

#[test]
fn index_expressions() {
    use rowsmith::catalog::IndexOn;
    let expressions: Vec<String> = cases::VALUES
        .iter()
        .filter(|e| !cases::is_volatile(e))
        .map(|s| (*s).to_owned())
        .collect();
    check(
        "INDEX",
        &expressions,
        |i, e| format!("CREATE TABLE t{i} (LIKE base); CREATE INDEX ON t{i} (({e}))"),
        |table| match &mut table.indexes[0].keys[0].on {
            IndexOn::Expression(text) | IndexOn::Column(text) => text,
        },
    );
}

#[test]
fn defaults() {
    let types: Vec<&str> = cases::DEFAULTS.iter().map(|(ty, _)| *ty).collect();
    let expressions: Vec<String> = cases::DEFAULTS
        .iter()
        .map(|(_, e)| (*e).to_owned())
        .collect();
    check(
        "DEFAULT",
        &expressions,
        |i, e| format!("CREATE TABLE t{i} (x {} DEFAULT {e})", types[i]),
        |table| table.columns[0].default.get_or_insert_default(),
    );
}

#[test]
fn generated_columns() {
    let types: Vec<&str> = cases::GENERATED.iter().map(|(ty, _)| *ty).collect();
    let expressions: Vec<String> = cases::GENERATED
        .iter()
        .map(|(_, e)| (*e).to_owned())
        .collect();
    check(
        "GENERATED",
        &expressions,
        |i, e| {
            format!(
                "CREATE TABLE t{i} (LIKE base, x {} GENERATED ALWAYS AS ({e}) STORED)",
                types[i]
            )
        },
        |table| {
            let column = table.columns.last_mut().unwrap();
            &mut column.generated.as_mut().unwrap().expression
        },
    );
}

#[test]
fn partition_keys() {
    let expressions: Vec<String> = cases::PARTITION_KEYS
        .iter()
        .map(|s| (*s).to_owned())
        .collect();
    check(
        "PARTITION BY",
        &expressions,
        |i, e| format!("CREATE TABLE t{i} (LIKE base) PARTITION BY {e}"),
        |table| table.partition_key.as_mut().unwrap(),
    );
}

#[test]
fn domain_checks() {
    let server = TestServer::shared();
    let database = server.create_database(Some(cases::SCHEMA));
    for (i, (ty, check)) in cases::DOMAIN_CHECKS.iter().enumerate() {
        database
            .execute(&format!(
                "CREATE DOMAIN z{i:02} AS {ty} CONSTRAINT c CHECK ({check})"
            ))
            .unwrap();
    }
    let live = introspect(&database.url());
    let mut written = live.clone();
    for (i, (_, check)) in cases::DOMAIN_CHECKS.iter().enumerate() {
        let name = format!("z{i:02}");
        let domain = written.domains.iter_mut().find(|d| d.name.name == name);
        domain.unwrap().checks[0].expression = (*check).to_owned();
    }
    let mut deparsed = live;
    normalize(&mut written);
    normalize(&mut deparsed);
    for (written, deparsed) in written.domains.iter().zip(&deparsed.domains) {
        assert_eq!(written, deparsed);
    }
}

#[test]
fn views() {
    let server = TestServer::shared();
    let path = ["public".to_owned()];
    let mut failures = String::new();
    let database = server.create_database(Some(cases::SCHEMA));
    for (i, query) in cases::VIEWS.iter().enumerate() {
        if let Err(error) = database.execute(&format!("CREATE VIEW v{i:03} AS {query}")) {
            let _ = writeln!(failures, "VIEW {query}\n  refused: {error}");
        }
    }
    let catalog = introspect(&database.url());
    let mut deparsed = catalog.clone();
    normalize(&mut deparsed);
    let again = server.create_database(Some(cases::SCHEMA));
    let mut normal = Vec::new();
    for (i, query) in cases::VIEWS.iter().enumerate() {
        let name = format!("v{i:03}");
        let find = |catalog: &Catalog| catalog.views.iter().find(|v| v.name.name == name).cloned();
        let (Some(live), Some(raw)) = (find(&deparsed), find(&catalog)) else {
            continue;
        };
        match analyze::view(&deparsed, query, &path) {
            Err(error) => {
                let _ = writeln!(
                    failures,
                    "VIEW {query}\n  {} at {}",
                    error.message, error.offset
                );
                continue;
            }
            Ok(written) => {
                if written.definition != live.definition {
                    let _ = writeln!(
                        failures,
                        "VIEW {query}\n  deparsed  {}\n  from text {}\n  from live {}",
                        raw.definition.replace('\n', " "),
                        written.definition,
                        live.definition
                    );
                }
                let ours: Vec<String> = written
                    .columns
                    .iter()
                    .map(|c| format!("{} {} {:?} {}", c.name, c.ty, c.collation, c.nullable))
                    .collect();
                let theirs: Vec<String> = live
                    .columns
                    .iter()
                    .map(|c| format!("{} {} {:?} {}", c.name, c.ty, c.collation, c.nullable))
                    .collect();
                if ours != theirs {
                    let _ = writeln!(
                        failures,
                        "VIEW {query}\n  columns from text {ours:?}\n  columns from live {theirs:?}"
                    );
                }
                match analyze::view(&deparsed, &written.definition, &path) {
                    Ok(twice) if twice.definition == written.definition => {}
                    Ok(twice) => {
                        let _ = writeln!(
                            failures,
                            "VIEW {}\n  not idempotent: {}",
                            written.definition, twice.definition
                        );
                    }
                    Err(error) => {
                        let _ = writeln!(
                            failures,
                            "VIEW {}\n  not understood: {} at {}",
                            written.definition, error.message, error.offset
                        );
                    }
                }
                let sql = format!("CREATE VIEW v{i:03} AS {}", written.definition);
                match again.execute(&sql) {
                    Ok(()) => normal.push((name, written.definition)),
                    Err(error) => {
                        let _ =
                            writeln!(failures, "VIEW {}\n  refused: {error}", written.definition);
                    }
                }
            }
        }
    }
    let mut catalog = introspect(&again.url());
    normalize(&mut catalog);
    for (name, definition) in normal {
        let view = catalog.views.iter().find(|v| v.name.name == name).unwrap();
        if view.definition != definition {
            let _ = writeln!(
                failures,
                "VIEW {definition}\n  comes back as {}",
                view.definition
            );
        }
    }
    let count = failures
        .lines()
        .filter(|line| !line.starts_with(' '))
        .count();
    assert!(
        failures.is_empty(),
        "{count} of {}:\n{failures}",
        cases::VIEWS.len()
    );
}

/// A Catalog with one table that has one check.
fn with_check(expression: &str) -> Catalog {
    let mut catalog = Catalog::default();
    let column = |position, name: &str, ty: &str| Column {
        name: name.to_owned(),
        position,
        ty: TypeRef::builtin(ty),
        nullable: false,
        default: None,
        identity: None,
        generated: None,
        collation: None,
        comment: None,
    };
    catalog.tables.push(Table {
        name: QualifiedName::new("public", "users"),
        kind: TableKind::Ordinary,
        unlogged: false,
        partition_key: None,
        partition_bound: None,
        partition_of: None,
        inherits: Vec::new(),
        columns: vec![column(1, "a", "int4"), column(2, "name", "text")],
        primary_key: None,
        unique_keys: Vec::new(),
        foreign_keys: Vec::new(),
        checks: vec![Check {
            name: "c".to_owned(),
            expression: expression.to_owned(),
            no_inherit: false,
            not_valid: false,
            comment: None,
        }],
        exclusions: Vec::new(),
        indexes: Vec::new(),
        comment: None,
    });
    catalog
}

fn normal(expression: &str) -> String {
    let mut catalog = with_check(expression);
    normalize(&mut catalog);
    catalog.tables[0].checks[0].expression.clone()
}

#[test]
fn a_column_may_be_qualified_with_its_table() {
    for text in [
        "users.a > 0",
        "public.users.a > 0",
        "USERS.A>0",
        "((users.a) > 0)",
    ] {
        assert_eq!(normal(text), "\"a\" > 0", "{text}");
    }
}

#[test]
fn what_is_not_understood_keeps_its_tokens() {
    for (text, expected) in [
        ("a  IS   OF (integer)", "a IS OF (integer)"),
        ("no_such_column\n> 0 -- why", "no_such_column > 0"),
        ("'unfinished", "'unfinished"),
        ("a >", "a >"),
        ("", ""),
        ("\0", "\0"),
        (")(", ")("),
        ("trim(both from", "trim(both from"),
        ("x::", "x::"),
        ("collate collate", "collate collate"),
        ("::text collate \"C\"", "::text collate \"C\""),
    ] {
        assert_eq!(normal(text), expected);
        assert_eq!(normal(expected), expected);
    }
}

#[test]
fn an_extension_s_function_loses_its_casts_to_text() {
    let expected = "similarity(\"name\", 'abc') > 0.5";
    assert_eq!(normal("similarity(name, 'abc') > 0.5"), expected);
    assert_eq!(
        normal("(public.similarity(name, 'abc'::text) > 0.5)"),
        expected
    );
}

#[test]
fn depth_is_bounded() {
    for depth in [10, 90, 110, 1_000, 20_000] {
        for (open, close) in [
            ("(", ")"),
            ("NOT (", ")"),
            ("abs(", ")"),
            ("coalesce(NULL, ", ")"),
            ("(SELECT ", ")"),
            ("CASE WHEN a > 0 THEN ", " END"),
            ("ARRAY[", "]"),
            ("a + (", ")"),
        ] {
            let text = format!("{}a{}", open.repeat(depth), close.repeat(depth));
            let once = normal(&text);
            assert_eq!(normal(&once), once);
        }
        for operator in [" AND a > ", " + ", " || ", " OR a = ", " - - "] {
            let text = format!("a{}", format!("{operator}a").repeat(depth));
            normal(&text);
        }
        let query = format!(
            "SELECT a FROM users{}",
            " UNION SELECT a FROM users".repeat(depth)
        );
        let _ = analyze::view(&with_check("true"), &query, &["public".to_owned()]);
        let query = format!("SELECT a FROM users{}", " CROSS JOIN users".repeat(depth));
        let _ = analyze::view(&with_check("true"), &query, &["public".to_owned()]);
        let query = format!(
            "{}users{}",
            "SELECT * FROM (SELECT * FROM ".repeat(depth),
            ") x".repeat(depth)
        );
        let _ = analyze::view(&with_check("true"), &query, &["public".to_owned()]);
    }
}

#[test]
fn a_view_s_problem_has_a_place_and_a_way_out() {
    let catalog = with_check("true");
    let path = ["public".to_owned()];
    for (query, message, at) in [
        (
            "SELECT nothing FROM users",
            "there is no column `nothing` here",
            "nothing",
        ),
        (
            "SELECT a\n  FROM missing",
            "there is no table or view `missing`",
            "missing",
        ),
        ("SELECT u.x FROM users u", "`u` has no column `x`", "u.x"),
        (
            "SELECT a FROM users, users v",
            "column `a` is ambiguous",
            "a FROM",
        ),
        (
            "SELECT a FROM users WHERE",
            "expected: an expression, found: EOF",
            "",
        ),
        (
            "SELECT f(a) FROM users",
            "the type of column `f` can't be told",
            "SELECT",
        ),
    ] {
        let error = analyze::view(&catalog, query, &path).unwrap_err();
        assert_eq!(error.message, message);
        assert!(
            query[error.offset..].starts_with(at),
            "{query}: {}",
            error.offset
        );
    }
    let error = analyze::view(&catalog, "SELECT f(a) FROM users", &path).unwrap_err();
    assert!(error.help.unwrap().contains("::integer"));
}

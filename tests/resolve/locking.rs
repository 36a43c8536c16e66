//! Optimistic locking.

use crate::build::*;
use rowsmith::catalog::{Table, TableKind};
use rowsmith::config::Config;
use rowsmith::diagnostics::Severity;
use rowsmith::model::WriteField;

fn locking(table: &str, column: &str) -> Config {
    Config {
        locking: [(table.to_owned(), column.to_owned())].into(),
        ..Config::default()
    }
}

fn users() -> Table {
    table(
        "users",
        &[("id", "int8#"), ("name", "text!"), ("version", "int4! = 1")],
    )
    .pk(&["id"])
}

fn columns(fields: &[WriteField]) -> Vec<&str> {
    fields.iter().map(|field| field.ident.db.as_str()).collect()
}

#[test]
fn a_version_column_counts_the_changes() {
    let config = locking("public.users", "version");
    let resolved = resolve_with(&catalog(vec![users()]), &config);
    resolved.quiet();
    let patch = resolved.patch("users");
    assert_eq!(columns(&patch.fields), ["name"]);
    assert_eq!(
        columns(&resolved.new_row("users").fields),
        ["name", "version"]
    );
    let lock = patch.lock.as_ref().unwrap();
    assert_eq!(lock.fields, ["id", "version"]);
    assert_eq!(lock.column, "version");
    assert_eq!(lock.current_sql, r#""version" = $2"#);
    assert!(lock.counts);
    assert!(!resolved.field("users", "version").read_only);

    let resolved = resolve_tables(vec![users()]);
    let patch = resolved.patch("users");
    assert_eq!(patch.lock, None);
    assert_eq!(columns(&patch.fields), ["name", "version"]);
}

#[test]
fn the_version_stands_behind_a_composite_key() {
    let seats = table(
        "seats",
        &[
            ("type", "int8!"),
            ("flight", "text!"),
            ("number", "int2!"),
            ("taken", "bool!"),
        ],
    )
    .pk(&["flight", "number"]);
    let config = locking("public.seats", "type");
    let resolved = resolve_with(&catalog(vec![seats]), &config);
    resolved.quiet();
    let patch = resolved.patch("seats");
    assert_eq!(patch.key_sql, r#""flight" = $1 AND "number" = $2"#);
    let lock = patch.lock.as_ref().unwrap();
    assert_eq!(lock.fields, ["flight", "number", "r#type"]);
    assert_eq!(lock.current_sql, r#""type" = $3"#);
}

#[test]
fn xmin_is_a_field_that_nobody_writes() {
    let config = locking("public.users", "xmin");
    let resolved = resolve_with(&catalog(vec![users()]), &config);
    resolved.quiet();
    let entity = resolved.entity("users");
    assert_eq!(
        entity.select_list,
        [r#""id""#, r#""name""#, r#""version""#, r#""xmin""#]
    );
    let xmin = entity.fields.last().unwrap();
    assert_eq!(
        (xmin.ident.rs.as_str(), xmin.constant.as_str()),
        ("xmin", "XMIN")
    );
    assert_eq!(xmin.ty, "::rowsmith_runtime::Xid");
    assert!(xmin.read_only);
    assert_eq!(xmin.travel, None);
    assert_eq!(
        xmin.doc,
        [
            "PostgreSQL's own version of the row: another one after each transaction that changed it.",
            "",
            "`xid`"
        ]
    );
    assert_eq!(
        resolved.function("users", "find").sql[0],
        r#"SELECT "id", "name", "version", "xmin""#
    );
    let patch = resolved.patch("users");
    assert_eq!(columns(&patch.fields), ["name", "version"]);
    assert_eq!(
        columns(&resolved.new_row("users").fields),
        ["name", "version"]
    );
    let lock = patch.lock.as_ref().unwrap();
    assert_eq!(lock.fields, ["id", "xmin"]);
    assert_eq!(lock.current_sql, r#""xmin" = $2"#);
    assert!(!lock.counts);
}

#[test]
fn xmin_gives_way_like_any_column() {
    let users = table("users", &[("id", "int8#"), ("Xmin", "text!")]).pk(&["id"]);
    let config = Config {
        names: [("public.users.xmin".into(), "row_version".into())].into(),
        ..locking("public.users", "xmin")
    };
    let resolved = resolve_with(&catalog(vec![users.clone()]), &config);
    resolved.quiet();
    assert_eq!(resolved.field("users", "xmin").ident.rs, "row_version");

    let resolved = resolve_with(&catalog(vec![users]), &locking("public.users", "xmin"));
    assert_eq!(resolved.field("users", "Xmin").ident.rs, "xmin");
    assert_eq!(resolved.field("users", "xmin").ident.rs, "xmin_2");
    let lock = resolved.patch("users").lock.as_ref();
    assert_eq!(lock.unwrap().fields, ["id", "xmin_2"]);
}

#[test]
fn a_setter_gives_way_to_apply_to() {
    let users = table("users", &[("id", "int8#"), ("apply_to", "text!")]).pk(&["id"]);
    let resolved = resolve_tables(vec![users]);
    assert_eq!(resolved.patch("users").fields[0].setter, "set_apply_to");
}

#[test]
fn what_can_be_no_version_is_reported() {
    let of = |kind| Table { kind, ..users() };
    let with = |column| {
        let mut users = users();
        let more = table("x", &[column]).columns;
        users.columns.extend(more);
        users
    };
    for (users, column, what) in [
        (users(), "nothing", "the table has no column `nothing`"),
        (users(), "name", "no number counts up in the column `name`"),
        (
            with(("n", "int4[]!")),
            "n",
            "no number counts up in the column `n`",
        ),
        (
            with(("n", "int4")),
            "n",
            "there may be no number in the column `n`",
        ),
        (
            with(("n", "int4#")),
            "n",
            "only the server writes the column `n`",
        ),
        (
            with(("n", "int4! := 1")),
            "n",
            "only the server writes the column `n`",
        ),
        (
            users().pk(&["version"]),
            "version",
            "the primary key holds the column `version`",
        ),
        (
            table("users", &[("id", "int8#"), ("version", "int4!")]).pk(&["id"]),
            "version",
            "nothing may be written but the column `version`",
        ),
        (
            of(TableKind::Partitioned),
            "xmin",
            "the rows of a partitioned table don't come with `xmin`",
        ),
        (
            of(TableKind::Foreign),
            "xmin",
            "the rows of a foreign table don't come with `xmin`",
        ),
        (
            table("users", &[("version", "int4!")]),
            "version",
            "the table's rows can't be changed one by one",
        ),
        (
            table("users", &[("id", "int8#")]).pk(&["id"]),
            "xmin",
            "the table's rows can't be changed one by one",
        ),
        (table("others", &[]), "version", "no table is called so"),
    ] {
        let name = users.name.name.clone();
        let mut resolved = resolve_with(&catalog(vec![users]), &locking("public.users", column));
        // A foreign table is not created, and that is said, too.
        let said = &mut resolved.diagnostics;
        said.retain(|diagnostic| diagnostic.severity != Severity::Note);
        let (severity, message, help) = resolved.said();
        assert_eq!(severity, Severity::Warning);
        assert_eq!(
            message,
            format!("`public.users` under `[locking]` has no effect: {what}")
        );
        assert!(!help.is_empty());
        let patch = resolved.entity(&name).patch.as_ref();
        assert!(patch.is_none_or(|patch| patch.lock.is_none()));
    }
}

#[test]
fn a_view_can_not_be_locked() {
    let mut catalog = catalog(Vec::new());
    catalog.views = vec![view("users", &[("version", "int4!")])];
    let resolved = resolve_with(&catalog, &locking("public.users", "version"));
    assert_eq!(
        resolved.said().1,
        "`public.users` under `[locking]` has no effect: no table is called so"
    );
}

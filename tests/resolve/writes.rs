//! New rows, patches and upserts.

use crate::build::*;
use rowsmith::model::WriteField;

fn columns(fields: &[WriteField]) -> Vec<(&str, bool)> {
    fields
        .iter()
        .map(|field| (field.ident.db.as_str(), field.required))
        .collect()
}

#[test]
fn a_new_row_has_what_may_be_written() {
    let resolved = resolve_tables(vec![
        table(
            "t",
            &[
                ("id", "int8#"),
                ("code", "int4~"),
                ("name", "text!"),
                ("note", "text"),
                ("state", "text! = 'new'"),
                ("upper_name", "text! := upper(name)"),
            ],
        )
        .pk(&["id"]),
    ]);
    resolved.quiet();
    assert_eq!(
        columns(&resolved.new_row("t").fields),
        [
            ("code", false),
            ("name", true),
            ("note", false),
            ("state", false)
        ]
    );
    assert_eq!(
        columns(&resolved.patch("t").fields),
        [
            ("code", false),
            ("name", false),
            ("note", false),
            ("state", false)
        ]
    );
    assert_eq!(resolved.patch("t").key_sql, r#""id" = $1"#);
    assert_eq!(resolved.patch("t").name, "TPatch");
    assert_eq!(resolved.entity("t").fields.len(), 6);
    // A value for the key can't be given, so a new row never conflicts on it.
    assert_eq!(resolved.new_row("t").upserts, []);
}

#[test]
fn a_key_that_may_be_written_is_in_the_patch_too() {
    let resolved = resolve_tables(vec![
        table("t", &[("a", "int4!"), ("b", "public.d!")]).pk(&["a", "b"]),
    ]);
    let patch = resolved.patch("t");
    assert_eq!(columns(&patch.fields), [("a", false), ("b", false)]);
    assert_eq!(
        patch.key_sql,
        r#""a" = $1 AND "b" = $2::text::"public"."d""#
    );
    let upserts = &resolved.new_row("t").upserts;
    assert_eq!(upserts[0].name, "upsert_by_a_and_b");
    assert_eq!(upserts[0].target_sql, r#"("a", "b")"#);
    assert_eq!(upserts[0].key_columns_sql, [r#""a""#, r#""b""#]);
}

#[test]
fn a_table_with_nothing_to_write_has_no_patch() {
    let resolved = resolve_tables(vec![table("t", &[("id", "int8#")]).pk(&["id"])]);
    assert_eq!(resolved.entity("t").patch, None);
    assert_eq!(resolved.new_row("t").fields, []);
}

#[test]
fn upserts_carry_the_predicate_of_a_partial_index() {
    let resolved = resolve_tables(vec![
        table("t", &[("id", "int8#"), ("email", "text!")])
            .pk(&["id"])
            .unique_index("i", &["email"], Some("deleted_at IS NULL")),
    ]);
    let upserts = &resolved.new_row("t").upserts;
    assert_eq!(upserts.len(), 1);
    assert_eq!(upserts[0].name, "upsert_by_email");
    assert_eq!(
        upserts[0].target_sql,
        r#"("email") WHERE (deleted_at IS NULL)"#
    );
}

#[test]
fn keys_on_the_same_columns_are_one() {
    let resolved = resolve_tables(vec![
        table("t", &[("email", "text!")])
            .unique_named("a", &["email"])
            .unique_named("b", &["email"])
            .unique_index("c", &["email"], None),
    ]);
    resolved.quiet();
    assert_eq!(resolved.new_row("t").upserts.len(), 1);
    assert_eq!(resolved.functions("t"), ["find_by_email", "list", "count"]);
    assert_eq!(resolved.entity("t").constraints.len(), 3);
}

#[test]
fn a_key_on_the_columns_of_a_deferrable_one_settles_conflicts() {
    let resolved = resolve_tables(vec![
        table("t", &[("email", "text!")])
            .deferrable_unique(&["email"])
            .unique_index("i", &["email"], None),
    ]);
    assert_eq!(resolved.new_row("t").upserts[0].name, "upsert_by_email");
}

#[test]
fn a_generated_key_settles_conflicts() {
    let resolved = resolve_tables(vec![
        table(
            "t",
            &[("email", "text!"), ("lower", "text! := lower(email)")],
        )
        .unique(&["lower"]),
    ]);
    let upsert = &resolved.new_row("t").upserts[0];
    assert_eq!(upsert.target_sql, r#"("lower")"#);
}

#[test]
fn setters_give_way_to_functions() {
    let resolved = resolve_tables(vec![
        table(
            "t",
            &[
                ("id", "int8#"),
                ("new", "text"),
                ("insert", "text"),
                ("type", "text"),
                ("apply", "text!"),
                ("set_new", "text"),
                ("value", "text"),
            ],
        )
        .pk(&["id"]),
    ]);
    let setters = |fields: &[WriteField]| -> Vec<String> {
        fields.iter().map(|field| field.setter.clone()).collect()
    };
    let expected = [
        "new_2",
        "set_insert",
        "r#type",
        "set_apply",
        "set_new",
        "value",
    ];
    assert_eq!(setters(&resolved.new_row("t").fields), expected);
    assert_eq!(setters(&resolved.patch("t").fields), expected);
    // Each is reported once.
    assert_eq!(resolved.diagnostics.len(), 3);
    assert_eq!(resolved.new_field("t", "new").ident.rs, "new");
}

#[test]
fn setters_give_way_to_upserts() {
    let resolved = resolve_tables(vec![
        table("t", &[("email", "text!"), ("upsert_by_email", "text")]).unique(&["email"]),
    ]);
    assert_eq!(
        resolved.new_field("t", "upsert_by_email").setter,
        "set_upsert_by_email"
    );
}

#[test]
fn what_only_the_server_writes_is_read_only() {
    let columns = &[
        ("id", "int8#"),
        ("code", "int4~"),
        ("lower", "text := lower(name)"),
        ("name", "text"),
    ];
    let mut catalog = catalog(vec![table("t", columns).pk(&["code", "id"])]);
    catalog.views = vec![view("v", columns)];
    let resolved = resolve(&catalog);
    let read_only = |entity: &str| -> Vec<bool> {
        let fields = resolved.entity(entity).fields.iter();
        fields.map(|field| field.read_only).collect()
    };
    assert_eq!(read_only("t"), [true, false, true, false]);
    // Nothing of a view can be written in any case.
    assert_eq!(read_only("v"), [false; 4]);
    assert_eq!(resolved.entity("t").key, ["code", "id"]);
    assert_eq!(resolved.entity("v").key, [""; 0]);
}

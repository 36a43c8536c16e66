//! Functions that read and delete.

use crate::build::*;
use rowsmith::catalog::{Catalog, Deferral, QualifiedName};
use rowsmith::model::Returns;

#[test]
fn each_key_and_index_has_its_function() {
    let resolved = resolve_tables(vec![
        table(
            "users",
            &[
                ("id", "int8#"),
                ("name", "text!"),
                ("email", "varchar(200)!"),
                ("team", "int4"),
            ],
        )
        .pk(&["id"])
        .unique(&["email"])
        .index("users_team_name_idx", &["team", "name"]),
    ]);
    resolved.quiet();
    assert_eq!(
        resolved.functions("users"),
        [
            "find",
            "find_by_email",
            "list",
            "list_by_team_and_name",
            "count",
            "exists",
            "delete_by_id"
        ]
    );
    let all = r#"SELECT "id", "name", "email", "team""#;
    let from = r#"FROM "public"."users""#;
    let find = resolved.function("users", "find");
    assert_eq!(find.sql, [all, from, r#"WHERE "id" = $1"#]);
    assert_eq!(find.returns, Returns::OptionalRow);
    assert_eq!(params(find), ["id: i64"]);

    let find = resolved.function("users", "find_by_email");
    assert_eq!(find.sql, [all, from, r#"WHERE "email" = $1"#]);
    assert_eq!(params(find), ["email: &str"]);

    let list = resolved.function("users", "list");
    assert_eq!(list.sql, [all, from, r#"ORDER BY "id""#]);
    assert_eq!(list.returns, Returns::Rows);

    // A nullable column's parameter is a value all the same.
    let list = resolved.function("users", "list_by_team_and_name");
    assert_eq!(params(list), ["team: i32", "name: &str"]);
    assert_eq!(
        list.sql,
        [
            all,
            from,
            r#"WHERE "team" = $1"#,
            r#"  AND "name" = $2"#,
            r#"ORDER BY "id""#
        ]
    );

    let count = resolved.function("users", "count");
    assert_eq!(count.sql, [r#"SELECT count(*) FROM "public"."users""#]);
    let exists = resolved.function("users", "exists");
    assert_eq!(
        exists.sql,
        [
            "SELECT EXISTS (",
            r#"    SELECT FROM "public"."users""#,
            r#"    WHERE "id" = $1"#,
            ")"
        ]
    );
    let delete = resolved.function("users", "delete_by_id");
    assert_eq!(
        delete.sql,
        [r#"DELETE FROM "public"."users""#, r#"WHERE "id" = $1"#]
    );
    assert_eq!(delete.returns, Returns::Affected);
}

fn params(function: &rowsmith::model::Function) -> Vec<String> {
    let params = function.params.iter();
    params.map(|p| format!("{}: {}", p.name, p.ty)).collect()
}

#[test]
fn a_composite_key_names_all_its_columns() {
    let resolved = resolve_tables(vec![
        table("lines", &[("order_id", "int8!"), ("no", "int2!")]).pk(&["order_id", "no"]),
    ]);
    assert_eq!(
        resolved.functions("lines"),
        [
            "find",
            "list",
            "count",
            "exists",
            "delete_by_order_id_and_no"
        ]
    );
    let list = resolved.function("lines", "list");
    assert_eq!(list.sql[2], r#"ORDER BY "order_id", "no""#);
    let find = resolved.function("lines", "find");
    assert_eq!(params(find), ["order_id: i64", "no: i16"]);
}

#[test]
fn without_a_primary_key_there_is_nothing_to_find_by() {
    let resolved = resolve_tables(vec![table("log", &[("line", "text")])]);
    resolved.quiet();
    assert_eq!(resolved.functions("log"), ["list", "count"]);
    let list = resolved.function("log", "list");
    assert_eq!(list.sql, [r#"SELECT "line""#, r#"FROM "public"."log""#]);
    assert_eq!(resolved.entity("log").patch, None);
}

#[test]
fn a_foreign_key_is_listed_by_once() {
    let posts = table(
        "posts",
        &[("id", "int8#"), ("author_id", "int8!"), ("slug", "text!")],
    )
    .pk(&["id"])
    .fk(&["author_id"], "users", &["id"])
    .index("posts_author_id_idx", &["author_id"])
    .index("posts_author_id_idx1", &["author_id"]);
    // The referenced table need not be in the Catalog.
    let resolved = resolve_tables(vec![posts]);
    resolved.quiet();
    assert_eq!(
        resolved.functions("posts"),
        [
            "find",
            "list",
            "list_by_author_id",
            "count",
            "exists",
            "delete_by_id"
        ]
    );
}

#[test]
fn what_is_unique_is_found_and_not_listed() {
    let profiles = table("profiles", &[("user_id", "int8!"), ("nick", "text!")])
        .pk(&["user_id"])
        .unique(&["nick"])
        .unique_index("profiles_nick_idx", &["nick"], None)
        .index("profiles_nick_idx1", &["nick"])
        .fk(&["user_id"], "users", &["id"]);
    let resolved = resolve_tables(vec![profiles]);
    resolved.quiet();
    assert_eq!(
        resolved.functions("profiles"),
        [
            "find",
            "find_by_nick",
            "list",
            "count",
            "exists",
            "delete_by_user_id"
        ]
    );
}

#[test]
fn indexes_on_expressions_other_methods_and_partial_ones_list_nothing() {
    let mut docs = table("docs", &[("body", "text"), ("at", "date")])
        .index("docs_lower_idx", &["lower(body)"])
        .index("docs_body_idx", &["body"])
        .unique_index("docs_lower_key", &["lower(body)"], None);
    docs.indexes[1].method = "gin".into();
    let mut partial = index("docs_at_idx", &["at"], false, Some("at IS NOT NULL"));
    partial.comment = Some("recent".into());
    docs.indexes.push(partial);
    let resolved = resolve_tables(vec![docs]);
    resolved.quiet();
    assert_eq!(resolved.functions("docs"), ["list", "count"]);
}

#[test]
fn a_partial_unique_index_carries_its_predicate() {
    let users = table("users", &[("id", "int8#"), ("email", "text!")])
        .pk(&["id"])
        .unique_index("users_email_idx", &["email"], Some("deleted_at IS NULL"));
    let resolved = resolve_tables(vec![users]);
    let find = resolved.function("users", "find_by_email");
    assert_eq!(
        find.sql[2..],
        [r#"WHERE "email" = $1"#, "  AND (deleted_at IS NULL)"]
    );
    assert_eq!(
        find.doc,
        [
            "Finds the row with this `email`.",
            "",
            "Only among the rows of the partial unique index `users_email_idx`: `deleted_at IS NULL`."
        ]
    );
}

#[test]
fn partial_indexes_on_the_same_columns_are_told_apart_by_their_names() {
    let users = table("users", &[("id", "int8#"), ("email", "text!")])
        .pk(&["id"])
        .unique_index("users_active", &["email"], Some("active"))
        .unique_index("users_inactive", &["email"], Some("NOT active"));
    let resolved = resolve_tables(vec![users]);
    resolved.quiet();
    assert_eq!(
        resolved.functions("users")[..3],
        ["find", "find_by_users_active", "find_by_users_inactive"]
    );
    let upserts = &resolved.new_row("users").upserts;
    let upserts: Vec<&str> = upserts.iter().map(|upsert| upsert.name.as_str()).collect();
    assert_eq!(
        upserts,
        ["upsert_by_users_active", "upsert_by_users_inactive"]
    );
}

#[test]
fn views_are_read_only() {
    let mut active = view("active_users", &[("id", "int8"), ("email", "text!")]);
    active.materialized = true;
    active.indexes = vec![
        index("active_email", &["email"], true, None),
        index("active_id", &["id"], false, None),
    ];
    let catalog = Catalog {
        views: vec![active, view("recent_users", &[("id", "int8")])],
        ..Catalog::default()
    };
    let resolved = resolve(&catalog);
    resolved.quiet();
    assert_eq!(resolved.functions("recent_users"), ["list", "count"]);
    assert_eq!(
        resolved.functions("active_users"),
        [
            "find_by_email",
            "list",
            "list_by_id",
            "count",
            "refresh",
            "refresh_concurrently",
        ]
    );
    let entity = resolved.entity("active_users");
    assert_eq!(entity.row, "ActiveUser");
    assert_eq!((&entity.new_row, &entity.patch), (&None, &None));
    assert_eq!(entity.fields[0].ty, "::std::option::Option<i64>");
    assert_eq!(entity.fields[1].ty, "::std::string::String");
}

#[test]
fn partitions_are_served_by_their_table() {
    let mut parent = table("events", &[("id", "int8!"), ("at", "date!")]).pk(&["id", "at"]);
    parent.partition_key = Some("RANGE (at)".into());
    let mut child =
        table("events_2024", &[("id", "int8!"), ("at", "date!")]).fk(&["id"], "users", &["id"]);
    child.partition_of = Some(QualifiedName::new("public", "events"));
    let mut orphan = table("logs_2024", &[("id", "int8!")]);
    orphan.partition_of = Some(QualifiedName::new("public", "logs"));
    let users = table("users", &[("id", "int8#")]).pk(&["id"]);
    let resolved = resolve_tables(vec![parent, child, orphan, users]);
    resolved.quiet();
    let entities = resolved.model.root.entities.iter();
    let entities: Vec<&str> = entities.map(|e| e.module.db.as_str()).collect();
    assert_eq!(entities, ["events", "logs_2024", "users"]);
    assert_eq!(resolved.relations("users"), [""; 0]);
    assert_eq!(
        resolved.entity("events").doc,
        ["A row of the partitioned table `public.events`, partitioned by `RANGE (at)`."]
            .map(|doc| doc.replace("partitioned table", "table"))
    );
}

#[test]
fn a_table_without_columns_can_be_selected_and_returned() {
    let resolved = resolve_tables(vec![table("nothing", &[])]);
    resolved.quiet();
    let entity = resolved.entity("nothing");
    assert_eq!(entity.select_list, ["NULL"]);
    assert_eq!(entity.fields, []);
    let list = resolved.function("nothing", "list");
    assert_eq!(list.sql, ["SELECT NULL", r#"FROM "public"."nothing""#]);
    assert_eq!(resolved.new_row("nothing").fields, []);
}

#[test]
fn a_deferrable_key_finds_but_settles_no_conflict() {
    let mut ranks = table("ranks", &[("id", "int4!"), ("rank", "int4!")])
        .pk(&["id"])
        .deferrable_unique(&["rank"]);
    let resolved = resolve_tables(vec![ranks.clone()]);
    assert!(resolved.functions("ranks").contains(&"find_by_rank"));
    let upserts = &resolved.new_row("ranks").upserts;
    assert_eq!(upserts.len(), 1);
    assert_eq!(upserts[0].name, "upsert_by_id");
    for key in &mut ranks.unique_keys {
        key.deferral = Deferral::NotDeferrable;
    }
    assert_eq!(
        resolve_tables(vec![ranks]).new_row("ranks").upserts.len(),
        2
    );
}

#[test]
fn long_lists_are_wrapped_between_names_only() {
    let names: Vec<String> = (0..30).map(|i| format!("column number {i}")).collect();
    let columns: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "int4")).collect();
    let resolved = resolve_tables(vec![table("wide", &columns)]);
    let sql = &resolved.function("wide", "list").sql;
    assert!(sql.len() > 5);
    assert!(
        sql[1].starts_with(r#"       "column number "#),
        "{:?}",
        sql[1]
    );
    for line in &sql[..sql.len() - 1] {
        assert!(line.len() <= 90, "{line}");
        assert_eq!(line.matches('"').count() % 2, 0, "{line}");
    }
}

#[test]
fn names_are_quoted_and_stay_whole() {
    let resolved = resolve_tables(vec![
        table("a\"b", &[("x\ny", "int4!"), ("z\"", "int4")]).pk(&["x\ny"]),
    ]);
    let find = resolved.function("a\"b", "find");
    assert_eq!(
        find.sql,
        [
            "SELECT \"x\ny\", \"z\"\"\"",
            "FROM \"public\".\"a\"\"b\"",
            "WHERE \"x\ny\" = $1"
        ]
    );
    assert_eq!(params(find), ["x_y: i32"]);
}

#[test]
fn two_indexes_that_read_the_same_have_two_functions() {
    let resolved = resolve_tables(vec![
        table("t", &[("a", "int4"), ("b", "int4"), ("a_and_b", "int4")])
            .index("i1", &["a", "b"])
            .index("i2", &["a_and_b"]),
    ]);
    assert_eq!(
        resolved.functions("t"),
        ["list", "list_by_a_and_b", "list_by_a_and_b_2", "count"]
    );
    let (_, message, _) = resolved.said();
    assert_eq!(
        message,
        "the function of the index `public.t.i2` can't be called `list_by_a_and_b`, which belongs to \
         the index `public.t.i1`; it is called `list_by_a_and_b_2`"
    );
}

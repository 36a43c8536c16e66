//! Functions that read and delete.

use crate::build::*;

#[test]
fn each_key_has_its_function() {
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
    let find = resolved.function("users", "find");
    assert_eq!(
        find.sql,
        [
            r#"SELECT "id", "name", "email", "team""#,
            r#"FROM "public"."users""#,
            r#"WHERE "id" = $1"#
        ]
    );
}

//! Doc lines.

use crate::build::*;
use rowsmith::catalog::{Check, TableKind};

#[test]
fn a_field_says_what_its_column_is() {
    let mut users = table(
        "users",
        &[
            ("id", "int8#"),
            ("code", "int4~"),
            ("email", "varchar(200)!"),
            ("role", "public.role! = 'member'::role"),
            ("team_id", "int4"),
            ("slug", "text! := lower(email)"),
            ("age", "int4"),
        ],
    )
    .pk(&["id"])
    .unique(&["email"])
    .unique(&["team_id", "code"])
    .unique_index("i", &["slug"], Some("age > 3"))
    .fk(&["team_id"], "hr.teams", &["id"]);
    users.columns[2].comment = Some("Where mail goes.\r\n\r\n  One per person.  \n\n".into());
    let check = |name: &str, expression: &str| Check {
        name: name.into(),
        expression: expression.into(),
        no_inherit: false,
        not_valid: false,
        comment: None,
    };
    users.checks = vec![
        check("a", "age >= 0 AND 'team_id' <> 'it''s \"code\"'"),
        check("b", "age > code"),
    ];
    let resolved = resolve_tables(vec![users]);
    let doc = |column| resolved.field("users", column).doc.join("\n");
    assert_eq!(doc("id"), "`int8`, identity, primary key");
    assert_eq!(
        doc("code"),
        "`int4`, identity by default, part of a unique key"
    );
    assert_eq!(
        doc("email"),
        "Where mail goes.\n\n  One per person.\n\n`varchar(200)`, unique"
    );
    assert_eq!(
        doc("team_id"),
        "`int4`, nullable, part of a unique key, references `hr.teams.id`"
    );
    assert_eq!(
        doc("slug"),
        "`text`, generated as `lower(email)`, unique where `age > 3`"
    );
    assert_eq!(
        doc("age"),
        "`int4`, nullable, check `age >= 0 AND 'team_id' <> 'it''s \"code\"'`"
    );
    assert_eq!(
        resolved.new_field("users", "email").doc.join("\n"),
        doc("email")
    );
}

#[test]
fn code_is_on_one_line_and_has_an_end() {
    let long = format!("'a`b\n{}'", "x".repeat(500));
    let default = format!("text! = {long}");
    let resolved = resolve_tables(vec![table("t", &[("a", &default)])]);
    let doc = &resolved.field("t", "a").doc;
    assert_eq!(doc.len(), 1);
    assert!(doc[0].starts_with("`text`, default `` 'a`b xxx"), "{doc:?}");
    assert!(doc[0].ends_with("x… ``"));
    assert!(doc[0].chars().count() < 150);
}

#[test]
fn a_row_says_what_its_table_is() {
    let mut foreign = table("remote", &[]).comment("Elsewhere.");
    foreign.kind = TableKind::Foreign;
    let mut parted = table("parts", &[]);
    parted.kind = TableKind::Partitioned;
    parted.partition_key = Some("LIST (region)".into());
    let mut catalog = catalog(vec![foreign, parted]);
    catalog.views = vec![view("v", &[])];
    catalog.views[0].materialized = true;
    catalog.schemas[0].comment = Some("Everything.".into());
    let resolved = resolve(&catalog);
    assert_eq!(
        resolved.entity("remote").doc,
        [
            "Elsewhere.",
            "",
            "A row of the foreign table `public.remote`."
        ]
    );
    assert_eq!(
        resolved.entity("parts").doc,
        ["A row of the partitioned table `public.parts`, partitioned by `LIST (region)`."]
    );
    assert_eq!(
        resolved.entity("v").doc,
        ["A row of the materialized view `public.v`."]
    );
    assert_eq!(
        resolved.model.root.doc,
        ["Everything.", "", "The schema `public`."]
    );
}

#[test]
fn domains_and_constraints_are_explained() {
    let mut email = domain("email", "text");
    email.checks.push(Check {
        name: "c".into(),
        expression: "VALUE ~ '@'".into(),
        no_inherit: false,
        not_valid: false,
        comment: None,
    });
    let mut catalog = catalog(vec![
        table("t", &[("mail", "public.email!")])
            .unique(&["mail"])
            .fk(&["mail"], "mails", &["mail"]),
    ]);
    catalog.domains = vec![email];
    let resolved = resolve(&catalog);
    assert_eq!(
        resolved.field("t", "mail").doc,
        [
            "`public.email`, a domain over `text`, check `VALUE ~ '@'`, unique, references `public.mails.mail`"
        ]
    );
    let docs: Vec<&str> = resolved
        .entity("t")
        .constraints
        .iter()
        .map(|constraint| constraint.doc[0].as_str())
        .collect();
    assert_eq!(
        docs,
        [
            "The foreign key on `mail` to `public.mails`.",
            "The unique constraint on `mail`."
        ]
    );
}

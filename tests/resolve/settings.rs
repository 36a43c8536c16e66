//! What the configuration says.

use crate::build::*;
use rowsmith::config::{Config, RelationNames};
use rowsmith::diagnostics::Severity;

#[test]
fn names_are_configured() {
    let mut catalog = catalog(vec![
        table("people", &[("e-mail", "text!"), ("kind", "int4")]),
        table("audit.log", &[]),
    ]);
    catalog.enums = vec![enum_type("role", &["a"])];
    catalog.composites = vec![composite("point3", &[("x", "float8")])];
    let config = names(&[
        ("public.people", "Human"),
        ("public.people.e-mail", "email"),
        ("public.people.kind", "type"),
        ("public.role", "Rank"),
        ("public.role.a", "First"),
        ("public.point3.x", "r#in"),
        ("audit", "history"),
    ]);
    let resolved = resolve_with(&catalog, &config);
    resolved.quiet();
    let people = resolved.entity("people");
    assert_eq!(
        (people.row.as_str(), people.module.rs.as_str()),
        ("Human", "people")
    );
    assert_eq!(resolved.new_row("people").name, "NewHuman");
    assert_eq!(resolved.field("people", "e-mail").ident.rs, "email");
    assert_eq!(resolved.field("people", "e-mail").constant, "EMAIL");
    assert_eq!(resolved.field("people", "kind").ident.rs, "r#type");
    assert_eq!(resolved.new_field("people", "e-mail").setter, "email");
    let root = &resolved.model.root;
    assert_eq!(root.enums[0].name, "Rank");
    assert_eq!(root.enums[0].variants[0].ident.rs, "First");
    assert_eq!(root.composites[0].fields[0].ident.rs, "r#in");
    assert_eq!(resolved.module("audit").ident.rs, "history");
}

#[test]
fn a_configured_name_settles_a_collision() {
    let tables = vec![table("Users", &[]), table("users", &[])];
    let config = names(&[("public.Users", "LegacyUser")]);
    let resolved = resolve_with(&catalog(tables), &config);
    resolved.quiet();
    let legacy = resolved.entity("Users");
    assert_eq!(
        (legacy.row.as_str(), legacy.module.rs.as_str()),
        ("LegacyUser", "legacy_user")
    );
    assert_eq!(resolved.entity("users").row, "User");

    let tables = vec![table("t", &[("userId", "int4"), ("user_id", "int4")])];
    let config = names(&[("public.t.user_id", "user_id")]);
    let resolved = resolve_with(&catalog(tables), &config);
    assert_eq!(resolved.field("t", "user_id").ident.rs, "user_id");
    assert_eq!(resolved.field("t", "userId").ident.rs, "user_id_2");
    assert_eq!(resolved.said().0, Severity::Warning);
}

#[test]
fn names_that_contradict_each_other_are_errors() {
    let tables = vec![table("t", &[("a", "int4"), ("b", "int4")])];
    let config = names(&[("public.t.a", "x"), ("public.t.b", "x")]);
    let resolved = resolve_with(&catalog(tables), &config);
    let (severity, message, _) = resolved.said();
    assert_eq!(severity, Severity::Error);
    assert_eq!(
        message,
        "the field of the column `public.t.b` can't be called `x`, which belongs to the column \
         `public.t.a`; it is called `x_2`"
    );
}

#[test]
fn names_that_are_none_are_errors() {
    for name in [
        "",
        "two words",
        "1st",
        "self",
        "_",
        "Self",
        "a-b",
        "r#",
        "r#self",
        "a;b",
    ] {
        let config = names(&[("public.t", name)]);
        let resolved = resolve_with(&catalog(vec![table("t", &[])]), &config);
        assert_eq!(resolved.said().0, Severity::Error, "{name}");
        assert_eq!(resolved.entity("t").row, "T");
    }
    let config = relation_names(
        "public.t.t_a_fkey",
        RelationNames {
            name: Some("no good".into()),
            ..RelationNames::default()
        },
    );
    let resolved = resolve_with(&catalog(vec![table("t", &[])]), &config);
    assert_eq!(resolved.said().0, Severity::Error);
}

#[test]
fn settings_without_effect_are_reported() {
    let config = Config {
        names: [("public.nothing".into(), "X".into())].into(),
        relations: [(
            "public.t.nothing".to_owned(),
            RelationNames {
                inverse: Some("x".into()),
                ..RelationNames::default()
            },
        )]
        .into(),
        derives: [("other.*".into(), vec!["Eq".into()])].into(),
        attributes: [("nothing.*".into(), vec!["#[x]".into()])].into(),
        ..Config::default()
    };
    let resolved = resolve_with(&catalog(vec![table("t", &[])]), &config);
    let messages: Vec<&str> = resolved
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.message.as_str())
        .collect();
    assert_eq!(
        messages,
        [
            "`public.nothing` under `[names]` has no effect: nothing is called so",
            "`public.t.nothing` under `[relations]` has no effect: no foreign key gives a relation to \
             be its `inverse`",
            "`other.*` under `[derives]` has no effect: no table, view or type matches it",
            "`nothing.*` under `[attributes]` has no effect: no table, view or type matches it",
        ]
    );
    assert!(
        resolved
            .diagnostics
            .iter()
            .all(|diagnostic| diagnostic.severity == Severity::Warning)
    );
}

#[test]
fn derives_and_attributes_go_by_pattern() {
    let mut catalog = catalog(vec![table("users", &[]), table("audit.log", &[])]);
    catalog.enums = vec![enum_type("role", &["a"])];
    let config = Config {
        derives: [
            ("public.*".into(), vec!["Eq".into(), "Debug".into()]),
            (
                "*.role".into(),
                vec!["::serde::Serialize".into(), "Eq".into()],
            ),
        ]
        .into(),
        attributes: [("audit.{log,x}".into(), vec!["#[non_exhaustive]".into()])].into(),
        serde: true,
        ..Config::default()
    };
    let resolved = resolve_with(&catalog, &config);
    resolved.quiet();
    assert!(resolved.model.serde);
    assert_eq!(resolved.entity("users").derives, ["Eq"]);
    // An enum has `Eq` anyway.
    assert_eq!(resolved.model.root.enums[0].derives, ["::serde::Serialize"]);
    assert_eq!(resolved.entity("audit.log").derives, [""; 0]);
    assert_eq!(
        resolved.entity("audit.log").attributes,
        ["#[non_exhaustive]"]
    );
}

#[test]
fn what_cannot_be_a_derive_attribute_or_pattern_is_an_error() {
    for (derives, attributes) in [
        (Some(("public.*", "Eq)] struct X;")), None),
        (None, Some(("public.*", "non_exhaustive"))),
        (Some(("public.{", "Eq")), None),
    ] {
        let map = |entry: Option<(&str, &str)>| {
            entry
                .map(|(key, value)| (key.to_owned(), vec![value.to_owned()]))
                .into_iter()
                .collect()
        };
        let config = Config {
            derives: map(derives),
            attributes: map(attributes),
            ..Config::default()
        };
        let resolved = resolve_with(&catalog(vec![table("t", &[])]), &config);
        assert_eq!(resolved.said().0, Severity::Error);
    }
}

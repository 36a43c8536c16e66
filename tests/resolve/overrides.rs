//! Settings that overrule what follows from the schema: patterns, declared keys, functions, words, tags.

use crate::build::*;
use rowsmith::config::Config;
use rowsmith::diagnostics::Severity;
use rowsmith::model::RelationKind;

fn config(text: &str) -> Config {
    toml::from_str(text).expect("the test writes what can be read")
}

fn messages(resolved: &Resolved) -> Vec<(Severity, &str)> {
    let diagnostics = resolved.diagnostics.iter();
    diagnostics
        .map(|diagnostic| (diagnostic.severity, diagnostic.message.as_str()))
        .collect()
}

#[test]
fn unknown_keys_and_values_are_refused() {
    for (text, said) in [
        ("nmaes = 1", "unknown field `nmaes`"),
        ("[columns.\"a.b.c\"]\nnull = true", "unknown field `null`"),
        (
            "[relations.\"a.b.c\"]\nskip = \"all\"",
            "wanted `true`, or a list of",
        ),
        (
            "[relations.\"a.b.c\"]\nskip = [\"all\"]",
            "wanted `true`, or a list of",
        ),
        ("[functions]\n\"a.b.c\" = 1", "wanted a name, or `false`"),
        (
            "[foreign_keys.\"a.b.c\"]\nreferences = \"x\"",
            "missing field `columns`",
        ),
        (
            "[foreign_keys.\"a.b.c\"]\nkolumns = []",
            "unknown field `kolumns`",
        ),
    ] {
        let error = toml::from_str::<Config>(text).unwrap_err().to_string();
        assert!(error.contains(said), "{text}: {error}");
    }
}

#[test]
fn the_most_specific_name_wins() {
    let tables = vec![table(
        "users",
        &[("e-mail", "text!"), ("a-b", "text"), ("c-d", "text")],
    )];
    let resolved = resolve_with(
        &catalog(tables),
        &config(
            "[names]\n\"*.*.e-mail\" = \"email\"\n\"*.*.?-?\" = \"short\"\n\
             \"public.*.c-?\" = \"longer\"\n\"public.users.a-b\" = \"exact\"\n\
             \"*.us*\" = \"Person\"",
        ),
    );
    resolved.quiet();
    assert_eq!(resolved.entity("users").row, "Person");
    let names = ["e-mail", "a-b", "c-d"].map(|it| resolved.field("users", it).ident.rs.as_str());
    assert_eq!(names, ["email", "exact", "longer"]);
}

#[test]
fn a_pattern_of_objects_names_no_members() {
    let tables = vec![table("posts", &[("users", "int4")]), table("users", &[])];
    let resolved = resolve_with(
        &catalog(tables),
        &config("[names]\n\"*.users\" = \"Human\""),
    );
    resolved.quiet();
    assert_eq!(resolved.entity("users").row, "Human");
    assert_eq!(resolved.field("posts", "users").ident.rs, "users");
}

#[test]
fn null_in_views_is_what_is_configured() {
    let mut catalog = catalog(vec![table("t", &[("a", "int4"), ("b", "int4!")])]);
    catalog.views = vec![view("v", &[("a", "int4"), ("b", "int4!"), ("c", "int4")])];
    catalog.composites = vec![composite("point3", &[("x", "float8"), ("y", "float8")])];
    let resolved = resolve_with(
        &catalog,
        &config(
            "[columns]\n\"public.v.?\" = { nullable = false }\n\"public.v.b\" = { nullable = true }\n\
             \"public.point3.x\" = { nullable = false }",
        ),
    );
    resolved.quiet();
    let types = ["a", "b", "c"].map(|it| resolved.field("v", it).ty.as_str());
    assert_eq!(types, ["i32", "::std::option::Option<i32>", "i32"]);
    let fields = &resolved.model.root.composites[0].fields;
    assert_eq!(fields[0].ty, "f64");
    assert_eq!(fields[1].ty, "::std::option::Option<f64>");
    // What is so anyway may be said of a table, and nothing else.
    for (column, nullable, error) in [
        ("a", true, false),
        ("a", false, true),
        ("b", true, true),
        ("b", false, false),
    ] {
        let text = format!("[columns]\n\"public.t.{column}\" = {{ nullable = {nullable} }}");
        let resolved = resolve_with(&catalog, &config(&text));
        let said = messages(&resolved);
        assert_eq!(said.len(), usize::from(error), "{text}: {said:?}");
        assert!(
            said.iter()
                .all(|(severity, _)| *severity == Severity::Error)
        );
    }
}

#[test]
fn relations_are_skipped() {
    let tables = || {
        vec![
            table("users", &[("id", "int8!")]).pk(&["id"]),
            table("tags", &[("id", "int8!")]).pk(&["id"]),
            table("user_tags", &[("user_id", "int8!"), ("tag_id", "int8!")])
                .pk(&["user_id", "tag_id"])
                .fk(&["user_id"], "users", &["id"])
                .fk(&["tag_id"], "tags", &["id"]),
        ]
    };
    let relations = |text: &str| {
        let resolved = resolve_with(&catalog(tables()), &config(text));
        resolved.quiet();
        ["users", "tags", "user_tags"].map(|table| resolved.relations(table).join(" "))
    };
    assert_eq!(
        relations(""),
        ["user_tags tags", "user_tags users", "user tag"]
    );
    let of = |skip: &str| format!("[relations.\"*.user_tags_tag_id_fkey\"]\nskip = {skip}");
    assert_eq!(relations(&of("true")), ["user_tags", "", "user"]);
    assert_eq!(
        relations(&of("[\"inverse\"]")),
        ["user_tags tags", "users", "user tag"]
    );
    assert_eq!(
        relations(&of("[\"name\", \"many_to_many\"]")),
        ["user_tags", "user_tags users", "user"]
    );
    assert_eq!(
        relations(
            "[relations.\"*\"]\nskip = true\n[relations.\"*.user_tags_user_id_fkey\"]\nskip = false"
        ),
        ["user_tags", "", "user"]
    );
}

#[test]
fn declared_keys_give_functions_and_relations() {
    let mut catalog = catalog(vec![
        table("accounts", &[("id", "int8!"), ("code", "text!")])
            .pk(&["id"])
            .unique(&["code"]),
        table("loose", &[("id", "int4"), ("name", "text")]),
    ]);
    catalog.views = vec![view(
        "active",
        &[("id", "int8"), ("account_code", "varchar")],
    )];
    let resolved = resolve_with(
        &catalog,
        &config(
            "[keys]\n\"public.active\" = [\"id\"]\n\"public.loose\" = [\"id\"]\n\
             [foreign_keys.\"public.active.account\"]\ncolumns = [\"account_code\"]\n\
             references = \"public.accounts\"\nreferenced_columns = [\"code\"]\n\
             [foreign_keys.\"public.loose.active\"]\ncolumns = [\"id\"]\nreferences = \"public.active\"",
        ),
    );
    resolved.quiet();
    assert_eq!(
        resolved.functions("active"),
        ["find", "list", "list_by_account_code", "count", "exists"]
    );
    assert_eq!(resolved.entity("active").key, ["id"]);
    assert_eq!(resolved.field("active", "id").ty, "i64");
    assert!(resolved.entity("active").new_row.is_none());
    let account = resolved.relation("active", "account_code");
    assert_eq!(account.kind, RelationKind::BelongsTo);
    assert_eq!(
        resolved.relation("accounts", "active").kind,
        RelationKind::HasMany
    );
    // The declared key is unique: one row leads to one.
    assert_eq!(
        resolved.relation("active", "loose").kind,
        RelationKind::HasOne
    );
    // A table's rows can be changed by it, but nothing settles a conflict.
    assert!(resolved.entity("loose").patch.is_some());
    assert!(resolved.new_row("loose").upserts.is_empty());
    assert!(resolved.functions("loose").contains(&"delete_by_id"));
    assert!(resolved.entity("loose").constraints.is_empty());
}

#[test]
fn declared_keys_have_to_fit() {
    let key = |text: &str| format!("[keys]\n{text}");
    let foreign = |text: &str| format!("[foreign_keys.\"public.v.x\"]\n{text}");
    for (text, said) in [
        (
            key("\"public.nothing\" = [\"id\"]"),
            "there is no table or view `public.nothing`",
        ),
        (
            key("\"public.v\" = [\"nix\"]"),
            "the view `public.v` has no column `nix`",
        ),
        (key("\"public.v\" = []"), "it has no columns"),
        (
            key("\"public.v\" = [\"id\", \"id\"]"),
            "the column `id` is in it twice",
        ),
        (
            key("\"public.t\" = [\"id\"]"),
            "the table `public.t` has a primary key of its own",
        ),
        (
            "[foreign_keys.\"public.w.x\"]\ncolumns = [\"id\"]\nreferences = \"public.t\""
                .to_owned(),
            "its key begins with no table or view",
        ),
        (
            foreign("columns = [\"nix\"]\nreferences = \"public.t\""),
            "the view `public.v` has no column `nix`",
        ),
        (
            foreign("columns = [\"id\"]\nreferences = \"public.nothing\""),
            "there is no table or view `public.nothing`",
        ),
        (
            foreign("columns = [\"id\"]\nreferences = \"public.v\""),
            "the view `public.v` has no primary key that it could reference",
        ),
        (
            foreign("columns = [\"id\", \"name\"]\nreferences = \"public.t\""),
            "2 columns can't reference 1",
        ),
        (
            foreign("columns = [\"name\"]\nreferences = \"public.t\""),
            "the column `public.v.name` is of the type `text`, and `public.t.id` of `int8`",
        ),
        (
            foreign(
                "columns = [\"name\"]\nreferences = \"public.t\"\nreferenced_columns = [\"name\"]",
            ),
            "nothing says that a row of the table `public.t` is the only one with its `name`",
        ),
    ] {
        let mut catalog = catalog(vec![
            table("t", &[("id", "int8!"), ("name", "text")]).pk(&["id"]),
        ]);
        catalog.views = vec![view("v", &[("id", "int4"), ("name", "text")])];
        let resolved = resolve_with(&catalog, &config(&text));
        let (severity, message, _) = resolved.said();
        assert_eq!(severity, Severity::Error, "{text}");
        assert!(message.contains(said), "{text}: {message}");
    }
}

#[test]
fn functions_are_renamed_and_left_out() {
    let tables = || {
        vec![
            table("users", &[("id", "int8!"), ("email", "text!")])
                .pk(&["id"])
                .unique(&["email"]),
        ]
    };
    let resolved = resolve_with(
        &catalog(tables()),
        &config(
            "[functions]\n\"public.users.find_by_email\" = \"by_email\"\n\"*.find\" = \"get\"\n\
             \"*.delete_by_*\" = false\n\"*.list\" = false\n\"*.upsert_by_email\" = \"put\"\n\
             \"*.upsert_by_id\" = false",
        ),
    );
    // An identity that is not always given can be upserted by.
    resolved.quiet();
    assert_eq!(
        resolved.functions("users"),
        ["get", "by_email", "count", "exists"]
    );
    let upserts = &resolved.new_row("users").upserts;
    assert_eq!(upserts.len(), 1);
    assert_eq!(upserts[0].name, "put");

    let taken = config("[functions]\n\"public.users.find_by_email\" = \"find\"");
    let resolved = resolve_with(&catalog(tables()), &taken);
    assert_eq!(
        messages(&resolved),
        [(
            Severity::Error,
            "the function `public.users.find_by_email` can't be called `find`, which belongs to the \
             generated code itself"
        )]
    );
    for (text, severity, said) in [
        (
            "\"a.b.c\" = false",
            Severity::Warning,
            "`a.b.c` under `[functions]` has no effect",
        ),
        (
            "\"*.list\" = \"no name\"",
            Severity::Error,
            "is not a Rust identifier",
        ),
        ("\"*.{\" = false", Severity::Error, "is not a pattern"),
    ] {
        let resolved = resolve_with(&catalog(tables()), &config(&format!("[functions]\n{text}")));
        let (found, message, _) = resolved.said();
        assert_eq!(found, severity, "{text}");
        assert!(message.contains(said), "{text}: {message}");
    }
}

#[test]
fn modules_are_named_and_schemas_are_at_the_root() {
    let tables = || {
        vec![
            table("users", &[("id", "int8!")]).pk(&["id"]),
            table("audit.users", &[("id", "int8!")]).fk(&["id"], "users", &["id"]),
            table("old.logs", &[]),
        ]
    };
    let text = "[modules]\n\"public.users\" = \"accounts\"\n\"old\" = \"legacy\"";
    let resolved = resolve_with(&catalog(tables()), &config(text));
    resolved.quiet();
    assert_eq!(resolved.entity("users").module.rs, "accounts");
    assert_eq!(resolved.module("old").ident.rs, "legacy");

    // Both tables want the root's names then.
    let text = "[modules]\n\"audit\" = \".\"\n[names]\n\"audit.users\" = \"AuditUser\"";
    let resolved = resolve_with(&catalog(tables()), &config(text));
    resolved.quiet();
    let root: Vec<(&str, &str)> = resolved
        .model
        .root
        .entities
        .iter()
        .map(|it| (it.schema.as_str(), it.row.as_str()))
        .collect();
    assert_eq!(root, [("public", "User"), ("audit", "AuditUser")]);
    let relation = &resolved.model.root.entities[1].relations[0];
    assert_eq!(relation.target, "super::User");

    let alone = config("[modules]\n\"public.users\" = \".\"");
    let resolved = resolve_with(&catalog(tables()), &alone);
    assert_eq!(resolved.said().0, Severity::Error);
    let taken = config("[modules]\n\"public.users\" = \"old\"\n\"old\" = \"old\"");
    let resolved = resolve_with(&catalog(tables()), &taken);
    assert_eq!(resolved.said().0, Severity::Error);
    let idle = config("[modules]\n\"nothing\" = \"x\"");
    let resolved = resolve_with(&catalog(tables()), &idle);
    assert_eq!(resolved.said().0, Severity::Warning);
}

#[test]
fn words_are_configured() {
    let tables = || {
        vec![
            table("raw_data", &[]),
            table("news", &[]),
            table("user_kine", &[]),
        ]
    };
    let text = "[words]\n\"data\" = \"datum\"\n\"news\" = \"news\"\n\"user_kine\" = \"herd\"";
    let resolved = resolve_with(&catalog(tables()), &config(text));
    resolved.quiet();
    let rows = ["raw_data", "news", "user_kine"].map(|it| resolved.entity(it).row.as_str());
    assert_eq!(rows, ["RawDatum", "News", "Herd"]);
    for (text, severity) in [
        ("\"sheep\" = \"sheep\"", Severity::Warning),
        ("\"Data\" = \"datum\"", Severity::Error),
        ("\"data\" = \"\"", Severity::Error),
    ] {
        let resolved = resolve_with(&catalog(tables()), &config(&format!("[words]\n{text}")));
        assert_eq!(resolved.said().0, severity, "{text}");
    }
}

#[test]
fn attributes_stand_on_fields_and_variants() {
    let mut catalog = catalog(vec![table("users", &[("password", "text")])]);
    catalog.enums = vec![enum_type("role", &["a", "b"])];
    let text = "[attributes]\n\"public.users.password\" = [\"#[serde(skip)]\"]\n\
                \"*.role.a\" = [\"#[doc(hidden)]\"]\n\"public.*\" = [\"#[must_use]\"]";
    let resolved = resolve_with(&catalog, &config(text));
    resolved.quiet();
    assert_eq!(
        resolved.field("users", "password").attributes,
        ["#[serde(skip)]"]
    );
    assert_eq!(resolved.entity("users").attributes, ["#[must_use]"]);
    let variants = &resolved.model.root.enums[0].variants;
    assert_eq!(variants[0].attributes, ["#[doc(hidden)]"]);
    assert_eq!(variants[1].attributes, [""; 0]);
}

#[test]
fn the_configuration_wins_over_a_tag() {
    let people = || {
        table("people", &[("a", "int4")])
            .comment("Who.\n@rowsmith name = \"Human\", derives = [\"Eq\"]")
    };
    let resolved = resolve_tables(vec![people()]);
    resolved.quiet();
    let entity = resolved.entity("people");
    assert_eq!(
        (entity.row.as_str(), entity.derives.as_slice()),
        ("Human", &["Eq".to_owned()][..])
    );
    assert!(entity.doc.iter().all(|line| !line.contains("rowsmith")));
    assert_eq!(entity.doc[0], "Who.");
    // The script makes the database as it is.
    assert!(
        resolved
            .model
            .schema
            .sql
            .iter()
            .any(|line| line.contains("@rowsmith"))
    );

    for key in ["public.people", "*.peop*"] {
        let resolved = resolve_with(&catalog(vec![people()]), &names(&[(key, "Person")]));
        resolved.quiet();
        assert_eq!(resolved.entity("people").row, "Person");
    }
}

#[test]
fn tags_that_cannot_be_read_are_warned_of() {
    for (tag, said) in [
        ("@rowsmith nmae = \"X\"", "unknown field `nmae`"),
        (
            "@rowsmith name = Human",
            "the tag in the comment of the table `public.t` can't be read",
        ),
        (
            "@rowsmith name = \"X\" }\nx",
            "the tag in the comment of the table `public.t` can't be read",
        ),
        ("@rowsmith skip = \"yes\"", "invalid type"),
        ("@rowsmith name = \"two words\"", "is not a Rust identifier"),
        (
            "@rowsmith name = \"lower\"",
            "is not a Rust identifier in UpperCamelCase",
        ),
        (
            "@rowsmith derives = [\"Eq)]\"]",
            "can't stand among the `derives`",
        ),
        ("@rowsmith key = [\"nix\"]", "has no column `nix`"),
    ] {
        let resolved = resolve_tables(vec![table("t", &[("a", "int4")]).comment(tag)]);
        let (severity, message, _) = resolved.said();
        assert_eq!(severity, Severity::Warning, "{tag}");
        assert!(message.contains(said), "{tag}: {message}");
        assert_eq!(resolved.entity("t").row, "T");
    }
    // No tag.
    resolve_tables(vec![table("t", &[]).comment("@rowsmithy it is")]).quiet();
}

/// A comment is not the user's: what it brings may be an attribute and nothing else.
#[test]
fn tags_bring_no_code() {
    for (attribute, good) in [
        ("#[non_exhaustive]", true),
        ("#[must_use = \\\"]\\\"]", true),
        ("#[must_use = \\\"\\\\\\\"]!\\\"]", true),
        ("#[doc(alias = \\\"x\\\")]", true),
        ("#[serde(rename = \\\"a!\\\")]", true),
        ("#[allow(dead_code)]", true),
        ("#[a]", false),
        ("#[cfg(any())]", false),
        ("#[doc = include_str!(\\\"/etc/passwd\\\")]", false),
        ("#[doc(alias = include_str!(\\\"/etc/passwd\\\"))]", false),
        ("#[serde(a)] struct X; #[b]", false),
        ("#[serde(a = r\\\"\\\\\\\"] struct X; #[a = \\\")]", false),
        ("#[allow('\\\"')] struct X; #[b = \\\"x\\\"]", false),
        ("#[allow(]]", false),
        ("#[allow(/* ] */)]", false),
        ("#[allow(a", false),
        ("#", false),
    ] {
        let tag = format!("@rowsmith attributes = [\"{attribute}\"]");
        let resolved = resolve_tables(vec![table("t", &[("a", "int4")]).comment(&tag)]);
        let attributes = resolved.entity("t").attributes.len();
        assert_eq!(attributes, usize::from(good), "{attribute}");
        assert_eq!(resolved.diagnostics.is_empty(), good, "{attribute}");
    }
}

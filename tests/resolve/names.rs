//! Identifiers, and who gets them.

use crate::build::*;
use rowsmith::catalog::Catalog;
use rowsmith::diagnostics::Severity;

fn rows(resolved: &Resolved) -> Vec<(&str, &str)> {
    let entities = resolved.model.root.entities.iter();
    entities
        .map(|entity| (entity.module.rs.as_str(), entity.row.as_str()))
        .collect()
}

fn fields<'r>(resolved: &'r Resolved, table: &str) -> Vec<(&'r str, &'r str)> {
    let fields = resolved.entity(table).fields.iter();
    fields
        .map(|field| (field.ident.rs.as_str(), field.constant.as_str()))
        .collect()
}

#[test]
fn rows_are_singular_and_modules_as_the_database_has_them() {
    let singular = |name: &str| {
        let resolved = resolve_tables(vec![table(name, &[("id", "int4")])]);
        resolved.quiet();
        resolved.model.root.entities[0].row.clone()
    };
    for (table, row) in [
        ("users", "User"),
        ("user_addresses", "UserAddress"),
        ("people", "Person"),
        ("order_status", "OrderStatus"),
        ("statuses", "Status"),
        ("address", "Address"),
        ("series", "Series"),
        ("news", "News"),
        ("data", "Data"),
        ("metadata", "Metadata"),
        ("bus", "Bus"),
        ("is", "Is"),
        ("us", "Us"),
        ("s", "S"),
        ("dns", "Dns"),
        ("basis", "Basis"),
        ("analyses", "Analysis"),
        ("categories", "Category"),
        ("skus", "Sku"),
        ("ids", "Id"),
        ("users_2", "Users2"),
        ("2fa_codes", "_2faCode"),
        ("Straßen", "Straßen"),
        ("café", "Café"),
        ("naïves", "Naïves"),
        ("OrderItems", "OrderItem"),
        ("order items", "OrderItem"),
    ] {
        assert_eq!(singular(table), row, "{table}");
    }
}

#[test]
fn every_keyword_is_an_identifier() {
    let keywords = [
        "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do",
        "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in",
        "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
        "return", "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe",
        "unsized", "use", "virtual", "where", "while", "yield",
    ];
    let columns: Vec<(&str, &str)> = keywords.iter().map(|name| (*name, "int4")).collect();
    let mut tables: Vec<_> = keywords.iter().map(|name| table(name, &[])).collect();
    tables.push(table("zz", &columns));
    let resolved = resolve_tables(tables);
    resolved.quiet();
    for (keyword, (field, constant)) in keywords.iter().zip(fields(&resolved, "zz")) {
        assert_eq!(field, format!("r#{keyword}"));
        assert_eq!(constant, keyword.to_uppercase());
    }
    for keyword in keywords.iter().filter(|keyword| **keyword != "mod") {
        assert_eq!(resolved.entity(keyword).module.rs, format!("r#{keyword}"));
    }
    assert_eq!(resolved.entity("mod").module.rs, "mod_");
    assert_eq!(resolved.entity("type").row, "Type");
}

#[test]
fn keywords_that_cannot_be_raw_have_an_underscore() {
    let resolved = resolve_tables(vec![
        table(
            "self",
            &[("self", "int4!"), ("super", "int4"), ("crate", "int4")],
        )
        .pk(&["self"]),
    ]);
    resolved.quiet();
    assert_eq!(rows(&resolved), [("self_", "Self_")]);
    assert_eq!(
        fields(&resolved, "self"),
        [("self_", "SELF"), ("super_", "SUPER"), ("crate_", "CRATE")]
    );
    assert_eq!(resolved.new_row("self").name, "NewSelf");
    assert_eq!(resolved.patch("self").name, "SelfPatch");
    assert_eq!(
        resolved.function("self", "delete_by_self").params[0].name,
        "self_"
    );
}

#[test]
fn devices_are_no_file_names() {
    let resolved = resolve_tables(vec![table("con", &[]), table("Aux", &[])]);
    assert_eq!(rows(&resolved), [("aux_", "Aux"), ("con_", "Con")]);
}

#[test]
fn what_no_identifier_can_hold_is_left_out_or_named_by_its_place() {
    let resolved = resolve_tables(vec![
        table(
            "🎉",
            &[
                ("🎉", "int4"),
                ("e-mail", "int4"),
                ("50% off!", "int4"),
                (" ", "int4"),
            ],
        ),
        table("2fa", &[]),
    ]);
    assert_eq!(
        fields(&resolved, "🎉"),
        [
            ("column_1", "COLUMN_1"),
            ("e_mail", "E_MAIL"),
            ("_50_off", "_50_OFF"),
            ("column_4", "COLUMN_4")
        ]
    );
    assert_eq!(resolved.entity("🎉").module.rs, "unnamed");
    assert_eq!(resolved.entity("🎉").row, "Unnamed");
    // A module and a type of one name can't both be there.
    assert_eq!(resolved.entity("2fa").module.rs, "_2fa");
    assert_eq!(resolved.entity("2fa").row, "_2faRow");
    assert_eq!(resolved.said().0, Severity::Warning);
}

#[test]
fn scripts_without_case_keep_module_and_struct_apart() {
    let resolved = resolve_tables(vec![table("表", &[("列", "int4!")]).pk(&["列"])]);
    assert_eq!(rows(&resolved), [("表", "表Row")]);
    assert_eq!(fields(&resolved, "表"), [("列", "列")]);
    assert_eq!(resolved.new_row("表").name, "New表Row");
    let (_, message, help) = resolved.said();
    assert_eq!(
        message,
        "the struct of the table `public.表` can't be called `表`, which belongs to the table \
         `public.表`; it is called `表Row`"
    );
    assert_eq!(
        help,
        "choose a name in the configuration: `\"public.表\" = \"…\"` under `[names]`"
    );
}

#[test]
fn colliding_columns_are_numbered_by_position() {
    let resolved = resolve_tables(vec![table(
        "t",
        &[
            ("userId", "int4"),
            ("user_id_2", "int4"),
            ("user_id", "int4"),
            ("user id", "int4"),
        ],
    )]);
    assert_eq!(
        fields(&resolved, "t"),
        [
            ("user_id", "USER_ID"),
            ("user_id_2", "USER_ID_2"),
            ("user_id_3", "USER_ID_3"),
            ("user_id_4", "USER_ID_4")
        ]
    );
    let messages: Vec<&str> = resolved
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.message.as_str())
        .collect();
    assert_eq!(
        messages,
        [
            "the field of the column `public.t.user_id` can't be called `user_id`, which belongs to the \
             column `public.t.userId`; it is called `user_id_3`",
            "the field of the column `public.t.user id` can't be called `user_id`, which belongs to the \
             column `public.t.userId`; it is called `user_id_4`"
        ]
    );
}

#[test]
fn colliding_tables_are_told_apart() {
    let resolved = resolve_tables(vec![
        table("Users", &[]),
        table("users", &[]),
        table("user", &[]),
    ]);
    // `users` is spelled as its module is, and `user` as its struct.
    assert_eq!(
        rows(&resolved),
        [("users_2", "Users"), ("user", "User"), ("users", "UserRow")]
    );
    // An unrelated table changes nothing.
    let more = resolve_tables(vec![
        table("Users", &[]),
        table("account", &[]),
        table("users", &[]),
        table("user", &[]),
        table("zebra", &[]),
    ]);
    for name in ["Users", "users", "user"] {
        assert_eq!(resolved.entity(name), more.entity(name));
    }
}

#[test]
fn tables_come_before_types() {
    let mut catalog = catalog(vec![
        table("roles", &[("id", "int4")]),
        table("new_roles", &[("id", "int4")]),
    ]);
    catalog.enums = vec![enum_type("role", &["a"])];
    let resolved = resolve(&catalog);
    assert_eq!(
        rows(&resolved),
        [("new_roles", "NewRole"), ("roles", "Role")]
    );
    assert_eq!(resolved.model.root.enums[0].name, "RoleEnum");
    assert_eq!(resolved.new_row("roles").name, "NewRoleRow");
    assert_eq!(resolved.new_row("new_roles").name, "NewNewRole");
    assert_eq!(resolved.diagnostics.len(), 2);
}

#[test]
fn schemas_are_modules_and_keep_their_tables_apart() {
    let mut catalog = catalog(vec![
        table("public.events", &[("id", "int4")]),
        table(
            "audit.events",
            &[("kind", "audit.kind!"), ("role", "public.role")],
        ),
        table("type.x", &[("kind", "audit.kind[]!")]),
        table(
            "public.uses",
            &[("kind", "audit.kind!"), ("role", "public.role!")],
        ),
    ]);
    catalog.enums = vec![enum_type("audit.kind", &[]), enum_type("role", &[])];
    let resolved = resolve(&catalog);
    resolved.quiet();
    assert_eq!(resolved.module("audit").ident.rs, "audit");
    assert_eq!(resolved.module("type").ident.rs, "r#type");
    assert_eq!(resolved.entity("audit.events").row, "Event");
    assert_eq!(resolved.entity("public.events").row, "Event");
    assert_eq!(resolved.field("audit.events", "kind").ty, "super::Kind");
    assert_eq!(
        resolved.field("audit.events", "role").ty,
        "::std::option::Option<super::super::Role>"
    );
    assert_eq!(
        resolved.field("type.x", "kind").ty,
        "::std::vec::Vec<super::super::audit::Kind>"
    );
    assert_eq!(resolved.field("uses", "kind").ty, "super::audit::Kind");
    assert_eq!(resolved.field("uses", "role").ty, "super::Role");
}

#[test]
fn a_schema_gives_way_to_a_table_of_the_root() {
    let resolved = resolve_tables(vec![
        table("audit", &[("id", "int4")]),
        table("audit.events", &[("id", "int4")]),
    ]);
    assert_eq!(resolved.module("audit").ident.rs, "audit_schema");
    assert_eq!(resolved.entity("audit").module.rs, "audit");
    let (_, message, help) = resolved.said();
    assert!(message.contains("schema `audit`") && message.contains("table `public.audit`"));
    assert!(help.contains("\"audit\" = \"…\""), "{help}");
}

#[test]
fn the_default_schema_is_the_root() {
    let config = rowsmith::config::Config {
        default_schema: "app".into(),
        ..Default::default()
    };
    let catalog = catalog(vec![table("users", &[]), table("app.users", &[])]);
    let resolved = resolve_with(&catalog, &config);
    assert_eq!(resolved.model.root.ident.db, "app");
    assert_eq!(resolved.model.root.entities.len(), 1);
    assert_eq!(resolved.model.root.modules[0].ident.rs, "public");

    let empty = resolve(&Catalog::default());
    empty.quiet();
    assert_eq!(empty.model.root.ident.db, "public");
}

#[test]
fn labels_are_variants() {
    let catalog = Catalog {
        enums: vec![enum_type(
            "t",
            &[
                "in progress",
                "",
                "Self",
                "1st",
                "🎉",
                "IN_PROGRESS",
                "in-progress",
                "type",
            ],
        )],
        ..Catalog::default()
    };
    let resolved = resolve(&catalog);
    let variants: Vec<&str> = resolved.model.root.enums[0]
        .variants
        .iter()
        .map(|variant| variant.ident.rs.as_str())
        .collect();
    assert_eq!(
        variants,
        [
            "InProgress2",
            "Empty",
            "Self_",
            "_1st",
            "Variant5",
            "InProgress",
            "InProgress3",
            "Type"
        ]
    );
    assert_eq!(resolved.diagnostics.len(), 2);
    assert!(
        resolved.diagnostics[0]
            .message
            .contains("label `public.t.in progress`")
    );
}

#[test]
fn constraints_are_constants_that_give_way_to_columns() {
    let resolved = resolve_tables(vec![
        table(
            "users",
            &[("id", "int8#"), ("email", "text!"), ("all", "text")],
        )
        .pk(&["id"])
        .unique_named("email", &["email"])
        .unique_index("users_lower", &["lower(email)"], None),
    ]);
    let constants: Vec<(&str, &str)> = resolved
        .entity("users")
        .constraints
        .iter()
        .map(|constant| (constant.ident.db.as_str(), constant.ident.rs.as_str()))
        .collect();
    assert_eq!(
        constants,
        [
            ("email", "EMAIL_KEY"),
            ("users_lower", "USERS_LOWER"),
            ("users_pkey", "USERS_PKEY")
        ]
    );
    // The query API keeps `ALL`; `NAME` and `WIDTH` are only a trait's.
    assert_eq!(resolved.field("users", "all").constant, "ALL_COLUMN");
    assert_eq!(resolved.diagnostics.len(), 2);
    let resolved = resolve_tables(vec![table("t", &[("name", "text"), ("width", "int4")])]);
    resolved.quiet();
    assert_eq!(
        fields(&resolved, "t"),
        [("name", "NAME"), ("width", "WIDTH")]
    );
}

#[test]
fn parameters_leave_the_reserved_names_alone() {
    let resolved = resolve_tables(vec![
        table("t", &[("db", "int4!"), ("self", "int4!")]).pk(&["db", "self"]),
    ]);
    let find = resolved.function("t", "find");
    let names: Vec<&str> = find
        .params
        .iter()
        .map(|param| param.name.as_str())
        .collect();
    assert_eq!(names, ["db_", "self_"]);
    assert_eq!(resolved.field("t", "db").ident.rs, "db");
    assert_eq!(resolved.new_field("t", "db").param, "db_");
}

#[test]
fn a_thousand_equal_names_are_told_apart() {
    let names: Vec<String> = (0..1000).map(|i| "🎉".repeat(i + 1)).collect();
    let tables = names.iter().map(|name| table(name, &[])).collect();
    let resolved = resolve_tables(tables);
    let mut modules: Vec<&str> = rows(&resolved).iter().map(|(module, _)| *module).collect();
    modules.sort_unstable();
    modules.dedup();
    assert_eq!(modules.len(), 1000);
}

#[test]
fn the_whole_schema_gives_way_and_says_so() {
    let resolved = resolve_tables(vec![table("schemas", &[("id", "int4")])]);
    resolved.quiet();
    assert_eq!(resolved.model.schema.module, "schema");

    let taken = ["schema", "verify", "create_all"];
    let resolved = resolve_tables(taken.map(|name| table(name, &[("id", "int4")])).to_vec());
    assert_eq!(resolved.model.schema.module, "schema_sql");
    let (severity, message, help) = resolved.said();
    assert_eq!(severity, Severity::Note);
    assert_eq!(
        message,
        "the module with `SCHEMA_SQL` can't be called `schema`, which belongs to the table \
         `public.schema`; it is called `schema_sql`"
    );
    assert!(help.contains("\"public.schema\" = "), "{help}");

    let mut other = table("users", &[("id", "int4")]);
    other.name.schema = "schema".into();
    let resolved = resolve_tables(vec![other]);
    assert_eq!(resolved.model.root.modules[0].ident.rs, "schema");
    assert_eq!(resolved.model.schema.module, "schema_sql");
}

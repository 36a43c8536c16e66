//! Models made by hand.

use crate::model::*;

pub fn ident(db: &str, rs: &str) -> Ident {
    Ident {
        db: db.into(),
        rs: rs.into(),
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// A column: its name, field, constant, type without `Option`, and nullability.
#[derive(Clone, Copy)]
pub struct Column<'a> {
    pub db: &'a str,
    pub rs: &'a str,
    pub constant: &'a str,
    pub ty: &'a str,
    pub nullable: bool,
}

pub fn column<'a>(
    db: &'a str,
    rs: &'a str,
    constant: &'a str,
    ty: &'a str,
    nullable: bool,
) -> Column<'a> {
    Column {
        db,
        rs,
        constant,
        ty,
        nullable,
    }
}

pub const STRING: &str = "::std::string::String";
pub const TIME: &str = "::rowsmith_runtime::chrono::DateTime<::rowsmith_runtime::chrono::Utc>";

impl Column<'_> {
    fn full_type(self) -> String {
        match self.nullable {
            true => format!("::std::option::Option<{}>", self.ty),
            false => self.ty.to_owned(),
        }
    }

    fn doc(self) -> Vec<String> {
        vec![format!("The column `{}`.", self.db)]
    }

    fn relation_key(self) -> RelationKey {
        RelationKey {
            field: self.rs.into(),
            nullable: self.nullable,
            near: self.db.into(),
            far: format!("{}_id", self.db),
            param_sql: "text".into(),
            cast_sql: self.nullable.then(|| format!("\"public\".\"{}\"", self.db)),
        }
    }

    fn write_field(self, required: bool) -> WriteField {
        WriteField {
            ident: ident(self.db, self.rs),
            setter: self.rs.into(),
            param: self.rs.into(),
            ty: self.ty.into(),
            nullable: self.nullable,
            required,
            into: self.ty == STRING,
            attributes: Vec::new(),
            write: Write {
                column_sql: format!("\"{}\"", self.db),
                param_sql: "text".into(),
                cast_sql: self.nullable.then(|| "\"public\".\"x\"".into()),
                element_sql: self.ty.contains("Vec").then(|| "text".into()),
                max_length: None,
            },
            doc: self.doc(),
        }
    }
}

/// A table with every sort of function, relation and write. The first column is the key.
pub fn table(db: &str, module: &str, row: &str, columns: &[Column]) -> Entity {
    let key: Vec<_> = columns.iter().take(1).collect();
    let params: Vec<_> = (key.iter())
        .map(|column| Param {
            name: column.rs.into(),
            ty: if column.ty == STRING {
                "&str".into()
            } else {
                column.ty.into()
            },
        })
        .collect();
    let sql = vec!["SELECT 1".into(), format!("FROM \"public\".\"{db}\"")];
    let function = |name: &str, params: &[Param], returns| Function {
        name: name.into(),
        doc: lines("Finds it."),
        params: params.to_vec(),
        returns,
        sql: sql.clone(),
    };
    let relation = |name: &str, kind, nullable| Relation {
        name: name.into(),
        constant: Some(name.to_uppercase()),
        doc: lines("Follows it."),
        kind,
        target: format!("super::{row}"),
        key: (columns.iter().filter(|column| column.nullable == nullable))
            .map(|column| column.relation_key())
            .collect(),
        junction: (kind == RelationKind::ManyToMany).then(|| Junction {
            table_sql: format!("\"public\".\"{db}\""),
            columns: (columns.iter())
                .map(|column| (column.db.into(), column.db.into()))
                .collect(),
        }),
        sql: sql.clone(),
    };
    let write_fields = |required: bool| -> Vec<_> {
        (columns.iter().skip(1))
            .map(|column| column.write_field(required && !column.nullable))
            .collect()
    };
    Entity {
        key_type: None,
        module: ident(db, module),
        schema: "public".into(),
        row: row.into(),
        doc: vec![format!("A row of the table `public.{db}`.")],
        derives: Vec::new(),
        attributes: Vec::new(),
        table_sql: format!("\"public\".\"{db}\""),
        select_list: columns
            .iter()
            .map(|column| format!("\"{}\"", column.db))
            .collect(),
        fields: (columns.iter())
            .map(|column| Field {
                max_length: None,
                ident: ident(column.db, column.rs),
                constant: column.constant.into(),
                attributes: Vec::new(),
                ty: column.full_type(),
                read_only: column.ty.starts_with("super::"),
                travel: column.nullable.then(|| Travel {
                    read_sql: "text".into(),
                    param_sql: "text".into(),
                    cast_sql: format!("\"public\".\"{}\"", column.db),
                }),
                doc: column.doc(),
            })
            .collect(),
        key: key.iter().map(|column| column.db.into()).collect(),
        constraints: vec![ConstraintName {
            ident: ident(
                &format!("{db}_pkey"),
                &format!("{}_PKEY", row.to_uppercase()),
            ),
            doc: lines("The primary key."),
        }],
        functions: vec![
            function("find", &params, Returns::OptionalRow),
            function("list", &[], Returns::Rows),
            function("count", &[], Returns::Count),
            function("exists", &params, Returns::Exists),
            function("delete_by_id", &params, Returns::Affected),
        ],
        relations: vec![
            relation("belongs_to", RelationKind::BelongsTo, false),
            relation("belongs_to_optionally", RelationKind::BelongsTo, true),
            relation("has_one", RelationKind::HasOne, false),
            relation("has_many", RelationKind::HasMany, true),
            relation("many_to_many", RelationKind::ManyToMany, false),
        ],
        new_row: Some(NewRow {
            name: format!("New{row}"),
            attributes: Vec::new(),
            fields: write_fields(true),
            upserts: vec![Upsert {
                name: "upsert_by_key".into(),
                doc: lines("Inserts the row, or updates the one that has its key."),
                target_sql: format!("(\"{db}\")"),
                key_columns_sql: key
                    .iter()
                    .map(|column| format!("\"{}\"", column.db))
                    .collect(),
            }],
        }),
        patch: Some(Patch {
            name: format!("{row}Patch"),
            attributes: Vec::new(),
            fields: write_fields(false),
            key: params,
            key_sql: "\"id\" = $1".into(),
            lock: columns.last().map(|column| Lock {
                fields: vec![columns[0].rs.into(), column.rs.into()],
                column: column.db.into(),
                current_sql: format!("\"{}\" = $2", column.db),
                counts: column.nullable,
            }),
        }),
    }
}

/// A view without anything that writes.
pub fn view(db: &str, module: &str, row: &str, columns: &[Column]) -> Entity {
    Entity {
        functions: Vec::new(),
        relations: Vec::new(),
        constraints: Vec::new(),
        new_row: None,
        patch: None,
        ..table(db, module, row, columns)
    }
}

pub fn enum_type(db: &str, module: &str, name: &str, variants: &[(&str, &str)]) -> Enum {
    Enum {
        module: ident(db, module),
        schema: "public".into(),
        name: name.into(),
        doc: vec![format!("The enum type `public.{db}`.")],
        derives: Vec::new(),
        attributes: Vec::new(),
        variants: variants
            .iter()
            .map(|(db, rs)| Variant {
                ident: ident(db, rs),
                attributes: Vec::new(),
            })
            .collect(),
    }
}

pub fn composite(db: &str, module: &str, name: &str, fields: &[(&str, &str)]) -> Composite {
    Composite {
        module: ident(db, module),
        schema: "public".into(),
        name: name.into(),
        doc: vec![format!("The composite type `public.{db}`.")],
        derives: Vec::new(),
        attributes: Vec::new(),
        fields: (fields.iter())
            .map(|(db, rs)| CompositeField {
                ident: ident(db, rs),
                attributes: Vec::new(),
                ty: format!("::std::option::Option<{STRING}>"),
                doc: vec![format!("The attribute `{db}`.")],
            })
            .collect(),
    }
}

pub fn module(db: &str, rs: &str) -> Module {
    Module {
        newtypes: Vec::new(),
        ident: ident(db, rs),
        doc: vec![format!("The schema `{db}`.")],
        entities: Vec::new(),
        enums: Vec::new(),
        composites: Vec::new(),
        routines: None,
        sequences: None,
        modules: Vec::new(),
    }
}

/// Something of everything, with names of ordinary length.
pub fn ordinary(serde: bool) -> Model {
    let user = [
        column("id", "id", "ID", "i64", false),
        column("name", "name", "NAME", STRING, false),
        column("role", "role", "ROLE", "super::Role", false),
        column("type", "r#type", "TYPE", "i32", true),
        column("e-mail", "e_mail", "E_MAIL", STRING, true),
        column(
            "tags",
            "tags",
            "TAGS",
            "::std::vec::Vec<::std::option::Option<i32>>",
            true,
        ),
        column("created_at", "created_at", "CREATED_AT", TIME, false),
        column("deleted_at", "deleted_at", "DELETED_AT", TIME, true),
    ];
    let mut users = table("users", "users", "User", &user);
    users.derives = vec!["::std::cmp::PartialOrd".into()];
    users.attributes = vec!["#[non_exhaustive]".into()];
    let optional = [user[0], user[3], user[4]];
    let mut audit = module("audit", "audit");
    audit.entities = vec![table("users", "users", "User", &[user[0], user[1]])];
    Model {
        root: Module {
            entities: vec![
                users,
                table("drafts", "drafts", "Draft", &optional),
                table("keys", "keys", "Key", &[user[0]]),
                table("nothing", "nothing", "Nothing", &[]),
                view("type", "r#type", "Type", &user),
                view("void", "void", "Void", &[]),
            ],
            enums: vec![
                enum_type("role", "role", "Role", &[("admin", "Admin"), ("", "Empty")]),
                enum_type("never", "never", "Never", &[]),
            ],
            composites: vec![
                composite(
                    "address",
                    "address",
                    "Address",
                    &[("street", "street"), ("type", "r#type")],
                ),
                composite("blank", "blank", "Blank", &[]),
            ],
            routines: None,
            sequences: None,
            modules: vec![audit],
            ..module("public", "db")
        },
        serde,
        schema: schema(&["public", "audit"], "CREATE SCHEMA \"audit\";"),
    }
}

/// The schema as a whole, which is in schemas of these names.
fn schema(schemas: &[&str], sql: &str) -> Schema {
    Schema {
        module: "schema".into(),
        doc: vec!["Creates it.".into()],
        sql: lines(sql),
        schemas: schemas.iter().map(|name| (*name).to_owned()).collect(),
        expected: lines("table public.users\n    column id: bigint not null"),
    }
}

/// Everything with names of one length after the other, and with names of mixed lengths.
pub fn every_length(lengths: impl Iterator<Item = usize>, serde: bool) -> Model {
    let mut root = module("public", "db");
    for n in lengths {
        add_sized(&mut root, &n.to_string(), |_| n);
        add_sized(&mut root, &format!("{n}m"), |i| 1 + (n * 7 + i * 31) % 70);
    }
    let name = "a".repeat(root.entities.len());
    let schema = schema(&[&name, &name, &name], &name);
    Model {
        root,
        serde,
        schema,
    }
}

/// A table, a view, an enum and a composite type, with names as long as `length` says.
fn add_sized(root: &mut Module, suffix: &str, length: impl Fn(usize) -> usize) {
    let types = [
        "i64",
        STRING,
        TIME,
        "super::Role",
        "::std::vec::Vec<::std::option::Option<i32>>",
        "::rowsmith_runtime::Range<super::Role, ::std::vec::Vec<::std::option::Option<i32>>>",
    ];
    let name = |prefix: &str, i: usize| format!("{prefix:x<width$}", width = length(i));
    let names: Vec<_> = (0..types.len() * 2)
        .map(|i| (name(&format!("c{i}"), i), name(&format!("C{i}"), i)))
        .collect();
    let columns: Vec<_> = (names.iter().enumerate())
        .map(|(i, (name, constant))| column(name, name, constant, types[i / 2], i % 2 == 1))
        .collect();
    let mut table = table(
        &name("t", 0),
        &format!("t{suffix}"),
        &name("T", 1),
        &columns,
    );
    let key: Vec<_> = (columns.iter())
        .map(|column| Param {
            name: column.rs.into(),
            ty: column.ty.into(),
        })
        .collect();
    for i in 1..=key.len() {
        let mut function = table.functions[0].clone();
        function.name = format!("find_by_{i}");
        function.params = key[..i].to_vec();
        table.functions.push(function);
        let mut relation = table.relations[0].clone();
        relation.name = format!("{}_{i}", name("r", i));
        relation.key = (columns[..i].iter())
            .map(|column| RelationKey {
                nullable: false,
                ..column.relation_key()
            })
            .collect();
        table.relations.push(relation);
        // A single column of each sort, from each side.
        let first: Vec<_> = table.relations.iter().take(5).cloned().collect();
        for mut relation in first {
            relation.name = format!("{}_{}_{i}", relation.name, name("s", i));
            relation.constant = Some(relation.name.to_uppercase());
            relation.key = vec![columns[i - 1].relation_key()];
            if let Some(junction) = &mut relation.junction {
                junction.columns.truncate(i);
            }
            table.relations.push(relation);
        }
    }
    root.entities.push(table);
    let view = view(
        &name("v", 2),
        &format!("v{suffix}"),
        &name("V", 3),
        &columns[..1],
    );
    root.entities.push(view);
    let labels: Vec<_> = (0..length(4))
        .map(|i| (name(&format!("l{i}"), i), name(&format!("L{i}"), i)))
        .collect();
    let labels: Vec<_> = (labels.iter())
        .map(|(db, rs)| (db.as_str(), rs.as_str()))
        .collect();
    let enum_type = enum_type(&name("e", 5), &format!("e{suffix}"), &name("E", 6), &labels);
    root.enums.push(enum_type);
    let composite = composite(&name("k", 7), &format!("k{suffix}"), &name("K", 8), &labels);
    root.composites.push(composite);
}

/// Names that meet the prelude, keywords, lints and Rust's own traits; comments and labels that would
/// break out.
pub fn hostile(serde: bool) -> Model {
    let names = [
        ("type", "r#type", "TYPE"),
        ("self", "self_", "SELF"),
        ("gen", "r#gen", "GEN"),
        ("foo", "foo", "FOO"),
        ("1", "_1", "_1"),
        ("is_active", "is_active", "IS_ACTIVE"),
        ("to_do", "to_do", "TO_DO"),
        ("into_it", "into_it", "INTO_IT"),
        ("as_is", "as_is", "AS_IS"),
        ("from_date", "from_date", "FROM_DATE"),
        ("default", "default", "DEFAULT"),
        ("add", "add", "ADD"),
        ("clone", "clone", "CLONE"),
        ("eq", "eq", "EQ"),
        ("values", "values", "VALUES"),
        ("value", "value", "VALUE"),
        ("name", "name", "NAME"),
        ("width", "width", "WIDTH"),
        ("columns", "columns", "COLUMNS"),
        ("select_list", "select_list", "SELECT_LIST"),
        ("row", "row", "ROW"),
        ("at", "at", "AT"),
        ("rows", "rows", "ROWS"),
        ("from_row", "from_row", "FROM_ROW"),
        ("sql", "sql", "SQL"),
        ("key", "key", "KEY"),
        ("target", "target", "TARGET"),
        ("naïve", "naïve", "NAÏVE"),
        ("数", "数", "数"),
        ("\"#; fn x() {}", "fn_x", "FN_X"),
        ("a\u{202e}b\u{0}\n", "a_b", "A_B"),
        ("{{ x }} {% y %} {# z #}", "braces", "BRACES"),
    ];
    let columns = |ty: &'static str| -> Vec<_> {
        (names.iter())
            .map(|(db, rs, constant)| column(db, rs, constant, ty, false))
            .chain([column(
                "nullable",
                "nullable",
                "NULLABLE",
                "super::String",
                true,
            )])
            .collect()
    };
    let tables = [
        ("option", "Option"),
        ("result", "Result"),
        ("vec", "Vec"),
        ("string", "String"),
        ("some", "Some"),
        ("clones", "Clone"),
        ("defaults", "Default"),
        ("partial_eq", "PartialEq"),
        ("executor", "Executor"),
        ("std", "Std"),
        ("core", "Core"),
        ("serde", "Serde"),
        ("rowsmith_runtime", "RowsmithRuntime"),
        ("db", "Db"),
    ];
    let variants = [
        "Ok",
        "Err",
        "Some",
        "None",
        "Error",
        "Value",
        "Option",
        "Result",
        "String",
        "Self_",
        "Box",
        "Hostile",
        "HostileOne",
        "ALL",
        "ABC",
    ];
    let variants = variants.map(|name| (name, name));
    let labels = [
        ("", "Empty"),
        (" ", "Space"),
        ("\"", "Quote"),
        ("\"#", "QuoteHash"),
        ("\\", "Backslash"),
        ("`", "Backtick"),
        ("a`b`c", "Backticks"),
        ("\r\n\t\u{202e}\u{200b}\u{feff}", "Control"),
        ("*/ // /* ```", "Comment"),
        ("🦀", "Crab"),
        ("{}", "Braces"),
    ];
    let mut root = module("public", "db");
    for (module, name) in tables {
        let mut table = table(module, module, name, &columns("super::String"));
        table.doc.extend(HOSTILE_DOC.map(str::to_owned));
        for field in &mut table.fields {
            field.doc.extend(HOSTILE_DOC.map(str::to_owned));
        }
        root.entities.push(table);
    }
    root.enums = vec![
        enum_type("string_enum", "string_enum", "Hostile", &variants),
        enum_type("labels", "labels", "Labels", &labels),
        enum_type(
            "same",
            "same",
            "Same",
            &[
                ("same_a", "SameA"),
                ("same_b", "SameB"),
                ("same_c", "SameC"),
            ],
        ),
    ];
    root.composites = vec![composite(
        "kept",
        "kept",
        "Kept",
        &[("self", "self_"), ("\"", "quote")],
    )];
    // The strings here are a composite type of that name.
    root.entities.retain(|entity| entity.row != "String");
    root.composites
        .push(composite("string", "string", "String", &[("a", "a")]));
    let hostile = "a\"#\n  b\u{202e}\r\\\n";
    let schema = schema(&[hostile, ""], hostile);
    Model {
        root,
        serde,
        schema,
    }
}

/// Comments that would be markup, tests, links, HTML, terminal control or the comment's end.
pub const HOSTILE_DOC: [&str; 40] = [
    "```",
    "fn main() { panic!() }",
    "```rust,compile_fail",
    "~~~",
    "    let indented = code;",
    "\tlet tabbed = code;",
    "*/ /* // /// //!",
    "/ slash",
    "! bang",
    "# heading",
    "#![deny(warnings)]",
    "====",
    "----",
    "***",
    "- item",
    "lazy",
    "* item",
    "  lazy",
    "+ item",
    "1. item",
    "   over-indented",
    "2) item",
    "> quote",
    "lazy",
    "| a | b |",
    "|---|---|",
    "[link] [a](b) [c][d] ![e](f) [Vec::nothing] [^1]",
    "[ref]: http://example.com",
    "[^1]: footnote",
    "<div> <script>alert(1)</script> Vec<T> <http://a.b> <!-- x -->",
    "http://example.com/a_b?c=d&e=f. https://example.com, (https://example.com/x)",
    "a & b &lt; &amp; &#60;",
    "trailing backslash \\",
    "`code` and `more_code`, ``two``, `unbalanced",
    "- [ ] task ~~struck~~ *emphasis* _emphasis_ snake_case __strong__",
    "\u{1b}[31mred\u{1b}[0m \u{202e}reversed\u{202c} \u{0}nul \u{7f} \u{9b}31m",
    "carriage\rreturn\u{2028}separator\u{85}next line",
    "- a\n  - b\n\n\n    c",
    "",
    "$1 {{ x }} {% if %} {# #} \u{feff}",
];

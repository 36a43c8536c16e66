//! Whole trees, as rustfmt sees them.

#![allow(clippy::unwrap_used)]

mod samples;

use std::path::Path;
use std::process::Command;

use super::*;
use samples::*;

/// Writes the tree and has rustfmt look at all of it, in both styles that editions stand for.
#[track_caller]
fn check_format(model: &Model) {
    let folder = tempfile::tempdir().unwrap();
    write(&render(model), folder.path());
    for style in ["2021", "2024"] {
        let output = Command::new("rustfmt")
            .args([
                "--check",
                "--edition",
                "2021",
                "--config",
                &format!("style_edition={style}"),
            ])
            .arg(folder.path().join("mod.rs"))
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let trouble = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "style {style}:\n{text}\n{trouble}");
    }
}

fn write(files: &[File], folder: &Path) {
    for file in files {
        let path = folder.join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &file.contents).unwrap();
    }
}

#[test]
fn ordinary_names_are_formatted() {
    check_format(&ordinary(false));
    check_format(&ordinary(true));
}

#[test]
fn names_of_any_length_are_formatted() {
    check_format(&every_length((1..=70).step_by(6), true));
}

#[test]
fn hostile_names_are_formatted() {
    check_format(&hostile(false));
    check_format(&hostile(true));
}

fn contents(model: &Model, path: &str) -> String {
    let files = render(model);
    let file = files.iter().find(|file| file.path == Path::new(path));
    file.unwrap().contents.clone()
}

#[test]
fn relations_are_constants() {
    let users = contents(&ordinary(false), "drafts.rs");
    for expected in [
        // One column.
        r##"
    pub const HAS_ONE: ::rowsmith_runtime::HasOne<Self, super::Draft> =
        ::rowsmith_runtime::HasOne::new(&[::rowsmith_runtime::Link::<Self>::new(
            "id",
            "id_id",
            "text",
            |row| &row.id,
        )]);
"##,
        // Two that travel as text and may be NULL, one of them with a keyword for a name.
        r##"
    pub const BELONGS_TO_OPTIONALLY: ::rowsmith_runtime::BelongsTo<
        Self,
        ::std::option::Option<super::Draft>,
    > = ::rowsmith_runtime::BelongsTo::new(&[
        ::rowsmith_runtime::Link::<Self>::new("type", "type_id", "text", |row| &row.r#type)
            .cast(r#""public"."type""#),
        ::rowsmith_runtime::Link::<Self>::new("e-mail", "e-mail_id", "text", |row| &row.e_mail)
            .cast(r#""public"."e-mail""#),
    ]);
"##,
        r##"
    pub const MANY_TO_MANY: ::rowsmith_runtime::ManyToMany<Self, super::Draft> =
        ::rowsmith_runtime::ManyToMany::new(
            r#""public"."drafts""#,
            &[::rowsmith_runtime::Link::<Self>::new(
                "id",
                "id_id",
                "text",
                |row| &row.id,
            )],
            &[("id", "id"), ("type", "type"), ("e-mail", "e-mail")],
        );
"##,
    ] {
        assert!(users.contains(expected), "{expected}\n{users}");
    }
}

#[test]
fn a_relation_without_a_constant_keeps_its_method() {
    let mut model = ordinary(false);
    for relation in &mut model.root.entities[1].relations {
        relation.constant = None;
    }
    let drafts = contents(&model, "drafts.rs");
    assert!(!drafts.contains("::rowsmith_runtime::Link"));
    assert!(drafts.contains("pub async fn many_to_many("));
}

#[test]
fn columns_say_what_may_be_done_with_them() {
    let users = contents(&ordinary(false), "users.rs");
    for expected in [
        r##"
    pub const ID: ::rowsmith_runtime::Column<Self, i64> = ::rowsmith_runtime::Column::new("id");
"##,
        r##"
    pub const ROLE: ::rowsmith_runtime::Column<Self, super::Role, ::rowsmith_runtime::ReadOnly> =
        ::rowsmith_runtime::Column::new("role");
"##,
        r##"
    pub const TYPE: ::rowsmith_runtime::Column<Self, ::std::option::Option<i32>> =
        ::rowsmith_runtime::Column::new("type")
            .read_as("text")
            .sent_as("text", r#""public"."type""#);
"##,
        r##"
    const KEY: &'static [&'static str] = &["id"];
"##,
    ] {
        assert!(users.contains(expected), "{expected}\n{users}");
    }
}

#[test]
fn what_can_not_be_written_has_nothing_that_writes() {
    let model = ordinary(false);
    let all = [
        "pub fn select()",
        "pub fn insert(",
        "pub fn delete()",
        "pub async fn copy_out<",
        "pub fn insert_from<",
        "pub fn update()",
        "pub async fn copy_in(",
    ];
    // The first of them, of a table, one with a key only, one without columns, and a view.
    for (path, has) in [
        ("users.rs", 7),
        ("keys.rs", 4),
        ("nothing.rs", 3),
        ("type.rs", 1),
    ] {
        let text = contents(&model, path);
        for (i, function) in all.iter().enumerate() {
            assert_eq!(text.contains(function), i < has, "{path}: {function}");
        }
    }
}

//! `docs/types.md` is made from the generator's table of types and from the values that the runtime's tests
//! try on a server; `ROWSMITH_BLESS=1` writes it anew.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::{env, fs};

use rowsmith::resolve::{TypeMapping, type_mappings};
use serde::Deserialize;

const PAGE: &str = "docs/types.md";
const MAKING: &str = "runtime/tests/types/making.rs";
const VALUES: &str = "runtime/tests/types/values.toml";

/// The values of a type that are tried.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Values {
    /// They come back as they were sent.
    values: Vec<String>,
    /// The default Rust type can't hold them, and says so.
    refused: Vec<String>,
    /// The same of another family of Rust types.
    refused_by: BTreeMap<String, Vec<String>>,
    /// The extension that brings the type.
    needs: Option<String>,
    /// The servers of the tests do not have it.
    untried: bool,
    /// The type as it is declared, where its name alone means something else.
    declared: Option<String>,
}

#[test]
fn the_page_of_types_is_that_of_the_table() {
    let values: BTreeMap<String, Values> =
        toml::from_str(&fs::read_to_string(VALUES).unwrap()).unwrap();
    let mappings = type_mappings();
    for mapping in &mappings {
        let name = mapping.postgres;
        let tried = values.get(name);
        assert!(
            tried.is_some_and(|it| !it.values.is_empty()),
            "no value of `{name}` is tried: add some to `{VALUES}`"
        );
    }
    for name in values.keys() {
        assert!(
            mappings.iter().any(|mapping| mapping.postgres == name),
            "`{VALUES}` tries `{name}`, which is not in the table of types"
        );
    }
    let page = page(&mappings, &values);
    if env::var_os("ROWSMITH_BLESS").is_some() {
        fs::write(PAGE, &page).unwrap();
    }
    let written = fs::read_to_string(PAGE).unwrap();
    assert!(
        written == page,
        "`{PAGE}` is not what the table of types makes of it: \
         run `ROWSMITH_BLESS=1 cargo test --test types`"
    );
}

fn page(mappings: &[TypeMapping], values: &BTreeMap<String, Values>) -> String {
    let mut page = String::from(HEAD);
    for (title, extensions) in [
        ("PostgreSQL's own types", false),
        ("Types of extensions", true),
    ] {
        write!(page, "\n## {title}\n\n").unwrap();
        page.push_str(match extensions {
            true => "| type | of | Rust | feature | values tried | refused with an error |\n|---|---|---|---|---|---|\n",
            false => "| type | Rust | feature | values tried | refused with an error |\n|---|---|---|---|---|\n",
        });
        for mapping in mappings {
            if mapping.extension.is_some() != extensions {
                continue;
            }
            let tried = &values[mapping.postgres];
            let mut cells = vec![code(mapping.postgres)];
            cells.extend(mapping.extension.map(str::to_owned));
            cells.push(list(mapping.rust.iter().map(String::as_str)));
            cells.push(list(mapping.features.iter().copied()));
            let values = list(tried.values.iter().map(String::as_str));
            cells.push(match tried.untried {
                true => format!("where the server has it: {values}"),
                false => values,
            });
            cells.push(list(tried.refused.iter().map(String::as_str)));
            writeln!(page, "| {} |", cells.join(" | ")).unwrap();
        }
    }
    page.push_str(TAIL);
    write!(page, "\n## Making values\n\n```rust\n{}```\n", making()).unwrap();
    page
}

/// The lines of the test of the runtime that makes a value of each of its own types.
fn making() -> String {
    let source = fs::read_to_string(MAKING).unwrap();
    let (_, body) = source.split_once("dyn Error>> {\n").unwrap();
    let (body, _) = body.split_once("    // [end").unwrap();
    let lines = body.lines().map(|line| line.strip_prefix("    "));
    lines.fold(String::new(), |page, line| page + line.unwrap_or("") + "\n")
}

fn list<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts.map(code).collect::<Vec<_>>().join(", ")
}

/// Text in backticks that ends no cell, and not without end.
fn code(text: &str) -> String {
    if text.is_empty() {
        return "the empty string".to_owned();
    }
    let line: String = text.chars().take(60).collect();
    let line = if line.len() < text.len() {
        format!("{line}…")
    } else {
        line
    };
    let line = line.replace('|', "\\|").replace('\n', "\\n");
    match line.contains('`') {
        true => format!("`` {line} ``"),
        false => format!("`{line}`"),
    }
}

const HEAD: &str = "\
# Types

Which Rust type each type of PostgreSQL is, which feature of `rowsmith-runtime` it needs, and which values \
are tried on a server: each goes there and back alone, in an array with a NULL beside it, in an array of two \
dimensions, in a domain, in a composite and as the column of a view.

This page is made from the table in `src/resolve/types/builtin.rs` and the values in \
`runtime/tests/types/values.toml`, and a test compares them.
Types of the runtime are written without `rowsmith_runtime::`. Where there are several, the first one is the \
default; `dates` and `decimals` in the configuration choose among the others ([configuration.md](configuration.md)).
Of the features, `chrono`, `uuid`, `json`, `decimal` and `net` are on by default. [Making values](#making-values) shows how those of the runtime's own types are made, `cargo doc --open -p rowsmith-runtime` all that they can do.
";

const TAIL: &str = "
## Everything else

| type | Rust |
|---|---|
| an array, `T[]` | `Vec<T>`; with `array = \"nullable\"` under `[columns]` `Vec<Option<T>>`, with `array = \"nd\"` `NdArray<T>` of any number of dimensions |
| an enum | a Rust enum |
| a composite | a struct, each field an `Option` |
| a domain | its base type; a type of its own where `newtypes` names it |
| a range of your own, and its multirange | a struct around `Range<T>` and `Multirange<T>`; a multirange of a type that is not one of PostgreSQL's own, or of arrays, is text |
| a type that is in no table here | `String`, in the form that PostgreSQL prints; reported once for each type, with the key under `[types]` that gives it a Rust type |

With `infinity = true` dates and timestamps are `Infinite<T>`, so that `infinity` and `-infinity` have a place.
A value that the Rust type can't hold is an error that names the column, never another value. \
A type of your own for `numeric` or `time` gets each value as the server sends it, and says itself what it can't hold.
`Vec` forgets at which index an array begins: one that begins elsewhere than at 1 is sent back as one that begins at 1. \
`NdArray` keeps it.
Where an expression is cast to a type of an extension, the type is named without a schema: the extension's \
schema has to be in the `search_path`.
";

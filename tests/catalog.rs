//! The Catalog as JSON, the form that other generators read: its JSON Schema, `docs/catalog.schema.json`, and
//! the page about it, `docs/catalog.md`. `ROWSMITH_BLESS=1` writes anew what is made in both.
#![allow(clippy::unwrap_used)]

#[path = "cli/sandbox.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod sandbox;
mod support;

use std::fmt::Write;
use std::fs;

use boon::{Compiler, SchemaIndex, Schemas};
use rowsmith::catalog::{CATALOG_VERSION, Catalog};
use rowsmith::source::Source;
use sandbox::Sandbox;
use serde_json::{Map, Value, json};
use support::{Fixture, blessing, check_all, diff};

const SCHEMA: &str = "docs/catalog.schema.json";
const PAGE: &str = "docs/catalog.md";
const BLESS: &str =
    "help: when this is as it should be, accept it: ROWSMITH_BLESS=1 cargo test --test catalog";

#[test]
fn the_schema_is_that_of_the_types() {
    let printed = print_schema();
    let old = fs::read_to_string(SCHEMA).unwrap_or_default();
    if blessing() {
        if let Ok(old) = serde_json::from_str(&old) {
            let new = serde_json::from_str(&printed).unwrap();
            assert!(
                may_replace(&old, &new),
                "the form of the Catalog has changed, so `CATALOG_VERSION` has to grow"
            );
        }
        fs::write(SCHEMA, &printed).unwrap();
    } else {
        let difference = diff(SCHEMA, &old, "printed", &printed);
        assert!(old == printed, "{difference}\n{BLESS}");
    }
}

#[test]
fn another_form_has_another_version() {
    let old = schema();
    let mut new = old.clone();
    new["$defs"]["Table"]["description"] = json!("Something with columns.");
    assert!(may_replace(&old, &new));
    new["$defs"]["Table"]["properties"]["owner"] = json!({"type": "string"});
    assert!(!may_replace(&old, &new));
    new["properties"]["version"]["const"] = json!(CATALOG_VERSION + 1);
    assert!(may_replace(&old, &new));
}

/// Whether a form may take the place of another one: by a later version, or because both are the same.
fn may_replace(old: &Value, new: &Value) -> bool {
    fn undescribed(value: &Value) -> Value {
        match value {
            Value::Array(values) => values.iter().map(undescribed).collect(),
            Value::Object(members) => {
                let kept = members
                    .iter()
                    .filter(|(name, value)| *name != "description" || !value.is_string());
                kept.map(|(name, value)| (name.clone(), undescribed(value)))
                    .collect()
            }
            other => other.clone(),
        }
    }
    let version = |schema: &Value| schema["properties"]["version"]["const"].as_u64();
    version(old) < version(new) || undescribed(old) == undescribed(new)
}

#[test]
fn every_object_is_closed_and_whole() {
    fn look(value: &Value, count: &mut usize) {
        if let Some(properties) = value["properties"].as_object() {
            *count += 1;
            assert_eq!(value["additionalProperties"], false, "{value:#}");
            let mut required: Vec<&str> = required(value).collect();
            required.sort_unstable();
            assert!(properties.keys().eq(required), "{value:#}");
        }
        match value {
            Value::Array(values) => values.iter().for_each(|value| look(value, count)),
            Value::Object(members) => members.values().for_each(|value| look(value, count)),
            _ => {}
        }
    }
    let schema = schema();
    let mut count = 0;
    look(&schema, &mut count);
    assert!(count > 30, "{count} objects were found");
    assert_eq!(schema["properties"]["version"]["const"], CATALOG_VERSION);
}

#[test]
fn every_catalog_is_valid_and_survives() {
    let validator = Validator::new();
    check_all(&Fixture::all(), |fixture| {
        let catalog = read(fixture)?;
        let json = serde_json::to_string(&catalog).unwrap();
        validator
            .check(&serde_json::from_str(&json).unwrap())
            .map_err(|error| format!("`{}`:\n{error}", fixture.name))?;
        let again: Catalog =
            serde_json::from_str(&json).map_err(|error| format!("`{}`: {error}", fixture.name))?;
        match again == catalog {
            true => Ok(()),
            false => Err(format!("`{}` is another Catalog after it", fixture.name)),
        }
    });
}

#[test]
fn other_documents_are_refused() {
    let validator = Validator::new();
    let catalog = read(&Fixture::read("blog")).unwrap();
    let good = serde_json::to_value(&catalog).unwrap();
    validator.check(&good).unwrap();

    let changed = |at: &str, change: &dyn Fn(&mut Map<String, Value>)| {
        let mut document = good.clone();
        let object = document.pointer_mut(at).unwrap();
        change(object.as_object_mut().unwrap());
        document
    };
    let column = "/tables/0/columns/0";
    for at in ["", column] {
        let unknown = changed(at, &|object| {
            object.insert("nmae".to_owned(), json!("id"));
        });
        assert_refused(&validator, &unknown, "'nmae' not allowed", "`nmae`");
    }
    for (at, name) in [("", "tables"), (column, "nullable")] {
        let missing = changed(at, &|object| {
            object.remove(name).unwrap();
        });
        let (by_schema, by_serde) = (format!("missing properties '{name}'"), format!("`{name}`"));
        assert_refused(&validator, &missing, &by_schema, &by_serde);
    }
    let of_no_kind = changed("/tables/0", &|table| table["kind"] = json!("temporary"));
    assert_refused(&validator, &of_no_kind, "'/tables/0/kind'", "`temporary`");

    // The version is what is wrong with a document, whatever else is in it.
    let version = CATALOG_VERSION + 1;
    let later = changed("", &|catalog| catalog["version"] = json!(version));
    assert_refused(&validator, &later, "'/version'", "only version");
    let later = format!("{{\"version\": {version}, \"triggers\": []}}");
    let error = serde_json::from_str::<Catalog>(&later).unwrap_err();
    assert!(error.to_string().contains("only version"), "{error}");
}

/// By the schema and when it is read, with errors that say why.
#[track_caller]
fn assert_refused(validator: &Validator, document: &Value, by_schema: &str, by_serde: &str) {
    let error = validator.check(document).unwrap_err();
    assert!(error.contains(by_schema), "{error}");
    let error = serde_json::from_value::<Catalog>(document.clone()).unwrap_err();
    assert!(error.to_string().contains(by_serde), "{error}");
}

#[test]
fn the_page_is_up_to_date() {
    let old = fs::read_to_string(PAGE).unwrap();
    let (_, sql) = old.split_once("```sql\n").unwrap();
    let (sql, _) = sql.split_once("```").unwrap();
    let sandbox = Sandbox::with("schema.sql", sql);
    let run = sandbox.run(&["inspect", "--schema", "schema.sql", "--format", "json"]);
    run.assert_fine();

    let schema = schema();
    let new = with_part(&old, "```json\n", "```\n", &run.stdout);
    let new = with_part(&new, "| fields |\n|---|---|---|\n", "\n", &objects(&schema));
    let new = with_part(&new, "| one of |\n|---|---|---|\n", "\n", &choices(&schema));
    if blessing() {
        fs::write(PAGE, &new).unwrap();
    } else {
        let difference = diff(PAGE, &old, "made", &new);
        assert!(old == new, "{difference}\n{BLESS}");
    }
}

/// The page with another text between the two lines.
fn with_part(page: &str, begin: &str, end: &str, part: &str) -> String {
    let (before, rest) = page.split_once(begin).unwrap();
    // The end stands on a line of its own.
    let rest = format!("\n{rest}");
    let (_, after) = rest.split_once(&format!("\n{end}")).unwrap();
    format!("{before}{begin}{part}{end}{after}")
}

/// A row for each object with its fields.
fn objects(schema: &Value) -> String {
    let mut rows = String::new();
    let root = ("Catalog", schema);
    for (name, object) in std::iter::once(root).chain(definitions(schema)) {
        if object["properties"].is_object() {
            let what = what(object);
            let fields = required(object)
                .map(|field| format!("`{field}` {}", ty(&object["properties"][field])));
            let fields = fields.collect::<Vec<_>>().join(", ");
            writeln!(rows, "| {name} | {what} | {fields} |").unwrap();
        }
    }
    rows
}

/// A row for each type that is one of several.
fn choices(schema: &Value) -> String {
    let mut rows = String::new();
    for (name, choice) in definitions(schema) {
        if let Some(choices) = choice["oneOf"].as_array() {
            let choices = choices.iter().map(|choice| format!("`{}`", ty(choice)));
            let choices = choices.collect::<Vec<_>>().join(", ");
            writeln!(rows, "| {name} | {} | {choices} |", what(choice)).unwrap();
        }
    }
    rows
}

fn definitions(schema: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let definitions = schema["$defs"].as_object().unwrap();
    definitions.iter().map(|(name, it)| (name.as_str(), it))
}

/// The first paragraph of a description.
fn what(schema: &Value) -> String {
    let text = schema["description"].as_str().unwrap();
    let first = text.split("\n\n").next().unwrap();
    first.replace('\n', " ").replace('|', "\\|")
}

/// The names of an object's fields, in their order.
fn required(object: &Value) -> impl Iterator<Item = &str> {
    let names = object["required"].as_array().unwrap();
    names.iter().map(|name| name.as_str().unwrap())
}

/// The type of a field, in short.
fn ty(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.trim_start_matches("#/$defs/").to_owned();
    }
    if let Some(value) = schema.get("const") {
        return value.to_string();
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        assert_eq!(choices[1]["type"], "null", "{schema:#}");
        return ty(&choices[0]) + "?";
    }
    match &schema["type"] {
        Value::Array(types) => {
            assert_eq!(types[1], "null", "{schema:#}");
            format!("{}?", types[0].as_str().unwrap())
        }
        Value::String(it) if it == "array" => ty(&schema["items"]) + "[]",
        Value::String(it) if it == "object" => {
            let fields = required(schema)
                .map(|field| format!("\"{field}\": {}", ty(&schema["properties"][field])));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        Value::String(it) => it.clone(),
        _ => panic!("what is this? {schema:#}"),
    }
}

fn read(fixture: &Fixture) -> Result<Catalog, String> {
    let source = Source::Files(vec![fixture.schema.clone()]);
    let (catalog, _) = rowsmith::read_catalog(&fixture.config, &source)
        .map_err(|errors| format!("`{}`:\n{errors}", fixture.name))?;
    Ok(catalog)
}

fn print_schema() -> String {
    let run = Sandbox::new().run(&["inspect", "--format", "json-schema"]);
    run.assert_fine();
    run.stdout
}

fn schema() -> Value {
    serde_json::from_str(&print_schema()).unwrap()
}

/// Holds documents against the JSON Schema.
struct Validator {
    schemas: Schemas,
    root: SchemaIndex,
}

impl Validator {
    fn new() -> Self {
        let mut schemas = Schemas::new();
        let mut compiler = Compiler::new();
        compiler.add_resource(SCHEMA, schema()).unwrap();
        let root = compiler.compile(SCHEMA, &mut schemas).unwrap();
        Self { schemas, root }
    }

    fn check(&self, document: &Value) -> Result<(), String> {
        let result = self.schemas.validate(document, self.root);
        result.map_err(|error| format!("{error:#}"))
    }
}

//! One statement, on what is there.

use rowsmith::catalog::QualifiedName;

use super::Random;
use super::conditions::Operand;
use super::names::literal;

impl Random<'_> {
    /// A statement that changes the schema, if the server takes it.
    pub fn statement(&mut self) -> String {
        if self.catalog.tables.len() < 2 {
            return self.create_table();
        }
        match self.below(100) {
            0..=21 => self.create_table(),
            22..=51 => self.alter_table(),
            52..=58 => self.create_index(),
            59..=65 => self.create_view(),
            66..=69 => self.create_function(),
            70..=77 => self.create_type(),
            78..=83 => self.alter_type(),
            84..=88 => self.drop(),
            89..=92 => self.rename(),
            93 | 94 => self.sequence(),
            95..=97 => self.comment(),
            98 => self.schema(),
            _ => self.set_path(),
        }
    }

    fn schema(&mut self) -> String {
        let name = self.name();
        let name = self.quoted(&name);
        match self.any(&self.catalog.schemas) {
            Some(schema) if schema.name != "public" && self.chance(30) => {
                let old = self.quoted(&schema.name);
                format!("ALTER SCHEMA {old} RENAME TO {name}")
            }
            _ => format!("CREATE SCHEMA IF NOT EXISTS {name}"),
        }
    }

    fn set_path(&mut self) -> String {
        match self.any(&self.catalog.schemas) {
            Some(schema) if self.chance(50) => {
                let name = self.quoted(&schema.name);
                format!("SET search_path = {name}, public")
            }
            _ => "SET search_path TO DEFAULT".to_owned(),
        }
    }

    fn create_type(&mut self) -> String {
        let name = self.new_name();
        match self.below(8) {
            0..=2 => {
                let labels = [
                    "a",
                    "b",
                    "new",
                    "in progress",
                    "it''s",
                    "A",
                    "ü",
                    "",
                    "1",
                    "Self",
                ];
                let mut chosen: Vec<String> = Vec::new();
                for _ in 0..self.below(4) + 1 {
                    let label = format!("'{}'", self.one_of(&labels));
                    if !chosen.contains(&label) {
                        chosen.push(label);
                    }
                }
                format!("CREATE TYPE {name} AS ENUM ({})", chosen.join(", "))
            }
            3..=5 => {
                let (base, ty) = self.some_type();
                let mut text = format!("CREATE DOMAIN {name} AS {base}");
                if self.chance(20) {
                    text += " NOT NULL";
                }
                if self.chance(25) {
                    text += &format!(" DEFAULT {}", self.value(&ty));
                }
                for _ in 0..self.below(3) {
                    if self.chance(30) {
                        let name = self.name();
                        text += &format!(" CONSTRAINT {}", self.quoted(&name));
                    }
                    let value = Operand::value(ty.clone());
                    text += &format!(" CHECK ({})", self.condition(&[value]));
                }
                text
            }
            6 => {
                let mut attributes = Vec::new();
                for _ in 0..self.below(4) {
                    let attribute = self.name();
                    let attribute = self.quoted(&attribute);
                    attributes.push(format!("{attribute} {}", self.some_type().0));
                }
                format!("CREATE TYPE {name} AS ({})", attributes.join(", "))
            }
            _ => {
                let subtype = self.one_of(&[
                    "int",
                    "text",
                    "numeric",
                    "time",
                    "float8",
                    "timestamptz",
                    "inet",
                ]);
                let multirange = if self.chance(20) {
                    let name = self.name();
                    format!(", MULTIRANGE_TYPE_NAME = {}", self.quoted(&name))
                } else {
                    String::new()
                };
                format!("CREATE TYPE {name} AS RANGE (SUBTYPE = {subtype}{multirange})")
            }
        }
    }

    fn alter_type(&mut self) -> String {
        let catalog = self.catalog;
        let new = self.name();
        let new = self.quoted(&new);
        match self.below(3) {
            0 => {
                let Some(it) = self.any(&catalog.enums) else {
                    return String::new();
                };
                let name = self.qualified(&it.name);
                let old = literal(self.any(&it.labels).map_or("", String::as_str));
                let label = self.one_of(&["'z'", "'new one'", "'b'", "'Z'"]);
                match self.below(4) {
                    0 => format!("ALTER TYPE {name} ADD VALUE {label}"),
                    1 => format!("ALTER TYPE {name} ADD VALUE IF NOT EXISTS {label} BEFORE {old}"),
                    2 => format!("ALTER TYPE {name} ADD VALUE {label} AFTER {old}"),
                    _ => format!("ALTER TYPE {name} RENAME VALUE {old} TO {label}"),
                }
            }
            1 => {
                let Some(it) = self.any(&catalog.domains) else {
                    return String::new();
                };
                let name = self.qualified(&it.name);
                let base = it.base.clone();
                let check = self.any(&it.checks).map_or("nothing", |check| &check.name);
                let check = self.quoted(check);
                match self.below(8) {
                    0 => format!("ALTER DOMAIN {name} SET DEFAULT {}", self.value(&base)),
                    1 => format!("ALTER DOMAIN {name} DROP DEFAULT"),
                    2 => format!("ALTER DOMAIN {name} SET NOT NULL"),
                    3 => format!("ALTER DOMAIN {name} DROP NOT NULL"),
                    4 | 5 => {
                        let value = Operand::value(base);
                        let valid = if self.chance(20) { " NOT VALID" } else { "" };
                        format!(
                            "ALTER DOMAIN {name} ADD CHECK ({}){valid}",
                            self.condition(&[value])
                        )
                    }
                    6 => format!("ALTER DOMAIN {name} DROP CONSTRAINT {check}"),
                    _ => format!("ALTER DOMAIN {name} RENAME CONSTRAINT {check} TO {new}"),
                }
            }
            _ => {
                let Some(it) = self.any(&catalog.composites) else {
                    return String::new();
                };
                let name = self.qualified(&it.name);
                let attribute = self.any(&it.attributes).map_or("nothing", |it| &it.name);
                let attribute = self.quoted(attribute);
                let cascade = self.one_of(&["", " CASCADE"]);
                match self.below(4) {
                    0 => format!(
                        "ALTER TYPE {name} ADD ATTRIBUTE {new} {}{cascade}",
                        self.some_type().0
                    ),
                    1 => format!("ALTER TYPE {name} DROP ATTRIBUTE {attribute}{cascade}"),
                    2 => format!(
                        "ALTER TYPE {name} ALTER ATTRIBUTE {attribute} TYPE {}{cascade}",
                        self.some_type().0
                    ),
                    _ => {
                        format!("ALTER TYPE {name} RENAME ATTRIBUTE {attribute} TO {new}{cascade}")
                    }
                }
            }
        }
    }

    /// Something that exists, with the word for its kind.
    fn object(&mut self) -> Option<(&'static str, String)> {
        let catalog = self.catalog;
        let mut objects: Vec<(&str, QualifiedName)> = Vec::new();
        add(
            &mut objects,
            "TABLE",
            catalog.tables.iter().map(|it| &it.name),
        );
        for view in &catalog.views {
            let kind = if view.materialized {
                "MATERIALIZED VIEW"
            } else {
                "VIEW"
            };
            objects.push((kind, view.name.clone()));
        }
        add(
            &mut objects,
            "TYPE",
            catalog.enums.iter().map(|it| &it.name),
        );
        add(
            &mut objects,
            "TYPE",
            catalog.composites.iter().map(|it| &it.name),
        );
        add(
            &mut objects,
            "TYPE",
            catalog.ranges.iter().map(|it| &it.name),
        );
        add(
            &mut objects,
            "DOMAIN",
            catalog.domains.iter().map(|it| &it.name),
        );
        add(
            &mut objects,
            "SEQUENCE",
            catalog.sequences.iter().map(|it| &it.name),
        );
        add(
            &mut objects,
            "FUNCTION",
            catalog.functions.iter().map(|it| &it.name),
        );
        for table in &catalog.tables {
            let names = table
                .indexes
                .iter()
                .map(|it| QualifiedName::new(&table.name.schema, &it.name));
            objects.extend(names.map(|name| ("INDEX", name)));
        }
        let (kind, name) = self.any(&objects).cloned()?;
        Some((kind, self.qualified(&name)))
    }

    fn drop(&mut self) -> String {
        let cascade = self.one_of(&["", " CASCADE", " RESTRICT"]);
        let exists = self.one_of(&["", "IF EXISTS "]);
        if self.chance(5)
            && let Some(schema) = self.any(&self.catalog.schemas)
            && schema.name != "public"
        {
            return format!("DROP SCHEMA {}{cascade}", self.quoted(&schema.name));
        }
        match self.object() {
            Some((kind, name)) => format!("DROP {kind} {exists}{name}{cascade}"),
            None => String::new(),
        }
    }

    fn rename(&mut self) -> String {
        let Some((kind, name)) = self.object() else {
            return String::new();
        };
        if self.chance(25)
            && let Some(schema) = self.any(&self.catalog.schemas)
        {
            return format!(
                "ALTER {kind} {name} SET SCHEMA {}",
                self.quoted(&schema.name)
            );
        }
        let new = self.name();
        let new = self.quoted(&new);
        if kind.ends_with("VIEW")
            && self.chance(40)
            && let Some(column) = self
                .any(&self.catalog.views)
                .and_then(|view| view.columns.first())
        {
            return format!(
                "ALTER {kind} {name} RENAME COLUMN {} TO {new}",
                self.quoted(&column.name)
            );
        }
        format!("ALTER {kind} {name} RENAME TO {new}")
    }

    fn sequence(&mut self) -> String {
        let options = self.one_of(&[
            "",
            " AS smallint",
            " START 5 INCREMENT 2",
            " MINVALUE 1 MAXVALUE 100 CYCLE",
            " INCREMENT -1",
            " CACHE 20 NO CYCLE",
            " AS integer NO MINVALUE",
            " OWNED BY NONE",
            " RESTART",
            " MAXVALUE 5000000000",
        ]);
        match self.any(&self.catalog.sequences) {
            Some(sequence) if self.chance(50) => {
                let name = self.qualified(&sequence.name);
                if self.chance(30)
                    && let Some(table) = self.any_table()
                    && let Some(column) = self.any(&table.columns)
                {
                    let (table, column) = (self.qualified(&table.name), self.quoted(&column.name));
                    return format!("ALTER SEQUENCE {name} OWNED BY {table}.{column}");
                }
                format!("ALTER SEQUENCE {name}{options}")
            }
            _ => {
                let name = self.new_name();
                format!("CREATE SEQUENCE {name}{options}")
            }
        }
    }

    fn comment(&mut self) -> String {
        let text = self.one_of(&[
            "'A comment.'",
            "'it''s'",
            "E'two\\nlines'",
            "NULL",
            "''",
            "'*/ \"x\" {} ` \\'",
        ]);
        if self.chance(40)
            && let Some(table) = self.any_table()
            && let Some(column) = self.any(&table.columns)
        {
            let (table, column) = (self.qualified(&table.name), self.quoted(&column.name));
            return format!("COMMENT ON COLUMN {table}.{column} IS {text}");
        }
        if self.chance(20)
            && let Some(table) = self.any_table()
            && let Some(check) = self.any(&table.checks)
        {
            let (table, check) = (self.qualified(&table.name), self.quoted(&check.name));
            return format!("COMMENT ON CONSTRAINT {check} ON {table} IS {text}");
        }
        match self.object() {
            Some((kind, name)) => format!("COMMENT ON {kind} {name} IS {text}"),
            None => String::new(),
        }
    }
}

fn add<'a>(
    objects: &mut Vec<(&'static str, QualifiedName)>,
    kind: &'static str,
    names: impl Iterator<Item = &'a QualifiedName>,
) {
    objects.extend(names.map(|name| (kind, name.clone())));
}

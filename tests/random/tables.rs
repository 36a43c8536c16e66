//! Statements that make and change tables.

use rowsmith::catalog::{IndexKey, IndexOn, Table, TableKind, TypeRef};

use super::Random;
use super::conditions::Operand;

const ACTIONS: [&str; 5] = [
    "CASCADE",
    "RESTRICT",
    "SET NULL",
    "SET DEFAULT",
    "NO ACTION",
];

const DEFERRALS: [&str; 4] = [
    " DEFERRABLE",
    " DEFERRABLE INITIALLY DEFERRED",
    " NOT DEFERRABLE",
    " INITIALLY DEFERRED",
];

impl Random<'_> {
    pub fn create_table(&mut self) -> String {
        let name = self.new_name();
        match self.below(20) {
            0 => return self.create_partition(&name),
            1 if !self.catalog.composites.is_empty() => {
                let composites = self.catalog.composites.iter().map(|it| &it.name);
                let composites: Vec<_> = composites.collect();
                if let Some(composite) = self.any(&composites).copied() {
                    return format!("CREATE TABLE {name} OF {}", self.qualified(composite));
                }
            }
            2 => {
                let query = self.query();
                let data = self.one_of(&["", " WITH NO DATA", " WITH DATA"]);
                return format!("CREATE TABLE {name} AS {query}{data}");
            }
            _ => {}
        }
        let mut names: Vec<String> = Vec::new();
        let mut parts = Vec::new();
        let mut operands = Vec::new();
        for _ in 0..self.below(6) + 1 {
            let column = self.name();
            if names.contains(&column) {
                continue;
            }
            let (type_sql, ty) = self.some_type();
            let quoted = self.quoted(&column);
            let rest = self.column_rest(&quoted, &ty, &operands);
            parts.push(format!("{quoted} {type_sql}{rest}"));
            names.push(column);
            operands.push(Operand { sql: quoted, ty });
        }
        if self.chance(8)
            && let Some(table) = self.any_table()
        {
            let like = self.qualified(&table.name);
            let options = self.one_of(&[
                "",
                " INCLUDING ALL",
                " INCLUDING DEFAULTS",
                " INCLUDING CONSTRAINTS INCLUDING INDEXES",
                " INCLUDING ALL EXCLUDING DEFAULTS",
                " INCLUDING GENERATED INCLUDING IDENTITY",
                " INCLUDING COMMENTS",
            ]);
            parts.push(format!("LIKE {like}{options}"));
        }
        for _ in 0..self.below(3) {
            parts.push(self.table_constraint(&names, &operands));
        }
        let unlogged = if self.chance(5) { "UNLOGGED " } else { "" };
        let exists = if self.chance(10) {
            "IF NOT EXISTS "
        } else {
            ""
        };
        let mut tail = String::new();
        if self.chance(8)
            && let Some(parent) = self.any_table()
        {
            tail += &format!(" INHERITS ({})", self.qualified(&parent.name));
        } else if self.chance(10)
            && let Some(key) = self.any(&names).cloned()
        {
            let key = self.quoted(&key);
            tail += &match self.below(5) {
                0 => format!(" PARTITION BY HASH ({key})"),
                1 => format!(
                    " PARTITION BY RANGE ({key}, ({}))",
                    self.expression(&operands)
                ),
                2 => format!(" PARTITION BY LIST ({key})"),
                _ => format!(" PARTITION BY RANGE ({key})"),
            };
        }
        format!(
            "CREATE {unlogged}TABLE {exists}{name} (\n    {}\n){tail}",
            parts.join(",\n    ")
        )
    }

    fn create_partition(&mut self, name: &str) -> String {
        let Some(parent) = self.any_table_where(|it| it.kind == TableKind::Partitioned) else {
            return String::new();
        };
        let bound = self.bound(parent);
        let parent_name = self.qualified(&parent.name);
        let sub = if self.chance(10)
            && let Some(column) = self.any(&parent.columns)
        {
            format!(" PARTITION BY LIST ({})", self.quoted(&column.name))
        } else {
            String::new()
        };
        format!("CREATE TABLE {name} PARTITION OF {parent_name} {bound}{sub}")
    }

    fn bound(&mut self, parent: &Table) -> String {
        let key = parent.partition_key.as_deref().unwrap_or_default();
        if self.chance(25) {
            return "DEFAULT".to_owned();
        }
        let ty = parent
            .columns
            .iter()
            .find(|column| key.contains(&column.name))
            .map(|column| column.ty.clone());
        // Other expressions are evaluated by the server, which can't be done here.
        let plain = |value: &String| {
            let clock = value.contains("CURRENT") || value.contains("LOCAL");
            !value.contains(['(', ' ', ':']) && !clock
        };
        let value = |this: &mut Self| {
            let value = ty.as_ref().map(|ty| this.value(ty));
            value.filter(plain).unwrap_or_else(|| "1".to_owned())
        };
        if key.starts_with("HASH") {
            let modulus = self.below(3) + 1;
            return format!(
                "FOR VALUES WITH (MODULUS {modulus}, REMAINDER {})",
                self.below(modulus)
            );
        }
        if key.starts_with("LIST") {
            let null = self.one_of(&["", "", ", NULL"]);
            return format!("FOR VALUES IN ({}{null})", value(self));
        }
        let more = if key.contains(',') { ", MINVALUE" } else { "" };
        let (from, to) = match self.below(3) {
            0 => ("MINVALUE".to_owned(), value(self)),
            1 => (value(self), "MAXVALUE".to_owned()),
            _ => (value(self), value(self)),
        };
        format!("FOR VALUES FROM ({from}{more}) TO ({to}{more})")
    }

    /// What follows a column's type.
    fn column_rest(&mut self, column: &str, ty: &TypeRef, before: &[Operand]) -> String {
        let mut rest = String::new();
        if self.chance(3) {
            rest += self.one_of(&[
                " COLLATE \"C\"",
                " COLLATE pg_catalog.\"POSIX\"",
                " COLLATE \"default\"",
            ]);
        }
        for _ in 0..self.below(3) {
            let named = if self.chance(15) {
                let name = self.name();
                format!(" CONSTRAINT {}", self.quoted(&name))
            } else {
                String::new()
            };
            rest += &match self.below(14) {
                0..=3 => " NOT NULL".to_owned(),
                4..=6 => format!(" DEFAULT {}", self.value(ty)),
                7 => format!("{named} UNIQUE"),
                8 => format!("{named} PRIMARY KEY"),
                9 => {
                    let operand = Operand {
                        sql: column.to_owned(),
                        ty: ty.clone(),
                    };
                    format!("{named} CHECK ({})", self.condition(&[operand]))
                }
                10 => {
                    let reference = self.reference(1);
                    format!("{named}{reference}")
                }
                11 => self
                    .one_of(&[
                        " GENERATED ALWAYS AS IDENTITY",
                        " GENERATED BY DEFAULT AS IDENTITY (START WITH 10 INCREMENT BY 2)",
                        " GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
                    ])
                    .to_owned(),
                12 => format!(" GENERATED ALWAYS AS ({}) STORED", self.expression(before)),
                _ => " NULL".to_owned(),
            };
        }
        rest
    }

    /// `REFERENCES …` to a key of so many columns.
    fn reference(&mut self, width: usize) -> String {
        let Some(table) = self.any_table() else {
            return String::new();
        };
        let mut keys: Vec<&[String]> = Vec::new();
        keys.extend(table.primary_key.iter().map(|key| &key.columns[..]));
        keys.extend(table.unique_keys.iter().map(|key| &key.columns[..]));
        keys.retain(|key| key.len() == width);
        let mut text = format!(" REFERENCES {}", self.qualified(&table.name));
        if let Some(key) = self.any(&keys).copied()
            && self.chance(70)
        {
            text += &format!(" ({})", self.quoted_list(key));
        }
        if self.chance(10) {
            text += " MATCH FULL";
        }
        if self.chance(25) {
            text += &format!(" ON DELETE {}", self.one_of(&ACTIONS));
        }
        if self.chance(15) {
            text += &format!(" ON UPDATE {}", self.one_of(&ACTIONS));
        }
        if self.chance(15) {
            text += self.one_of(&DEFERRALS);
        }
        text
    }

    fn table_constraint(&mut self, names: &[String], operands: &[Operand]) -> String {
        let mut text = String::new();
        if self.chance(40) {
            let name = self.name();
            text += &format!("CONSTRAINT {} ", self.quoted(&name));
        }
        let width = self.below(2) + 1;
        let mut columns: Vec<String> = Vec::new();
        for _ in 0..width {
            if let Some(name) = self.any(names)
                && !columns.contains(name)
            {
                columns.push(name.clone());
            }
        }
        let list = self.quoted_list(&columns);
        text += &match self.below(10) {
            0 | 1 => {
                let include = if self.chance(10)
                    && let Some(name) = self.any(names)
                {
                    format!(" INCLUDE ({})", self.quoted(name))
                } else {
                    String::new()
                };
                format!("PRIMARY KEY ({list}){include}")
            }
            2 | 3 => {
                let nulls = self.one_of(&["", "", "", " NULLS NOT DISTINCT", " NULLS DISTINCT"]);
                let deferral = if self.chance(20) {
                    self.one_of(&DEFERRALS)
                } else {
                    ""
                };
                format!("UNIQUE{nulls} ({list}){deferral}")
            }
            4..=6 => {
                let inherit = if self.chance(10) { " NO INHERIT" } else { "" };
                format!("CHECK ({}){inherit}", self.condition(operands))
            }
            7 | 8 => {
                let reference = self.reference(columns.len());
                format!("FOREIGN KEY ({list}){reference}")
            }
            _ => {
                let operator = self.one_of(&["=", "&&", "<>"]);
                let method = self.one_of(&["USING gist ", "USING btree ", ""]);
                let filter = if self.chance(30) {
                    format!(" WHERE ({})", self.condition(operands))
                } else {
                    String::new()
                };
                let first = self.any(names).cloned().unwrap_or_default();
                let first = self.quoted(&first);
                format!("EXCLUDE {method}({first} WITH {operator}){filter}")
            }
        };
        text
    }

    pub fn alter_table(&mut self) -> String {
        let Some(table) = self.any_table() else {
            return String::new();
        };
        let mut text = String::from("ALTER TABLE ");
        if self.chance(8) {
            text += "IF EXISTS ";
        }
        if self.chance(8) {
            text += "ONLY ";
        }
        text += &self.qualified(&table.name);
        text += " ";
        // What may stand alone only.
        if self.chance(25) {
            return text + &self.alone(table);
        }
        let count = if self.chance(80) {
            1
        } else {
            2 + self.below(2)
        };
        let actions: Vec<String> = (0..count).map(|_| self.action(table)).collect();
        text + &actions.join(", ")
    }

    fn alone(&mut self, table: &Table) -> String {
        let new = self.name();
        let new = self.quoted(&new);
        match self.below(6) {
            0 | 1 => {
                let column = self.column_of(table);
                let word = self.one_of(&["COLUMN ", ""]);
                format!("RENAME {word}{column} TO {new}")
            }
            2 => format!("RENAME TO {new}"),
            3 => {
                let schemas = self.catalog.schemas.clone();
                let schema = self
                    .any(&schemas)
                    .map_or("public", |it| &it.name)
                    .to_owned();
                format!("SET SCHEMA {}", self.quoted(&schema))
            }
            4 => {
                let constraint = self.constraint_of(table);
                format!("RENAME CONSTRAINT {constraint} TO {new}")
            }
            _ => {
                let Some(other) = self.any_table() else {
                    return String::new();
                };
                let name = self.qualified(&other.name);
                if other.partition_of.as_ref() == Some(&table.name) {
                    format!("DETACH PARTITION {name}")
                } else {
                    let bound = self.bound(table);
                    format!("ATTACH PARTITION {name} {bound}")
                }
            }
        }
    }

    fn action(&mut self, table: &Table) -> String {
        let column = self.column_of(table);
        let names: Vec<String> = table.columns.iter().map(|it| it.name.clone()).collect();
        let operands = self.operands(None, &table.columns);
        let cascade = self.one_of(&["", "", " CASCADE", " RESTRICT"]);
        let ty = table
            .columns
            .iter()
            .find(|it| super::names::quote(&it.name) == column || it.name == column)
            .map(|it| it.ty.clone());
        match self.below(24) {
            0..=3 => {
                let name = self.name();
                let name = self.quoted(&name);
                let (type_sql, ty) = self.some_type();
                let rest = self.column_rest(&name, &ty, &operands);
                let word = self.one_of(&["COLUMN ", "", "COLUMN IF NOT EXISTS "]);
                format!("ADD {word}{name} {type_sql}{rest}")
            }
            4 | 5 => {
                let word = self.one_of(&["COLUMN ", "", "COLUMN IF EXISTS "]);
                format!("DROP {word}{column}{cascade}")
            }
            // What is stored of expressions is written with the casts that the old type asked for.
            6 | 7 if !has_expressions(table) => {
                let (new, _) = self.some_type();
                let using = match self.below(3) {
                    0 => format!(" USING NULL::{new}"),
                    1 => format!(" USING {column}::text::{new}"),
                    _ => String::new(),
                };
                let word = self.one_of(&["SET DATA TYPE", "TYPE"]);
                format!("ALTER COLUMN {column} {word} {new}{using}")
            }
            8 => {
                let value = ty.map_or("NULL".to_owned(), |ty| self.value(&ty));
                format!("ALTER {column} SET DEFAULT {value}")
            }
            9 => format!("ALTER COLUMN {column} DROP DEFAULT"),
            10 | 11 => format!("ALTER COLUMN {column} SET NOT NULL"),
            12 => format!("ALTER COLUMN {column} DROP NOT NULL"),
            13 => {
                let what = self.one_of(&[
                    "ADD GENERATED ALWAYS AS IDENTITY",
                    "ADD GENERATED BY DEFAULT AS IDENTITY (START 5)",
                    "DROP IDENTITY IF EXISTS",
                    "DROP IDENTITY",
                    "SET GENERATED BY DEFAULT",
                    "SET GENERATED ALWAYS SET INCREMENT BY 3",
                    "DROP EXPRESSION IF EXISTS",
                    "DROP EXPRESSION",
                    "SET STATISTICS 100",
                    "SET STORAGE PLAIN",
                    "SET (n_distinct = 5)",
                ]);
                format!("ALTER COLUMN {column} {what}")
            }
            14..=17 => {
                let constraint = self.table_constraint(&names, &operands);
                let valid = if self.chance(15) { " NOT VALID" } else { "" };
                format!("ADD {constraint}{valid}")
            }
            18 | 19 => {
                let constraint = self.constraint_of(table);
                let exists = self.one_of(&["", "IF EXISTS "]);
                format!("DROP CONSTRAINT {exists}{constraint}{cascade}")
            }
            20 => format!("VALIDATE CONSTRAINT {}", self.constraint_of(table)),
            21 => {
                let deferral = self.one_of(&DEFERRALS);
                format!("ALTER CONSTRAINT {}{deferral}", self.constraint_of(table))
            }
            22 => {
                let Some(parent) = self.any_table() else {
                    return String::new();
                };
                let word = self.one_of(&["INHERIT", "NO INHERIT"]);
                format!("{word} {}", self.qualified(&parent.name))
            }
            _ => {
                let unique: Vec<&String> = table
                    .indexes
                    .iter()
                    .filter(|index| index.unique)
                    .map(|index| &index.name)
                    .collect();
                if let Some(index) = self.any(&unique).copied() {
                    let index = self.quoted(index);
                    let name = self.name();
                    let name = self.quoted(&name);
                    let kind = self.one_of(&["UNIQUE", "PRIMARY KEY"]);
                    return format!("ADD CONSTRAINT {name} {kind} USING INDEX {index}");
                }
                self.one_of(&[
                    "SET UNLOGGED",
                    "SET LOGGED",
                    "ENABLE ROW LEVEL SECURITY",
                    "REPLICA IDENTITY FULL",
                    "SET (fillfactor = 70)",
                    "DISABLE TRIGGER ALL",
                    "SET WITHOUT CLUSTER",
                ])
                .to_owned()
            }
        }
    }

    fn column_of(&mut self, table: &Table) -> String {
        match self.any(&table.columns) {
            Some(column) => self.quoted(&column.name),
            None => "nothing".to_owned(),
        }
    }

    fn constraint_of(&mut self, table: &Table) -> String {
        let mut names: Vec<&String> = Vec::new();
        names.extend(table.primary_key.iter().map(|it| &it.name));
        names.extend(table.unique_keys.iter().map(|it| &it.name));
        names.extend(table.foreign_keys.iter().map(|it| &it.name));
        names.extend(table.checks.iter().map(|it| &it.name));
        names.extend(table.exclusions.iter().map(|it| &it.name));
        match self.any(&names).copied() {
            Some(name) => self.quoted(name),
            None => "nothing".to_owned(),
        }
    }

    pub fn create_index(&mut self) -> String {
        let views: Vec<_> = self
            .catalog
            .views
            .iter()
            .filter(|view| view.materialized)
            .collect();
        let (name, columns) = match self.any(&views).copied() {
            Some(view) if self.chance(15) => (view.name.clone(), view.columns.clone()),
            _ => match self.any_table() {
                Some(table) => (table.name.clone(), table.columns.clone()),
                None => return String::new(),
            },
        };
        let operands = self.operands(None, &columns);
        let mut elements = Vec::new();
        for _ in 0..self.below(2) + 1 {
            let mut element = if self.chance(25) {
                format!("({})", self.expression(&operands))
            } else {
                match self.any(&operands) {
                    Some(operand) => operand.sql.clone(),
                    None => return String::new(),
                }
            };
            if self.chance(8) {
                element += self.one_of(&[
                    " COLLATE \"C\"",
                    " text_pattern_ops",
                    " varchar_pattern_ops",
                ]);
            }
            if self.chance(15) {
                element += self.one_of(&[" DESC", " ASC", " DESC NULLS LAST", " NULLS FIRST"]);
            }
            elements.push(element);
        }
        let unique = self.one_of(&["", "", "UNIQUE "]);
        let method = self.one_of(&[
            "",
            "",
            "",
            " USING btree",
            " USING hash",
            " USING gin",
            " USING gist",
            " USING brin",
        ]);
        let index = if self.chance(50) {
            let index = self.name();
            let exists = if self.chance(10) {
                "IF NOT EXISTS "
            } else {
                ""
            };
            format!("{exists}{} ", self.quoted(&index))
        } else {
            String::new()
        };
        let mut tail = String::new();
        if self.chance(8)
            && let Some(operand) = self.any(&operands)
        {
            tail += &format!(" INCLUDE ({})", operand.sql);
        }
        if unique == "UNIQUE " && self.chance(10) {
            tail += " NULLS NOT DISTINCT";
        }
        if self.chance(25) {
            tail += &format!(" WHERE {}", self.condition(&operands));
        }
        let only = if self.chance(5) { "ONLY " } else { "" };
        let table = self.qualified(&name);
        format!(
            "CREATE {unique}INDEX {index}ON {only}{table}{method} ({}){tail}",
            elements.join(", ")
        )
    }
}

fn has_expressions(table: &Table) -> bool {
    let indexes = table.indexes.iter().any(|index| {
        let expression = |key: &IndexKey| matches!(key.on, IndexOn::Expression(_));
        index.predicate.is_some() || index.keys.iter().any(expression)
    });
    let generated = table.columns.iter().any(|it| it.generated.is_some());
    indexes || generated || !table.checks.is_empty() || !table.exclusions.is_empty()
}

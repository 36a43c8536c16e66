//! Sequences, tables, partitions, constraints.

use std::collections::BTreeSet;

use super::order::Item;
use super::types::{check_constraint, listed};
use super::views::{index, index_key};
use super::words::{columns, qualified, quote, type_name};
use super::{Context, Omitted, comment};
use crate::catalog::{
    Column, Deferral, Exclusion, ForeignKey, ForeignKeyAction, Identity, PrimaryKey, QualifiedName,
    Sequence, Table, TableKind, UniqueKey,
};

/// A free-standing sequence, or one whose column is not in the Catalog.
pub(super) fn sequence(sequence: &Sequence) -> Item {
    let name = qualified(&sequence.name);
    let ty = match sequence.ty.is_builtin("int8") {
        true => String::new(),
        false => format!(" AS {}", type_name(&sequence.ty)),
    };
    let options: String = options(sequence)
        .iter()
        .map(|it| format!(" {it}"))
        .collect();
    Item {
        provides: vec![sequence.name.clone()],
        sql: format!("CREATE SEQUENCE {name}{ty}{options};\n")
            + &comment(&format!("SEQUENCE {name}"), sequence.comment.as_deref()),
        what: format!("the sequence `{}`", sequence.name),
        ..Item::default()
    }
}

/// The options that are not what they are without being said.
fn options(sequence: &Sequence) -> Vec<String> {
    let (lowest, highest) = match sequence.ty.name.as_str() {
        "int2" => (i16::MIN.into(), i16::MAX.into()),
        "int4" => (i32::MIN.into(), i32::MAX.into()),
        _ => (i64::MIN, i64::MAX),
    };
    let (min, max) = match sequence.increment < 0 {
        true => (lowest, -1),
        false => (1, highest),
    };
    let start = match sequence.increment < 0 {
        true => sequence.max,
        false => sequence.min,
    };
    let said = [
        ("INCREMENT BY", sequence.increment, 1),
        ("MINVALUE", sequence.min, min),
        ("MAXVALUE", sequence.max, max),
        ("START WITH", sequence.start, start),
        ("CACHE", sequence.cache, 1),
    ];
    let mut options: Vec<String> = said
        .iter()
        .filter(|(_, value, usual)| value != usual)
        .map(|(words, value, _)| format!("{words} {value}"))
        .collect();
    if sequence.cycle {
        options.push("CYCLE".into());
    }
    options
}

/// The table, with the sequences before it and the indexes after it.
pub(super) fn items(table: &Table, context: &Context<'_>, items: &mut Vec<Item>) {
    let sequences = context
        .sequences
        .get(&table.name)
        .map_or(&[][..], Vec::as_slice);
    let of = |identity: bool| {
        let sequences = sequences.iter().copied();
        sequences.filter(move |s| s.owned_by.as_ref().is_some_and(|o| o.identity == identity))
    };
    items.extend(of(false).map(sequence));
    items.push(Writer { table, context }.item(of(false), of(true)));
    let what = format!("of the table `{}`", table.name);
    items.extend(table.indexes.iter().map(|it| index(it, &table.name, &what)));
}

struct Writer<'a> {
    table: &'a Table,
    context: &'a Context<'a>,
}

/// How a table comes to be what it is of its parents.
enum Descent<'a> {
    /// It has none.
    None,
    /// `INHERITS (…)`, with those columns and checks that are its own.
    Heir(Vec<&'a Table>),
    /// `PARTITION OF …`
    Partition(&'a Table, &'a str),
    /// Its columns are not in the parents' order: it is created alone and joins them later.
    Later(Vec<&'a Table>),
    /// The same for a partition.
    Attached(&'a Table, &'a str),
}

impl<'a> Writer<'a> {
    fn descent(&self) -> Descent<'a> {
        let table = |name: &QualifiedName| self.context.tables.get(name).copied();
        let names = |table: &'a Table| table.columns.iter().map(|column| column.name.as_str());
        if let (Some(parent), Some(bound)) = (
            self.table.partition_of.as_ref().and_then(table),
            &self.table.partition_bound,
        ) {
            return match names(parent).eq(names(self.table)) {
                true => Descent::Partition(parent, bound),
                false => Descent::Attached(parent, bound),
            };
        }
        let parents: Vec<&Table> = self.table.inherits.iter().filter_map(table).collect();
        if parents.is_empty() {
            return Descent::None;
        }
        let mut inherited: Vec<&str> = Vec::new();
        for name in parents.iter().flat_map(|parent| names(parent)) {
            if !inherited.contains(&name) {
                inherited.push(name);
            }
        }
        match names(self.table).take(inherited.len()).eq(inherited) {
            true => Descent::Heir(parents),
            false => Descent::Later(parents),
        }
    }

    fn item<'s>(
        &self,
        owned: impl Iterator<Item = &'s Sequence>,
        identities: impl Iterator<Item = &'s Sequence>,
    ) -> Item {
        let table = self.table;
        let name = qualified(&table.name);
        let mut item = Item {
            provides: vec![table.name.clone()],
            what: described_table(&table.name),
            ..Item::default()
        };
        if table.kind == TableKind::Foreign {
            item.omitted = Some((item.what.clone(), "it is on another server".into()));
            return item;
        }
        let identities: Vec<&Sequence> = identities.collect();
        item.provides
            .extend(identities.iter().map(|s| s.name.clone()));
        item.needs.extend(table.partition_of.iter().cloned());
        item.needs.extend(table.inherits.iter().cloned());

        let descent = self.descent();
        let mut lines = Vec::new();
        let mut after = String::new();
        for column in &table.columns {
            item.needs_type(&column.ty);
            let sequence = identities.iter().copied().find(|sequence| {
                let owner = sequence.owned_by.as_ref();
                owner.is_some_and(|owner| owner.column == column.name)
            });
            match &descent {
                Descent::Partition(parent, _) => {
                    let parent = parent
                        .columns
                        .iter()
                        .find(|other| other.name == column.name);
                    let Some(parent) = parent else { continue };
                    lines.extend(partition_column(column, parent, &mut item));
                    if column.default.is_none() && parent.default.is_some() {
                        let column = quote(&column.name);
                        after +=
                            &format!("ALTER TABLE {name} ALTER COLUMN {column} DROP DEFAULT;\n");
                    }
                }
                Descent::Heir(parents) if is_inherited(column, parents) => {}
                _ => lines.push(self.column(column, sequence, &mut item)),
            }
        }
        lines.extend(self.constraints(&descent, &mut item, &mut after));

        let unlogged = if table.unlogged { "UNLOGGED " } else { "" };
        let head = format!("CREATE {unlogged}TABLE {name}");
        let divided = match &table.partition_key {
            Some(key) => {
                item.needs_text(key);
                format!(" PARTITION BY {key}")
            }
            None => String::new(),
        };
        let mut sql = match &descent {
            Descent::Partition(parent, bound) => {
                let head = format!("{head} PARTITION OF {}", qualified(&parent.name));
                let tail = format!(" {bound}{divided}");
                match lines.is_empty() {
                    true => format!("{head}{tail};\n"),
                    false => listed(&head, &lines, &tail),
                }
            }
            Descent::Heir(parents) => {
                let parents: Vec<String> = parents.iter().map(|it| qualified(&it.name)).collect();
                let tail = format!(" INHERITS ({}){divided}", parents.join(", "));
                listed(&head, &lines, &tail)
            }
            Descent::None | Descent::Later(_) | Descent::Attached(..) => {
                listed(&head, &lines, &divided)
            }
        };
        match &descent {
            Descent::Later(parents) => {
                for parent in parents {
                    sql += &format!("ALTER TABLE {name} INHERIT {};\n", qualified(&parent.name));
                }
            }
            Descent::Attached(parent, bound) => {
                let parent = qualified(&parent.name);
                sql += &format!("ALTER TABLE {parent} ATTACH PARTITION {name} {bound};\n");
            }
            Descent::None | Descent::Heir(_) | Descent::Partition(..) => {}
        }
        sql += &after;
        for sequence in owned {
            if let Some(owner) = &sequence.owned_by {
                item.needs.insert(sequence.name.clone());
                let sequence = qualified(&sequence.name);
                let column = quote(&owner.column);
                sql += &format!("ALTER SEQUENCE {sequence} OWNED BY {name}.{column};\n");
            }
        }
        item.sql = sql + &self.comments(&name, &identities);
        item
    }

    fn column(&self, column: &Column, sequence: Option<&Sequence>, item: &mut Item) -> String {
        let mut sql = format!("{} {}", quote(&column.name), type_name(&column.ty));
        if let Some(collation) = &column.collation {
            sql += &format!(" COLLATE {}", qualified(collation));
        }
        if let Some(default) = &column.default {
            item.needs_text(default);
            sql += &format!(" DEFAULT {default}");
        }
        if let Some(generated) = &column.generated {
            item.needs_text(&generated.expression);
            let stored = if generated.stored {
                "STORED"
            } else {
                "VIRTUAL"
            };
            sql += &format!(" GENERATED ALWAYS AS ({}) {stored}", generated.expression);
        }
        if let Some(identity) = column.identity {
            let when = match identity {
                Identity::Always => "ALWAYS",
                Identity::ByDefault => "BY DEFAULT",
            };
            sql += &format!(" GENERATED {when} AS IDENTITY");
            if let Some(sequence) = sequence {
                let options = self.identity_options(sequence, column);
                if !options.is_empty() {
                    sql += &format!(" ({})", options.join(" "));
                }
            }
        } else if !column.nullable {
            sql += " NOT NULL";
        }
        sql
    }

    fn identity_options(&self, sequence: &Sequence, column: &Column) -> Vec<String> {
        let table = &self.table.name;
        let usual = format!("{}_{}_seq", table.name, column.name);
        let mut options = options(sequence);
        // A longer name is cut by rules that nobody needs to know.
        if sequence.name != QualifiedName::new(&table.schema, &usual) || usual.len() > 63 {
            options.insert(0, format!("SEQUENCE NAME {}", qualified(&sequence.name)));
        }
        options
    }

    /// The constraints but foreign keys, in the order of the Catalog; those that come later go to `after`.
    fn constraints(
        &self,
        descent: &Descent<'_>,
        item: &mut Item,
        after: &mut String,
    ) -> Vec<String> {
        let table = self.table;
        let mut lines = Vec::new();
        lines.extend(table.primary_key.iter().map(primary_key));
        lines.extend(table.unique_keys.iter().map(unique_key));
        for exclusion in &table.exclusions {
            lines.push(exclusion_constraint(exclusion, item));
        }
        for check in &table.checks {
            item.needs_text(&check.expression);
            if let Descent::Heir(parents) = descent
                && parents.iter().any(|it| {
                    it.checks.iter().any(|other| {
                        other.name == check.name
                            && other.expression == check.expression
                            && !other.no_inherit
                            && !other.not_valid
                    })
                })
            {
                continue;
            }
            if check.not_valid {
                let (name, check) = (qualified(&table.name), check_constraint(check));
                *after += &format!("ALTER TABLE {name} ADD {check} NOT VALID;\n");
            } else {
                lines.push(check_constraint(check));
            }
        }
        // What is attached has to have the checks of all tables above it.
        if let Descent::Attached(parent, _) = descent {
            let mut next = Some(*parent);
            while let Some(above) = next {
                let inherited = above.checks.iter().filter(|check| !check.no_inherit);
                lines.extend(inherited.map(check_constraint));
                let parent = above.partition_of.as_ref();
                next = parent.and_then(|name| self.context.tables.get(name).copied());
            }
        }
        lines
    }

    fn comments(&self, name: &str, identities: &[&Sequence]) -> String {
        let table = self.table;
        let mut sql = comment(&format!("TABLE {name}"), table.comment.as_deref());
        for column in &table.columns {
            let on = format!("COLUMN {name}.{}", quote(&column.name));
            sql += &comment(&on, column.comment.as_deref());
        }
        for sequence in identities {
            let on = format!("SEQUENCE {}", qualified(&sequence.name));
            sql += &comment(&on, sequence.comment.as_deref());
        }
        let primary = table.primary_key.iter().map(|it| (&it.name, &it.comment));
        let unique = table.unique_keys.iter().map(|it| (&it.name, &it.comment));
        let exclusions = table.exclusions.iter().map(|it| (&it.name, &it.comment));
        let checks = table.checks.iter().map(|it| (&it.name, &it.comment));
        for (constraint, text) in primary.chain(unique).chain(exclusions).chain(checks) {
            sql += &constraint_comment(constraint, name, text.as_deref());
        }
        sql
    }
}

fn constraint_comment(constraint: &str, table: &str, text: Option<&str>) -> String {
    comment(
        &format!("CONSTRAINT {} ON {table}", quote(constraint)),
        text,
    )
}

/// Whether a column is what `INHERITS` makes it.
fn is_inherited(column: &Column, parents: &[&Table]) -> bool {
    let mut above = parents
        .iter()
        .filter_map(|parent| parent.column(&column.name))
        .peekable();
    above.peek().is_some()
        && above.all(|other| {
            (
                &other.ty,
                other.nullable,
                &other.default,
                &other.generated,
                &other.collation,
            ) == (
                &column.ty,
                column.nullable,
                &column.default,
                &column.generated,
                &column.collation,
            ) && column.identity.is_none()
        })
}

/// What a partition's column has beyond its parent's.
fn partition_column(column: &Column, parent: &Column, item: &mut Item) -> Option<String> {
    let mut sql = String::new();
    if column.default != parent.default
        && let Some(default) = &column.default
    {
        item.needs_text(default);
        sql += &format!(" DEFAULT {default}");
    }
    if !column.nullable && parent.nullable {
        sql += " NOT NULL";
    }
    (!sql.is_empty()).then(|| quote(&column.name) + &sql)
}

fn primary_key(key: &PrimaryKey) -> String {
    format!(
        "CONSTRAINT {} PRIMARY KEY {}{}{}",
        quote(&key.name),
        columns(&key.columns),
        include(&key.include),
        deferral(key.deferral)
    )
}

fn unique_key(key: &UniqueKey) -> String {
    let distinct = match key.nulls_not_distinct {
        true => " NULLS NOT DISTINCT",
        false => "",
    };
    format!(
        "CONSTRAINT {} UNIQUE{distinct} {}{}{}",
        quote(&key.name),
        columns(&key.columns),
        include(&key.include),
        deferral(key.deferral)
    )
}

fn exclusion_constraint(exclusion: &Exclusion, item: &mut Item) -> String {
    let elements: Vec<String> = exclusion
        .elements
        .iter()
        .map(|it| format!("{} WITH {}", index_key(&it.key, item), it.operator))
        .collect();
    let predicate = match &exclusion.predicate {
        Some(predicate) => {
            item.needs_text(predicate);
            format!(" WHERE ({predicate})")
        }
        None => String::new(),
    };
    format!(
        "CONSTRAINT {} EXCLUDE USING {} ({}){predicate}{}",
        quote(&exclusion.name),
        quote(&exclusion.method),
        elements.join(", "),
        deferral(exclusion.deferral)
    )
}

fn include(names: &[String]) -> String {
    match names.is_empty() {
        true => String::new(),
        false => format!(" INCLUDE {}", columns(names)),
    }
}

fn deferral(deferral: Deferral) -> &'static str {
    match deferral {
        Deferral::NotDeferrable => "",
        Deferral::Deferrable => " DEFERRABLE",
        Deferral::InitiallyDeferred => " DEFERRABLE INITIALLY DEFERRED",
    }
}

/// The foreign keys of a table whose referenced tables are there.
pub(super) fn foreign_keys(
    table: &Table,
    context: &Context<'_>,
    omitted: &BTreeSet<String>,
    problems: &mut Vec<Omitted>,
) -> String {
    let name = qualified(&table.name);
    let mut sql = String::new();
    for key in &table.foreign_keys {
        let referenced = &key.referenced_table;
        if omitted.contains(&described_table(referenced))
            || !context.tables.contains_key(referenced)
        {
            problems.push(Omitted {
                what: described_key(table, key),
                why: format!("it needs the table `{referenced}`"),
                outside: !context.tables.contains_key(referenced),
            });
            continue;
        }
        sql += &format!("ALTER TABLE {name}\n    ADD {};\n", foreign_key(key));
        sql += &constraint_comment(&key.name, &name, key.comment.as_deref());
    }
    sql
}

/// A table as it is called where it is omitted.
pub(super) fn described_table(table: &QualifiedName) -> String {
    format!("the table `{table}`")
}

/// A foreign key as it is called where it is omitted.
pub fn described_key(table: &Table, key: &ForeignKey) -> String {
    let (key, table) = (&key.name, &table.name);
    format!("the foreign key `{key}` of the table `{table}`")
}

fn foreign_key(key: &ForeignKey) -> String {
    let mut sql = format!(
        "CONSTRAINT {} FOREIGN KEY {} REFERENCES {} {}",
        quote(&key.name),
        columns(&key.columns),
        qualified(&key.referenced_table),
        columns(&key.referenced_columns)
    );
    if key.match_full {
        sql += " MATCH FULL";
    }
    if let Some(action) = action(key.on_delete) {
        sql += &format!(" ON DELETE {action}");
        if !key.on_delete_columns.is_empty() {
            sql += &format!(" {}", columns(&key.on_delete_columns));
        }
    }
    if let Some(action) = action(key.on_update) {
        sql += &format!(" ON UPDATE {action}");
    }
    sql += deferral(key.deferral);
    if key.not_valid {
        sql += " NOT VALID";
    }
    sql
}

fn action(action: ForeignKeyAction) -> Option<&'static str> {
    match action {
        ForeignKeyAction::NoAction => None,
        ForeignKeyAction::Restrict => Some("RESTRICT"),
        ForeignKeyAction::Cascade => Some("CASCADE"),
        ForeignKeyAction::SetNull => Some("SET NULL"),
        ForeignKeyAction::SetDefault => Some("SET DEFAULT"),
    }
}

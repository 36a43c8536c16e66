//! The names PostgreSQL gives what has none (`ChooseRelationName`, `ChooseConstraintName`,
//! `makeObjectName` in `indexcmds.c` and `pg_constraint.c`).

use crate::catalog::{IndexKey, IndexOn, QualifiedName};

use super::decode::{NAME_LENGTH, truncate};
use super::state::State;

impl State {
    /// A name for a relation that no relation of the schema has. An index behind a constraint also avoids
    /// the names of constraints.
    pub fn choose_relation_name(
        &self,
        schema: &str,
        table: &str,
        addition: Option<&str>,
        label: &str,
        constraint: bool,
    ) -> String {
        choose(table, addition, label, |name| {
            let name = QualifiedName::new(schema, name);
            self.relations.contains_key(&name)
                || (constraint && self.constraints.contains_key(&name))
        })
    }

    /// A name for a constraint that no constraint of the schema has.
    pub fn choose_constraint_name(
        &self,
        schema: &str,
        table: &str,
        addition: Option<&str>,
        label: &str,
    ) -> String {
        choose(table, addition, label, |name| {
            self.constraints
                .contains_key(&QualifiedName::new(schema, name))
        })
    }
}

fn choose(
    table: &str,
    addition: Option<&str>,
    label: &str,
    taken: impl Fn(&str) -> bool,
) -> String {
    let mut pass = 0_u32;
    loop {
        let label = match pass {
            0 => label.to_owned(),
            pass => format!("{label}{pass}"),
        };
        let name = object_name(table, addition, &label);
        if !taken(&name) {
            return name;
        }
        pass += 1;
    }
}

/// `{name1}_{name2}_{label}`, with the longer of the two names cut until all fits.
fn object_name(name1: &str, name2: Option<&str>, label: &str) -> String {
    let overhead = label.len() + 1 + usize::from(name2.is_some());
    let available = NAME_LENGTH.saturating_sub(overhead);
    let mut length1 = name1.len();
    let mut length2 = name2.map_or(0, str::len);
    while length1 + length2 > available {
        if length1 > length2 {
            length1 -= 1;
        } else {
            length2 -= 1;
        }
    }
    let mut name = truncate(name1, length1).to_owned();
    if let Some(name2) = name2 {
        name.push('_');
        name.push_str(truncate(name2, length2));
    }
    name.push('_');
    name.push_str(label);
    name
}

/// The names of columns, joined by `_`, up to the length of a name.
pub(super) fn addition<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut joined = String::new();
    for name in names {
        if !joined.is_empty() {
            joined.push('_');
        }
        joined.push_str(name);
        if joined.len() > NAME_LENGTH {
            break;
        }
    }
    joined
}

/// The names of an index's columns: those of the table's columns, or what an expression would be called
/// in a query, each made unlike the ones before it.
pub(super) fn index_column_names(keys: &[IndexKey], include: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let wanted = keys
        .iter()
        .map(|key| match &key.on {
            IndexOn::Column(column) => column.clone(),
            IndexOn::Expression(expression) => {
                super::label::expression_label(expression).unwrap_or_else(|| "expr".into())
            }
        })
        .chain(include.iter().cloned());
    for name in wanted {
        let mut unique = name.clone();
        let mut number = 1_u32;
        while names.contains(&unique) {
            let suffix = number.to_string();
            let cut = truncate(&name, NAME_LENGTH - suffix.len());
            unique = format!("{cut}{suffix}");
            number += 1;
        }
        names.push(unique);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_evenly() {
        let name = object_name(&"t".repeat(60), Some(&"c".repeat(60)), "fkey");
        assert_eq!(name, format!("{}_{}_fkey", "t".repeat(29), "c".repeat(28)));
        assert_eq!(object_name(&"t".repeat(63), None, "pkey").len(), 63);
    }
}

//! What depends comes after what it depends on.

use std::collections::{BTreeSet, HashMap};

use crate::catalog::{QualifiedName, TypeRef};

/// A statement, or several that belong together.
#[derive(Debug, Default)]
pub(super) struct Item {
    /// What others may depend on: a relation, a type, a function.
    pub provides: Vec<QualifiedName>,
    /// What it depends on, and more: whatever looks like a name in its expressions.
    pub needs: BTreeSet<QualifiedName>,
    /// The statements.
    pub sql: String,
    /// Why it can't be written, with what it is.
    pub omitted: Option<(String, String)>,
    /// What it is, for a person to read: `the view `public.active``.
    pub what: String,
}

impl Item {
    pub(super) fn needs_type(&mut self, ty: &TypeRef) {
        if ty.schema != "pg_catalog" {
            self.needs.insert(ty.qualified_name());
        }
    }

    pub(super) fn needs_text(&mut self, text: &str) {
        names_in(text, &mut self.needs);
    }
}

/// The items in an order in which each comes after those it needs, otherwise in the order given.
/// What needs something that can't be written can't be written either.
pub(super) fn ordered(items: Vec<Item>) -> Vec<Item> {
    let mut places: HashMap<&QualifiedName, Vec<usize>> = HashMap::new();
    for (at, item) in items.iter().enumerate() {
        for name in &item.provides {
            places.entry(name).or_default().push(at);
        }
    }
    let needs: Vec<Vec<usize>> = items
        .iter()
        .enumerate()
        .map(|(at, item)| {
            let places = item.needs.iter().filter_map(|name| places.get(name));
            places
                .flatten()
                .copied()
                .filter(|&other| other != at)
                .collect()
        })
        .collect();
    let order = visit(&needs);
    let mut reasons: Vec<Option<(String, String)>> = vec![None; items.len()];
    for &at in &order {
        let Some(item) = items.get(at) else {
            continue;
        };
        let reason = item.omitted.clone().or_else(|| {
            // Of several functions of one name, it is not known which is needed.
            let omitted = |at: &&usize| matches!(reasons.get(**at), Some(Some(_)));
            let places = item.needs.iter().filter_map(|name| places.get(name));
            let missing = places.filter(|places| places.iter().all(|at| omitted(&at)));
            let missing = missing.flatten().find(|&&other| other != at)?;
            let missing = &items.get(*missing)?.what;
            Some((item.what.clone(), format!("it needs {missing}")))
        });
        if let Some(slot) = reasons.get_mut(at) {
            *slot = reason;
        }
    }
    let mut items: Vec<Option<Item>> = items
        .into_iter()
        .zip(reasons)
        .map(|(item, omitted)| Some(Item { omitted, ..item }))
        .collect();
    order
        .iter()
        .filter_map(|&at| items.get_mut(at)?.take())
        .collect()
}

/// Depth first, without recursion, for a schema may be a chain of any length. A circle, which can only be
/// made of names that look like others, is cut where it closes.
fn visit(needs: &[Vec<usize>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(needs.len());
    let mut seen = vec![false; needs.len()];
    let mut stack: Vec<(usize, usize)> = Vec::new();
    for start in 0..needs.len() {
        let mut next = Some(start);
        loop {
            if let Some(at) = next.take()
                && let Some(seen) = seen.get_mut(at)
                && !std::mem::replace(seen, true)
            {
                stack.push((at, 0));
            }
            let Some((at, done)) = stack.last_mut() else {
                break;
            };
            match needs.get(*at).and_then(|needs| needs.get(*done)) {
                Some(need) => {
                    *done += 1;
                    next = Some(*need);
                }
                None => {
                    order.push(*at);
                    stack.pop();
                }
            }
        }
    }
    order
}

/// Everything in an expression that looks like `schema.name`, in its strings too, where names of sequences
/// stand.
fn names_in(text: &str, found: &mut BTreeSet<QualifiedName>) {
    let mut before: Option<String> = None;
    let mut dot = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let word = match c {
            '"' => quoted(&mut chars, '"'),
            '\'' => {
                let inner = quoted(&mut chars, '\'');
                if inner.len() < text.len() {
                    names_in(&inner, found);
                }
                (before, dot) = (None, false);
                continue;
            }
            c if is_word(c) => {
                let mut word = String::from(c);
                while let Some(c) = chars.next_if(|c| is_word(*c)) {
                    word.push(c);
                }
                word
            }
            '.' if before.is_some() => {
                dot = true;
                continue;
            }
            _ => {
                (before, dot) = (None, false);
                continue;
            }
        };
        if dot && let Some(schema) = &before {
            found.insert(QualifiedName::new(schema, &word));
        }
        (before, dot) = (Some(word), false);
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn quoted(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, quote: char) -> String {
    let mut inner = String::new();
    while let Some(c) = chars.next() {
        if c == quote && chars.next_if_eq(&quote).is_none() {
            break;
        }
        inner.push(c);
    }
    inner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let mut found = BTreeSet::new();
        names_in(text, &mut found);
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn names_are_found_in_expressions_and_strings() {
        check("public.f(a, \"s\".\"T\"\"x\")", &["public.f", "s.T\"x"]);
        check(
            "nextval('public.users_id_seq'::regclass)",
            &["public.users_id_seq"],
        );
        check("nextval('public.\"Odd\"'::regclass)", &["public.Odd"]);
        check("a || '.b' || c", &[]);
    }

    #[test]
    fn what_is_needed_comes_first_and_circles_end() {
        assert_eq!(visit(&[vec![2], vec![], vec![1]]), [1, 2, 0]);
        assert_eq!(visit(&[vec![1], vec![0]]), [1, 0]);
    }
}

//! Functions.

use super::order::Item;
use crate::catalog::{Catalog, Function};

pub(super) fn items(catalog: &Catalog, items: &mut Vec<Item>) {
    for function in &catalog.functions {
        let what = described(function);
        items.push(Item {
            provides: vec![function.name.clone()],
            omitted: Some((what.clone(), "its body is not in the Catalog".into())),
            what,
            ..Item::default()
        });
    }
}

/// A function as it is called where it is omitted.
pub fn described(function: &Function) -> String {
    format!("the function `{}`", function.name)
}

/// Whether the function's body is a string that the server may look into.
pub(super) fn has_text(_function: &Function) -> bool {
    false
}

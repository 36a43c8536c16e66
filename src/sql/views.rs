//! Views, materialized views, and indexes.

use super::comment;
use super::order::Item;
use super::words::{columns, qualified, quote};
use crate::catalog::{Index, IndexKey, IndexOn, QualifiedName, View};

pub(super) fn items(view: &View, items: &mut Vec<Item>) {
    let name = qualified(&view.name);
    let kind = match view.materialized {
        true => "MATERIALIZED VIEW",
        false => "VIEW",
    };
    let mut item = Item {
        provides: vec![view.name.clone()],
        what: format!("the view `{}`", view.name),
        ..Item::default()
    };
    item.needs_text(&view.definition);
    let mut sql = format!("CREATE {kind} {name} AS\n{};\n", view.definition);
    sql += &comment(&format!("{kind} {name}"), view.comment.as_deref());
    for column in &view.columns {
        let column_name = quote(&column.name);
        if let Some(default) = &column.default {
            item.needs_text(default);
            sql +=
                &format!("ALTER VIEW {name} ALTER COLUMN {column_name} SET DEFAULT {default};\n");
        }
        let on = format!("COLUMN {name}.{column_name}");
        sql += &comment(&on, column.comment.as_deref());
    }
    item.sql = sql;
    items.push(item);
    items.extend(
        view.indexes
            .iter()
            .map(|it| index(it, &view.name, &item_what(view))),
    );
}

fn item_what(view: &View) -> String {
    format!("of the view `{}`", view.name)
}

pub(super) fn index(index: &Index, on: &QualifiedName, of: &str) -> Item {
    let mut item = Item {
        what: format!("the index `{}` {of}", index.name),
        needs: [on.clone()].into(),
        ..Item::default()
    };
    let unique = if index.unique { "UNIQUE " } else { "" };
    let keys: Vec<String> = index
        .keys
        .iter()
        .map(|key| index_key(key, &mut item))
        .collect();
    let method = match index.method.as_str() {
        "btree" => String::new(),
        method => format!("USING {} ", quote(method)),
    };
    let mut sql = format!(
        "CREATE {unique}INDEX {} ON {} {method}({})",
        quote(&index.name),
        qualified(on),
        keys.join(", ")
    );
    if !index.include.is_empty() {
        sql += &format!(" INCLUDE {}", columns(&index.include));
    }
    if index.nulls_not_distinct {
        sql += " NULLS NOT DISTINCT";
    }
    if let Some(predicate) = &index.predicate {
        item.needs_text(predicate);
        sql += &format!("\n    WHERE {predicate}");
    }
    sql += ";\n";
    // An index is in the schema of its table.
    let name = QualifiedName::new(&on.schema, &index.name);
    sql += &comment(
        &format!("INDEX {}", qualified(&name)),
        index.comment.as_deref(),
    );
    item.sql = sql;
    item
}

/// An element of the key of an index or of an exclusion constraint.
pub(super) fn index_key(key: &IndexKey, item: &mut Item) -> String {
    let mut sql = match &key.on {
        IndexOn::Column(column) => quote(column),
        IndexOn::Expression(expression) => {
            item.needs_text(expression);
            format!("({expression})")
        }
    };
    if let Some(collation) = &key.collation {
        sql += &format!(" COLLATE {}", qualified(collation));
    }
    if let Some(class) = &key.operator_class {
        let parts: Vec<String> = class.splitn(2, '.').map(quote).collect();
        sql += &format!(" {}", parts.join("."));
    }
    if key.descending {
        sql += " DESC";
    }
    if key.nulls_first != key.descending {
        sql += if key.nulls_first {
            " NULLS FIRST"
        } else {
            " NULLS LAST"
        };
    }
    sql
}

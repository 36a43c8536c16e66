//! Queries in the normal form.

use std::rc::Rc;

use super::from::table_text;
use super::print::Printer;
use super::quote;
use super::tree::*;
use super::types::*;

impl Printer<'_> {
    /// The query in the normal form, on one line.
    pub fn query(&self, query: &Query) -> String {
        let mut sql = String::new();
        if !query.ctes.is_empty() {
            sql.push_str(if query.recursive {
                "WITH RECURSIVE "
            } else {
                "WITH "
            });
            let ctes: Vec<String> = query.ctes.iter().map(|cte| self.cte(cte)).collect();
            sql.push_str(&ctes.join(", "));
            sql.push(' ');
        }
        match &query.body {
            Body::Select(select) => sql.push_str(&self.select(select)),
            Body::Values(rows) => sql.push_str(&self.values(rows)),
            Body::Set {
                operator,
                all,
                left,
                right,
            } => {
                let all = if *all { " ALL" } else { "" };
                sql.push_str(&self.set_left(left, operator, all));
                sql.push_str(&format!(" {operator}{all} "));
                sql.push_str(&self.set_operand(right));
            }
        }
        if !query.order.is_empty() {
            sql.push_str(" ORDER BY ");
            sql.push_str(&self.sorts(&query.order));
        }
        if let Some(offset) = &query.offset {
            sql.push_str(&format!(" OFFSET {}", self.count(offset)));
        }
        if let Some(limit) = &query.limit {
            sql.push_str(&if query.with_ties {
                format!(" FETCH FIRST {} ROWS WITH TIES", self.count(limit))
            } else {
                format!(" LIMIT {}", self.count(limit))
            });
        }
        sql
    }

    fn count(&self, node: &Node) -> String {
        match &node.kind {
            Kind::Const(Some(_)) => self.expected(node),
            Kind::Const(None) => "ALL".to_owned(),
            _ => format!("({})", self.expected(node)),
        }
    }

    fn sample(&self, sample: &Sample) -> String {
        let seed = match &sample.seed {
            Some(seed) => format!(" REPEATABLE ({})", self.expected(seed)),
            None => String::new(),
        };
        format!(
            " TABLESAMPLE {} ({}){seed}",
            sample.method,
            self.expected(&sample.share)
        )
    }

    fn cte(&self, cte: &Cte) -> String {
        let columns = column_list(&cte.columns);
        let materialized = match cte.materialized {
            None => "",
            Some(true) => "MATERIALIZED ",
            Some(false) => "NOT MATERIALIZED ",
        };
        format!(
            "{}{columns} AS {materialized}({})",
            quote(&cte.name),
            self.query(&cte.query)
        )
    }

    /// A chain of one operator leans to the left without parentheses.
    fn set_left(&self, query: &Query, operator: &str, all: &str) -> String {
        let bare = query.ctes.is_empty()
            && query.order.is_empty()
            && query.limit.is_none()
            && query.offset.is_none();
        match &query.body {
            Body::Set {
                operator: inner,
                all: inner_all,
                ..
            } if bare && *inner == operator && *inner_all != all.is_empty() => self.query(query),
            _ => self.set_operand(query),
        }
    }

    fn set_operand(&self, query: &Query) -> String {
        let bare = query.ctes.is_empty()
            && query.order.is_empty()
            && query.limit.is_none()
            && query.offset.is_none();
        match &query.body {
            Body::Set { .. } => format!("({})", self.query(query)),
            _ if bare => self.query(query),
            _ => format!("({})", self.query(query)),
        }
    }

    fn values(&self, rows: &[Vec<Node>]) -> String {
        let rows: Vec<String> = rows
            .iter()
            .map(|row| {
                let items: Vec<String> = row
                    .iter()
                    .map(|node| self.alone_or_bare_text(node))
                    .collect();
                format!("({})", items.join(", "))
            })
            .collect();
        format!("VALUES {}", rows.join(", "))
    }

    fn select(&self, select: &Select) -> String {
        let mut sql = String::from("SELECT");
        if select.distinct {
            sql.push_str(" DISTINCT");
        }
        if !select.distinct_on.is_empty() {
            let on: Vec<String> = select
                .distinct_on
                .iter()
                .map(|node| self.alone(node))
                .collect();
            sql.push_str(&format!(" DISTINCT ON ({})", on.join(", ")));
        }
        let items: Vec<String> = select
            .items
            .iter()
            .map(|item| {
                let mut value = self.alone(&item.node);
                // Without it, these would be the columns.
                if let Kind::WholeRow(_) = item.node.kind {
                    value = format!("{value}::{}", self.names.type_text(&item.node.ty));
                }
                format!(" {value} AS {}", quote(&item.name))
            })
            .collect();
        sql.push_str(&items.join(","));
        if !select.from.is_empty() {
            let from: Vec<String> = select.from.iter().map(|item| self.from(item)).collect();
            sql.push_str(&format!(" FROM {}", from.join(", ")));
        }
        if let Some(filter) = &select.filter {
            sql.push_str(&format!(" WHERE {}", self.expected(filter)));
        }
        if !select.group.is_empty() {
            let group: Vec<String> = select.group.iter().map(|g| self.grouping(g)).collect();
            sql.push_str(&format!(" GROUP BY {}", group.join(", ")));
        }
        if let Some(having) = &select.having {
            sql.push_str(&format!(" HAVING {}", self.expected(having)));
        }
        if !select.windows.is_empty() {
            let windows: Vec<String> = select
                .windows
                .iter()
                .map(|(name, window)| format!("{} AS ({})", quote(name), self.window(window)))
                .collect();
            sql.push_str(&format!(" WINDOW {}", windows.join(", ")));
        }
        sql
    }

    fn grouping(&self, grouping: &Grouping) -> String {
        match grouping {
            Grouping::Node(node) => match &node.kind {
                // A bare number would be a column's place.
                Kind::Const(_) => format!("({})", self.alone(node)),
                _ => self.alone(node),
            },
            Grouping::Sets(word, sets) => {
                let sets: Vec<String> = sets
                    .iter()
                    .map(|set| {
                        let nodes: Vec<String> = set.iter().map(|node| self.alone(node)).collect();
                        match (nodes.as_slice(), *word) {
                            ([node], "ROLLUP" | "CUBE") => node.clone(),
                            _ => format!("({})", nodes.join(", ")),
                        }
                    })
                    .collect();
                format!("{word} ({})", sets.join(", "))
            }
        }
    }

    fn from(&self, from: &From) -> String {
        match from {
            From::Table {
                name,
                alias,
                columns,
                only,
                sample,
            } => format!(
                "{}{} AS {}{}{}",
                if *only { "ONLY " } else { "" },
                table_text(name),
                quote(alias),
                column_list(columns),
                sample
                    .as_deref()
                    .map_or_else(String::new, |it| self.sample(it))
            ),
            From::Cte {
                name,
                alias,
                columns,
            } => format!(
                "{} AS {}{}",
                quote(name),
                quote(alias),
                column_list(columns)
            ),
            From::Subquery {
                lateral,
                query,
                alias,
                columns,
            } => {
                let lateral = if *lateral { "LATERAL " } else { "" };
                let alias = alias.as_ref().map_or_else(String::new, |alias| {
                    format!(" AS {}{}", quote(alias), column_list(columns))
                });
                format!("{lateral}({}){alias}", self.query(query))
            }
            From::Function {
                call,
                ordinality,
                alias,
                columns,
                types,
            } => {
                let ordinality = if *ordinality { " WITH ORDINALITY" } else { "" };
                let columns = if types.is_empty() {
                    column_list(columns)
                } else {
                    self.definitions(columns, types)
                };
                format!(
                    "{}{ordinality} AS {}{columns}",
                    self.alone(call),
                    quote(alias)
                )
            }
            From::Join {
                left,
                right,
                kind,
                on,
                alias,
            } => {
                let right_text = match &**right {
                    From::Join { alias: None, .. } => format!("({})", self.from(right)),
                    _ => self.from(right),
                };
                let on = match on {
                    On::Nothing => String::new(),
                    On::Condition(node) => format!(" ON {}", self.expected(node)),
                    On::Using(names) => {
                        format!(" USING {}", column_list(names).trim_start())
                    }
                };
                let join = format!("{} {kind} {right_text}{on}", self.from(left));
                match alias {
                    Some((alias, columns)) => {
                        format!("({join}) AS {}{}", quote(alias), column_list(columns))
                    }
                    None => join,
                }
            }
        }
    }

    fn definitions(&self, columns: &[Rc<str>], types: &[Type]) -> String {
        let columns: Vec<String> = columns
            .iter()
            .zip(types)
            .map(|(name, ty)| format!("{} {}", quote(name), self.names.type_text(ty)))
            .collect();
        format!(" ({})", columns.join(", "))
    }
}

fn column_list(columns: &[Rc<str>]) -> String {
    if columns.is_empty() {
        return String::new();
    }
    let columns: Vec<String> = columns.iter().map(|name| quote(name)).collect();
    format!(" ({})", columns.join(", "))
}

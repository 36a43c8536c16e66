//! Calls of functions, with their windows and orders.

use super::*;

impl Printer<'_> {
    pub(super) fn call(&self, node: &Node, call: &Call) -> Text {
        let schema = call.schema.as_deref().or_else(|| {
            // A user's function of that name must not come between.
            call.known.then_some("pg_catalog")
        });
        let texts: Vec<Text> = if call.known {
            let refs: Vec<&Node> = call.args.iter().collect();
            let full: Vec<Base> = call.args.iter().map(Node::base).collect();
            self.spell(&refs, |types| {
                self.names
                    .choose_function(schema, &call.name, types, self.path)
                    .is_some_and(|meaning| {
                        meaning.result == node.base()
                            && meaning
                                .arguments
                                .iter()
                                .zip(&full)
                                .all(|(argument, full)| argument == full || argument.is(ANY))
                    })
            })
        } else {
            call.args
                .iter()
                .map(|arg| self.literal_or_full(arg))
                .collect()
        };
        let unnamed = texts.len().saturating_sub(call.arg_names.len());
        let mut args: Vec<String> = texts
            .into_iter()
            .enumerate()
            .map(
                |(i, text)| match i.checked_sub(unnamed).and_then(|i| call.arg_names.get(i)) {
                    Some(name) => format!("{} => {}", quote(name), text.sql),
                    None => text.sql,
                },
            )
            .collect();
        if call.variadic
            && let Some(last) = args.last_mut()
        {
            last.insert_str(0, "VARIADIC ");
        }
        if call.star {
            args.push("*".to_owned());
        }
        let mut sql = function_name(call);
        sql.push('(');
        if call.distinct {
            sql.push_str("DISTINCT ");
        }
        sql.push_str(&args.join(", "));
        if !call.order.is_empty() {
            sql.push_str(" ORDER BY ");
            sql.push_str(&self.sorts(&call.order));
        }
        sql.push(')');
        if !call.within_group.is_empty() {
            sql.push_str(&format!(
                " WITHIN GROUP (ORDER BY {})",
                self.sorts(&call.within_group)
            ));
        }
        if let Some(filter) = &call.filter {
            sql.push_str(&format!(" FILTER (WHERE {})", self.expected(filter)));
        }
        match &call.over {
            None => {}
            Some(Over::Named(name)) => sql.push_str(&format!(" OVER {}", quote(name))),
            Some(Over::Window(window)) => sql.push_str(&format!(" OVER ({})", self.window(window))),
        }
        Text::atom(sql)
    }

    pub(in crate::analyze) fn sorts(&self, sorts: &[Sort]) -> String {
        let sorts: Vec<String> = sorts.iter().map(|sort| self.sort(sort)).collect();
        sorts.join(", ")
    }

    pub(super) fn sort(&self, sort: &Sort) -> String {
        // A bare number would be a column's place, and a bare string is refused.
        let node = match &sort.node.kind {
            Kind::Const(_) => format!("({})", self.alone_or_bare_text(&sort.node)),
            _ => self.alone(&sort.node),
        };
        direction(node, sort)
    }

    pub(in crate::analyze) fn window(&self, window: &Window) -> String {
        let mut parts = Vec::new();
        if let Some(base) = &window.base {
            parts.push(quote(base));
        }
        if !window.partition.is_empty() {
            let partition: Vec<String> = window
                .partition
                .iter()
                .map(|node| self.alone(node))
                .collect();
            parts.push(format!("PARTITION BY {}", partition.join(", ")));
        }
        if !window.order.is_empty() {
            parts.push(format!("ORDER BY {}", self.sorts(&window.order)));
        }
        if let Some(frame) = &window.frame {
            parts.push(format!(
                "{} BETWEEN {} AND {}",
                frame.units,
                self.bound(&frame.start),
                self.bound(&frame.end)
            ));
        }
        parts.join(" ")
    }

    pub(super) fn bound(&self, bound: &Bound) -> String {
        let offset = |offset: &Option<Box<Node>>| match offset {
            Some(node) => self.text(node).at(Level::Operator),
            None => "UNBOUNDED".to_owned(),
        };
        match bound {
            Bound::CurrentRow => "CURRENT ROW".to_owned(),
            Bound::Preceding(node) => format!("{} PRECEDING", offset(node)),
            Bound::Following(node) => format!("{} FOLLOWING", offset(node)),
        }
    }
}

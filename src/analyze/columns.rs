//! The columns that a query yields: their types decided, and their names changed.

use std::rc::Rc;

use super::expression::Analyzer;
use super::scope::Range;
use super::tree::*;
use super::types::*;

impl Query {
    pub(super) fn of(body: Body, columns: Vec<OutputColumn>) -> Self {
        Self {
            recursive: false,
            ctes: Vec::new(),
            body,
            order: Vec::new(),
            limit: None,
            with_ties: false,
            offset: None,
            columns,
        }
    }

    /// Literals that nothing has decided are text.
    pub(super) fn decide(&mut self, analyzer: &Analyzer<'_>) {
        for i in 0..self.columns.len() {
            if self.columns.get(i).is_some_and(|c| c.ty.base.is(UNKNOWN)) {
                self.settle(analyzer, i, TEXT.scalar());
            }
        }
    }

    /// Gives the undecided literals of a column their type.
    pub(super) fn settle(&mut self, analyzer: &Analyzer<'_>, i: usize, to: Base) {
        let settle = |node: &mut Node| {
            if node.is_unknown() {
                let taken = std::mem::replace(node, Node::null());
                *node = analyzer.coerce(taken, to);
            }
        };
        match &mut self.body {
            Body::Select(select) => {
                if let Some(item) = select.items.get_mut(i) {
                    settle(&mut item.node);
                }
                for sort in &mut self.order {
                    settle(&mut sort.node);
                }
            }
            Body::Values(rows) => {
                for row in rows {
                    if let Some(node) = row.get_mut(i) {
                        settle(node);
                    }
                }
            }
            Body::Set { left, right, .. } => {
                left.settle(analyzer, i, to);
                right.settle(analyzer, i, to);
            }
        }
        if let Some(column) = self.columns.get_mut(i)
            && column.ty.base.is(UNKNOWN)
        {
            column.ty = to.plain();
        }
    }

    /// `VALUES …` as `SELECT … FROM (VALUES …) AS "*VALUES*"`.
    fn select_from_values(&mut self) {
        let alias: Rc<str> = Rc::from("*VALUES*");
        let mut columns = self.columns.clone();
        for (column, number) in columns.iter_mut().zip(1..) {
            column.name = Rc::from(format!("column{number}"));
        }
        let range = Range::new(&alias, &alias, &columns, &[]);
        let items = range.columns.into_iter().zip(&self.columns);
        let items = items.map(|((_, node), shown)| Item {
            node,
            name: Rc::clone(&shown.name),
            weight: 1,
        });
        let select = Select {
            distinct: false,
            distinct_on: Vec::new(),
            items: items.collect(),
            from: Vec::new(),
            filter: None,
            group: Vec::new(),
            having: None,
            windows: Vec::new(),
        };
        let values = std::mem::replace(&mut self.body, Body::Select(Box::new(select)));
        if let Body::Select(select) = &mut self.body {
            select.from.push(From::Subquery {
                lateral: false,
                query: Box::new(Query::of(values, columns)),
                alias: Some(alias),
                columns: Vec::new(),
            });
        }
    }

    pub(super) fn rename(&mut self, i: usize, name: &Rc<str>) {
        let old = self
            .columns
            .get_mut(i)
            .map(|column| std::mem::replace(&mut column.name, Rc::clone(name)));
        match &mut self.body {
            Body::Select(select) => {
                if let Some(item) = select.items.get_mut(i) {
                    item.name = Rc::clone(name);
                }
            }
            // PostgreSQL gives other names to what it selects from the list.
            Body::Values(_) => {
                if old.as_ref() != Some(name) {
                    self.select_from_values();
                    self.rename(i, name);
                }
            }
            Body::Set { left, right, .. } => {
                left.rename(i, name);
                right.rename(i, name);
                // What a set operation is sorted by is named after its columns.
                for sort in &mut self.order {
                    if let Kind::Column {
                        range: None,
                        name: sorted,
                    } = &mut sort.node.kind
                        && Some(&*sorted) == old.as_ref()
                    {
                        *sorted = Rc::clone(name);
                    }
                }
            }
        }
    }
}

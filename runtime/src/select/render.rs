//! From statements to SQL text and parameters.

use tokio_postgres::types::ToSql;

use super::statement::{Action, Body, Change, Distinct, From, Join, Projection, Query, With};
use crate::column::ColumnSpec;
use crate::expr::{Bound, ColumnRef, Fragment, Param, Part, quoted};
use crate::scope::{SourceId, SourceRef};
use crate::{Error, Result};

/// SQL text with the values of its parameters.
#[derive(Debug)]
pub(crate) struct Rendered {
    pub(crate) sql: String,
    pub(crate) params: Vec<Bound>,
}

impl Rendered {
    /// The parameters as the driver takes them.
    pub(crate) fn params(&self) -> Vec<&(dyn ToSql + Sync)> {
        let params = self.params.iter();
        params.map(|param| param as &(dyn ToSql + Sync)).collect()
    }
}

/// The longest name that can be given a number without being cut off at 63 bytes.
const LONGEST_LABEL: usize = 55;

/// Writes a `SELECT`, whose own parameters come after `reserved` ones that are written already.
pub(crate) fn select(query: &Query, reserved: usize) -> Result<Rendered> {
    let mut renderer = Renderer::new(reserved);
    renderer.query(query);
    renderer.finish()
}

/// Writes a statement of which a query is a part.
pub(crate) fn around(fragment: &Fragment) -> Result<Rendered> {
    let mut renderer = Renderer::new(0);
    renderer.fragment(fragment);
    renderer.finish()
}

/// Writes another statement.
pub(crate) fn change(change: &Change) -> Result<Rendered> {
    let mut renderer = Renderer::new(0);
    renderer.change(change);
    renderer.finish()
}

/// Writes pieces that belong to a statement on one table which is written elsewhere: `label` is what the
/// table is called there, and `excluded` the row that was to be inserted.
pub(crate) fn pieces(
    table: SourceId,
    label: &str,
    excluded: SourceId,
    reserved: usize,
    write: impl FnOnce(&mut Renderer),
) -> Result<Rendered> {
    let mut renderer = Renderer::new(reserved);
    renderer.scopes.push(Scope {
        names: vec![(table, label.to_owned()), (excluded, "excluded".to_owned())],
        qualified: true,
    });
    write(&mut renderer);
    renderer.finish()
}

pub(crate) struct Renderer {
    sql: String,
    params: Vec<Bound>,
    reserved: usize,
    /// The sources of the queries around this place, the innermost last.
    scopes: Vec<Scope>,
    invalid: Option<&'static str>,
    /// What is selected is read by this crate, or by a query that is.
    reads: bool,
}

/// The sources of one query and what they are called in it.
struct Scope {
    names: Vec<(SourceId, String)>,
    /// Columns are written with their source.
    qualified: bool,
}

impl Renderer {
    fn new(reserved: usize) -> Self {
        Self {
            sql: String::new(),
            params: Vec::new(),
            reserved,
            scopes: Vec::new(),
            invalid: None,
            reads: true,
        }
    }

    fn finish(self) -> Result<Rendered> {
        match self.invalid {
            Some(why) => Err(Error::Statement(why)),
            None => Ok(Rendered {
                sql: self.sql,
                params: self.params,
            }),
        }
    }

    /// The condition of a partial index, in which columns stand without their table. With a value in it
    /// the server would not know the index by it.
    pub(crate) fn predicate(&mut self, predicate: &Fragment) {
        if predicate.has_params() {
            self.invalid = Some(
                "the condition of a partial index is without values: write those into `sql::raw(\"…\")`",
            );
        }
        self.qualify(false);
        self.conditions(" WHERE ", std::slice::from_ref(predicate));
        self.qualify(true);
    }

    /// Takes what has been written.
    pub(crate) fn take(&mut self) -> String {
        std::mem::take(&mut self.sql)
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.sql.push_str(text);
    }

    fn separator(&mut self, index: usize, separator: &str) {
        if index > 0 {
            self.text(separator);
        }
    }

    pub(crate) fn fragment(&mut self, fragment: &Fragment) {
        for part in &fragment.parts {
            match part {
                Part::Text(text) => self.text(text),
                Part::Column(column) => self.column(column),
                Part::Param(Param { value, cast }) => {
                    self.param(value);
                    self.text(cast);
                }
                Part::Query(query) => {
                    // What is compared with it is of the type itself.
                    let reads = std::mem::replace(&mut self.reads, false);
                    self.query(query);
                    self.reads = reads;
                }
                Part::Invalid(why) => self.invalid = Some(why),
            }
        }
    }

    fn list(&mut self, fragments: &[Fragment], separator: &str) {
        for (index, fragment) in fragments.iter().enumerate() {
            self.separator(index, separator);
            self.fragment(fragment);
        }
    }

    /// A value that stands in several places is one parameter, so that an expression that is selected
    /// and grouped by is the same in both.
    fn param(&mut self, value: &Bound) {
        let known = self.params.iter().position(|known| known.is(value));
        let index = known.unwrap_or_else(|| {
            self.params.push(value.clone());
            self.params.len() - 1
        });
        let number = self.reserved + index + 1;
        self.text(&format!("${number}"));
    }

    fn column(&mut self, column: &ColumnRef) {
        let from = self.scopes.len() - usize::from(column.outer && !self.scopes.is_empty());
        let found = self.scopes[..from].iter().enumerate().rev();
        let found = found.flat_map(|(depth, scope)| {
            let names = scope.names.iter();
            names.map(move |(id, name)| (depth, scope, id, name))
        });
        let found = found.into_iter().find(|(.., id, _)| **id == column.source);
        match found {
            Some((depth, scope, _, name)) => {
                // Farther in, the name alone might be another table's column.
                let bare = !scope.qualified && depth + 1 == self.scopes.len();
                let text = match bare {
                    true => quoted(&column.name),
                    false => format!("{}.{}", quoted(name), quoted(&column.name)),
                };
                self.text(&text);
            }
            None => {
                self.invalid = Some("it speaks of a table that it does not select from");
            }
        }
    }

    fn own_column(&mut self, source: &SourceRef, name: &'static str) {
        self.column(&ColumnRef {
            source: source.id,
            name: name.into(),
            outer: false,
        });
    }

    /// A name for a source that none around has.
    fn label(&self, source: &SourceRef, taken: &[(SourceId, String)]) -> String {
        let wish = source.label();
        let is_free = |label: &str| {
            let around = self.scopes.iter().flat_map(|scope| &scope.names);
            around.chain(taken).all(|(_, name)| name != label)
        };
        if is_free(&wish) {
            return wish.into_owned();
        }
        let stem = if wish.len() > LONGEST_LABEL {
            "t"
        } else {
            &wish
        };
        let mut number = 2;
        loop {
            let label = format!("{stem}_{number}");
            if is_free(&label) {
                return label;
            }
            number += 1;
        }
    }

    pub(crate) fn query(&mut self, query: &Query) {
        self.with(&query.with);
        let mut names = Vec::new();
        for from in &query.from {
            if names.iter().any(|(id, _)| *id == from.source.id) {
                // Which of the two a column is of, nobody could tell.
                self.invalid =
                    Some("a table is in it twice: `alias!` gives it another name the second time");
            }
            let label = self.label(&from.source, &names);
            names.push((from.source.id, label));
        }
        self.scopes.push(Scope {
            qualified: names.len() > 1 || !self.scopes.is_empty(),
            names,
        });
        match &query.head {
            Some(head) => {
                self.branch(head);
                if !query.is_bare() {
                    self.invalid = Some(
                        "of combined queries each is filtered, grouped, joined and chosen from on its own",
                    );
                }
            }
            None => self.select(query),
        }
        for (operator, other) in &query.combined {
            self.text(&format!(" {operator} "));
            self.branch(other);
        }
        let qualified = self.beside_output(query);
        for (index, term) in query.order_by.iter().enumerate() {
            self.text(if index == 0 { " ORDER BY " } else { ", " });
            self.fragment(&term.fragment());
        }
        self.qualify(qualified);
        for (word, value) in [(" LIMIT ", query.limit), (" OFFSET ", query.offset)] {
            if let Some(value) = value {
                self.text(word);
                self.param(&Bound::new(value));
            }
        }
        if let Some(lock) = &query.lock {
            self.text(&format!(" FOR {}", lock.strength));
            // The rows of other tables are not locked, and of a left join they can't be.
            let first = self.scopes.last().and_then(|scope| scope.names.first());
            if let Some((_, name)) = first {
                self.text(&format!(" OF {}", quoted(name)));
            }
            self.text(lock.wait);
        }
        self.scopes.pop();
    }

    /// Qualifies columns where PostgreSQL looks for a bare name among what is selected before it looks
    /// among the tables' columns, if it could find something else there. Returns what was before.
    fn beside_output(&mut self, query: &Query) -> bool {
        let qualified = self.scopes.last().is_some_and(|scope| scope.qualified);
        self.qualify(qualified || query.head.is_none() && query.hides_columns());
        qualified
    }

    fn qualify(&mut self, qualified: bool) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.qualified = qualified;
        }
    }

    fn select(&mut self, query: &Query) {
        self.text("SELECT");
        match &query.distinct {
            Distinct::No => {}
            Distinct::Yes => self.text(" DISTINCT"),
            Distinct::On(on) => {
                self.text(" DISTINCT ON (");
                let qualified = self.beside_output(query);
                self.list(on, ", ");
                self.qualify(qualified);
                self.text(")");
            }
        }
        self.projections(&query.columns);
        for (index, from) in query.from.iter().enumerate() {
            self.from(index, from);
        }
        self.conditions(" WHERE ", &query.filters);
        if !query.group_by.is_empty() {
            self.text(" GROUP BY ");
            self.list(&query.group_by, ", ");
        }
        self.conditions(" HAVING ", &query.having);
    }

    /// One of several queries that are combined.
    fn branch(&mut self, query: &Query) {
        let scope = self.scopes.pop();
        self.text("(");
        self.query(query);
        self.text(")");
        self.scopes.extend(scope);
    }

    fn with(&mut self, with: &[With]) {
        for (index, with_query) in with.iter().enumerate() {
            if index == 0 {
                let recursive = with.iter().any(|with| with.recursive.is_some());
                self.text(if recursive {
                    "WITH RECURSIVE "
                } else {
                    "WITH "
                });
            } else {
                self.text(", ");
            }
            let With {
                source,
                query,
                recursive,
            } = with_query;
            self.text(source.name);
            self.column_names(source.columns);
            self.text(" AS (");
            let reads = std::mem::replace(&mut self.reads, true);
            match recursive {
                None => self.query(query),
                Some(recursion) => {
                    self.branch(query);
                    self.text(&format!(" {} ", recursion.union));
                    self.branch(&recursion.step);
                }
            }
            self.reads = reads;
            self.text(")");
        }
        if !with.is_empty() {
            self.text(" ");
        }
    }

    /// ` ("a", "b")`
    fn column_names(&mut self, columns: &[ColumnSpec]) {
        self.text(" (");
        for (index, column) in columns.iter().enumerate() {
            self.separator(index, ", ");
            self.text(&quoted(column.name));
        }
        self.text(")");
    }

    fn projections(&mut self, projections: &[Projection]) {
        for (index, projection) in projections.iter().enumerate() {
            self.text(if index == 0 { " " } else { ", " });
            match projection {
                Projection::Row(source) => self.row(source),
                Projection::Perhaps(source) => {
                    self.presence(source);
                    if !source.columns.is_empty() {
                        self.text(", ");
                        self.row(source);
                    }
                }
                Projection::Expression(sql, wire) => match wire.read {
                    Some(cast) if self.reads => self.fragment(&sql.clone().cast(cast)),
                    _ => self.fragment(sql),
                },
            }
        }
    }

    /// All columns of a source, as its struct reads them.
    fn row(&mut self, source: &SourceRef) {
        for (index, spec) in source.columns.iter().enumerate() {
            self.separator(index, ", ");
            let start = self.sql.len();
            self.own_column(source, spec.name);
            let sql = self.sql.split_off(start);
            self.text(&sql);
            if let Some(cast) = spec.wire.read.filter(|_| self.reads) {
                self.text("::");
                self.text(cast);
            }
        }
    }

    /// Whether a left join found a row: its primary key is not NULL then, and without one, the row as a
    /// whole is something else than NULL, even when all of its columns are NULL.
    fn presence(&mut self, source: &SourceRef) {
        match source.key.first() {
            Some(name) => {
                self.own_column(source, name);
                self.text(" IS NOT NULL");
            }
            None => {
                let names = self.scopes.last().map(|scope| &scope.names);
                let name = names.and_then(|names| names.iter().find(|(id, _)| *id == source.id));
                let name = name.map(|(_, name)| quoted(name)).unwrap_or_default();
                self.text(&format!("{name} IS DISTINCT FROM NULL"));
            }
        }
    }

    fn from(&mut self, index: usize, from: &From) {
        let (word, on) = match (&from.join, index) {
            (_, 0) => (" FROM ", None),
            (Join::Cross, _) => (" CROSS JOIN ", None),
            (Join::Inner(on), _) => (" JOIN ", Some(on)),
            (Join::Left(on), _) => (" LEFT JOIN ", Some(on)),
            (Join::Right(on), _) => (" RIGHT JOIN ", Some(on)),
            (Join::Full(on), _) => (" FULL JOIN ", Some(on)),
        };
        self.text(word);
        let names = self.scopes.last().map(|scope| &scope.names);
        let name = names.and_then(|names| names.get(index));
        let name = name.map(|(_, name)| name.clone()).unwrap_or_default();
        match &from.body {
            Body::Table => {
                self.text(from.source.name);
                if from.source.alias.is_some() || from.source.label() != name {
                    self.text(&format!(" AS {}", quoted(&name)));
                }
            }
            Body::Text(text, columns) => {
                self.text(text);
                self.text(&format!(" AS {} ({columns})", quoted(&name)));
            }
            Body::Query(query) => {
                // It does not see what stands beside it.
                let scope = self.scopes.pop();
                let reads = std::mem::replace(&mut self.reads, true);
                self.text("(");
                self.query(query);
                self.text(&format!(") AS {}", quoted(&name)));
                self.reads = reads;
                self.scopes.extend(scope);
                self.column_names(from.source.columns);
            }
            Body::Lateral(query) => {
                self.text("LATERAL (");
                self.query(query);
                self.text(&format!(") AS {}", quoted(&name)));
            }
        }
        if let Some(on) = on {
            self.text(" ON ");
            self.fragment(on);
        }
    }

    pub(crate) fn conditions(&mut self, word: &str, conditions: &[Fragment]) {
        let Some((first, rest)) = conditions.split_first() else {
            return;
        };
        self.text(word);
        let all = rest.iter().cloned().fold(first.clone(), Fragment::and);
        self.fragment(&all);
    }

    fn change(&mut self, change: &Change) {
        self.with(&change.with);
        let label = self.label(&change.table, &[]);
        let names = vec![(change.table.id, label)];
        if let Action::Insert(columns, query) = &change.action {
            self.text(&format!("INSERT INTO {}", change.table.name));
            self.text(" (");
            for (index, column) in columns.iter().enumerate() {
                self.separator(index, ", ");
                self.text(&quoted(column));
            }
            self.text(") ");
            self.reads = false;
            self.query(query);
            self.reads = true;
        }
        self.scopes.push(Scope {
            names,
            qualified: false,
        });
        match &change.action {
            Action::Update(assignments) => {
                self.text(&format!("UPDATE {} SET ", change.table.name));
                self.assignments(assignments);
                let version = change.version.filter(|version| {
                    let mut names = assignments.iter().map(|(name, _)| name);
                    names.all(|name| name != version)
                });
                if let Some(version) = version.map(quoted) {
                    self.text(&format!(", {version} = {version} + 1"));
                }
            }
            Action::Delete => self.text(&format!("DELETE FROM {}", change.table.name)),
            Action::Insert(..) => {}
        }
        self.conditions(" WHERE ", &change.filters);
        if !change.returning.is_empty() {
            self.text(" RETURNING");
            self.projections(&change.returning);
        }
        self.scopes.pop();
    }

    /// `"a" = $1, "b" = "b" + 1`
    pub(crate) fn assignments(&mut self, assignments: &[(&'static str, Fragment)]) {
        for (index, (column, value)) in assignments.iter().enumerate() {
            self.separator(index, ", ");
            self.text(&format!("{} = ", quoted(column)));
            self.fragment(value);
        }
    }
}

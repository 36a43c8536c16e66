//! Inserting many rows with one statement.
//!
//! ```sql
//! INSERT INTO "public"."users" AS t ("name", "tags")
//! SELECT u.c0, CASE WHEN u.c1 THEN coalesce(a1.v, '{}'::text[]) END
//! FROM (SELECT unnest($1::text[]) AS c0, unnest($4::bool[]) AS c1,
//!              generate_subscripts($1::text[], 1) AS o) AS u
//! LEFT JOIN (…) AS a1 ON a1.r = u.o
//! ORDER BY u.o
//! RETURNING "id", "name", "tags"
//! ```
//!
//! The arrays are unnested in the `SELECT` list, where they run in step, and not in the `FROM`
//! clause, which would take a composite value apart into its attributes.

use std::collections::HashMap;
use std::fmt::Write;
use std::marker::PhantomData;

use super::arrays::{Elements, Present, Rows, Values};
use super::insert::OnConflictSql;
use super::{NewRow, TARGET, Value, WriteColumn, push, push_comma, push_names};
use crate::row::get;
use crate::{Executor, FromRow, Result, Row, Table, query};

/// Inserts rows with one statement and returns them as the database has them, in the same order.
///
/// Each column travels as one array, so the number of rows is bounded only by the size of a message
/// (1 GB). The rows may leave out different columns: those that leave out the same ones are inserted
/// together, all in the one statement, and get their generated keys in that order. A row that a trigger of
/// the table's own keeps from being inserted is missing from the result, as it is from `RETURNING`.
/// Nothing is sent when there are no rows.
///
/// # Errors
///
/// A violated constraint of any of the rows, or what else the server reports; then none is inserted.
pub async fn insert_many<N: NewRow>(db: &impl Executor, rows: &[N]) -> Result<Vec<N::Row>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    Statement::new(rows).fetch(db).await
}

/// The one statement, for at least one row.
pub(super) struct Statement<'a, N> {
    input: Input<'a>,
    conflict: Option<OnConflictSql>,
    of: PhantomData<fn() -> N>,
}

impl<'a, N: NewRow> Statement<'a, N> {
    pub(super) fn new(rows: &'a [N]) -> Self {
        Self {
            input: Input::new(rows),
            conflict: None,
            of: PhantomData,
        }
    }

    /// The number of parameters that the rows take.
    pub(super) fn parameters(&self) -> usize {
        self.input.groups_parameter()
    }

    /// Adds an `ON CONFLICT` clause, whose parameters come after those of the rows.
    pub(super) fn on_conflict(&mut self, conflict: OnConflictSql) {
        self.conflict = Some(conflict);
    }

    /// Runs it, and returns the rows in the order of the input. Where some are left out, the rows that
    /// give the same columns are together.
    pub(super) async fn fetch(&self, db: &impl Executor) -> Result<Vec<N::Row>> {
        self.input.check_lengths()?;
        let sql = self.sql(N::Row::SELECT_LIST);
        let companions = self.input.companions();
        let params = self.params(&companions);
        if let [_] = &*self.input.shapes {
            return query::all(db, &sql, &params).await;
        }
        let inserted: Vec<Grouped<N::Row>> = query::all(db, &sql, &params).await?;
        if self.conflict.as_ref().is_some_and(|it| it.leaves_out) {
            return Ok(inserted.into_iter().map(|grouped| grouped.row).collect());
        }
        Ok(self.input.in_order(inserted))
    }

    /// Runs it, and returns how many rows were inserted or changed.
    pub(super) async fn execute(&self, db: &impl Executor) -> Result<u64> {
        self.input.check_lengths()?;
        let companions = self.input.companions();
        query::execute(db, &self.sql("1"), &self.params(&companions)).await
    }

    /// The text, which returns these columns.
    pub(super) fn sql(&self, list: &str) -> String {
        let table = N::Row::NAME;
        let any = N::COLUMNS.first().map_or("", |column| column.name);
        let conflict = |given: &[&str]| {
            let conflict = self.conflict.as_ref();
            conflict.map_or_else(String::new, |it| it.clause(given, any))
        };
        match &*self.input.shapes {
            [shape] => {
                let insert = self.input.insert_into(table, shape, None, &conflict);
                format!("{insert} RETURNING {list}")
            }
            _ => self.input.insert_groups(table, list, &conflict),
        }
    }

    fn params<'s>(&'s self, companions: &'s [Companions<'s>]) -> Vec<Value<'s>> {
        let mut params: Vec<Value<'_>> = Vec::new();
        for (column, companions) in self.input.columns.iter().zip(companions) {
            match &column.data {
                Data::Scalars(values) => params.push(values),
                Data::Arrays(elements) => params.push(elements),
            }
            if let Some((rows, present)) = companions {
                params.push(rows);
                params.push(present);
            }
        }
        params.push(&self.input.groups);
        params.extend(self.conflict.iter().flat_map(OnConflictSql::params));
        params
    }
}

/// What travels beside an array column.
type Companions<'a> = Option<(Rows<'a>, Present<'a>)>;

/// The `ON CONFLICT` clause for rows that give these columns.
type Conflict<'a> = &'a dyn Fn(&[&str]) -> String;

/// The rows, column by column.
struct Input<'a> {
    /// The columns that some row gives.
    columns: Vec<InputColumn<'a>>,
    /// For each row the number of its shape.
    groups: Vec<i32>,
    /// Which of the columns a row gives, as indexes: each combination that occurs.
    shapes: Vec<Vec<usize>>,
}

struct InputColumn<'a> {
    column: &'static WriteColumn,
    data: Data<'a>,
    /// The number of the first parameter: of a scalar column the only one, of an array column the
    /// one of its elements, and then follow those of [`Rows`] and [`Present`].
    parameter: usize,
}

enum Data<'a> {
    Scalars(Values<'a>),
    Arrays(Elements<'a>),
}

impl<'a> Input<'a> {
    fn check_lengths(&self) -> Result<()> {
        self.columns
            .iter()
            .try_for_each(|column| match &column.data {
                Data::Scalars(values) => {
                    let mut values = values.0.iter();
                    values.try_for_each(|value| column.column.check_length(*value))
                }
                Data::Arrays(_) => Ok(()),
            })
    }

    fn new<N: NewRow>(rows: &'a [N]) -> Self {
        let mut columns: Vec<Vec<Option<Value<'a>>>> = N::COLUMNS
            .iter()
            .map(|_| Vec::with_capacity(rows.len()))
            .collect();
        let mut groups = Vec::with_capacity(rows.len());
        let mut numbers: HashMap<Vec<bool>, i32> = HashMap::new();
        for row in rows {
            let values = row.values();
            let shape: Vec<bool> = values.iter().map(Option::is_some).collect();
            let next = numbers.len() as i32;
            groups.push(*numbers.entry(shape).or_insert(next));
            for (column, value) in columns.iter_mut().zip(values) {
                column.push(value);
            }
        }

        let given = |values: &[Option<Value<'a>>]| values.iter().any(Option::is_some);
        // Where each of all columns is among those that some row gives.
        let mut positions = Vec::new();
        let mut input = Vec::new();
        let mut parameter = 1;
        for (column, values) in N::COLUMNS.iter().zip(columns) {
            positions.push(input.len());
            if !given(&values) {
                continue;
            }
            let first = parameter;
            let data = if column.element.is_some() {
                parameter += 3;
                Data::Arrays(Elements::new(values))
            } else {
                parameter += 1;
                Data::Scalars(Values(values))
            };
            input.push(InputColumn {
                column,
                data,
                parameter: first,
            });
        }

        let mut shapes: Vec<(i32, Vec<usize>)> = numbers
            .into_iter()
            .map(|(shape, number)| {
                let given = positions.iter().zip(shape).filter(|(_, given)| *given);
                (number, given.map(|(position, _)| *position).collect())
            })
            .collect();
        shapes.sort_unstable();
        Self {
            columns: input,
            groups,
            shapes: shapes.into_iter().map(|(_, shape)| shape).collect(),
        }
    }

    /// What travels beside the columns.
    fn companions(&self) -> Vec<Companions<'_>> {
        let companions = self.columns.iter().map(|column| match &column.data {
            Data::Scalars(_) => None,
            Data::Arrays(elements) => Some((Rows(elements), Present(elements))),
        });
        companions.collect()
    }

    /// The number of the parameter with the groups, which is the last one.
    fn groups_parameter(&self) -> usize {
        self.columns.last().map_or(1, |column| {
            column.parameter
                + match column.data {
                    Data::Scalars(_) => 1,
                    Data::Arrays(_) => 3,
                }
        })
    }

    /// `SELECT unnest(…) AS c0, … AS g, … AS o`: the rows with all columns, in order.
    fn select_input(&self) -> String {
        let mut sql = "SELECT ".to_owned();
        for (index, column) in self.columns.iter().enumerate() {
            let parameter = column.parameter;
            match column.data {
                Data::Scalars(_) => push!(sql, "unnest(${parameter}::{}[])", column.column.ty),
                Data::Arrays(_) => push!(sql, "unnest(${}::bool[])", parameter + 2),
            }
            push!(sql, " AS c{index}, ");
        }
        let groups = self.groups_parameter();
        push!(sql, "unnest(${groups}::int4[]) AS g, ");
        push!(sql, "generate_subscripts(${groups}::int4[], 1) AS o");
        sql
    }

    /// The arrays of an array column, put together from their elements: `r` is the row, `v` the
    /// array.
    fn select_arrays(column: &InputColumn<'_>) -> String {
        let elements = format!("${}::{}", column.parameter, column.column.ty);
        let rows = format!("${}::int8[]", column.parameter + 1);
        format!(
            "SELECT e.r, array_agg(e.v ORDER BY e.o) AS v \
             FROM (SELECT unnest({elements}) AS v, unnest({rows}) AS r, \
             generate_subscripts({rows}, 1) AS o) AS e GROUP BY e.r"
        )
    }

    /// The statement that inserts the rows of one shape, without `RETURNING`. When there are several
    /// it takes the rows of its group from the common table expressions of
    /// [`insert_groups`](Self::insert_groups).
    fn insert_into(
        &self,
        table: &str,
        shape: &[usize],
        group: Option<usize>,
        conflict: Conflict<'_>,
    ) -> String {
        let given: Vec<(usize, &InputColumn<'_>)> = shape
            .iter()
            .filter_map(|index| Some((*index, self.columns.get(*index)?)))
            .collect();
        let mut sql = format!("INSERT INTO {table} AS {TARGET}");
        if !given.is_empty() {
            let names: Vec<&WriteColumn> = given.iter().map(|(_, column)| column.column).collect();
            push_names(&mut sql, &names);
        }
        sql.push_str(" SELECT ");
        for (position, (index, column)) in given.iter().enumerate() {
            push_comma(&mut sql, position);
            match column.data {
                Data::Scalars(_) => push!(sql, "u.c{index}"),
                Data::Arrays(_) => {
                    let ty = column.column.ty;
                    push!(
                        sql,
                        "(CASE WHEN u.c{index} THEN coalesce(a{index}.v, '{{}}'::{ty}) END)"
                    );
                }
            }
            column.column.push_cast(&mut sql);
        }
        match group {
            Some(_) => sql.push_str(" FROM u"),
            None => push!(sql, " FROM ({}) AS u", self.select_input()),
        }
        for (index, column) in &given {
            if matches!(column.data, Data::Scalars(_)) {
                continue;
            }
            match group {
                Some(_) => push!(sql, " LEFT JOIN a{index}"),
                None => push!(
                    sql,
                    " LEFT JOIN ({}) AS a{index}",
                    Self::select_arrays(column)
                ),
            }
            push!(sql, " ON a{index}.r = u.o");
        }
        if let Some(group) = group {
            push!(sql, " WHERE u.g = {group}");
        }
        sql.push_str(" ORDER BY u.o");
        let names: Vec<&str> = given.iter().map(|(_, column)| column.column.name).collect();
        sql.push_str(&conflict(&names));
        sql
    }

    /// One statement that inserts the rows of all shapes, and returns each with its group in front.
    fn insert_groups(&self, table: &str, list: &str, conflict: Conflict<'_>) -> String {
        let mut sql = format!("WITH u AS ({})", self.select_input());
        for (index, column) in self.columns.iter().enumerate() {
            if let Data::Arrays(_) = column.data {
                push!(sql, ", a{index} AS ({})", Self::select_arrays(column));
            }
        }
        for (group, shape) in self.shapes.iter().enumerate() {
            let insert = self.insert_into(table, shape, Some(group), conflict);
            push!(sql, ", g{group} AS ({insert} RETURNING {list})");
        }
        for group in 0..self.shapes.len() {
            let union = if group == 0 { "" } else { " UNION ALL" };
            push!(sql, "{union} SELECT {group}, g{group}.* FROM g{group}");
        }
        sql
    }

    /// Brings rows that came group by group into the order of the input.
    fn in_order<T>(&self, inserted: Vec<Grouped<T>>) -> Vec<T> {
        let mut members: Vec<Vec<usize>> = self.shapes.iter().map(|_| Vec::new()).collect();
        for (index, group) in self.groups.iter().enumerate() {
            if let Some(members) = members.get_mut(*group as usize) {
                members.push(index);
            }
        }
        let mut members: Vec<_> = members.into_iter().map(Vec::into_iter).collect();
        let mut rows: Vec<(usize, T)> = inserted
            .into_iter()
            .map(|Grouped { group, row }| {
                let place = members.get_mut(group).and_then(Iterator::next);
                (place.unwrap_or(usize::MAX), row)
            })
            .collect();
        rows.sort_by_key(|(place, _)| *place);
        rows.into_iter().map(|(_, row)| row).collect()
    }
}

/// A row with the number of its group in front.
struct Grouped<T> {
    group: usize,
    row: T,
}

impl<T: FromRow> FromRow for Grouped<T> {
    const WIDTH: usize = 1 + T::WIDTH;

    fn from_row(row: &Row, at: usize) -> Result<Self> {
        let group: i32 = get(row, at)?;
        Ok(Self {
            group: group as usize,
            row: T::from_row(row, at + 1)?,
        })
    }
}

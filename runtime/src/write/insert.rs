//! Inserts that say what happens to rows that are there already.

use std::fmt;
use std::marker::PhantomData;

use super::many;
use super::{NewRow, Settable, TARGET, Value as Parameter};
use crate::expr::{Bound, Expr, Expression, Fragment, Operand, quoted};
use crate::scope::SourceId;
use crate::select::render;
use crate::value::{Truth, Value};
use crate::{Column, Executor, In, Result, Source, Table};

/// An insert of rows: `User::insert(&rows)` begins one.
///
/// ```no_run
/// # async fn example(db: &impl rowsmith_runtime::Executor) -> rowsmith_runtime::Result<()> {
/// use rowsmith_runtime::write::excluded;
/// use rowsmith_test_trees::blog::{NewUser, User};
///
/// let rows = [NewUser::new("Ada", "ada@example.com").age(36)];
///
/// // Rows that are there already stay as they are, and are not among those returned.
/// let inserted: Vec<User> = User::insert(&rows).on_conflict(User::EMAIL).do_nothing().all(db).await?;
///
/// // They get the new name, and the greater age, unless they are locked out.
/// let n: u64 = User::insert(&rows)
///     .on_conflict(User::EMAIL)
///     .do_update_of(User::NAME)
///     .set(User::AGE, rowsmith_runtime::sql::greatest(User::AGE, excluded(User::AGE)))
///     .filter(User::IS_ACTIVE)
///     .execute(db)
///     .await?;
/// # Ok(()) }
/// ```
#[must_use = "an insert does nothing until it is run, by `execute` or `all`"]
pub struct Insert<'a, N> {
    rows: &'a [N],
    conflict: Option<Conflict>,
}

/// An insert that has to say what to do about rows that are there already.
#[derive(Debug)]
#[must_use = "`do_nothing`, `do_update` or `do_update_of` says what to do"]
pub struct OnConflict<'a, N> {
    rows: &'a [N],
    target: Target,
}

/// An insert that changes rows that are there already.
#[must_use = "an insert does nothing until it is run, by `execute` or `all`"]
pub struct Upsert<'a, N> {
    rows: &'a [N],
    target: Target,
    update: UpdateOf,
}

/// When a row counts as there already.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// Whatever stands in its way.
    Any,
    Columns(Vec<&'static str>, Option<Fragment>),
    Constraint(&'static str),
}

/// What is set in a row that is there already.
#[derive(Clone, Debug, Default)]
pub(super) struct UpdateOf {
    /// The columns that get the value of the new row; without it, all that are given.
    columns: Option<Vec<&'static str>>,
    assignments: Vec<(&'static str, Fragment)>,
    filters: Vec<Fragment>,
}

#[derive(Clone, Debug)]
pub(super) struct Conflict {
    target: Target,
    update: Option<UpdateOf>,
}

/// The row that was to be inserted, where one is there already.
pub struct Excluded<T>(PhantomData<fn() -> T>);

impl<T: Table> Source for Excluded<T> {
    type Row = T;
    const ALIAS: Option<&'static str> = Some("excluded");
}

/// A column of the row that was to be inserted, where one is there already; the column itself is that of
/// the row which is there.
pub fn excluded<T: Table, V: Value, A>(column: Column<T, V, A>) -> Expr<Excluded<T>, V> {
    let spec = column.spec();
    let sql = Fragment::column(SourceId::of::<Excluded<T>>(), spec.name);
    Expr::new(sql, spec.wire)
}

/// Columns of the table `T`: one, or a tuple of several.
#[diagnostic::on_unimplemented(
    message = "`{Self}` are no columns of `{T}`",
    label = "expected a column of `{T}`, or a tuple of several"
)]
pub trait ColumnsOf<T> {
    #[doc(hidden)]
    fn names(self) -> Vec<&'static str>;
}

impl<T, V, A> ColumnsOf<T> for Column<T, V, A> {
    fn names(self) -> Vec<&'static str> {
        vec![self.name()]
    }
}

macro_rules! columns {
    ($($name:ident)+) => {
        impl<T, $($name: ColumnsOf<T>),+> ColumnsOf<T> for ($($name,)+) {
            #[allow(non_snake_case)]
            fn names(self) -> Vec<&'static str> {
                let ($($name,)+) = self;
                let mut names = Vec::new();
                $(names.extend($name.names());)+
                names
            }
        }
    };
}

columns!(A);
columns!(A B);
columns!(A B C);
columns!(A B C D);
columns!(A B C D E);
columns!(A B C D E F);
columns!(A B C D E F G);
columns!(A B C D E F G H);

impl<'a, N: NewRow> Insert<'a, N> {
    /// Begins an insert of these rows.
    pub fn new(rows: &'a [N]) -> Self {
        Self {
            rows,
            conflict: None,
        }
    }

    /// Says what happens to rows with the same values in these columns, on which there has to be a
    /// unique key.
    pub fn on_conflict<C: ColumnsOf<N::Row>>(self, columns: C) -> OnConflict<'a, N> {
        self.target(Target::Columns(columns.names(), None))
    }

    /// As [`on_conflict`](Self::on_conflict), for a unique index that is partial: with its condition, in
    /// which there can be no values but those written into [`raw`](crate::sql::raw).
    pub fn on_conflict_where<C, E, I>(self, columns: C, predicate: E) -> OnConflict<'a, N>
    where
        C: ColumnsOf<N::Row>,
        E: Expression<Scope: In<N::Row, I>, Value: Truth>,
    {
        let predicate = predicate.into_expr().sql;
        self.target(Target::Columns(columns.names(), Some(predicate)))
    }

    /// Says what happens to rows that violate this constraint: `User::USERS_EMAIL_KEY`.
    pub fn on_constraint(self, constraint: &'static str) -> OnConflict<'a, N> {
        self.target(Target::Constraint(constraint))
    }

    /// Leaves rows alone that are there already, by whatever unique key.
    pub fn on_conflict_do_nothing(self) -> Self {
        self.target(Target::Any).do_nothing()
    }

    fn target(self, target: Target) -> OnConflict<'a, N> {
        OnConflict {
            rows: self.rows,
            target,
        }
    }

    /// Inserts the rows, and returns how many were inserted or changed.
    ///
    /// # Errors
    ///
    /// A violated constraint of any of the rows, or what else the server reports; then none is inserted.
    pub async fn execute(self, db: &impl Executor) -> Result<u64> {
        match self.statement()? {
            Some(statement) => statement.execute(db).await,
            None => Ok(0),
        }
    }

    /// Inserts the rows, and returns those that were inserted or changed, as the database has them: in
    /// the order of the rows when each of them was.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute).
    pub async fn all(self, db: &impl Executor) -> Result<Vec<N::Row>> {
        match self.statement()? {
            Some(statement) => statement.fetch(db).await,
            None => Ok(Vec::new()),
        }
    }

    /// The SQL text, as [`all`](Self::all) sends it, with `$1` and so on for the values: of each column one
    /// array.
    pub fn to_sql(&self) -> String {
        match self.statement() {
            Ok(Some(statement)) => statement.sql(N::Row::SELECT_LIST),
            Ok(None) => "-- there are no rows".to_owned(),
            Err(error) => format!("-- {error}"),
        }
    }

    fn statement(&self) -> Result<Option<many::Statement<'a, N>>> {
        if self.rows.is_empty() {
            return Ok(None);
        }
        let mut statement = many::Statement::new(self.rows);
        if let Some(conflict) = &self.conflict {
            let written = conflict.write::<N::Row>(statement.parameters())?;
            statement.on_conflict(written);
        }
        Ok(Some(statement))
    }
}

impl<'a, N: NewRow> OnConflict<'a, N> {
    /// Leaves rows alone that are there already.
    pub fn do_nothing(self) -> Insert<'a, N> {
        self.insert(None)
    }

    /// Changes rows that are there already: all columns that are given, except those that say which row it
    /// is, those of the primary key, and the [version](Table::VERSION), which is counted up.
    pub fn do_update(self) -> Upsert<'a, N> {
        self.update(None)
    }

    /// Changes rows that are there already: these columns get the values of the new row.
    pub fn do_update_of<C: ColumnsOf<N::Row>>(self, columns: C) -> Upsert<'a, N> {
        self.update(Some(columns.names()))
    }

    fn update(self, columns: Option<Vec<&'static str>>) -> Upsert<'a, N> {
        Upsert {
            rows: self.rows,
            target: self.target,
            update: UpdateOf {
                columns,
                ..UpdateOf::default()
            },
        }
    }

    fn insert(self, update: Option<UpdateOf>) -> Insert<'a, N> {
        Insert {
            rows: self.rows,
            conflict: Some(Conflict {
                target: self.target,
                update,
            }),
        }
    }
}

impl<'a, N: NewRow> Upsert<'a, N> {
    /// Sets a column of a row that is there already to a value, or to an expression on that row and the
    /// new one ([`excluded`]).
    pub fn set<C, R, I>(mut self, column: C, value: R) -> Self
    where
        C: Settable<N::Row>,
        R: Operand<C::Value, Scope<N::Row>: In<(N::Row, Excluded<N::Row>), I>>,
    {
        let spec = column.spec();
        let value = value.operand(spec.wire).sql;
        self.update
            .assignments
            .retain(|(name, _)| *name != spec.name);
        self.update.assignments.push((spec.name, value));
        self
    }

    /// Changes a row that is there already only if this condition on it and the new one ([`excluded`])
    /// is true.
    pub fn filter<C, I>(mut self, condition: C) -> Self
    where
        C: Expression<Scope: In<(N::Row, Excluded<N::Row>), I>, Value: Truth>,
    {
        self.update.filters.push(condition.into_expr().sql);
        self
    }

    /// Inserts or changes the rows, and returns how many.
    ///
    /// # Errors
    ///
    /// A violated constraint of any of the rows, or what else the server reports; then nothing happens.
    /// Two rows with the same key are an error of the server's (SQLSTATE 21000).
    pub async fn execute(self, db: &impl Executor) -> Result<u64> {
        self.insert().execute(db).await
    }

    /// Inserts or changes the rows, and returns them as the database has them: in the order of the rows
    /// unless a [`filter`](Self::filter) left some out.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute).
    pub async fn all(self, db: &impl Executor) -> Result<Vec<N::Row>> {
        self.insert().all(db).await
    }

    /// The SQL text, as [`Insert::to_sql`].
    pub fn to_sql(&self) -> String {
        self.clone().insert().to_sql()
    }

    fn insert(self) -> Insert<'a, N> {
        let on_conflict = OnConflict {
            rows: self.rows,
            target: self.target,
        };
        on_conflict.insert(Some(self.update))
    }
}

/// An `ON CONFLICT` clause as SQL.
pub(super) struct OnConflictSql {
    /// `ON CONFLICT ("email") DO`
    head: String,
    update: Option<UpdateSql>,
    /// Not every row comes back.
    pub(super) leaves_out: bool,
    pub(super) params: Vec<Bound>,
}

struct UpdateSql {
    columns: Option<Vec<&'static str>>,
    /// The key's own columns, which keep their values.
    key: Vec<String>,
    version: Option<String>,
    /// What is set to something else than the value of the new row.
    set: Vec<&'static str>,
    assignments: String,
    conditions: String,
}

impl Conflict {
    fn write<T: Table>(&self, reserved: usize) -> Result<OnConflictSql> {
        let target = SourceId::of::<T>();
        let excluded = SourceId::of::<Excluded<T>>();
        let (mut predicate, mut assignments, mut conditions) = Default::default();
        let rendered = render::pieces(target, TARGET, excluded, reserved, |renderer| {
            if let Target::Columns(_, Some(fragment)) = &self.target {
                renderer.predicate(fragment);
            }
            predicate = renderer.take();
            if let Some(update) = &self.update {
                renderer.assignments(&update.assignments);
                assignments = renderer.take();
                renderer.conditions(" WHERE ", &update.filters);
                conditions = renderer.take();
            }
        })?;
        let (target, key) = match &self.target {
            Target::Any => (String::new(), Vec::new()),
            Target::Columns(names, _) => {
                let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
                (format!(" ({}){predicate}", names.join(", ")), names)
            }
            Target::Constraint(name) => (format!(" ON CONSTRAINT {}", quoted(name)), Vec::new()),
        };
        let primary = T::KEY.iter().map(|name| quoted(name));
        let key: Vec<String> = key.into_iter().chain(primary).collect();
        let update = self.update.as_ref().map(|update| UpdateSql {
            columns: update.columns.clone(),
            key,
            version: T::VERSION.map(quoted),
            set: update.assignments.iter().map(|(name, _)| *name).collect(),
            assignments,
            conditions,
        });
        Ok(OnConflictSql {
            head: format!(" ON CONFLICT{target} DO"),
            leaves_out: update.as_ref().is_none_or(|it| !it.conditions.is_empty()),
            update,
            params: rendered.params,
        })
    }
}

impl OnConflictSql {
    /// The clause for rows that give these columns, by their quoted names. `any` is a column of the
    /// table.
    pub(super) fn clause(&self, given: &[&str], any: &str) -> String {
        let Some(update) = &self.update else {
            return format!("{} NOTHING", self.head);
        };
        let version = update.version.as_ref();
        let chosen: Vec<String> = match &update.columns {
            Some(columns) => columns.iter().map(|name| quoted(name)).collect(),
            None => given
                .iter()
                .map(|name| (*name).to_owned())
                .filter(|name| !update.key.contains(name) && version != Some(name))
                .collect(),
        };
        let is_set = |name: &String| update.set.iter().any(|set| quoted(set) == *name);
        let mut set: Vec<String> = chosen
            .iter()
            .filter(|name| !is_set(name))
            .map(|name| format!("{name} = EXCLUDED.{name}"))
            .collect();
        if !update.assignments.is_empty() {
            set.push(update.assignments.clone());
        }
        if set.is_empty() {
            // Something has to be set for the row to be returned: a column, to what it is.
            set.push(format!("{any} = {TARGET}.{any}"));
        } else if let Some(version) = version
            && !chosen.contains(version)
            && !is_set(version)
        {
            set.push(format!("{version} = {TARGET}.{version} + 1"));
        }
        format!(
            "{} UPDATE SET {}{}",
            self.head,
            set.join(", "),
            update.conditions
        )
    }

    /// The parameters of the clause, which come after those of the rows.
    pub(super) fn params(&self) -> impl Iterator<Item = Parameter<'_>> {
        self.params.iter().map(|param| param as Parameter<'_>)
    }
}

impl<N> Clone for Insert<'_, N> {
    fn clone(&self) -> Self {
        Self {
            rows: self.rows,
            conflict: self.conflict.clone(),
        }
    }
}

impl<N> Clone for Upsert<'_, N> {
    fn clone(&self) -> Self {
        Self {
            rows: self.rows,
            target: self.target.clone(),
            update: self.update.clone(),
        }
    }
}

impl<N> fmt::Debug for Insert<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Insert of {} rows", self.rows.len())
    }
}

impl<N> fmt::Debug for Upsert<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Upsert of {} rows", self.rows.len())
    }
}

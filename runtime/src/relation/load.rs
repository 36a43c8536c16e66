//! Loading related rows: one query for each relation, whatever the number of rows.
//!
//! The keys of the rows travel as array parameters. Where a key is one column of a type whose values are
//! equal only when their bytes are, the related rows are found by `= ANY($1)` and told apart by the bytes
//! of their key, in a column of their own or in one that they bring along. Otherwise (several columns, types such as `citext` or `numeric`, a limit for each
//! row) the keys are unnested and joined, and each related row brings the number of its key along. So
//! what is equal is always decided by the server.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use futures_util::future;
use tokio_postgres::types::{FromSql, Kind, ToSql, Type};

use super::keys::Keys;
use super::{Gather, Path, Related, Relation, equal, usual_order};
use crate::column::Wire;
use crate::error::BoxError;
use crate::expr::{Fragment, Level, Term, quoted};
use crate::scope::{SourceId, SourceRef};
use crate::select::render::{self, Rendered};
use crate::select::statement::{Body, From, Join, Projection};
use crate::select::{Query, results};
use crate::statements::Prepared;
use crate::{Error, Result, Row, Session, Source, Table, row};

/// Related rows on their way.
pub type Loading<'a, T> = Pin<Box<dyn Future<Output = Result<Vec<T>>> + Send + 'a>>;

/// Something that can be loaded with rows of the type `P`: a relation.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be loaded with rows of `{P}`",
    label = "expected a relation of `{P}`"
)]
pub trait Load<P>: Send + Sync {
    /// What is loaded for each row.
    type Loaded: Clone + Send;

    /// Loads it for all rows, in their order.
    #[doc(hidden)]
    fn load<'a>(&'a self, session: &'a Session<'_>, rows: Vec<&'a P>) -> Loading<'a, Self::Loaded>;
}

/// All that is loaded with rows of the type `P`: a tuple of [`Load`]s.
#[diagnostic::on_unimplemented(message = "at most 8 relations are loaded with a row")]
pub trait Loads<P: Send>: Send + Sync {
    /// A row with what is loaded: the row itself, or a tuple.
    type Row: Send;

    /// Loads all of it, at once on the same connection.
    #[doc(hidden)]
    fn attach<'a>(&'a self, session: &'a Session<'_>, rows: Vec<P>) -> Loading<'a, Self::Row>
    where
        P: 'a;

    /// The same for several groups of rows at once.
    #[doc(hidden)]
    fn attach_each<'a>(
        &'a self,
        session: &'a Session<'_>,
        groups: Vec<Vec<P>>,
    ) -> Loading<'a, Vec<Self::Row>>
    where
        P: 'a,
    {
        Box::pin(async move {
            let lengths: Vec<usize> = groups.iter().map(Vec::len).collect();
            let rows = groups.into_iter().flatten().collect();
            let mut rows = self.attach(session, rows).await?.into_iter();
            let group = |length| rows.by_ref().take(length).collect();
            Ok(lengths.into_iter().map(group).collect())
        })
    }
}

impl<P: Send> Loads<P> for () {
    type Row = P;

    fn attach<'a>(&'a self, _: &'a Session<'_>, rows: Vec<P>) -> Loading<'a, P>
    where
        P: 'a,
    {
        Box::pin(future::ready(Ok(rows)))
    }

    fn attach_each<'a>(&'a self, _: &'a Session<'_>, groups: Vec<Vec<P>>) -> Loading<'a, Vec<P>>
    where
        P: 'a,
    {
        Box::pin(future::ready(Ok(groups)))
    }
}

/// At most this many keys travel in one message; with more it is several queries.
const CHUNK: usize = 100_000;

/// Types whose values are equal only when their bytes are. That of `text` are not under every collation.
const EXACT: [&str; 11] = [
    "int2",
    "int4",
    "int8",
    "oid",
    "bool",
    "uuid",
    "name",
    "bytea",
    "date",
    "timestamp",
    "timestamptz",
];

#[diagnostic::do_not_recommend]
impl<P: Table, R: Relation<From: Source<Row = P>>> Load<P> for R {
    type Loaded = <R::Gather as Gather>::Of<<R::To as Source>::Row>;

    fn load<'a>(&'a self, session: &'a Session<'_>, rows: Vec<&'a P>) -> Loading<'a, Self::Loaded> {
        let related = Related::new(*self);
        Box::pin(async move { related.load(session, rows).await })
    }
}

#[diagnostic::do_not_recommend]
impl<P: Table, R, W, G> Load<P> for Related<R, W, G>
where
    R: Relation<From: Source<Row = P>>,
    W: Loads<<R::To as Source>::Row>,
    W::Row: Clone,
    G: Gather,
{
    type Loaded = G::Of<W::Row>;

    fn load<'a>(&'a self, session: &'a Session<'_>, rows: Vec<&'a P>) -> Loading<'a, Self::Loaded> {
        Box::pin(async move {
            if rows.is_empty() {
                return Ok(Vec::new());
            }
            let path = self.relation.path();
            let mut plan = Plan::new(self, &path, true)?;
            let mut prepared = session.prepare(&plan.statement.sql).await?;
            if !plan.fits(&prepared) {
                plan = Plan::new(self, &path, false)?;
                prepared = session.prepare(&plan.statement.sql).await?;
            }
            let keys = Keys::new(&rows, path.links, prepared.params()).map_err(Error::Encode)?;
            let groups = plan.fetch(session, &prepared, &keys).await?;
            let groups = self.loads.attach_each(session, groups).await?;
            hand_out::<G, W::Row>(groups, keys.of_rows())
        })
    }
}

/// Gives each row its related rows. Rows with the same key share what was loaded: all but the last get
/// a copy.
fn hand_out<G: Gather, T: Clone + Send>(
    mut groups: Vec<Vec<T>>,
    of_rows: &[Option<usize>],
) -> Result<Vec<G::Of<T>>> {
    let mut uses = vec![0_usize; groups.len()];
    for number in of_rows.iter().flatten() {
        uses[*number] += 1;
    }
    let rows = of_rows.iter().map(|number| {
        let Some(number) = *number else {
            return G::gather(Vec::new());
        };
        uses[number] -= 1;
        G::gather(match uses[number] {
            0 => std::mem::take(&mut groups[number]),
            _ => groups[number].clone(),
        })
    });
    rows.collect()
}

/// How related rows of the type `T` are fetched.
struct Plan<T> {
    statement: Rendered,
    told: Told,
    of: PhantomData<fn() -> T>,
}

/// What tells which key a related row belongs to.
#[derive(Clone, Copy)]
enum Told {
    /// The number of the key, in the first column.
    Number,
    /// The bytes of the key, in a first column of their own.
    Bytes,
    /// The bytes of the key, in this column of the row, whose type is the key's own.
    Column(usize),
}

impl Told {
    /// The column in which the related row begins.
    fn width(self) -> usize {
        match self {
            Self::Number | Self::Bytes => 1,
            Self::Column(_) => 0,
        }
    }
}

/// The keys that are unnested, as a source of the statement.
struct Unnested;

/// The rows of one key, as a source of the statement.
struct Limited;

impl<T: Table> Plan<T> {
    /// `by_own_column` says that a column of the related row may tell its key.
    fn new<R, W, G>(
        related: &Related<R, W, G>,
        path: &Path<<R::From as Source>::Row>,
        by_own_column: bool,
    ) -> Result<Self>
    where
        R: Relation<To: Source<Row = T>>,
    {
        let far = SourceRef::of::<R::To>();
        let junction = path.junction.map(|junction| (junction, junction.source(1)));
        let near = junction.map_or(far.id, |(_, source)| source.id);
        let mut query = Query::of(far);
        if let Some((junction, source)) = junction {
            let on = junction.on(source.id, far.id);
            query.from.push(From::joined(Join::Inner(on), source));
        }
        query.order_by = match related.order_by.is_empty() {
            true => usual_order::<R::To>(),
            false => related.order_by.clone(),
        };
        let limited = related.limit.is_some() || related.offset.is_some();
        let exact = match path.links {
            [link] if !limited && link.cast.is_none() && EXACT.contains(&link.ty) => Some(link),
            _ => None,
        };
        let mut told = Told::Number;
        if let Some(link) = exact {
            let key = Fragment::column(near, link.far);
            let keys = Fragment::text(format!("ANY($1::{}[])", link.ty));
            let condition = key.clone().binary(" = ", keys, Level::Comparison);
            query.filters.push(condition);
            let own = far.columns.iter().position(|spec| spec.name == link.far);
            told = match own {
                Some(index) if by_own_column && junction.is_none() => Told::Column(index),
                _ => Told::Bytes,
            };
            if let Told::Bytes = told {
                let wire = Wire {
                    read: Some(link.ty),
                    sent: None,
                };
                query.columns.insert(0, Projection::Expression(key, wire));
            }
        } else {
            let keys = unnested(path);
            let condition = is_key(path, near, keys.source.id);
            if limited {
                query.filters.push(condition);
            } else {
                let number = Fragment::column(keys.source.id, "n");
                let number = Projection::Expression(number, Wire::default());
                query.columns.insert(0, number);
                let join = Join::Inner(condition);
                query.from.push(From { join, ..keys });
            }
        }
        query.filters.extend(related.filters.iter().cloned());
        if limited {
            query.limit = related.limit;
            query.offset = related.offset;
            query = for_each(unnested(path), query, far);
        }
        Ok(Self {
            statement: render::select(&query, path.links.len())?,
            told,
            of: PhantomData,
        })
    }

    /// Whether a related row's own column has the bytes of a key: those of another type are others.
    fn fits(&self, prepared: &Prepared) -> bool {
        let Told::Column(index) = self.told else {
            return true;
        };
        let key = prepared.params().first().map(Type::kind);
        match (prepared.column(index), key) {
            (Some(column), Some(Kind::Array(key))) => column == key,
            _ => false,
        }
    }

    /// The related rows of each key.
    async fn fetch(
        &self,
        session: &Session<'_>,
        statement: &Prepared,
        keys: &Keys,
    ) -> Result<Vec<Vec<T>>> {
        let mut groups: Vec<Vec<T>> = Vec::new();
        groups.resize_with(keys.len(), Vec::new);
        let mut start = 0;
        while start < keys.len() {
            let range = start..keys.len().min(start + CHUNK);
            start = range.end;
            let arrays = keys.arrays(&range);
            let arrays = arrays.iter().map(|array| array as &(dyn ToSql + Sync));
            let params: Vec<_> = arrays.chain(self.statement.params()).collect();
            let read = |row: &Row| {
                let number = self.number(row, keys, range.start)?;
                if let Some(group) = number.and_then(|number| groups.get_mut(number)) {
                    group.push(T::from_row(row, self.told.width())?);
                }
                Ok(())
            };
            results::each_of(session, statement, &self.statement.sql, &params, read).await?;
        }
        Ok(groups)
    }

    /// The number of the key that a row belongs to; `first` is that of the first key that was sent.
    fn number(&self, row: &Row, keys: &Keys, first: usize) -> Result<Option<usize>> {
        let bytes = match self.told {
            Told::Number => None,
            Told::Bytes => Some(0),
            Told::Column(index) => Some(index),
        };
        if let Some(index) = bytes {
            let Raw(bytes) = row
                .try_get(index)
                .map_err(|error| row::decode_error(row, index, error))?;
            return Ok(keys.number(bytes));
        }
        // The elements of an array are counted from 1 on.
        let number: i32 = row::get(row, 0)?;
        Ok(usize::try_from(number - 1)
            .ok()
            .map(|number| first + number))
    }
}

/// `(SELECT unnest($1::int8[]), unnest($2::text[]), generate_subscripts($1::int8[], 1)) AS "keys" ("k1",
/// "k2", "n")`
///
/// In the `FROM` clause itself, a composite value would be taken apart into its attributes.
fn unnested<R>(path: &Path<R>) -> From {
    let mut select = "(SELECT ".to_owned();
    let mut names = String::new();
    let mut number = String::new();
    for (link, n) in path.links.iter().zip(1..) {
        let array = format!("${n}::{}[]", link.ty);
        select += &format!("unnest({array}), ");
        names += &format!("\"k{n}\", ");
        number = format!("generate_subscripts({array}, 1))");
    }
    From {
        join: Join::Cross,
        source: SourceRef::unnamed(SourceId::of::<Unnested>(), "\"keys\""),
        body: Body::Text(select + &number, names + "\"n\""),
    }
}

/// `"posts"."author_id" = "keys"."k1"`
fn is_key<R>(path: &Path<R>, near: SourceId, keys: SourceId) -> Fragment {
    equal(path.links.iter().zip(1..).map(|(link, n)| {
        let key = Fragment::column(keys, format!("k{n}"));
        let key = match link.cast {
            Some(cast) => key.cast(cast),
            None => key,
        };
        (Fragment::column(near, link.far), key)
    }))
}

/// For each key the rows of a query of its own, in their order, with the number of the key before them:
/// `SELECT … FROM (SELECT unnest(…), …) AS "keys" CROSS JOIN LATERAL (…) AS "related"`
fn for_each(keys: From, mut query: Query, far: SourceRef) -> Query {
    let mut place = "n".to_owned();
    while far.columns.iter().any(|column| column.name == place) {
        place.push('_');
    }
    let mut order = Fragment::text("row_number() OVER (");
    for (index, term) in query.order_by.iter().enumerate() {
        let word = if index == 0 { "ORDER BY " } else { ", " };
        order = order.with_text(word).with(term.fragment());
    }
    let order = order.with_text(format!(") AS {}", quoted(&place)));
    query
        .columns
        .push(Projection::Expression(order, Wire::default()));

    let related = SourceRef::unnamed(SourceId::of::<Limited>(), "\"related\"");
    let number = Fragment::column(keys.source.id, "n");
    let names = far.columns.iter().map(|column| column.name);
    let columns = names.map(|name| Fragment::column(related.id, name));
    Query {
        columns: [number.clone()]
            .into_iter()
            .chain(columns)
            .map(|column| Projection::Expression(column, Wire::default()))
            .collect(),
        from: vec![
            keys,
            From {
                join: Join::Cross,
                source: related,
                body: Body::Lateral(Box::new(query)),
            },
        ],
        order_by: vec![
            Term::ascending(number),
            Term::ascending(Fragment::column(related.id, place)),
        ],
        ..Query::default()
    }
}

/// The bytes of a value, as they came.
struct Raw<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, BoxError> {
        Ok(Self(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

macro_rules! loads {
    ($($name:ident $loaded:ident)+) => {
        impl<P: Send + Sync, $($name: Load<P>),+> Loads<P> for ($($name,)+) {
            type Row = (P, $($name::Loaded,)+);

            #[allow(non_snake_case)]
            fn attach<'a>(
                &'a self,
                session: &'a Session<'_>,
                rows: Vec<P>,
            ) -> Loading<'a, Self::Row>
            where
                P: 'a,
            {
                Box::pin(async move {
                    let ($($name,)+) = self;
                    let all = || rows.iter().collect::<Vec<&P>>();
                    let loads!(@pattern $($loaded)+) = loads!(@join session, all, $($name)+).await?;
                    $(let mut $loaded = $loaded.into_iter();)+
                    let row = |row| Some((row, $($loaded.next()?,)+));
                    Ok(rows.into_iter().filter_map(row).collect())
                })
            }
        }
    };
    (@pattern $only:ident) => { $only };
    (@pattern $first:ident $($rest:ident)+) => { ($first, loads!(@pattern $($rest)+)) };
    (@join $session:ident, $all:ident, $only:ident) => { $only.load($session, $all()) };
    (@join $session:ident, $all:ident, $first:ident $($rest:ident)+) => {
        future::try_join($first.load($session, $all()), loads!(@join $session, $all, $($rest)+))
    };
}

loads!(A a);
loads!(A a B b);
loads!(A a B b C c);
loads!(A a B b C c D d);
loads!(A a B b C c D d E e);
loads!(A a B b C c D d E e F f);
loads!(A a B b C c D d E e F f G g);
loads!(A a B b C c D d E e F f G g H h);

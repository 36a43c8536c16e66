//! A relation with what is said of the rows to be loaded.

use std::fmt;
use std::marker::PhantomData;

use super::{Gather, Load, Loads, Many, Relation};
use crate::expr::{Condition, Fragment, Ordering, Term};
use crate::select::Append;
use crate::{In, Source};

/// A relation with its own filter, order and limit, and with relations to be loaded along: what
/// [`filter`](super::HasMany::filter) and the other methods of a relation give, to be handed to
/// [`with`](crate::Select::with). `W` are the relations, and `G` is how many rows there may be.
pub struct Related<R, W, G> {
    pub(super) relation: R,
    pub(super) filters: Vec<Fragment>,
    pub(super) order_by: Vec<Term>,
    pub(super) limit: Option<i64>,
    pub(super) offset: Option<i64>,
    pub(super) loads: W,
    gather: PhantomData<fn() -> G>,
}

impl<R: fmt::Debug, W, G> fmt::Debug for Related<R, W, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Related").field(&self.relation).finish()
    }
}

impl<R: Clone, W: Clone, G> Clone for Related<R, W, G> {
    fn clone(&self) -> Self {
        Self {
            relation: self.relation.clone(),
            filters: self.filters.clone(),
            order_by: self.order_by.clone(),
            limit: self.limit,
            offset: self.offset,
            loads: self.loads.clone(),
            gather: PhantomData,
        }
    }
}

impl<R: Relation> Related<R, (), R::Gather> {
    pub(super) fn new(relation: R) -> Self {
        Self {
            relation,
            filters: Vec::new(),
            order_by: Vec::new(),
            limit: None,
            offset: None,
            loads: (),
            gather: PhantomData,
        }
    }
}

impl<R: Relation, W, G: Gather> Related<R, W, G> {
    /// Loads only the related rows for which the condition is true. Of several filters all must be.
    pub fn filter<C, I>(mut self, condition: C) -> Related<R, W, G::Filtered>
    where
        C: Condition<Scope: In<R::To, I>>,
    {
        self.filters.extend(condition.condition());
        self.retyped(|loads| loads)
    }

    /// Loads relations of the related rows along with them: each row is followed by what is loaded, in
    /// a tuple.
    pub fn with<L>(self, load: L) -> Related<R, W::Output, G>
    where
        L: Load<<R::To as Source>::Row>,
        W: Loads<<R::To as Source>::Row> + Append<L>,
    {
        self.retyped(|loads| loads.append(load))
    }

    /// The same with other loads, or for another number of rows.
    fn retyped<W2, G2>(self, loads: impl FnOnce(W) -> W2) -> Related<R, W2, G2> {
        Related {
            relation: self.relation,
            filters: self.filters,
            order_by: self.order_by,
            limit: self.limit,
            offset: self.offset,
            loads: loads(self.loads),
            gather: PhantomData,
        }
    }
}

impl<R: Relation, W> Related<R, W, Many> {
    /// Loads the related rows in this order; otherwise it is that of their primary key.
    pub fn order_by<T, I>(mut self, order: T) -> Self
    where
        T: Ordering<Scope: In<R::To, I>>,
    {
        self.order_by.extend(order.terms());
        self
    }

    /// Loads at most this many related rows of each row.
    pub fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(i64::from(limit));
        self
    }

    /// Leaves out this many related rows of each row at the beginning.
    pub fn offset(mut self, offset: u32) -> Self {
        self.offset = Some(i64::from(offset));
        self
    }
}

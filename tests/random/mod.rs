//! Random statements of DDL, each on what the ones before it have made.
//!
//! Nobody needs to know here which of them make sense: the server is asked, and what it refuses is left
//! out. So statements may be as odd as they like.

mod conditions;
mod names;
mod queries;
mod statements;
mod tables;
mod types;

use fastrand::Rng;
use rowsmith::catalog::{Catalog, Table};

/// What is random, and what is there.
pub struct Random<'a> {
    rng: &'a mut Rng,
    catalog: &'a Catalog,
    /// The major version of the server.
    version: u32,
}

impl<'a> Random<'a> {
    pub fn new(rng: &'a mut Rng, catalog: &'a Catalog, version: u32) -> Self {
        Self {
            rng,
            catalog,
            version,
        }
    }

    /// A number from 0 up to, but without, the end.
    fn below(&mut self, end: usize) -> usize {
        self.rng.usize(0..end)
    }

    /// Whether what happens in so many of a hundred cases happens.
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of several, of which there is one at least.
    fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// One of several, if there are any.
    fn any<'t, T>(&mut self, items: &'t [T]) -> Option<&'t T> {
        (!items.is_empty()).then(|| &items[self.below(items.len())])
    }

    fn any_table(&mut self) -> Option<&'a Table> {
        self.any(&self.catalog.tables)
    }

    fn any_table_where(&mut self, condition: impl Fn(&Table) -> bool) -> Option<&'a Table> {
        let catalog = self.catalog;
        let tables: Vec<&Table> = catalog.tables.iter().filter(|it| condition(it)).collect();
        self.any(&tables).copied()
    }
}

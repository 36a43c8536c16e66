//! A database of its own for each test.

use std::ops::Deref;

use rowsmith_runtime::Database;
use rowsmith_test_server::{TestDatabase, TestServer};

use crate::support::Fixture;

/// A fixture's database, and a pool of connections to it.
pub struct Live {
    pool: Database,
    database: TestDatabase<'static>,
}

impl Live {
    /// Creates the database of the fixture of that name.
    pub async fn create(fixture: &str) -> Self {
        let fixture = Fixture::read(fixture);
        let database = TestServer::shared().create_database(Some(&fixture.sql));
        let pool = Database::connect(&database.url()).await.unwrap();
        Self { pool, database }
    }

    /// Runs SQL that no generated function is there for.
    pub fn sql(&self, sql: &str) {
        self.database.execute(sql).unwrap();
    }
}

impl Deref for Live {
    type Target = Database;

    fn deref(&self) -> &Database {
        &self.pool
    }
}

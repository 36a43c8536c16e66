//! A database of its own for each test.

use std::ops::Deref;

use rowsmith_runtime::Database;
use rowsmith_runtime::tokio_postgres::{Client, NoTls};
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

    /// The same, where the server is new enough.
    pub async fn create_if_understood(fixture: &str) -> Option<Self> {
        let oldest = Fixture::read(fixture).server;
        let version = TestServer::shared().version();
        if version < oldest {
            println!("`{fixture}` needs PostgreSQL {oldest}, this is {version}");
            return None;
        }
        Some(Self::create(fixture).await)
    }

    /// Runs SQL that no generated function is there for.
    pub fn sql(&self, sql: &str) {
        self.database.execute(sql).unwrap();
    }

    /// A connection of the driver's own.
    pub async fn client(&self) -> Client {
        let url = self.database.url();
        let (client, connection) = rowsmith_runtime::tokio_postgres::connect(&url, NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        client
    }
}

impl Deref for Live {
    type Target = Database;

    fn deref(&self) -> &Database {
        &self.pool
    }
}

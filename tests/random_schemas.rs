//! Schemas that nobody has thought of: random statements are run in a database, and what the SQL source
//! reads of those that the server took is what the database says.
//!
//! ```sh
//! ROWSMITH_SEEDS=1000..2000 cargo test --release --test random_schemas agree
//! ```
//!
//! takes those seeds instead of the few of each test run (`compile` does the same for the trees that are
//! compiled). A schema on which the sources differ is made as small as it can be before it is shown.
#![allow(clippy::unwrap_used)]

mod random;
mod support;

use std::ops::Range;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use fastrand::Rng;
use random::Random;
use rowsmith::catalog::Catalog;
use rowsmith::diagnostics::{Diagnostic, Errors, Severity, SourceFile};
use rowsmith::source::{Source, ddl};
use rowsmith::{Config, analyze};
use rowsmith_runtime::tokio_postgres::{self, Client, NoTls};
use rowsmith_test_server::{PASSWORD_USER, TestDatabase, TestServer};
use support::{check_all, compile, diff};
use tokio::runtime::Runtime;

/// How many statements are tried for a schema. The server refuses about half of them.
const STATEMENTS: usize = 60;

/// The seeds of each test run.
const SEEDS: Range<u64> = 0..100;

#[test]
fn both_sources_agree() {
    let seeds: Vec<u64> = seeds(SEEDS).collect();
    check_all(&seeds, |&seed| {
        let schema = Schema::random(seed);
        let Err(problem) = schema.check() else {
            return Ok(());
        };
        println!("seed {seed} fails; its schema is made smaller");
        let schema = schema.shrink();
        let problem = schema.check().err().unwrap_or(problem);
        Err(format!("seed {seed}:\n{}\n{problem}", schema.script()))
    });
}

/// Seeds whose trees are compiled in each test run.
const COMPILED: Range<u64> = 0..6;

#[test]
fn the_trees_compile() {
    let mut trees = Vec::new();
    for seed in seeds(COMPILED) {
        let schema = Schema::random(seed);
        let (files, _) = rowsmith::generate(&schema.live, &Config::default())
            .unwrap_or_else(|errors| panic!("seed {seed}:\n{errors}"));
        trees.push((format!("seed_{seed}"), files));
    }
    let trees: Vec<_> = (trees.iter())
        .map(|(name, files)| (name.clone(), &files[..]))
        .collect();
    compile(&trees);
}

fn seeds(few: Range<u64>) -> Range<u64> {
    let Ok(text) = std::env::var("ROWSMITH_SEEDS") else {
        return few;
    };
    let number = |text: &str| {
        text.parse()
            .expect("`ROWSMITH_SEEDS` is `FROM..TO`, or one seed")
    };
    match text.split_once("..") {
        Some((from, to)) => number(from)..number(to),
        None => number(&text)..number(&text) + 1,
    }
}

/// Statements, all of which the server takes in their order.
struct Schema {
    statements: Vec<String>,
    live: Catalog,
}

impl Schema {
    /// The schema of a seed.
    fn random(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let version = TestServer::shared().version();
        let mut catalog = Catalog::default();
        Self::of(|statements| {
            // Names are chosen from what was read; where that was wrong, the server refuses them.
            if let Some(read) = read_quietly(statements) {
                catalog = read;
            }
            Some(Random::new(&mut rng, &catalog, version).statement())
        })
    }

    /// Those of the statements that the server takes, one after the other, when it is given no others.
    fn of(mut next: impl FnMut(&[String]) -> Option<String>) -> Self {
        Session::with(|session| {
            let mut statements = Vec::new();
            for _ in 0..STATEMENTS {
                let Some(statement) = next(&statements) else {
                    break;
                };
                if !statement.is_empty() && session.execute(&statement).is_ok() {
                    statements.push(statement);
                }
            }
            let live = session.catalog();
            Self { statements, live }
        })
    }

    fn script(&self) -> String {
        script(&self.statements)
    }

    /// What is wrong with what the SQL source says.
    fn check(&self) -> Result<(), String> {
        let text = self.script();
        let read = panic::catch_unwind(AssertUnwindSafe(|| read(&text)));
        let read = read.map_err(|_| "the reader panics".to_owned())?;
        let read = read.map_err(|errors| errors.to_string())?;
        compare("SQL", &read, "database", &self.live)?;

        let config = Config::default();
        let generated =
            panic::catch_unwind(AssertUnwindSafe(|| rowsmith::generate(&read, &config)));
        match generated.map_err(|_| "the generator panics".to_owned())? {
            Ok(_) => Ok(()),
            Err(_) if read.tables.is_empty() => Ok(()),
            Err(errors) => Err(errors.to_string()),
        }
    }

    /// A smaller schema that fails too, without statements that have nothing to do with it.
    fn shrink(mut self) -> Self {
        let mut width = self.statements.len() / 2;
        while width > 0 {
            let mut at = 0;
            while at < self.statements.len() {
                let mut fewer = self.statements.clone();
                fewer.drain(at..(at + width).min(self.statements.len()));
                let mut fewer = fewer.into_iter();
                let smaller = Self::of(|_| fewer.next());
                if smaller.check().is_err() {
                    self = smaller;
                } else {
                    at += width;
                }
            }
            width /= 2;
        }
        self
    }
}

fn script(statements: &[String]) -> String {
    statements.iter().flat_map(|it| [it, ";\n"]).collect()
}

/// What the SQL source makes of a script.
fn read(text: &str) -> Result<Catalog, Errors> {
    let (mut catalog, diagnostics) = parse(text);
    if diagnostics.iter().any(|it| it.severity == Severity::Error) {
        return Err(Errors(diagnostics));
    }
    analyze::normalize(&mut catalog);
    catalog.sort();
    Ok(catalog)
}

fn parse(text: &str) -> (Catalog, Vec<Diagnostic>) {
    let file = SourceFile {
        path: PathBuf::from("random.sql"),
        text: text.to_owned(),
    };
    let mut diagnostics = Vec::new();
    let catalog = ddl::parse(&[Arc::new(file)], &mut diagnostics);
    (catalog, diagnostics)
}

fn read_quietly(statements: &[String]) -> Option<Catalog> {
    panic::catch_unwind(|| parse(&script(statements)).0).ok()
}

fn compare(one_name: &str, one: &Catalog, other_name: &str, other: &Catalog) -> Result<(), String> {
    if one == other {
        return Ok(());
    }
    let json = |catalog| serde_json::to_string_pretty(catalog).unwrap();
    Err(diff(one_name, &json(one), other_name, &json(other)))
}

/// A connection to an empty database, which is used again for the next schema.
struct Session {
    runtime: Runtime,
    client: Client,
    database: TestDatabase<'static>,
}

static IDLE: Mutex<Vec<Session>> = Mutex::new(Vec::new());

/// Makes the database an empty one.
const EMPTY: &str = "
    DO $$
    DECLARE
        name text;
    BEGIN
        FOR name IN
            SELECT nspname FROM pg_namespace
            WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
        LOOP
            EXECUTE format('DROP SCHEMA %I CASCADE', name);
        END LOOP;
    END
    $$;
    RESET ALL;
    CREATE SCHEMA public;
    COMMENT ON SCHEMA public IS 'standard public schema'";

impl Session {
    /// Does something in an empty database.
    fn with<T>(action: impl FnOnce(&Self) -> T) -> T {
        let idle = IDLE.lock().unwrap().pop();
        let session = idle.unwrap_or_else(Self::new);
        let result = action(&session);
        session.execute(EMPTY).unwrap();
        IDLE.lock().unwrap().push(session);
        result
    }

    fn new() -> Self {
        let database = TestServer::shared().create_database(None);
        // A superuser could change PostgreSQL's own types.
        let owner = PASSWORD_USER;
        let name = database.name();
        let owned =
            format!("ALTER SCHEMA public OWNER TO {owner}; ALTER DATABASE {name} OWNER TO {owner}");
        database.execute(&owned).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let client = runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&database.url(), NoTls)
                .await
                .unwrap();
            tokio::spawn(connection);
            let role = format!("SET ROLE {owner}");
            client.batch_execute(&role).await.unwrap();
            client
        });
        Self {
            runtime,
            client,
            database,
        }
    }

    fn execute(&self, statement: &str) -> Result<(), tokio_postgres::Error> {
        self.runtime.block_on(self.client.batch_execute(statement))
    }

    fn catalog(&self) -> Catalog {
        let source = Source::Database(Some(self.database.url()));
        let (catalog, _) = rowsmith::read_catalog(&Config::default(), &source)
            .unwrap_or_else(|errors| panic!("{errors}"));
        catalog
    }
}

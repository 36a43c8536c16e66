//! How long a large schema takes, side by side with what one would measure it against.
//!
//! `cargo bench --bench generate` prints ratios, each of medians taken in turns within this one run.

use std::fmt::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use rowsmith::Config;
use rowsmith::source::Source;
use rowsmith_test_server::TestServer;

const ROUNDS: usize = 7;

fn main() {
    let small = schema(1_000);
    let large = schema(10_000);
    let dir = tempfile::tempdir().expect("a temporary folder");
    let small_file = dir.path().join("small.sql");
    let large_file = dir.path().join("large.sql");
    std::fs::write(&small_file, &small).expect("a written schema");
    std::fs::write(&large_file, &large).expect("a written schema");

    let [one, ten] = medians([
        &mut || generate(&Source::Files(vec![small_file.clone()])),
        &mut || generate(&Source::Files(vec![large_file.clone()])),
    ]);
    println!("SQL to files, 1,000 tables: {one:.0?}");
    println!(
        "SQL to files, 10,000 tables: {ten:.0?}, {:.1} times that",
        ratio(ten, one)
    );

    let server = TestServer::shared();
    let database = server.create_database(Some(&small));
    let url = database.url();
    let pg_dump = server.tool("pg_dump").expect("pg_dump");
    let [ours, dump] = medians([
        &mut || generate(&Source::Database(Some(url.clone()))),
        &mut || {
            let output = Command::new(&pg_dump)
                .args(["--schema-only", "--dbname", &url])
                .output()
                .expect("pg_dump of the server's own version");
            assert!(output.status.success());
        },
    ]);
    println!(
        "database to files, 1,000 tables: {ours:.0?}, {:.2} of pg_dump --schema-only",
        ratio(ours, dump)
    );
}

fn generate(source: &Source) {
    let config = Config::default();
    let (catalog, _) = rowsmith::read_catalog(&config, source).expect("a readable schema");
    let (files, _) = rowsmith::generate(&catalog, &config).expect("generated files");
    assert!(files.len() > 1_000);
}

/// A schema of a usual sort: ten columns, a key, an index and two foreign keys a table.
fn schema(tables: usize) -> String {
    let mut sql = String::from("CREATE TYPE status AS ENUM ('open', 'done');\n");
    for i in 0..tables {
        let parent = i / 2;
        let _ = write!(
            sql,
            "CREATE TABLE item_{i} (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                parent_id bigint REFERENCES item_{parent} (id),
                owner_id bigint NOT NULL REFERENCES item_0 (id),
                name varchar(100) NOT NULL,
                code text NOT NULL UNIQUE,
                status status NOT NULL DEFAULT 'open',
                price numeric(10,2) NOT NULL DEFAULT 0 CHECK (price >= 0),
                tags text[] NOT NULL DEFAULT '{{}}',
                created_at timestamptz NOT NULL DEFAULT now(),
                note text
            );
            CREATE INDEX item_{i}_owner_idx ON item_{i} (owner_id, created_at);
            COMMENT ON TABLE item_{i} IS 'Items of the sort {i}';\n"
        );
    }
    sql
}

/// The medians of several tasks, run in turns so that noise falls on all alike.
fn medians<const N: usize>(mut tasks: [&mut dyn FnMut(); N]) -> [Duration; N] {
    let mut times = [const { Vec::new() }; N];
    for _ in 0..ROUNDS {
        for (task, times) in tasks.iter_mut().zip(&mut times) {
            let start = Instant::now();
            task();
            times.push(start.elapsed());
        }
    }
    times.map(|mut times| {
        times.sort();
        times[times.len() / 2]
    })
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}

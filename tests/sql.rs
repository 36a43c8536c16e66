//! Catalog → SQL: what is written of a Catalog gives the same Catalog when it is read again.
//!
//! That a server makes the same of it is tested by `tests/live.rs`.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::PathBuf;

use rowsmith::Config;
use rowsmith::catalog::{Catalog, FunctionKind};
use rowsmith::source::Source;
use rowsmith::sql::{Script, script};
use support::{Fixture, check_all, diff};

#[test]
fn fixtures_are_the_same_after_it() {
    check_all(&Fixture::all(), |fixture| {
        let catalog = read(&fixture.config, fixture.schema.clone())?;
        survives(&fixture.name, &fixture.config, &catalog)
    });
}

/// Reads it with the same configuration; the order of statements has to suit the parser.
fn survives(name: &str, config: &Config, catalog: &Catalog) -> Result<(), String> {
    let script = script(catalog);
    let again = read_text(config, &script.sql)?;
    let mut catalog = catalog.clone();
    // What an aggregate is made of is not in the Catalog.
    catalog
        .functions
        .retain(|it| it.kind != FunctionKind::Aggregate);
    if again == catalog {
        return Ok(());
    }
    let json = |catalog| serde_json::to_string_pretty(catalog).unwrap();
    let difference = diff("before", &json(&catalog), "after", &json(&again));
    Err(format!("`{name}`:\n{difference}\n{}", script.sql))
}

fn read_text(config: &Config, sql: &str) -> Result<Catalog, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("schema.sql");
    std::fs::write(&path, sql).unwrap();
    read(config, path)
}

fn read(config: &Config, path: PathBuf) -> Result<Catalog, String> {
    let (catalog, _) = rowsmith::read_catalog(config, &Source::Files(vec![path]))
        .map_err(|errors| errors.to_string())?;
    Ok(catalog)
}

/// The script of a schema that is written here, which has to survive it.
#[track_caller]
fn written(sql: &str) -> Script {
    let config = Config::default();
    let catalog = read_text(&config, sql).unwrap();
    if let Err(problem) = survives("this", &config, &catalog) {
        panic!("{problem}");
    }
    script(&catalog)
}

#[track_caller]
fn in_order(script: &Script, parts: &[&str]) {
    let mut at = 0;
    for part in parts {
        let found = script.sql[at..].find(part);
        at += found.unwrap_or_else(|| panic!("no `{part}` there:\n{}", script.sql));
    }
}

#[test]
fn what_is_needed_comes_first() {
    let script = written(
        "CREATE DOMAIN z AS text;
         CREATE DOMAIN a AS z;
         CREATE TYPE mood AS ENUM ('good');
         CREATE TYPE letter AS (mood mood, text a);
         CREATE SEQUENCE numbers START 5;
         CREATE TABLE b (id bigint DEFAULT nextval('numbers'), letters letter[]);
         CREATE VIEW y AS SELECT id FROM b;
         CREATE VIEW c AS SELECT id FROM y;",
    );
    in_order(
        &script,
        &["DOMAIN \"public\".\"z\"", "DOMAIN \"public\".\"a\""],
    );
    in_order(
        &script,
        &[
            "\"mood\" AS ENUM",
            "\"letter\" AS",
            "TABLE \"public\".\"b\"",
        ],
    );
    in_order(
        &script,
        &[
            "CREATE SEQUENCE",
            "TABLE \"public\".\"b\"",
            "VIEW \"public\".\"y\"",
            "VIEW \"public\".\"c\"",
        ],
    );
    assert_eq!(script.omitted, []);
}

#[test]
fn partitions_keep_their_bounds_and_their_own_order() {
    let script = written(
        "CREATE TABLE t (id integer NOT NULL, at date NOT NULL DEFAULT '2020-01-01', CHECK (id > 0)) PARTITION BY RANGE (id, at);
         CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (-5, MINVALUE) TO (10, '2024-1-1');
         CREATE TABLE t_2 (at date NOT NULL, id integer NOT NULL, CONSTRAINT t_id_check CHECK (id > 0), note text);
         ALTER TABLE t_2 DROP COLUMN note;
         ALTER TABLE t ATTACH PARTITION t_2 FOR VALUES FROM (10, '2024-01-01') TO (MAXVALUE, MAXVALUE);
         CREATE TABLE l (flag boolean, kind text) PARTITION BY LIST (flag);
         CREATE TABLE l_1 PARTITION OF l (kind DEFAULT 'x') FOR VALUES IN (true, NULL);
         CREATE TABLE l_2 PARTITION OF l DEFAULT;",
    );
    in_order(
        &script,
        &[
            "FOR VALUES IN ('true', NULL)",
            "FOR VALUES FROM ('-5', MINVALUE) TO ('10', '2024-01-01')",
            "ATTACH PARTITION \"public\".\"t_2\" FOR VALUES FROM ('10', '2024-01-01') TO (MAXVALUE, MAXVALUE)",
        ],
    );
}

#[test]
fn what_cannot_be_created_is_named() {
    let script = written_foreign();
    let omitted: Vec<String> = script
        .omitted
        .iter()
        .map(|omitted| format!("{}: {}", omitted.what, omitted.why))
        .collect();
    assert_eq!(
        omitted,
        [
            "the table `public.far`: it is on another server",
            "the view `public.near`: it needs the table `public.far`",
        ]
    );
    assert!(script.sql.contains("CREATE TABLE \"public\".\"here\""));
}

fn written_foreign() -> Script {
    let sql = "CREATE FOREIGN TABLE far (id integer) SERVER other;
               CREATE TABLE here (id integer);
               CREATE VIEW near AS SELECT id FROM far;";
    script(&read_text(&Config::default(), sql).unwrap())
}

#[test]
fn what_cannot_be_created_takes_nothing_of_its_name_along() {
    let sql = "CREATE TABLE product (id integer PRIMARY KEY);
               CREATE FUNCTION product(text) RETURNS integer LANGUAGE sql AS 'SELECT 1';
               CREATE AGGREGATE product(double precision) (SFUNC = float8mul, STYPE = float8);
               CREATE TABLE parts (id integer REFERENCES product (id));
               CREATE VIEW counts AS SELECT product('a') AS n FROM product;";
    let script = script(&read_text(&Config::default(), sql).unwrap());
    let omitted: Vec<&str> = script.omitted.iter().map(|it| it.what.as_str()).collect();
    assert_eq!(omitted, ["the aggregate `public.product(float8)`"]);
    in_order(&script, &["VIEW \"public\".\"counts\"", "FOREIGN KEY"]);
}

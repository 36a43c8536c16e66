//! The names PostgreSQL gives what has none, and how names are found.

use crate::*;

#[test]
fn constraints_are_named_after_what_they_are_on() {
    let catalog = catalog(
        "CREATE TABLE t (a int PRIMARY KEY, b int UNIQUE CHECK (b > 0) CHECK (b < 9), c int REFERENCES t,
             CHECK (a > b), CHECK (true), UNIQUE (b, c), FOREIGN KEY (c) REFERENCES t (a),
             EXCLUDE USING gist (b WITH =, (c + 1) WITH =), CHECK (lower('a') = 'b' OR c > 1));",
    );
    let table = table(&catalog, "t");
    assert_eq!(table.primary_key.as_ref().unwrap().name, "t_pkey");
    let unique: Vec<&str> = table
        .unique_keys
        .iter()
        .map(|key| key.name.as_str())
        .collect();
    assert_eq!(unique, ["t_b_c_key", "t_b_key"]);
    let checks: Vec<&str> = table
        .checks
        .iter()
        .map(|check| check.name.as_str())
        .collect();
    assert_eq!(
        checks,
        [
            "t_b_check",
            "t_b_check1",
            "t_c_check",
            "t_check",
            "t_check1"
        ]
    );
    let foreign: Vec<&str> = table
        .foreign_keys
        .iter()
        .map(|key| key.name.as_str())
        .collect();
    assert_eq!(foreign, ["t_c_fkey", "t_c_fkey1"]);
    assert_eq!(table.exclusions[0].name, "t_b_expr_excl");
}

#[test]
fn indexes_are_named_after_columns_and_expressions() {
    let catalog = catalog(
        "CREATE TABLE t (a int, b text);
         CREATE INDEX ON t (a); CREATE INDEX ON t (a); CREATE INDEX ON t (lower(b), a) INCLUDE (b);
         CREATE INDEX ON t ((a + 1), (a + 2)); CREATE INDEX ON t ((a)); CREATE INDEX ON t ((a::bigint));
         CREATE INDEX ON t (coalesce(b, 'x'), (CASE WHEN a > 1 THEN 'x' END)); CREATE INDEX ON t (('x'::text));",
    );
    assert_eq!(
        index_names(table(&catalog, "t")),
        [
            "t_a_idx",
            "t_a_idx1",
            "t_a_idx2",
            "t_a_idx3",
            "t_coalesce_case_idx",
            "t_expr_expr1_idx",
            "t_lower_a_b_idx",
            "t_text_idx",
        ]
    );
}

#[test]
fn names_avoid_those_that_are_taken() {
    let catalog = catalog(
        "CREATE TABLE t_id_seq (x int); CREATE TABLE t_pkey (x int);
         CREATE TABLE other (a int CONSTRAINT u_a_check CHECK (a > 0));
         CREATE TABLE t (id serial PRIMARY KEY); CREATE TABLE u (a int CHECK (a > 0));",
    );
    assert_eq!(
        table(&catalog, "t").primary_key.as_ref().unwrap().name,
        "t_pkey1"
    );
    assert_eq!(
        column(&catalog, "t", "id").default.as_deref(),
        Some("nextval('public.t_id_seq1'::regclass)")
    );
    assert_eq!(table(&catalog, "u").checks[0].name, "u_a_check1");
}

#[test]
fn two_keys_on_the_same_columns_are_one() {
    let catalog = catalog(
        "CREATE TABLE t (a int UNIQUE PRIMARY KEY, b int CONSTRAINT named UNIQUE, UNIQUE (b));",
    );
    let table = table(&catalog, "t");
    assert_eq!(table.primary_key.as_ref().unwrap().name, "t_pkey");
    assert_eq!(table.unique_keys.len(), 1);
    assert_eq!(table.unique_keys[0].name, "named");
}

#[test]
fn long_names_are_cut_as_postgresql_cuts_them() {
    let (long, column) = ("t".repeat(50), "c".repeat(50));
    let catalog = catalog(&format!("CREATE TABLE {long} ({column} int UNIQUE);"));
    let name = format!("{}_{}_key", "t".repeat(29), "c".repeat(29));
    assert_eq!(table(&catalog, &long).unique_keys[0].name, name);
}

#[test]
fn the_search_path_is_followed() {
    let catalog = catalog(
        "CREATE SCHEMA a; CREATE SCHEMA b CREATE TABLE inside (x int PRIMARY KEY) CREATE INDEX ON inside (x);
         CREATE TABLE t (x int PRIMARY KEY);
         SET search_path TO a, public; CREATE TYPE mood AS ENUM ('sad');
         CREATE TABLE t (x int PRIMARY KEY, m mood DEFAULT 'sad'::mood, o int REFERENCES public.t);
         CREATE TABLE u (x int REFERENCES t, y serial);
         SELECT pg_catalog.set_config('search_path', '', false);
         CREATE TABLE b.v (m a.mood, x pg_catalog.int4);
         RESET search_path; CREATE TABLE w (x int REFERENCES t);",
    );
    let referenced = |name: &str| {
        table(&catalog, name).foreign_keys[0]
            .referenced_table
            .to_string()
    };
    assert_eq!(referenced("a.u"), "a.t");
    assert_eq!(referenced("a.t"), "public.t");
    assert_eq!(referenced("w"), "public.t");
    assert_eq!(
        column(&catalog, "a.t", "m").default.as_deref(),
        Some("'sad'::a.mood")
    );
    assert_eq!(
        column(&catalog, "a.u", "y").default.as_deref(),
        Some("nextval('a.u_y_seq'::regclass)")
    );
    assert_eq!(index_names(table(&catalog, "b.inside")), ["inside_x_idx"]);
    assert_eq!(columns(table(&catalog, "b.v")), ["m a.mood", "x int4"]);
}

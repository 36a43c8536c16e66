//! Views, and what happens to them when what they read from changes.

use crate::*;

fn view_columns(catalog: &Catalog, name: &str) -> Vec<String> {
    let view = catalog.view(&QualifiedName::new("public", name)).unwrap();
    let columns = view.columns.iter();
    columns
        .map(|column| format!("{} {}", column.name, column.ty))
        .collect()
}

#[test]
fn a_view_has_the_columns_of_its_query() {
    let catalog = catalog(
        "CREATE TABLE t (id bigint PRIMARY KEY, name varchar(20));
         CREATE VIEW v (key) AS SELECT id, name AS label, count(*) OVER () AS n FROM t WITH LOCAL CHECK OPTION;
         CREATE MATERIALIZED VIEW m AS SELECT label FROM v WITH NO DATA; CREATE UNIQUE INDEX ON m (label);
         CREATE OR REPLACE VIEW w AS SELECT NULL::bigint AS id; COMMENT ON COLUMN w.id IS 'kept';
         CREATE OR REPLACE VIEW w AS SELECT id, name FROM t; COMMENT ON MATERIALIZED VIEW m IS 'M';
         CREATE RECURSIVE VIEW r (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM r WHERE n < 5;
         CREATE TEMP VIEW mine AS SELECT 1;",
    );
    assert_eq!(
        view_columns(&catalog, "v"),
        ["key int8", "label varchar(20)", "n int8"]
    );
    assert_eq!(view_columns(&catalog, "m"), ["label varchar(20)"]);
    assert_eq!(view_columns(&catalog, "w"), ["id int8", "name varchar(20)"]);
    assert_eq!(view_columns(&catalog, "r"), ["n int4"]);
    let m = catalog.view(&QualifiedName::new("public", "m")).unwrap();
    assert!(m.materialized);
    assert_eq!(m.indexes[0].name, "m_label_idx");
    assert_eq!(m.comment.as_deref(), Some("M"));
    let w = catalog.view(&QualifiedName::new("public", "w")).unwrap();
    assert_eq!(w.columns[0].comment.as_deref(), Some("kept"));
    assert_eq!(catalog.views.len(), 4);
}

#[test]
fn a_definition_follows_new_names() {
    let mut renamed = catalog(
        "CREATE TABLE t (id int PRIMARY KEY, name text); CREATE TABLE u (t_id int);
         CREATE VIEW v AS SELECT t.id, x.t_id, name FROM t JOIN u x ON x.t_id = t.id WHERE id > 1;
         CREATE VIEW w AS SELECT id AS n FROM v;
         ALTER TABLE t RENAME TO tt; ALTER TABLE tt RENAME id TO key; ALTER VIEW v RENAME COLUMN id TO first;
         ALTER VIEW v RENAME TO vv;",
    );
    let mut written = catalog(
        "CREATE TABLE tt (key int CONSTRAINT t_pkey PRIMARY KEY, name text); CREATE TABLE u (t_id int);
         CREATE VIEW vv AS SELECT tt.key AS first, x.t_id, name FROM tt JOIN u x ON x.t_id = tt.key WHERE key > 1;
         CREATE VIEW w AS SELECT first AS n FROM vv;",
    );
    analyze::normalize(&mut renamed);
    analyze::normalize(&mut written);
    assert_eq!(renamed, written);
}

#[test]
fn a_column_that_a_view_reads_stays() {
    let made = "CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT a FROM t;";
    assert_eq!(
        problems(&format!("{made} ALTER TABLE t DROP COLUMN a;")),
        [(
            "`a` is needed by view `public.v`".to_owned(),
            "a".to_owned()
        )]
    );
    assert!(problems(&format!("{made} ALTER TABLE t DROP COLUMN b;")).is_empty());
    let dropped = catalog(&format!("{made} ALTER TABLE t DROP COLUMN a CASCADE;"));
    assert!(dropped.views.is_empty());
}

/// What `tests/live.rs` can't compare with a server, where it is not installed.
#[test]
fn functions_and_operators_of_extensions_have_types() {
    let catalog = catalog(
        "CREATE SCHEMA ext; CREATE EXTENSION postgis; CREATE EXTENSION vector SCHEMA ext;
         CREATE TABLE t (place geometry(Point, 4326) NOT NULL, embedding ext.vector(3) NOT NULL);
         CREATE VIEW v AS SELECT st_distance(place, st_makepoint(1, 2)) AS d, st_astext(place) AS w,
             place && place AS boxed, (st_dump(place)).path, st_buffer(place::geography, 1) AS b FROM t;
         CREATE VIEW w AS SELECT ext.avg(embedding) AS mean, min(embedding OPERATOR(ext.<->) '[1,2,3]') AS d FROM t;",
    );
    assert_eq!(
        view_columns(&catalog, "v"),
        [
            "d float8",
            "w text",
            "boxed bool",
            "path int4[]",
            "b public.geography"
        ]
    );
    assert_eq!(view_columns(&catalog, "w"), ["mean ext.vector", "d float8"]);
}

//! Partitions and inheritance.

use crate::*;

const EVENTS: &str = "
    CREATE TABLE kinds (id int PRIMARY KEY);
    CREATE TABLE events (id bigint, at timestamptz, kind int NOT NULL REFERENCES kinds DEFAULT 1 CHECK (kind > 0),
        PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
    CREATE INDEX events_kind ON events (kind);";

#[test]
fn a_partition_has_what_is_its_own() {
    let catalog = catalog(&format!(
        "{EVENTS}
         CREATE TABLE e1 PARTITION OF events (kind DEFAULT 2, CONSTRAINT own CHECK (kind < 9))
             FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
         CREATE TABLE e2 PARTITION OF events DEFAULT PARTITION BY LIST (kind);
         CREATE TABLE e3 PARTITION OF e2 FOR VALUES IN (1, 2);
         CREATE TABLE h (a int, \"b c\" text) PARTITION BY HASH (a, lower(\"b c\"));
         ALTER TABLE events ADD COLUMN note text NOT NULL DEFAULT '';"
    ));
    let events = table(&catalog, "events");
    assert_eq!(events.kind, TableKind::Partitioned);
    assert_eq!(events.partition_key.as_deref(), Some("RANGE (at)"));
    let e1 = table(&catalog, "e1");
    assert_eq!(
        e1.partition_of,
        Some(QualifiedName::new("public", "events"))
    );
    assert_eq!(e1.columns.len(), 4);
    assert_eq!(e1.columns[2].default.as_deref(), Some("2"));
    assert!(!e1.columns[0].nullable);
    assert!(e1.primary_key.is_none() && e1.foreign_keys.is_empty() && e1.indexes.is_empty());
    assert_eq!(e1.checks.len(), 1);
    assert_eq!(table(&catalog, "e2").kind, TableKind::Partitioned);
    assert_eq!(table(&catalog, "e3").columns.len(), 4);
    assert_eq!(
        table(&catalog, "h").partition_key.as_deref(),
        Some("HASH (a, lower(\"b c\"))")
    );
}

#[test]
fn a_table_becomes_a_partition_and_back() {
    let made = format!(
        "{EVENTS}
         CREATE TABLE e (id bigint NOT NULL, at timestamptz NOT NULL, kind int NOT NULL,
             CONSTRAINT events_kind_check CHECK (kind > 0), CONSTRAINT own CHECK (kind < 5),
             CONSTRAINT e_fk FOREIGN KEY (kind) REFERENCES kinds, CONSTRAINT e_key PRIMARY KEY (id, at));
         CREATE INDEX e_kind ON e (kind); CREATE INDEX e_at ON e (at);
         ALTER TABLE ONLY events ATTACH PARTITION e DEFAULT;"
    );
    let attached = catalog(&made);
    let e = table(&attached, "e");
    assert!(e.primary_key.is_none() && e.foreign_keys.is_empty());
    assert_eq!(index_names(e), ["e_at"]);
    let checks: Vec<&str> = e.checks.iter().map(|check| check.name.as_str()).collect();
    assert_eq!(checks, ["own"]);
    let detached = catalog(&format!("{made} ALTER TABLE events DETACH PARTITION e;"));
    let e = table(&detached, "e");
    assert_eq!(e.partition_of, None);
    assert_eq!(e.primary_key.as_ref().unwrap().name, "e_key");
    assert_eq!(index_names(e), ["e_at", "e_kind"]);
    assert_eq!((e.checks.len(), e.foreign_keys.len()), (2, 1));
}

#[test]
fn a_dump_attaches_indexes_one_by_one() {
    let catalog = catalog(
        "CREATE TABLE public.p (id int NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
         CREATE TABLE public.p1 (id int NOT NULL, at date NOT NULL);
         ALTER TABLE ONLY public.p ATTACH PARTITION public.p1 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
         ALTER TABLE ONLY public.p ADD CONSTRAINT p_pkey PRIMARY KEY (id, at);
         ALTER TABLE ONLY public.p1 ADD CONSTRAINT p1_pkey PRIMARY KEY (id, at);
         CREATE INDEX p_id ON ONLY public.p USING btree (id); CREATE INDEX p1_id_idx ON public.p1 USING btree (id);
         ALTER INDEX public.p_pkey ATTACH PARTITION public.p1_pkey;
         ALTER INDEX public.p_id ATTACH PARTITION public.p1_id_idx;",
    );
    assert!(table(&catalog, "p").primary_key.is_some());
    assert_eq!(index_names(table(&catalog, "p")), ["p_id"]);
    let p1 = table(&catalog, "p1");
    assert!(p1.primary_key.is_none() && p1.indexes.is_empty());
}

#[test]
fn heirs_have_columns_and_checks() {
    let catalog = catalog(
        "CREATE TABLE a (id int PRIMARY KEY, x int DEFAULT 1 CHECK (x > 0), CHECK (x < 9) NO INHERIT);
         CREATE TABLE b (y int, x int DEFAULT 2) INHERITS (a); CREATE TABLE c () INHERITS (b);
         ALTER TABLE a ADD COLUMN z int, ADD CONSTRAINT late CHECK (z > 0); ALTER TABLE a RENAME x TO w;
         ALTER TABLE a RENAME CONSTRAINT late TO later; ALTER TABLE b ADD CHECK (y > 0);
         ALTER TABLE a ALTER z SET DEFAULT 5; ALTER TABLE ONLY a ALTER z SET DEFAULT 6;",
    );
    let c = table(&catalog, "c");
    assert_eq!(columns(c), ["id int4", "w int4", "y int4", "z int4"]);
    assert_eq!(c.inherits, [QualifiedName::new("public", "b")]);
    assert_eq!(c.columns[1].default.as_deref(), Some("2"));
    assert!(!c.columns[0].nullable && c.primary_key.is_none());
    let checks: Vec<&str> = c.checks.iter().map(|check| check.name.as_str()).collect();
    assert_eq!(checks, ["a_x_check", "b_y_check", "later"]);
    assert_eq!(c.checks[0].expression, "w > 0");
    assert_eq!(c.columns[3].default.as_deref(), Some("5"));
    assert_eq!(column(&catalog, "a", "z").default.as_deref(), Some("6"));
}

//! PostgreSQL's lexical rules, and psql's.

use crate::*;

#[test]
fn quotes_comments_and_escapes() {
    let catalog = catalog(
        r#"/* a /* nested; */ comment; */ CREATE TABLE "A ""b""" (-- ; a comment
            U&"d\0061ta" text DEFAULT E'it\'s; \\', b bit(3) DEFAULT B'101', c text DEFAULT $x$;'$x$);
        COMMENT ON TABLE "A ""b""" IS 'first'
            ' and second';
        COMMENT ON COLUMN "A ""b""".data IS U&'\00e9\+01F600';
        COMMENT ON COLUMN "A ""b""".b IS $$it's$$;"#,
    );
    let found = table(&catalog, "A \"b\"");
    assert_eq!(found.comment.as_deref(), Some("first and second"));
    assert_eq!(found.columns[0].name, "data");
    assert_eq!(found.columns[0].default.as_deref(), Some(r"E'it\'s; \\'"));
    assert_eq!(found.columns[0].comment.as_deref(), Some("é😀"));
    assert_eq!(found.columns[1].comment.as_deref(), Some("it's"));
    assert_eq!(found.columns[2].default.as_deref(), Some("$x$;'$x$"));
}

#[test]
fn names_are_folded_and_cut() {
    let long = "X".repeat(70);
    let catalog = catalog(&format!("CREATE TABLE {long} (\"Id\" int, ID int);"));
    let found = table(&catalog, &"x".repeat(63));
    assert_eq!(columns(found), ["Id int4", "id int4"]);
}

#[test]
fn data_and_meta_commands_are_passed_over() {
    let catalog = catalog(
        "\\restrict x'y\"z\n\\connect app\nCREATE TABLE t (a int);\nCOPY t (a) FROM stdin;\n1'\n\\N\n$$\n\\.\n\
         COPY t FROM stdin WITH (FORMAT csv);\n\\.\nINSERT INTO t VALUES ('; CREATE TABLE no (a int);');\n\
         CREATE TABLE u (a int);\n\\unrestrict x'y\"z\n",
    );
    assert_eq!(catalog.tables.len(), 2);
}

#[test]
fn statements_that_shape_nothing_are_passed_over() {
    let catalog = catalog(
        "SET client_min_messages = warning; SELECT pg_catalog.setval('s', 1); VACUUM;
         CREATE TABLE t (a int); ALTER TABLE t OWNER TO me; GRANT SELECT ON t TO public;
         ALTER TABLE ONLY t ALTER COLUMN a SET STATISTICS 100, ALTER a SET STORAGE PLAIN;
         ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t CLUSTER ON i;
         ALTER TABLE t REPLICA IDENTITY FULL; ALTER TABLE t SET (fillfactor = 70), SET TABLESPACE x;
         CREATE POLICY p ON t USING (a > 1); CREATE TRIGGER r BEFORE INSERT ON t EXECUTE FUNCTION f();
         CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2); CREATE ROLE me;
         CREATE CAST (text AS int) WITH INOUT; CREATE OPERATOR + (FUNCTION = f, LEFTARG = int);
         CREATE TEXT SEARCH CONFIGURATION c (PARSER = p); CREATE PUBLICATION p FOR ALL TABLES;
         CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f(); CREATE STATISTICS s ON a FROM t;
         SECURITY LABEL ON TABLE t IS 'x'; DO $$ BEGIN NULL; END $$; LOCK TABLE t; TRUNCATE t;
         CREATE SERVER s FOREIGN DATA WRAPPER w; DROP TRIGGER r ON t; DROP POLICY p ON t;
         COMMENT ON TRIGGER r ON t IS 'x'; COMMENT ON EXTENSION x IS 'y'; ALTER DEFAULT PRIVILEGES FOR ROLE me GRANT ALL ON TABLES TO me;
         CREATE TEMP TABLE scratch (a int); CREATE INDEX ON scratch (a); CREATE UNIQUE INDEX ON t (a)",
    );
    assert_eq!(catalog.tables.len(), 1);
    assert_eq!(index_names(&catalog.tables[0]), ["t_a_idx"]);
}

#[test]
fn what_is_rolled_back_did_not_happen() {
    let catalog = catalog(
        "BEGIN; CREATE TABLE a (x int); SAVEPOINT s; CREATE TABLE b (x int); ROLLBACK TO s; COMMIT;
         BEGIN; DROP TABLE a; ROLLBACK;",
    );
    assert_eq!(catalog.tables.len(), 1);
}

#[test]
fn a_block_that_is_no_plpgsql_is_warned_of() {
    let (_, said) = parse("DO LANGUAGE plperl $$ spi_exec_query('CREATE TABLE t ()') $$;");
    assert_eq!(said[0].severity, Severity::Warning);
    assert_eq!(
        said[0].message,
        "this code changes the schema, and is not read"
    );
}

#[test]
fn a_byte_order_mark_means_nothing() {
    assert_eq!(catalog("\u{feff}CREATE TABLE t (a int)").tables.len(), 1);
}

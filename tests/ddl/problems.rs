//! What is said of SQL that PostgreSQL would refuse: all of it, each with its place.

use crate::*;

#[track_caller]
fn check(sql: &str, message: &str, at: &str) {
    assert_eq!(problems(sql), [(message.to_owned(), at.to_owned())]);
}

#[test]
fn what_does_not_exist_is_pointed_at() {
    check(
        "CREATE TABLE t (a integr);",
        "type `integr` does not exist",
        "integr",
    );
    check(
        "CREATE TABLE t (a s.mood);",
        "type `s.mood` does not exist",
        "s.mood",
    );
    check(
        "CREATE TABLE t (a int REFERENCES u);",
        "table `u` does not exist",
        "u",
    );
    check(
        "CREATE TABLE u (x int PRIMARY KEY); CREATE TABLE t (a int REFERENCES u (y));",
        "table `public.u` has no column `y`",
        "y",
    );
    check(
        "CREATE TABLE t (a int, PRIMARY KEY (b));",
        "table `public.t` has no column `b`",
        "b",
    );
    check("CREATE INDEX ON t (a);", "table `t` does not exist", "t");
    check("ALTER TABLE t ADD a int;", "table `t` does not exist", "t");
    check(
        "CREATE TABLE s.t (a int);",
        "schema `s` does not exist",
        "s.t",
    );
    check("DROP VIEW v;", "view `v` does not exist", "v");
    check(
        "ALTER TYPE t ADD VALUE 'x';",
        "type `t` does not exist",
        "t",
    );
    check(
        "COMMENT ON TABLE t IS 'x';",
        "table `t` does not exist",
        "t",
    );
    check(
        "CREATE TABLE t (a int); ALTER TABLE t ALTER b SET NOT NULL;",
        "table `public.t` has no column `b`",
        "b",
    );
}

#[test]
fn what_exists_already_is_pointed_at() {
    check(
        "CREATE TABLE t (a int); CREATE TABLE T (b int);",
        "table `public.t` already exists",
        "T",
    );
    check(
        "CREATE TABLE t (a int); CREATE TYPE t AS ENUM ('x');",
        "table `public.t` already exists",
        "t",
    );
    check(
        "CREATE TABLE t (a int, a text);",
        "table `public.t` has two columns `a`",
        "a",
    );
    check(
        "CREATE TABLE t (a int PRIMARY KEY, b int PRIMARY KEY);",
        "table `public.t` has a primary key already, `t_pkey`",
        "PRIMARY KEY",
    );
    check(
        "CREATE TABLE t (a int CONSTRAINT c CHECK (a > 0) CONSTRAINT c CHECK (a > 1));",
        "constraint `c` of table `public.t` already exists",
        "c",
    );
    check(
        "CREATE FUNCTION f(int) RETURNS int RETURN 1; CREATE FUNCTION f(integer) RETURNS int RETURN 1;",
        "function `public.f` already exists with these arguments",
        "f",
    );
}

#[test]
fn what_is_needed_stays() {
    check(
        "CREATE TABLE a (x int PRIMARY KEY); CREATE TABLE b (x int REFERENCES a); DROP TABLE a;",
        "`a` is needed by foreign key `b_x_fkey` of table `public.b`",
        "a",
    );
    check(
        "CREATE TYPE e AS ENUM ('x'); CREATE TABLE t (a e, b e[]); DROP TYPE e;",
        "`e` is needed by column `a` of table `public.t` and 1 more",
        "e",
    );
    check(
        "CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t; DROP TABLE t RESTRICT;",
        "`t` is needed by view `public.v`",
        "t",
    );
    check(
        "CREATE TABLE a (x int); CREATE TABLE b (x int REFERENCES a (x));",
        "no unique constraint of table `public.a` is on (x)",
        "a",
    );
}

#[test]
fn what_can_not_be_read_is_pointed_at() {
    check(
        "CREATE TABLE t (a int,, b int);",
        "expected a name, found `,`",
        ",",
    );
    check(
        "CREATE TABLE t (a int",
        "expected `,` or `)`, but the statement ends here",
        "",
    );
    check(
        "CREATE TABLE t (a int CHECK (a > 0;",
        "this parenthesis is not closed",
        "(",
    );
    check(
        "CREATE TABLE order (a int);",
        "`order` is a reserved word",
        "order",
    );
    check(
        "CREAT TABLE t (a int);",
        "expected a statement, found `CREAT`",
        "CREAT",
    );
    check(
        "CREATE TABEL t (a int);",
        "expected what to create, like `TABLE`, found `TABEL`",
        "TABEL",
    );
    check(
        "CREATE TABLE t (a int DEFAULT);",
        "expected an expression, found `)`",
        ")",
    );
    check(
        "CREATE TABLE t (a int); SELECT 'x",
        "this string is not closed",
        "'",
    );
    check(
        "CREATE TABLE t (a int) WHATEVER;",
        "expected the end of the statement, found `WHATEVER`",
        "WHATEVER",
    );
}

#[test]
fn one_bad_statement_does_not_stop_the_others() {
    let sql = "CREATE TABLE a (x integr);\nCREATE TABLE b (y int\nCREATE TABLE c (z int REFERENCES nowhere);\n\
        CREATE TABLE d (x nope REFERENCES b);\nALTER TABLE b ADD COLUMN q int;\nCOMMENT ON TABLE b IS 'x';";
    let said: Vec<String> = problems(sql)
        .into_iter()
        .map(|(message, _)| message)
        .collect();
    assert_eq!(
        said,
        [
            "type `integr` does not exist",
            "expected `,` or `)`, found `CREATE`",
            "table `nowhere` does not exist",
            "type `nope` does not exist",
        ]
    );
    let (catalog, _) = parse(sql);
    assert_eq!(catalog.tables.len(), 3);
}

#[test]
fn help_names_what_is_near() {
    let help = |sql: &str| parse(sql).1.remove(0).help.unwrap();
    assert_eq!(
        help("CREATE TABLE t (a integr);"),
        "there is a type `integer`"
    );
    assert_eq!(
        help("CREATE TABLE t (a citext);"),
        "the extension `citext` brings it: say `CREATE EXTENSION citext` before"
    );
    assert_eq!(
        help("CREATE SCHEMA s; CREATE TYPE s.mood AS ENUM ('x'); CREATE TABLE t (a mood);"),
        "there is a `s.mood`; is its schema in `search_path`?"
    );
    assert_eq!(
        help(
            "CREATE SCHEMA s; CREATE TABLE s.u (a int PRIMARY KEY); CREATE TABLE t (a int REFERENCES u);"
        ),
        "there is a `s.u`"
    );
}

#[test]
fn a_place_is_in_the_file_it_came_from() {
    let first = file("CREATE TABLE a (x int PRIMARY KEY);");
    let second = Arc::new(SourceFile {
        path: "second.sql".into(),
        text: "\n\nCREATE TABLE b (\n  \"größe\" nope,\n  x int REFERENCES a);".into(),
    });
    let mut diagnostics = Vec::new();
    ddl::parse(&[first, second], &mut diagnostics);
    assert_eq!(diagnostics.len(), 1);
    assert!(diagnostics[0].render(false).contains("second.sql:4:11"));
}

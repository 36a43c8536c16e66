//! Schemas written as SQL, with settings that speak of several of their objects at once.

use crate::build::*;
use rowsmith::diagnostics::Severity::{self, Error, Note, Warning};
use rowsmith::model::{KeyType, Model};

/// What was said, each message from its beginning on.
#[track_caller]
fn check_said(resolved: &Resolved, expected: &[(Severity, &str)]) {
    let said: Vec<(Severity, &str)> = (resolved.diagnostics.iter())
        .map(|it| (it.severity, it.message.as_str()))
        .collect();
    let fits = said.len() == expected.len()
        && said.iter().all(|(severity, message)| {
            let is = |(s, m): &&(Severity, &str)| s == severity && message.contains(m);
            expected.iter().any(|it| is(&it))
        });
    assert!(fits, "{said:#?}");
}

#[track_caller]
fn key_type<'m>(resolved: &'m Resolved, table: &str) -> Option<&'m str> {
    Some(match resolved.entity(table).key_type.as_ref()? {
        KeyType::Id(id) => &id.name,
        KeyType::Lookup(lookup) => &lookup.name,
    })
}

fn functions(model: &Model) -> Vec<&str> {
    let routines = model.root.routines.iter();
    let names = routines.flat_map(|it| it.routines.iter().map(|it| it.name.as_str()));
    names.collect()
}

#[test]
fn a_type_called_like_one_of_an_extension_is_not_that() {
    let resolved = resolve_sql(
        "CREATE EXTENSION ltree;
         CREATE TYPE cube AS (a aclitem, b int);
         CREATE TABLE vector (id int PRIMARY KEY, c cube);
         CREATE TABLE geography (id int PRIMARY KEY, v vector, vs vector[], l ltree);",
        "",
    );
    assert_eq!(
        resolved.field("vector", "c").ty,
        "::std::option::Option<::std::string::String>"
    );
    assert_eq!(
        resolved.field("geography", "v").ty,
        "::std::option::Option<::std::string::String>"
    );
    assert_eq!(
        resolved.field("geography", "l").ty,
        "::std::option::Option<::rowsmith_runtime::Ltree>"
    );
}

const PARTITIONED: &str = "
    CREATE TABLE m (id int PRIMARY KEY) PARTITION BY RANGE (id);
    CREATE TABLE m_1 PARTITION OF m FOR VALUES FROM (1) TO (10);
    CREATE TABLE q (id int PRIMARY KEY, m int REFERENCES m_1 (id));";

#[test]
fn a_key_that_leads_to_a_partition_is_its_tables() {
    let resolved = resolve_sql(PARTITIONED, "ids = [\"*\"]");
    resolved.quiet();
    assert_eq!(
        resolved.field("q", "m").ty,
        "::std::option::Option<super::MId>"
    );
}

#[test]
fn what_is_said_of_a_partition_without_a_struct_is_told() {
    let resolved = resolve_sql(
        PARTITIONED,
        "[lookups.\"public.m_1\"]\nvalues = { A = 1 }\n[keys]\n\"public.m_1\" = [\"id\"]
         [locking]\n\"public.m_1\" = \"id\"
         [foreign_keys.\"public.m_1.q\"]\ncolumns = [\"id\"]\nreferences = \"public.q\"",
    );
    check_said(
        &resolved,
        &[
            (
                Warning,
                "`public.m_1` under `[lookups]` has no effect: the partition has no struct",
            ),
            (
                Warning,
                "`public.m_1` under `[locking]` has no effect: the partition has no struct",
            ),
            (Error, "the partition `public.m_1` has no struct"),
            (
                Error,
                "`[foreign_keys.\"public.m_1.q\"]` is no foreign key: the partition",
            ),
        ],
    );
    let help = |it: &rowsmith::Diagnostic| it.help.clone().unwrap_or_default();
    assert!(
        resolved
            .diagnostics
            .iter()
            .all(|it| help(it).contains("`partitions`"))
    );
}

#[test]
fn functions_and_sequences_of_a_schema_at_the_root_are_there() {
    let resolved = resolve_sql(
        "CREATE SCHEMA audit;
         CREATE TYPE audit.mood AS ENUM ('a');
         CREATE FUNCTION audit.f(m audit.mood) RETURNS audit.mood LANGUAGE sql AS 'SELECT m';
         CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT a';
         CREATE SEQUENCE audit.s;",
        "[modules]\naudit = \".\"",
    );
    check_said(&resolved, &[(Note, "can't be called `f`")]);
    assert_eq!(functions(&resolved.model), ["f", "f_mood"]);
    let root = &resolved.model.root;
    assert!(root.modules.is_empty());
    let f = &root.routines.as_ref().unwrap().routines[1];
    assert_eq!(f.params[0].ty, "super::Mood");
    assert_eq!(root.sequences.as_ref().unwrap().sequences[0].constant, "S");
    let resolved = resolve_sql(
        "CREATE SCHEMA audit;
         CREATE FUNCTION audit.f(a int) RETURNS int LANGUAGE sql AS 'SELECT a';",
        "[modules]\naudit = \".\"",
    );
    resolved.quiet();
    assert_eq!(functions(&resolved.model), ["f"]);
}

const STATUSES: &str = "
    CREATE DOMAIN code AS text CHECK (VALUE <> '');
    CREATE TABLE statuses (id code PRIMARY KEY, name text);
    CREATE TABLE orders (id int PRIMARY KEY, status_id code REFERENCES statuses);";

#[test]
fn a_lookup_of_a_domain_is_of_its_base_type() {
    let resolved = resolve_sql(
        STATUSES,
        "newtypes = [\"*\"]\n[lookups.\"public.statuses\"]\nvalues = { Draft = \"d\" }",
    );
    resolved.quiet();
    let entity = resolved.entity("statuses");
    let Some(KeyType::Lookup(lookup)) = &entity.key_type else {
        panic!("{:?}", entity.key_type);
    };
    assert_eq!(lookup.key, "::std::string::String");
    let ty = &resolved.field("orders", "status_id").ty;
    assert_eq!(ty, "::std::option::Option<super::StatusKey>");
}

#[test]
fn values_of_lookups_differ_and_are_variants() {
    for (values, problem) in [
        ("{ A = \"a\", B = \"a\" }", "gives `A` and `B` one value"),
        ("{ low_case = \"a\" }", "UpperCamelCase"),
        ("{ a = \"a\" }", "UpperCamelCase"),
        ("{ \"r#type\" = \"a\" }", "UpperCamelCase"),
        ("{ A = 1 }", "a value that is no"),
    ] {
        let config = format!("[lookups.\"public.statuses\"]\nvalues = {values}");
        check_said(&resolve_sql(STATUSES, &config), &[(Error, problem)]);
    }
    let config = "[lookups.\"public.statuses\"]\nname = \"order_state\"\nvalues = { A = \"a\" }";
    check_said(&resolve_sql(STATUSES, config), &[(Error, "UpperCamelCase")]);
}

#[test]
fn the_configured_name_of_a_lookup_wins() {
    let config = "[lookups.\"public.statuses\"]\nname = \"Status\"\nvalues = { A = \"a\" }\n";
    let resolved = resolve_sql(STATUSES, config);
    check_said(
        &resolved,
        &[(
            Warning,
            "the struct of the table `public.statuses` can't be called `Status`",
        )],
    );
    assert_eq!(resolved.entity("statuses").row, "Statuses");
    assert_eq!(key_type(&resolved, "statuses"), Some("Status"));
    let config = format!("{config}[names]\n\"public.statuses\" = \"Status\"");
    let resolved = resolve_sql(STATUSES, &config);
    check_said(
        &resolved,
        &[(
            Error,
            "the struct of the table `public.statuses` can't be called `Status`",
        )],
    );
}

#[test]
fn a_key_type_whose_name_is_taken_has_the_other_one() {
    let resolved = resolve_sql(
        "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE user_id (id int PRIMARY KEY);",
        "ids = [\"*\"]",
    );
    check_said(&resolved, &[(Warning, "can't be called `UserId`")]);
    assert_eq!(key_type(&resolved, "users"), Some("UserKey"));
}

#[test]
fn a_lookup_whose_key_is_another_tables_is_told() {
    let resolved = resolve_sql(
        "CREATE TABLE st (id smallint PRIMARY KEY);
         CREATE TABLE t (id smallint PRIMARY KEY REFERENCES st);",
        "ids = [\"public.st\"]\n[lookups.\"public.t\"]\nvalues = { A = 1 }",
    );
    check_said(
        &resolved,
        &[(Warning, "its key `id` holds that of `public.st`")],
    );
}

#[test]
fn keys_flow_through_declared_keys_and_views() {
    let resolved = resolve_sql(
        "CREATE TABLE users (id bigint, name text);
         CREATE TABLE posts (id int PRIMARY KEY, author bigint NOT NULL);
         CREATE VIEW v AS SELECT id, author FROM posts;",
        "ids = [\"*\"]\n[keys]\n\"public.users\" = [\"id\"]\n\"public.v\" = [\"id\"]
         [foreign_keys.\"public.posts.author\"]\ncolumns = [\"author\"]\nreferences = \"public.users\"
         [foreign_keys.\"public.v.author\"]\ncolumns = [\"author\"]\nreferences = \"public.users\"
         [foreign_keys.\"public.v.post\"]\ncolumns = [\"id\"]\nreferences = \"public.posts\"",
    );
    assert_eq!(resolved.field("users", "id").ty, "super::UserId");
    assert_eq!(resolved.field("posts", "author").ty, "super::UserId");
    assert_eq!(resolved.field("v", "author").ty, "super::UserId");
    assert_eq!(resolved.field("v", "id").ty, "super::PostId");
}

#[test]
fn a_reference_of_another_type_than_the_key_is_told() {
    let resolved = resolve_sql(
        "CREATE TABLE users (id bigint PRIMARY KEY, handle varchar(5) UNIQUE);
         CREATE TABLE posts (id int PRIMARY KEY, author int NOT NULL REFERENCES users);",
        "ids = [\"*\"]",
    );
    check_said(
        &resolved,
        &[(
            Note,
            "the column `public.posts.author` does not get the type",
        )],
    );
    assert_eq!(resolved.field("posts", "author").ty, "i32");
}

#[test]
fn the_name_of_a_type_is_not_that_of_a_function() {
    let resolved = resolve_sql(
        "CREATE TYPE mood AS ENUM ('a');
         CREATE FUNCTION mood(x int) RETURNS mood LANGUAGE sql AS 'SELECT NULL::mood';",
        "[names]\n\"public.mood\" = \"Feeling\"",
    );
    resolved.quiet();
    assert_eq!(resolved.model.root.enums[0].name, "Feeling");
    assert_eq!(functions(&resolved.model), ["mood"]);
}

#[test]
fn names_are_in_the_case_that_rustc_wants() {
    for (names, problem) in [
        (
            "[names]\n\"public.users\" = \"user_row\"",
            "the struct of the table `public.users` can't be called `user_row`",
        ),
        (
            "[names]\n\"public.users.n\" = \"NN\"",
            "the field of the column",
        ),
        (
            "[names]\n\"public.e.a\" = \"lower\"",
            "the variant of the label",
        ),
        (
            "[names]\n\"public.users.users_pkey\" = \"key\"",
            "the constant of the constraint",
        ),
        (
            "[names]\n\"public.f\" = \"Ff\"",
            "the function `public.f(int4)`",
        ),
        (
            "[functions]\n\"public.users.count\" = \"Count\"",
            "`Count`, configured for `public.users.count`",
        ),
        (
            "[modules]\n\"public.users\" = \"Users\"",
            "the module of the table",
        ),
        (
            "[relations.\"public.users.users_n_fkey\"]\nname = \"Boss\"",
            "the relation of",
        ),
    ] {
        let resolved = resolve_sql(
            "CREATE TABLE users (id int PRIMARY KEY, n int REFERENCES users);
             CREATE TYPE e AS ENUM ('a');
             CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT x';",
            names,
        );
        check_said(&resolved, &[(Error, problem)]);
    }
}

#[test]
fn big_decimals_are_referred_to_and_other_keys_copied() {
    let resolved = resolve_sql(
        "CREATE TABLE users (id bigint PRIMARY KEY); CREATE TABLE n (id numeric PRIMARY KEY);",
        "decimals = \"bigdecimal\"\nids = [\"*\"]",
    );
    let derives = |table: &str| match &resolved.entity(table).key_type {
        Some(KeyType::Id(id)) => id.derives.contains(&"Copy".to_owned()),
        other => panic!("{other:?}"),
    };
    assert!(derives("users") && !derives("n"));
    assert_eq!(
        resolved.entity("n").functions[0].params[0].ty,
        "&super::NId"
    );
}

#[test]
fn functions_sequences_and_ranges_have_tags() {
    let resolved = resolve_sql(
        "CREATE TABLE t (id int PRIMARY KEY);
         CREATE TYPE span AS RANGE (SUBTYPE = float8);
         COMMENT ON TYPE span IS '@rowsmith name = \"Stretch\"';
         CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT a';
         COMMENT ON FUNCTION f(int) IS 'Doc.
@rowsmith name = \"g\"';
         CREATE FUNCTION f(a text) RETURNS int LANGUAGE sql AS 'SELECT 1';
         COMMENT ON FUNCTION f(text) IS '@rowsmith skip = true';
         CREATE SEQUENCE numbers; COMMENT ON SEQUENCE numbers IS '@rowsmith name = \"no\"';",
        "",
    );
    resolved.quiet();
    let root = &resolved.model.root;
    assert_eq!(functions(&resolved.model), ["g"]);
    assert_eq!(root.routines.as_ref().unwrap().routines[0].doc[0], "Doc.");
    assert_eq!(root.newtypes[0].newtype.name, "Stretch");
    assert_eq!(root.sequences.as_ref().unwrap().sequences[0].constant, "NO");
}

/// Whoever writes a comment can't stop the generation.
#[test]
fn faults_in_tags_are_warnings() {
    let resolved = resolve_sql(
        "CREATE TYPE mood AS ENUM ('a'); COMMENT ON TYPE mood IS '@rowsmith skip = true';
         CREATE TABLE a (id int PRIMARY KEY, mood mood, n int);
         COMMENT ON TABLE a IS '@rowsmith name = \"B\"';
         COMMENT ON COLUMN a.id IS '@rowsmith nullable = true';
         COMMENT ON COLUMN a.n IS '@rowsmith array = \"nd\", type = \"a b\"';
         CREATE TABLE b (id int PRIMARY KEY);
         COMMENT ON TABLE b IS '@rowsmith name = \"B\"';",
        "",
    );
    check_said(
        &resolved,
        &[
            (
                Warning,
                "`skip` in the comment of the type `public.mood` has no effect",
            ),
            (
                Warning,
                "in the tag in its comment: the column `public.a.id` holds no NULL",
            ),
            (
                Warning,
                "in the tag in its comment: `public.a.n` is of the type `int4`",
            ),
            (
                Warning,
                "in the tag in the comment of the column `public.a.n`: `a b` is not a Rust type",
            ),
            (
                Warning,
                "the struct of the table `public.b` can't be called `B`",
            ),
        ],
    );
}

#[test]
fn patterns_pass_over_columns_that_they_do_not_fit() {
    let sql = "CREATE TABLE a (id int PRIMARY KEY, amount int); CREATE VIEW v AS SELECT id, amount FROM a;";
    let resolved = resolve_sql(
        sql,
        "[columns.\"*.amount\"]\nnullable = false\narray = \"nd\"",
    );
    resolved.quiet();
    assert_eq!(resolved.field("v", "amount").ty, "i32");
    let resolved = resolve_sql(sql, "[columns.\"public.a.amount\"]\nnullable = false");
    check_said(&resolved, &[(Error, "may hold NULL")]);
}

#[test]
fn numbers_make_no_underscore_in_types() {
    let resolved = resolve_sql(
        "CREATE TABLE b (id int PRIMARY KEY); CREATE TABLE \"B\" (id int PRIMARY KEY);
         CREATE TYPE e AS ENUM ('a', 'A', 'a b', 'A B');",
        "",
    );
    let rows = ["b", "B"].map(|table| resolved.entity(table).row.as_str());
    assert_eq!(rows, ["BRow", "B"]);
    let variants = &resolved.model.root.enums[0].variants;
    let variants: Vec<&str> = variants.iter().map(|it| it.ident.rs.as_str()).collect();
    assert_eq!(variants, ["A2", "A", "AB2", "AB"]);
}

#[test]
fn settings_that_are_passed_over_are_told() {
    let resolved = resolve_sql(
        "CREATE DOMAIN al AS aclitem; CREATE DOMAIN em AS text; CREATE DOMAIN tags AS text[];
         CREATE TABLE t (id int PRIMARY KEY, em em, tags tags, ints int[]);",
        "newtypes = [\"*\"]\n[types]\n\"public.em\" = \"crate::Email\"
         [columns.\"public.t.tags\"]\narray = \"nullable\"
         [columns.\"public.t.ints\"]\narray = \"nullable\"\ntype = \"crate::Ints\"",
    );
    check_said(
        &resolved,
        &[
            (
                Note,
                "the domain `public.al` has no type of its own: its values travel as text",
            ),
            (
                Note,
                "the domain `public.em` has no type of its own: it has another one",
            ),
            (
                Error,
                "`public.t.tags` is of the type `public.tags`, which has a Rust type of its own",
            ),
            (Warning, "`array` says nothing beside `type`"),
        ],
    );
}

#[test]
fn routines_tell_what_they_lose() {
    let resolved = resolve_sql(
        "CREATE TABLE posts (id int PRIMARY KEY, t text);
         CREATE FUNCTION latest() RETURNS SETOF posts LANGUAGE sql AS 'SELECT * FROM posts';
         CREATE FUNCTION acl(a aclitem, p posts) RETURNS aclitem LANGUAGE sql AS 'SELECT a';
         CREATE FUNCTION a1() RETURNS TABLE (x int, y int) LANGUAGE sql AS 'SELECT 1, 2';
         CREATE FUNCTION a_1() RETURNS TABLE (x int, y int) LANGUAGE sql AS 'SELECT 1, 2';",
        "[locking]\n\"public.posts\" = \"xmin\"",
    );
    let said: Vec<&str> = resolved
        .diagnostics
        .iter()
        .map(|it| it.message.as_str())
        .collect();
    for message in [
        "what `public.latest()` gives are strings and no rows",
        "the type `aclitem` travels as text: the runtime has no type for it; used by `public.acl(aclitem, public.posts)`",
        "the type `public.posts` travels as text",
        "the struct of the function `public.a_1` can't be called `A1Row`",
    ] {
        assert!(
            said.iter().any(|it| it.starts_with(message)),
            "{message}: {said:#?}"
        );
    }
}

#[test]
fn many_defaults_make_two_functions() {
    let arguments: Vec<String> = (0..60).map(|i| format!("a{i} int DEFAULT {i}")).collect();
    let f = format!(
        "CREATE FUNCTION f({}) RETURNS int LANGUAGE sql AS 'SELECT 1';",
        arguments.join(", ")
    );
    let resolved = resolve_sql(&f, "");
    check_said(&resolved, &[(Note, "has 60 arguments with defaults")]);
    assert_eq!(functions(&resolved.model), ["f", "f_with_all"]);
}

#[test]
fn arrays_of_strings_have_no_length() {
    let resolved = resolve_sql("CREATE TABLE a (x varchar(5)[], y varchar(5));", "");
    resolved.quiet();
    assert_eq!(resolved.field("a", "x").max_length, None);
    assert!(resolved.field("a", "y").max_length.is_some());
}

#[test]
fn overloads_are_named_by_their_signatures() {
    let sql = "CREATE TYPE mood AS ENUM ('a');
        CREATE FUNCTION f(a mood) RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE FUNCTION f(a int[]) RETURNS int LANGUAGE sql AS 'SELECT 1';";
    let resolved = resolve_sql(
        sql,
        "[names]\n\"public.f(public.m*)\" = \"by_mood\"\n\"public.f(integer)\" = \"by_int\"
         \"public.f(int4[])\" = \"by_ints\"",
    );
    resolved.quiet();
    assert_eq!(functions(&resolved.model), ["by_int", "by_ints", "by_mood"]);
    let resolved = resolve_sql(
        sql,
        "[routines]\nexclude = [\"public.f(int4)\", \"*(int4[])\"]",
    );
    resolved.quiet();
    assert_eq!(functions(&resolved.model), ["f"]);
}

#[test]
fn types_alone_are_something_to_generate_from() {
    let (catalog, _) = catalog_of("CREATE DOMAIN d AS int;");
    assert!(rowsmith::generate(&catalog, &Default::default()).is_ok());
    let (catalog, _) = catalog_of("CREATE TYPE r AS RANGE (SUBTYPE = int);");
    assert!(rowsmith::generate(&catalog, &Default::default()).is_ok());
    let (catalog, _) = catalog_of("");
    assert!(rowsmith::generate(&catalog, &Default::default()).is_err());
}

#[test]
fn a_function_that_has_anothers_name_is_told_of() {
    let resolved = resolve_sql(
        "CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE);",
        "[functions]\n\"public.users.find\" = \"find_by_email\"",
    );
    check_said(
        &resolved,
        &[(
            Warning,
            "`find_by_email`, which belongs to the function `public.users.find`",
        )],
    );
}

//! Relations and their names.

use crate::build::*;
use rowsmith::catalog::Table;
use rowsmith::config::RelationNames;
use rowsmith::diagnostics::Severity;
use rowsmith::model::{Junction, Relation, RelationKey, RelationKind};

fn users() -> Table {
    table("users", &[("id", "int8#"), ("name", "text!")]).pk(&["id"])
}

fn tags() -> Table {
    table("tags", &[("id", "int4~"), ("name", "text!")]).pk(&["id"])
}

fn posts() -> Table {
    table("posts", &[("id", "int8#"), ("author_id", "int8!")])
        .pk(&["id"])
        .fk(&["author_id"], "users", &["id"])
}

fn post_tags() -> Table {
    table("post_tags", &[("post_id", "int8!"), ("tag_id", "int4!")])
        .pk(&["post_id", "tag_id"])
        .fk(&["post_id"], "posts", &["id"])
        .fk(&["tag_id"], "tags", &["id"])
}

#[test]
fn a_foreign_key_leads_both_ways() {
    let resolved = resolve_tables(vec![users(), posts()]);
    resolved.quiet();
    let author = resolved.relation("posts", "author");
    assert_eq!(author.kind, RelationKind::BelongsTo);
    assert_eq!(author.constant.as_deref(), Some("AUTHOR"));
    assert_eq!(author.target, "super::User");
    assert_eq!(
        author.key,
        [RelationKey {
            field: "author_id".into(),
            nullable: false,
            near: "author_id".into(),
            far: "id".into(),
            param_sql: "int8".into(),
            cast_sql: None,
        }]
    );
    assert_eq!(
        author.sql,
        [
            r#"SELECT "id", "name""#,
            r#"FROM "public"."users""#,
            r#"WHERE "id" = $1"#
        ]
    );
    assert_eq!(
        author.doc,
        ["The row of `public.users` that `author_id` references."]
    );

    let posts = resolved.relation("users", "posts");
    assert_eq!(posts.kind, RelationKind::HasMany);
    assert_eq!(posts.constant.as_deref(), Some("POSTS"));
    assert_eq!(posts.target, "super::Post");
    assert_eq!(posts.key[0].field, "id");
    assert_eq!(
        posts.sql,
        [
            r#"SELECT "id", "author_id""#,
            r#"FROM "public"."posts""#,
            r#"WHERE "author_id" = $1"#,
            r#"ORDER BY "id""#
        ]
    );
    assert_eq!(
        posts.doc,
        ["The rows of `public.posts` whose `author_id` references this one."]
    );
}

#[test]
fn a_unique_foreign_key_is_one_to_one() {
    let profiles = |table: Table| table.fk(&["user_id"], "users", &["id"]);
    let columns = &[("user_id", "int8"), ("bio", "text")];
    let plain = || profiles(table("profiles", columns));
    for profiles in [
        plain().pk(&["user_id"]),
        plain().unique(&["user_id"]),
        plain().deferrable_unique(&["user_id"]),
        plain().unique_index("i", &["user_id"], None),
    ] {
        let resolved = resolve_tables(vec![users(), profiles]);
        resolved.quiet();
        let profile = resolved.relation("users", "profile");
        assert_eq!(profile.kind, RelationKind::HasOne);
        assert_eq!(profile.constant.as_deref(), Some("PROFILE"));
        assert_eq!(
            profile.doc,
            ["The row of `public.profiles` whose `user_id` references this one, if there is one."]
        );
        assert_eq!(profile.sql.len(), 3);
    }
    for profiles in [
        plain().unique_index("i", &["user_id"], Some("bio IS NULL")),
        plain().unique(&["user_id", "bio"]),
    ] {
        let resolved = resolve_tables(vec![users(), profiles]);
        let profiles = resolved.relation("users", "profiles");
        assert_eq!(profiles.kind, RelationKind::HasMany);
    }
}

#[test]
fn a_junction_table_leads_to_its_other_side() {
    let resolved = resolve_tables(vec![users(), posts(), tags(), post_tags()]);
    resolved.quiet();
    assert_eq!(resolved.relations("posts"), ["author", "post_tags", "tags"]);
    assert_eq!(resolved.relations("tags"), ["post_tags", "posts"]);
    assert_eq!(resolved.relations("post_tags"), ["post", "tag"]);
    let tags = resolved.relation("posts", "tags");
    assert_eq!(tags.kind, RelationKind::ManyToMany);
    assert_eq!(tags.target, "super::Tag");
    assert_eq!(tags.key[0].field, "id");
    assert_eq!(
        tags.sql,
        [
            r#"SELECT t."id", t."name""#,
            r#"FROM "public"."tags" AS t"#,
            r#"JOIN "public"."post_tags" AS j ON j."tag_id" = t."id""#,
            r#"WHERE j."post_id" = $1"#,
            r#"ORDER BY t."id""#
        ]
    );
    assert_eq!(
        tags.doc,
        ["The rows of `public.tags` that `public.post_tags` links to this one."]
    );
}

#[test]
fn a_junction_may_have_a_surrogate_key_and_payload() {
    let memberships = table(
        "memberships",
        &[
            ("id", "int8#"),
            ("user_id", "int8!"),
            ("team_id", "int4!"),
            ("since", "date"),
        ],
    )
    .pk(&["id"])
    .unique(&["team_id", "user_id"])
    .fk(&["user_id"], "users", &["id"])
    .fk(&["team_id"], "teams", &["id"]);
    let teams = table("teams", &[("id", "int4#")]).pk(&["id"]);
    let resolved = resolve_tables(vec![users(), teams, memberships]);
    resolved.quiet();
    assert_eq!(resolved.relations("users"), ["memberships", "teams"]);
    assert_eq!(resolved.relations("teams"), ["memberships", "users"]);
}

#[test]
fn what_is_no_junction() {
    // Not unique; unique for one side alone; a partial index; a third column in the key.
    let columns = &[("post_id", "int8!"), ("tag_id", "int4!"), ("n", "int4!")];
    let plain = || {
        table("post_tags", columns)
            .fk(&["post_id"], "posts", &["id"])
            .fk(&["tag_id"], "tags", &["id"])
    };
    for junction in [
        plain(),
        plain().pk(&["post_id", "tag_id"]).unique(&["post_id"]),
        plain().unique_index("i", &["post_id", "tag_id"], Some("n > 0")),
        plain().pk(&["post_id", "tag_id", "n"]),
    ] {
        let resolved = resolve_tables(vec![users(), posts(), tags(), junction]);
        for table in ["posts", "tags"] {
            let relations = &resolved.entity(table).relations;
            assert!(
                relations
                    .iter()
                    .all(|relation| relation.kind != RelationKind::ManyToMany)
            );
        }
    }
}

#[test]
fn a_junction_of_a_table_with_itself_is_named_after_its_keys() {
    let follows = table(
        "follows",
        &[("follower_id", "int8!"), ("followee_id", "int8!")],
    )
    .pk(&["follower_id", "followee_id"])
    .fk(&["follower_id"], "users", &["id"])
    .fk(&["followee_id"], "users", &["id"]);
    let resolved = resolve_tables(vec![users(), follows]);
    resolved.quiet();
    assert_eq!(
        resolved.relations("users"),
        ["follows", "follows_by_followee", "followees", "followers"]
    );
    let followees = resolved.relation("users", "followees");
    assert_eq!(
        followees.sql[2..4],
        [
            r#"JOIN "public"."follows" AS j ON j."followee_id" = t."id""#,
            r#"WHERE j."follower_id" = $1"#
        ]
    );
}

#[test]
fn a_direct_relation_keeps_the_name_that_a_junction_wants() {
    let mut posts = posts();
    posts
        .columns
        .push(table("x", &[("post_id", "int8")]).columns.remove(0));
    let tags = table("tags", &[("id", "int4~"), ("post_id", "int8")])
        .pk(&["id"])
        .fk(&["post_id"], "posts", &["id"]);
    let resolved = resolve_tables(vec![users(), posts, tags, post_tags()]);
    assert_eq!(
        resolved.relations("posts"),
        ["author", "post_tags", "tags", "tags_via_post_tags"]
    );
    let (severity, message, help) = resolved.said();
    assert_eq!(severity, Severity::Warning);
    assert_eq!(
        message,
        "the relation of the foreign key `public.post_tags.post_tags_tag_id_fkey` can't be called \
         `tags`, which belongs to the foreign key `public.tags.tags_post_id_fkey`; it is called \
         `tags_via_post_tags`"
    );
    assert_eq!(
        help,
        "choose a name in the configuration: `many_to_many = \"…\"` under \
         `[relations.\"public.post_tags.post_tags_tag_id_fkey\"]`"
    );
}

#[test]
fn of_several_keys_the_lowest_column_keeps_the_short_name() {
    let posts = table(
        "posts",
        &[
            ("id", "int8#"),
            ("author_id", "int8!"),
            ("editor_id", "int8"),
        ],
    )
    .pk(&["id"])
    // By name the editor's key comes first.
    .fk_named("a", &["editor_id"], "users", &["id"])
    .fk_named("b", &["author_id"], "users", &["id"]);
    let resolved = resolve_tables(vec![users(), posts]);
    resolved.quiet();
    assert_eq!(resolved.relations("posts"), ["author", "editor"]);
    assert_eq!(resolved.relations("users"), ["posts", "posts_by_editor"]);
    assert!(resolved.relation("posts", "editor").key[0].nullable);
    let short = resolved.relation("users", "posts");
    assert_eq!(short.sql[2], r#"WHERE "author_id" = $1"#);
}

#[test]
fn a_table_may_reference_itself() {
    let employees = table("employees", &[("id", "int4#"), ("manager_id", "int4")])
        .pk(&["id"])
        .fk(&["manager_id"], "employees", &["id"]);
    let resolved = resolve_tables(vec![employees]);
    resolved.quiet();
    assert_eq!(resolved.relations("employees"), ["manager", "employees"]);
    assert_eq!(
        resolved.relation("employees", "manager").target,
        "super::Employee"
    );
}

#[test]
fn the_words_round_a_key_are_left_out() {
    for (column, relation) in [
        ("author_id", "author"),
        ("author_uuid", "author"),
        ("author_fk", "author"),
        ("authorId", "author"),
        ("fk_author", "author"),
        ("fk_author_id", "author"),
        ("author_id_fk", "author"),
        ("userid", "user"),
        ("usersid", "user"),
        ("ownerid", "ownerid"),
        ("id", "user"),
        ("uuid", "user"),
        ("_id", "user"),
    ] {
        let notes = table("notes", &[(column, "int8!")]).fk(&[column], "users", &["id"]);
        let resolved = resolve_tables(vec![users(), notes]);
        resolved.quiet();
        assert_eq!(resolved.relations("notes"), [relation], "{column}");
    }
}

#[test]
fn a_key_column_without_a_suffix_shares_its_name_with_the_method() {
    let items = table("items", &[("id", "int4#"), ("type", "int8!")])
        .pk(&["id"])
        .fk(&["type"], "users", &["id"]);
    let resolved = resolve_tables(vec![users(), items]);
    resolved.quiet();
    let relation = resolved.relation("items", "r#type");
    assert_eq!(relation.key[0].field, "r#type");
    assert_eq!(relation.constant.as_deref(), Some("TYPE_ROW"));
    assert_eq!(resolved.field("items", "type").constant, "TYPE");
}

#[test]
fn a_relation_gives_way_to_another_column() {
    let posts = table("posts", &[("author", "text"), ("author_id", "int8!")]).fk(
        &["author_id"],
        "users",
        &["id"],
    );
    let users = table("users", &[("id", "int8#"), ("posts", "int4!")]).pk(&["id"]);
    let resolved = resolve_tables(vec![users, posts]);
    assert_eq!(resolved.relations("posts"), ["author_row"]);
    assert_eq!(
        resolved.relation("posts", "author_row").constant.as_deref(),
        Some("AUTHOR_ROW")
    );
    assert_eq!(resolved.relations("users"), ["posts_by_author_row"]);
    let messages: Vec<&str> = resolved
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.message.as_str())
        .collect();
    assert_eq!(
        messages,
        [
            "the relation of the foreign key `public.posts.posts_author_id_fkey` can't be called \
             `author`, which belongs to the column `public.posts.author`; it is called `author_row`",
            "the relation of the foreign key `public.posts.posts_author_id_fkey` can't be called \
             `posts`, which belongs to the column `public.users.posts`; it is called \
             `posts_by_author_row`"
        ]
    );
}

#[test]
fn a_relation_gives_way_to_functions() {
    let lists = table("list", &[("user_id", "int8!")]).fk(&["user_id"], "users", &["id"]);
    let selects = table("select", &[("user_id", "int8!")]).fk(&["user_id"], "users", &["id"]);
    let resolved = resolve_tables(vec![users(), lists, selects]);
    assert_eq!(
        resolved.relations("users"),
        ["list_by_user", "select_by_user"]
    );
    assert_eq!(resolved.diagnostics.len(), 2);
    assert!(
        resolved.diagnostics[0]
            .message
            .contains("which belongs to the generated code itself")
    );
}

#[test]
fn composite_keys_are_named_after_the_table_or_the_constraint() {
    let users = table("users", &[("tenant_id", "int4!"), ("id", "int8!")]).pk(&["tenant_id", "id"]);
    let notes = table(
        "notes",
        &[
            ("tenant_id", "int4!"),
            ("author_id", "int8!"),
            ("editor_id", "int8"),
        ],
    )
    .fk_named(
        "notes_author",
        &["tenant_id", "author_id"],
        "users",
        &["tenant_id", "id"],
    )
    .fk_named(
        "notes_editor",
        &["tenant_id", "editor_id"],
        "users",
        &["tenant_id", "id"],
    );
    let resolved = resolve_tables(vec![users, notes]);
    assert_eq!(resolved.relations("notes"), ["user", "notes_editor"]);
    assert_eq!(
        resolved.relations("users"),
        ["notes", "notes_by_notes_editor"]
    );
    let user = resolved.relation("notes", "user");
    assert_eq!(
        user.sql[2..],
        [r#"WHERE "tenant_id" = $1"#, r#"  AND "id" = $2"#]
    );
    assert_eq!(
        user.doc,
        ["The row of `public.users` that `tenant_id`, `author_id` reference."]
    );
    let editor = resolved.relation("notes", "notes_editor");
    let nullable: Vec<bool> = editor.key.iter().map(|key| key.nullable).collect();
    assert_eq!(nullable, [false, true]);
}

#[test]
fn a_junction_may_share_a_column_between_its_keys() {
    let posts = table("posts", &[("tenant", "int4!"), ("id", "int8!")]).pk(&["tenant", "id"]);
    let tags = table("tags", &[("tenant", "int4!"), ("id", "int4!")]).pk(&["tenant", "id"]);
    let junction = table(
        "post_tags",
        &[
            ("tenant", "int4!"),
            ("post_id", "int8!"),
            ("tag_id", "int4!"),
        ],
    )
    .pk(&["tenant", "post_id", "tag_id"])
    .fk(&["tenant", "post_id"], "posts", &["tenant", "id"])
    .fk(&["tenant", "tag_id"], "tags", &["tenant", "id"]);
    let resolved = resolve_tables(vec![posts, tags, junction]);
    let tags = resolved.relation("posts", "tags");
    assert_eq!(
        tags.sql[2..],
        [
            r#"JOIN "public"."post_tags" AS j ON j."tenant" = t."tenant" AND j."tag_id" = t."id""#,
            r#"WHERE j."tenant" = $1"#,
            r#"  AND j."post_id" = $2"#,
            r#"ORDER BY t."tenant", t."id""#
        ]
    );
}

#[test]
fn keys_go_across_schemas() {
    let events =
        |name| table(name, &[("user_id", "int8!")]).fk(&["user_id"], "public.users", &["id"]);
    let resolved = resolve_tables(vec![
        users(),
        events("audit.events"),
        events("public.events"),
    ]);
    assert_eq!(resolved.relations("users"), ["events", "audit_events"]);
    assert_eq!(resolved.relation("users", "events").target, "super::Event");
    assert_eq!(
        resolved.relation("users", "audit_events").target,
        "super::audit::Event"
    );
    assert_eq!(
        resolved.relation("audit.events", "user").target,
        "super::super::User"
    );
    assert_eq!(resolved.diagnostics.len(), 1);
}

#[test]
fn values_are_cast_where_the_types_differ() {
    let notes = table("notes", &[("id", "int8#"), ("user_id", "int4!")])
        .pk(&["id"])
        .fk(&["user_id"], "users", &["id"]);
    let resolved = resolve_tables(vec![users(), notes]);
    let user = resolved.relation("notes", "user");
    assert_eq!(user.sql[2], r#"WHERE "id" = $1::int4"#);
    let notes = resolved.relation("users", "notes");
    assert_eq!(notes.sql[2], r#"WHERE "user_id" = $1::int8"#);
}

#[test]
fn a_key_to_what_is_not_there_leads_nowhere() {
    let resolved = resolve_tables(vec![posts()]);
    resolved.quiet();
    assert_eq!(resolved.relations("posts"), [""; 0]);
}

#[test]
fn of_keys_that_say_the_same_only_one_leads() {
    let posts = posts().fk_named("twice", &["author_id"], "users", &["id"]);
    let resolved = resolve_tables(vec![users(), posts]);
    resolved.quiet();
    assert_eq!(resolved.relations("posts"), ["author"]);
    assert_eq!(resolved.relations("users"), ["posts"]);
}

#[test]
fn one_column_may_reference_two_tables() {
    let people = table("people", &[("id", "int8#")]).pk(&["id"]);
    let posts = posts().fk_named("to_people", &["author_id"], "people", &["id"]);
    let resolved = resolve_tables(vec![users(), people, posts]);
    assert_eq!(resolved.relations("posts"), ["author", "author_row"]);
    assert_eq!(resolved.relations("people"), ["posts"]);
}

#[test]
fn names_of_relations_are_configured_by_foreign_key() {
    let config = relation_names(
        "public.posts.posts_author_id_fkey",
        RelationNames {
            name: Some("writer".into()),
            inverse: Some("written".into()),
            ..RelationNames::default()
        },
    );
    let resolved = resolve_with(&catalog(vec![users(), posts()]), &config);
    resolved.quiet();
    assert_eq!(resolved.relations("posts"), ["writer"]);
    assert_eq!(resolved.relations("users"), ["written"]);

    let config = relation_names(
        "public.post_tags.post_tags_tag_id_fkey",
        RelationNames {
            many_to_many: Some("labels".into()),
            ..RelationNames::default()
        },
    );
    let tables = vec![users(), posts(), tags(), post_tags()];
    let resolved = resolve_with(&catalog(tables), &config);
    resolved.quiet();
    assert_eq!(
        resolved.relations("posts"),
        ["author", "post_tags", "labels"]
    );
}

#[test]
fn a_configured_name_may_be_a_columns_but_not_a_functions() {
    let key = "public.posts.posts_author_id_fkey";
    let tables = vec![users(), posts()];
    let names = |name: &str| RelationNames {
        name: Some(name.into()),
        ..RelationNames::default()
    };
    let resolved = resolve_with(&catalog(tables.clone()), &relation_names(key, names("id")));
    resolved.quiet();
    assert_eq!(
        resolved.relation("posts", "id").constant.as_deref(),
        Some("ID_ROW")
    );

    let resolved = resolve_with(&catalog(tables), &relation_names(key, names("find")));
    assert_eq!(resolved.said().0, Severity::Error);
}

#[test]
fn a_renamed_column_renames_its_relation() {
    let config = names(&[("public.posts.author_id", "writer_id")]);
    let resolved = resolve_with(&catalog(vec![users(), posts()]), &config);
    resolved.quiet();
    assert_eq!(resolved.relations("posts"), ["writer"]);
    assert!(resolved.functions("posts").contains(&"list_by_writer_id"));
}

#[test]
fn a_later_key_renames_nothing() {
    let mut later = posts();
    later
        .columns
        .extend(table("x", &[("a", "int4"), ("b", "int4"), ("aaa_id", "int8")]).columns);
    let later = later.fk_named("aaa", &["aaa_id"], "users", &["id"]);
    let before = resolve_tables(vec![users(), posts()]);
    let after = resolve_tables(vec![users(), later]);
    assert_eq!(before.relations("users"), ["posts"]);
    assert_eq!(after.relations("users"), ["posts", "posts_by_aaa"]);
    assert_eq!(
        before.relation("users", "posts").sql[2],
        after.relation("users", "posts").sql[2]
    );
}

/// What a relation's constant is made of: the near column, the far one, the type, and the cast.
fn links(relation: &Relation) -> Vec<(&str, &str, &str, Option<&str>)> {
    let key = relation.key.iter();
    key.map(|key| {
        let cast = key.cast_sql.as_deref();
        (
            key.near.as_str(),
            key.far.as_str(),
            key.param_sql.as_str(),
            cast,
        )
    })
    .collect()
}

#[test]
fn links_name_the_columns_of_both_rows() {
    let places =
        table("places", &[("country", "text!"), ("code", "int4!")]).pk(&["country", "code"]);
    let trips = table(
        "trips",
        &[
            ("id", "int8#"),
            ("to_code", "int2"),
            ("to_country", "text!"),
        ],
    )
    .fk(&["to_country", "to_code"], "places", &["country", "code"]);
    let resolved = resolve_tables(vec![places, trips]);
    let place = resolved.relation("trips", "place");
    assert_eq!(
        links(place),
        [
            ("to_country", "country", "text", None),
            ("to_code", "code", "int2", None)
        ]
    );
    let nullable: Vec<bool> = place.key.iter().map(|key| key.nullable).collect();
    assert_eq!(nullable, [false, true]);
    assert_eq!(
        links(resolved.relation("places", "trips")),
        [
            ("country", "to_country", "text", None),
            ("code", "to_code", "int4", None)
        ]
    );
}

#[test]
fn links_travel_as_what_compares_like_the_column() {
    let mut types = catalog(Vec::new());
    types.enums = vec![enum_type("role", &["a"])];
    types.domains = vec![
        domain("email", "public.citext"),
        domain("number", "int8"),
        domain("code", "bpchar(3)"),
        domain("path", "public.isbn13"),
    ];
    types.composites = vec![composite("point3", &[("x", "float8")])];
    for (ty, sql, cast) in [
        ("int2", "int2", None),
        ("varchar(20)", "text", None),
        ("text", "text", None),
        ("bpchar(3)", "bpchar", None),
        ("name", "name", None),
        ("char", "\"char\"", None),
        ("uuid", "uuid", None),
        ("public.citext", r#""public"."citext""#, None),
        ("public.role", r#""public"."role""#, None),
        ("public.point3", r#""public"."point3""#, None),
        ("public.email", r#""public"."citext""#, None),
        ("public.number", "int8", None),
        ("public.code", "bpchar", None),
        ("public.ltree", r#""public"."ltree""#, None),
        ("public.isbn13", "text", Some(r#""public"."isbn13""#)),
        ("public.path", "text", Some(r#""public"."path""#)),
        ("macaddr8", "macaddr8", None),
        ("bit(3)", "varbit", None),
        ("refcursor", "text", Some("refcursor")),
        ("tstzrange", "tstzrange", None),
    ] {
        let ty = format!("{ty}!");
        types.tables = vec![
            table("a", &[("k", ty.as_str())]).pk(&["k"]),
            table("b", &[("a_id", ty.as_str())]).fk(&["a_id"], "a", &["k"]),
        ];
        let resolved = resolve(&types);
        let relation = resolved.relation("b", "a");
        assert_eq!(links(relation), [("a_id", "k", sql, cast)], "{ty}");
        assert_eq!(relation.constant.as_deref(), Some("A"), "{ty}");
    }
}

#[test]
fn a_key_on_an_array_has_no_constant() {
    let mut types = catalog(vec![
        table("a", &[("k", "int4[]!"), ("n", "int4!")]).pk(&["k", "n"]),
        table("b", &[("k", "int4[]!"), ("n", "int4!")]).fk(&["k", "n"], "a", &["k", "n"]),
        table("c", &[("k", "public.numbers!")]).pk(&["k"]),
        table("d", &[("c_id", "public.numbers!")]).fk(&["c_id"], "c", &["k"]),
    ]);
    types.domains = vec![domain("numbers", "int4[]")];
    let resolved = resolve(&types);
    for (of, name) in [("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")] {
        let name = resolved
            .relations(of)
            .into_iter()
            .find(|it| it.starts_with(name));
        let relation = resolved.relation(of, name.unwrap());
        assert_eq!(relation.constant, None, "{of}");
        assert!(!relation.sql.is_empty());
    }
}

#[test]
fn a_many_to_many_relation_knows_its_junction() {
    let resolved = resolve_tables(vec![users(), posts(), tags(), post_tags()]);
    let tags = resolved.relation("posts", "tags");
    assert_eq!(links(tags), [("id", "post_id", "int8", None)]);
    assert_eq!(
        tags.junction,
        Some(Junction {
            table_sql: r#""public"."post_tags""#.into(),
            columns: vec![("tag_id".into(), "id".into())],
        })
    );
    assert_eq!(resolved.relation("posts", "author").junction, None);
}

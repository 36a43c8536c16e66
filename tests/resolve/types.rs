//! PostgreSQL types and their Rust types.

use crate::build::*;
use rowsmith::catalog::Catalog;

#[test]
fn every_built_in_type_has_its_rust_type() {
    for (sql, rust, argument) in [
        ("int2", "i16", "i16"),
        ("int4", "i32", "i32"),
        ("int8", "i64", "i64"),
        ("float4", "f32", "f32"),
        ("float8", "f64", "f64"),
        ("bool", "bool", "bool"),
        ("oid", "u32", "u32"),
        ("char", "i8", "i8"),
        ("text", "::std::string::String", "&str"),
        ("varchar(20)", "::std::string::String", "&str"),
        ("bpchar(1)", "::std::string::String", "&str"),
        ("name", "::std::string::String", "&str"),
        ("public.citext", "::std::string::String", "&str"),
        ("bytea", "::std::vec::Vec<u8>", "&[u8]"),
        (
            "numeric(10,2)",
            "::rowsmith_runtime::rust_decimal::Decimal",
            "=",
        ),
        ("uuid", "::rowsmith_runtime::uuid::Uuid", "="),
        ("date", "::rowsmith_runtime::chrono::NaiveDate", "="),
        ("time", "::rowsmith_runtime::chrono::NaiveTime", "="),
        (
            "timestamp(3)",
            "::rowsmith_runtime::chrono::NaiveDateTime",
            "=",
        ),
        (
            "timestamptz",
            "::rowsmith_runtime::chrono::DateTime<::rowsmith_runtime::chrono::Utc>",
            "=",
        ),
        ("interval", "::rowsmith_runtime::Interval", "="),
        ("inet", "::rowsmith_runtime::cidr::IpInet", "="),
        ("cidr", "::rowsmith_runtime::cidr::IpCidr", "="),
        ("macaddr", "::rowsmith_runtime::MacAddr", "="),
        (
            "json",
            "::rowsmith_runtime::serde_json::Value",
            "&::rowsmith_runtime::serde_json::Value",
        ),
        (
            "jsonb",
            "::rowsmith_runtime::serde_json::Value",
            "&::rowsmith_runtime::serde_json::Value",
        ),
    ] {
        let argument = if argument == "=" { rust } else { argument };
        let array = match sql.split_once('(') {
            Some((name, modifier)) => format!("{name}({modifier}[]"),
            None => format!("{sql}[]"),
        };
        let columns = [
            ("plain", format!("{sql}!")),
            ("nullable", sql.to_owned()),
            ("list", format!("{array}!")),
        ];
        let columns: Vec<(&str, &str)> = columns.iter().map(|(a, b)| (*a, b.as_str())).collect();
        let resolved = resolve_tables(vec![
            table("t", &columns)
                .index("i1", &["plain"])
                .index("i2", &["list"]),
        ]);
        resolved.quiet();
        assert_eq!(resolved.field("t", "plain").ty, rust);
        assert_eq!(
            resolved.field("t", "nullable").ty,
            format!("::std::option::Option<{rust}>")
        );
        assert_eq!(
            resolved.field("t", "list").ty,
            format!("::std::vec::Vec<{rust}>")
        );
        assert_eq!(
            resolved.function("t", "list_by_plain").params[0].ty,
            argument
        );
        assert_eq!(
            resolved.function("t", "list_by_list").params[0].ty,
            format!("&[{rust}]")
        );
        assert_eq!(
            resolved.entity("t").select_list,
            [r#""plain""#, r#""nullable""#, r#""list""#]
        );
        let nullable = resolved.new_field("t", "nullable");
        assert_eq!(nullable.ty, rust);
        assert!(nullable.nullable && !nullable.required);
        assert_eq!(nullable.into, matches!(argument, "&str" | "&[u8]"));
        assert_eq!(nullable.write.cast_sql, None);
        assert_eq!(nullable.write.element_sql, None);
        let list = resolved.new_field("t", "list");
        assert!(!list.into);
        assert_eq!(
            list.write.element_sql.as_ref(),
            Some(&nullable.write.param_sql)
        );
        assert_eq!(
            list.write.param_sql,
            format!("{}[]", nullable.write.param_sql)
        );
    }
}

#[test]
fn what_the_runtime_does_not_know_travels_as_text() {
    let columns = &[
        ("id", "int4#"),
        ("search", "aclitem!"),
        ("bits", "public.seg(3)"),
        ("paths", "public.isbn13[]!"),
        ("shape", "public.raster(Point,4326)"),
        ("shape_2", "public.raster"),
    ];
    let resolved = resolve_tables(vec![
        table("t", columns)
            .pk(&["id"])
            .index("i", &["search"])
            .index("j", &["paths"]),
    ]);
    assert_eq!(
        resolved.entity("t").select_list,
        [
            r#""id""#,
            r#""search"::text"#,
            r#""bits"::text"#,
            r#""paths"::text[]"#,
            r#""shape"::text"#,
            r#""shape_2"::text"#
        ]
    );
    let string = "::std::string::String";
    assert_eq!(resolved.field("t", "search").ty, string);
    assert_eq!(
        resolved.field("t", "paths").ty,
        format!("::std::vec::Vec<{string}>")
    );
    assert_eq!(
        resolved.field("t", "bits").doc,
        ["`public.seg(3)`, travels as text, nullable"]
    );
    let by_search = resolved.function("t", "list_by_search");
    assert_eq!(by_search.sql[2], r#"WHERE "search" = $1::text::aclitem"#);
    assert_eq!(by_search.params[0].ty, "&str");
    let by_paths = resolved.function("t", "list_by_paths");
    assert_eq!(
        by_paths.sql[2],
        r#"WHERE "paths" = $1::text[]::"public"."isbn13"[]"#
    );
    let bits = &resolved.new_field("t", "bits").write;
    assert_eq!(bits.param_sql, "text");
    assert_eq!(bits.cast_sql.as_deref(), Some(r#""public"."seg""#));

    let messages: Vec<&str> = resolved
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.message.as_str())
        .collect();
    let because = "travels as text: the runtime has no type for it";
    assert_eq!(
        messages,
        [
            format!("the type `aclitem` {because}; used by `public.t.search`"),
            format!("the type `public.isbn13` {because}; used by `public.t.paths`"),
            format!(
                "the type `public.raster` {because}; used by `public.t.shape`, `public.t.shape_2`"
            ),
            format!("the type `public.seg` {because}; used by `public.t.bits`"),
        ]
    );
}

#[test]
fn a_type_is_reported_once_with_its_first_columns() {
    let names: Vec<String> = (0..9).map(|i| format!("c{i}")).collect();
    let columns: Vec<(&str, &str)> = names
        .iter()
        .map(|name| (name.as_str(), "refcursor"))
        .collect();
    let resolved = resolve_tables(vec![table("t", &columns)]);
    let (_, message, _) = resolved.said();
    assert_eq!(
        message,
        "the type `refcursor` travels as text: the runtime has no type for it; used by `public.t.c0`, \
         `public.t.c1`, `public.t.c2` and 6 more"
    );
}

fn with_types(columns: &[(&str, &str)]) -> Catalog {
    let mut catalog = catalog(vec![table("t", columns).index("by_first", &[columns[0].0])]);
    catalog.enums = vec![enum_type("mood", &["sad", "ok"])];
    catalog.domains = vec![
        domain("email", "public.citext"),
        domain("work_email", "public.email"),
        domain("labels", "text[]"),
        domain("feeling", "public.mood"),
        domain("tree", "public.ltree"),
        domain("home", "public.address"),
    ];
    catalog.composites = vec![
        composite("address", &[("street", "text"), ("tags", "int4[]")]),
        composite(
            "person",
            &[("home", "public.home"), ("email", "public.email")],
        ),
        composite("spot", &[("at", "refcursor")]),
        composite("places", &[("all", "public.spot[]")]),
        composite("mails", &[("all", "public.email[]")]),
        composite("void", &[]),
    ];
    catalog
}

#[test]
fn domains_are_their_base_type() {
    let resolved = resolve(&with_types(&[
        ("mail", "public.work_email!"),
        ("mails", "public.email[]!"),
        ("labels", "public.labels!"),
        ("many_labels", "public.labels[]!"),
        ("feeling", "public.feeling!"),
        ("feelings", "public.feeling[]!"),
    ]));
    let string = "::std::string::String";
    let expect = [
        ("mail", string.to_owned(), "text", None),
        (
            "mails",
            format!("::std::vec::Vec<{string}>"),
            "text[]",
            None,
        ),
        (
            "labels",
            format!("::std::vec::Vec<{string}>"),
            "text[]",
            None,
        ),
        (
            "many_labels",
            string.to_owned(),
            "text",
            Some(r#""public"."labels"[]"#),
        ),
        (
            "feeling",
            "super::Mood".to_owned(),
            r#""public"."mood""#,
            None,
        ),
        (
            "feelings",
            "::std::vec::Vec<super::Mood>".to_owned(),
            r#""public"."mood"[]"#,
            None,
        ),
    ];
    for (column, ty, param, cast) in expect {
        assert_eq!(resolved.field("t", column).ty, ty, "{column}");
        let write = &resolved.new_field("t", column).write;
        assert_eq!(write.param_sql, param, "{column}");
        assert_eq!(write.cast_sql.as_deref(), cast, "{column}");
    }
    assert_eq!(
        resolved.entity("t").select_list,
        [
            r#""mail""#,
            r#""mails"::text[]"#,
            r#""labels""#,
            r#""many_labels"::text"#,
            r#""feeling""#,
            r#""feelings"::"public"."mood"[]"#
        ]
    );
    let by_mail = resolved.function("t", "list_by_mail");
    assert_eq!(
        by_mail.sql.last().map(String::as_str),
        Some(r#"WHERE "mail" = $1::text::"public"."work_email""#)
    );
    assert_eq!(by_mail.params[0].ty, "&str");
}

#[test]
fn composites_are_structs_where_they_can_be_read() {
    let resolved = resolve(&with_types(&[
        ("home", "public.address!"),
        ("homes", "public.address[]"),
        ("home_domain", "public.home!"),
        ("person", "public.person!"),
        ("spot", "public.spot!"),
        ("places", "public.places!"),
        ("mails", "public.mails!"),
    ]));
    let root = &resolved.model.root;
    let structs: Vec<&str> = root.composites.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(structs, ["Address", "Person", "Void"]);
    let fields: Vec<&str> = root.composites[0]
        .fields
        .iter()
        .chain(&root.composites[1].fields)
        .map(|field| field.ty.as_str())
        .collect();
    assert_eq!(
        fields,
        [
            "::std::option::Option<::std::string::String>",
            "::std::option::Option<::std::vec::Vec<i32>>",
            "::std::option::Option<super::Address>",
            "::std::option::Option<::std::string::String>",
        ]
    );
    assert_eq!(resolved.field("t", "home").ty, "super::Address");
    assert_eq!(resolved.field("t", "home_domain").ty, "super::Address");
    assert_eq!(
        resolved.function("t", "list_by_home").params[0].ty,
        "&super::Address"
    );
    for column in ["spot", "places", "mails"] {
        assert_eq!(resolved.field("t", column).ty, "::std::string::String");
    }
    let messages: Vec<&str> = resolved
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.message.as_str())
        .collect();
    assert_eq!(
        messages,
        [
            "the type `public.spot` travels as text: its attribute `at` is of the type `refcursor`; used by \
             `public.t.spot`",
            "the type `public.places` travels as text: its attribute `all` is of the type \
             `public.spot[]`; used by `public.t.places`",
            "the type `public.mails` travels as text: its attribute `all` is of the type \
             `public.email[]`, which travels as another type; used by `public.t.mails`",
        ]
    );
}

#[test]
fn types_in_a_circle_come_to_an_end() {
    let mut catalog = catalog(vec![table(
        "t",
        &[("a", "public.a"), ("d", "public.d"), ("c", "public.c")],
    )]);
    catalog.domains = vec![
        domain("a", "public.b"),
        domain("b", "public.a"),
        domain("d", "public.c"),
    ];
    catalog.composites = vec![composite("c", &[("d", "public.d")])];
    let resolved = resolve(&catalog);
    for column in ["a", "d", "c"] {
        assert_eq!(
            resolved.field("t", column).ty,
            "::std::option::Option<::std::string::String>"
        );
    }
}

#[test]
fn a_domain_may_forbid_null() {
    let mut catalog = catalog(vec![table(
        "t",
        &[("a", "public.outer"), ("b", "public.inner[]")],
    )]);
    let mut inner = domain("inner", "text");
    inner.not_null = true;
    catalog.domains = vec![inner, domain("outer", "public.inner")];
    let resolved = resolve(&catalog);
    assert_eq!(resolved.field("t", "a").ty, "::std::string::String");
    assert!(resolved.new_field("t", "a").required);
    assert!(resolved.new_field("t", "b").nullable);

    catalog.domains[1].default = Some("'x'".into());
    assert!(!resolve(&catalog).new_field("t", "a").required);
}

#[test]
fn columns_know_how_they_travel() {
    let mut catalog = catalog(vec![table(
        "t",
        &[
            ("path", "public.isbn13"),
            ("emails", "public.email[]"),
            ("email", "public.email"),
        ],
    )]);
    catalog.domains = vec![domain("email", "text")];
    let resolved = resolve(&catalog);
    let travel = |column: &str| {
        let travel = resolved.field("t", column).travel.as_ref()?;
        Some((
            travel.read_sql.as_str(),
            travel.param_sql.as_str(),
            travel.cast_sql.as_str(),
        ))
    };
    assert_eq!(
        travel("path"),
        Some(("text", "text", r#""public"."isbn13""#))
    );
    assert_eq!(
        travel("emails"),
        Some(("text[]", "text[]", r#""public"."email"[]"#))
    );
    assert_eq!(travel("email"), None);
}

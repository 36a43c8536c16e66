//! Names that nobody should choose: keywords, what Rust's prelude has, quotes, and names that collide. The
//! statements that are made of them must still do what they say.

use crate::database::Live;
use crate::trees;

/// Writes, finds, changes nothing and deletes a row of each of these tables, which have an `id` and a text.
macro_rules! round_trips {
    ($db:expr, $tree:ident: $($row:ident $new:ident),* $(,)?) => {
        $(
            let row = trees::$tree::$new::new(stringify!($row)).insert($db).await.unwrap();
            let many = [trees::$tree::$new::new("second"), trees::$tree::$new::new("third")];
            let many = trees::$tree::$row::insert_many($db, &many).await.unwrap();
            assert_eq!(trees::$tree::$row::find($db, row.id).await.unwrap(), Some(row.clone()));
            assert_eq!(trees::$tree::$row::list($db).await.unwrap()[1..], many);
            assert!(trees::$tree::$row::exists($db, row.id).await.unwrap());
            assert!(trees::$tree::$row::delete_by_id($db, row.id).await.unwrap());
            assert_eq!(trees::$tree::$row::count($db).await.unwrap(), 2);
        )*
    };
}

#[tokio::test]
async fn keywords_are_tables() {
    let db = Live::create("keywords").await;
    round_trips! {
        &*db, keywords:
        Abstract NewAbstract, As NewAs, Async NewAsync, Auto NewAuto, Await NewAwait,
        Become NewBecome, Box NewBox, Break NewBreak, Const NewConst, Continue
        NewContinue, Crate NewCrate, Default NewDefault, Do NewDo, Dyn NewDyn, Else
        NewElse, Enum NewEnum, Extern NewExtern, False NewFalse, Final NewFinal, Fn
        NewFn, For NewFor, Gen NewGen, If NewIf, Impl NewImpl, In NewIn, Let NewLet,
        Loop NewLoop, Macro NewMacro, MacroRule NewMacroRule, Match NewMatch, Mod
        NewMod, Move NewMove, Mut NewMut, Override NewOverride, Priv NewPriv, Pub
        NewPub, Raw NewRaw, Ref NewRef, Return NewReturn, Safe NewSafe, SelfRow
        NewSelfRow, Self_ NewSelf, Static NewStatic, Struct NewStruct, Super NewSuper,
        Trait NewTrait, True NewTrue, Try NewTry, Type NewType, Typeof NewTypeof, Union
        NewUnion, Unsafe NewUnsafe, Unsized NewUnsized, Use NewUse, Virtual NewVirtual,
        Where NewWhere, While NewWhile, Yield NewYield
    }
}

#[tokio::test]
async fn keywords_are_columns_labels_and_keys() {
    use trees::keywords::{
        Fn, Keyword, KeywordEnum, KeywordKey, KeywordPatch, KeywordValues, NewAs, NewFn,
        NewKeyword, NewKeywordKey, NewSelfRow, NewType, NewYield,
    };

    let db = Live::create("keywords").await;
    db.sql(
        "INSERT INTO keywords (keyword, all_values.\"fn\", all_values.self) VALUES ('try', 1, 2)",
    );
    let read = Keyword::list(&*db).await.unwrap().remove(0);
    assert_eq!(read.keyword, KeywordEnum::Try);
    let values: KeywordValues = read.all_values.unwrap();
    assert_eq!(
        (values.r#fn, values.self_, values.r#as),
        (Some(1), Some(2), None)
    );
    let row = NewKeyword::new(KeywordEnum::Gen)
        .r#fn(3)
        .self_(4)
        .r#async(5)
        .crate_(6)
        .all_values(values.clone())
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(
        (row.r#fn, row.self_, row.r#async, row.crate_),
        (Some(3), Some(4), Some(5), Some(6))
    );
    assert_eq!(
        (row.keyword, row.all_values),
        (KeywordEnum::Gen, Some(values))
    );
    assert_eq!(KeywordEnum::Self_.to_string(), "Self");
    let patch = KeywordPatch::new()
        .r#fn(None)
        .r#yield(7)
        .keyword(KeywordEnum::Async);
    let row = patch.apply(&*db, row.id).await.unwrap().unwrap();
    assert_eq!(
        (row.r#fn, row.r#yield, row.keyword),
        (None, Some(7), KeywordEnum::Async)
    );
    assert_eq!(Keyword::count(&*db).await.unwrap(), 2);

    NewFn::new("main").insert(&*db).await.unwrap();
    assert!(Fn::find_by_fn(&*db, "main").await.unwrap().is_some());
    let row_as = NewAs::new("as").insert(&*db).await.unwrap();
    let row_self = NewSelfRow::new("self").insert(&*db).await.unwrap();
    let row_type = NewType::new("type").insert(&*db).await.unwrap();
    let row_yield = NewYield::new("yield").insert(&*db).await.unwrap();
    let key = NewKeywordKey::new(row_as.id, row_self.id)
        .r#type("type")
        .yield_id(row_yield.id);
    let key: KeywordKey = key.insert(&*db).await.unwrap();
    assert_eq!(key.r#as(&*db).await.unwrap(), row_as);
    assert_eq!(key.self_(&*db).await.unwrap(), row_self);
    assert_eq!(key.r#type(&*db).await.unwrap(), Some(row_type));
    assert_eq!(key.r#yield(&*db).await.unwrap(), Some(row_yield));
    assert_eq!(KeywordKey::list_by_type(&*db, "type").await.unwrap(), [key]);
}

#[tokio::test]
async fn what_the_prelude_has_is_tables() {
    let db = Live::create("hostile_names").await;
    round_trips! {
        &*db, hostile_names:
        Alloc NewAlloc, Bool NewBool, Box NewBox, Char NewChar, Client NewClient, Core
        NewCore, Db NewDb, Debug NewDebug, Drop NewDrop, Err NewErr, FnOnce NewFnOnce,
        From NewFrom, I64 NewI64, Into NewInto, Iterator NewIterator, None NewNone, Ok
        NewOk, Option NewOption, PartialEq NewPartialEq, Result NewResult, Row NewRow,
        RowsmithRuntime NewRowsmithRuntime, Send NewSend, Sized NewSized, Some NewSome,
        Std NewStd, Str NewStr, String NewString, Sync NewSync, ToOwned NewToOwned,
        ToString NewToString, U8 NewU8, Vec NewVec
    }
}

#[tokio::test]
async fn quotes_and_what_is_no_letter() {
    use trees::hostile_names::{
        Local, LocalPatch, NewLocal, NewMember, NewSayHi, NewUnnamed, NewWhiteSpace, SayHi,
        SayHiPatch,
    };

    let db = Live::create("hostile_names").await;
    let row = NewSayHi::new(1, "it's")
        .a_b_c("a b  c")
        .new_line("new\nline")
        .hash_inside("\"#")
        .r("r\"#")
        .a_b(".")
        .a_b_2("::")
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(
        (row.a_b.as_deref(), row.a_b_2.as_deref()),
        (Some("."), Some("::"))
    );
    assert_eq!(
        SayHi::find_by_it_s(&*db, "it's").await.unwrap(),
        Some(row.clone())
    );
    let found = SayHi::list_by_a_b_c_and_new_line(&*db, "a b  c", "new\nline")
        .await
        .unwrap();
    assert_eq!(found, [row.clone()]);
    let changed = SayHiPatch::new()
        .braces("{}")
        .close("*/")
        .null_drop(None)
        .apply(&*db, 1)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (changed.braces.as_deref(), changed.hash_inside.as_deref()),
        (Some("{}"), Some("\"#"))
    );
    let kept = NewSayHi::new(2, "it's")
        .tab_in_it("\t")
        .upsert_by_it_s(&*db)
        .await
        .unwrap();
    assert_eq!(
        (kept.tab_in_it.as_deref(), kept.braces.as_deref()),
        (Some("\t"), Some("{}"))
    );

    let space = NewWhiteSpace::new(1)
        .say_hi(kept.the_id)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(space.say_hi(&*db).await.unwrap(), Some(kept));
    let row = NewUnnamed::new(1)
        .column_2("dots")
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(row.column_2.as_deref(), Some("dots"));

    // What generated code calls its own things.
    let row = NewLocal::new("db", 1, vec![1, 2], "sql", 3)
        .set_values("v")
        .client(4)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(Local::find(&*db, "db", 1).await.unwrap(), Some(row.clone()));
    assert_eq!(
        Local::find_by_sql_and_self(&*db, "sql", 3).await.unwrap(),
        Some(row.clone())
    );
    assert_eq!(Local::list_by_client(&*db, 4).await.unwrap(), [row]);
    let row = LocalPatch::new()
        .db("other")
        .self_(5)
        .apply(&*db, "db", 1)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((row.db.as_str(), row.self_), ("other", 5));

    let row = NewMember::new("new", "insert")
        .list(1)
        .set_clone(2)
        .set_apply("apply")
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(
        (row.new.as_str(), row.insert.as_str(), row.list),
        ("new", "insert", Some(1))
    );
    assert_eq!((row.clone, row.apply.as_deref()), (Some(2), Some("apply")));
}

#[tokio::test]
async fn scripts_and_lengths() {
    use trees::hostile_names::{
        Größe, NewANameOfSixtyThreeBytesWhichIsAllThatPostgresqlKeep,
        NewANameOfSixtyThreeBytesWhichIsAllThatPostgresqlKeepsy, NewGröße, NewInvisible, NewИмена,
        New名前Row, 名前Row,
    };

    let db = Live::create("hostile_names").await;
    let row = NewGröße::new(1)
        .straße("Weg")
        .ärger("groß")
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(Größe::find(&*db, 1).await.unwrap(), Some(row));
    let row = NewИмена::new(1)
        .фамилия("Лавлейс")
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(row.фамилия.as_deref(), Some("Лавлейс"));
    let row = New名前Row::new(1, "愛")
        .種類("人")
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(名前Row::find_by_種類(&*db, "人").await.unwrap(), Some(row));
    let row = NewInvisible::new(1)
        .over_ride("x")
        .escape_31m("y")
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(
        (row.over_ride.as_deref(), row.escape_31m.as_deref()),
        (Some("x"), Some("y"))
    );
    let one = NewANameOfSixtyThreeBytesWhichIsAllThatPostgresqlKeep::new(1)
        .insert(&*db)
        .await
        .unwrap();
    let two = NewANameOfSixtyThreeBytesWhichIsAllThatPostgresqlKeepsy::new()
        .a_name_of_sixty_three_bytes_which_is_all_that_postgresql_keeps(1)
        .insert(&*db)
        .await
        .unwrap();
    let target = two
        .a_name_of_sixty_three_bytes_which_is_all_that_postgresql_keeps(&*db)
        .await
        .unwrap();
    assert_eq!(target, Some(one));
}

#[tokio::test]
async fn types_with_names_of_the_prelude() {
    use trees::hostile_names::{
        NewPreludeType, OddLabels, OptionEnum, PreludeType, StringComposite, my_schema,
    };

    let db = Live::create("hostile_names").await;
    let words = StringComposite {
        length: Some(3),
        as_str: Some("abc".to_owned()),
        self_: None,
    };
    let row = NewPreludeType::new()
        .choice(OptionEnum::Some)
        .words(words.clone())
        .odd(OddLabels::SayHi)
        .odds(vec![OddLabels::Empty, OddLabels::NewLine, OddLabels::RRaw])
        .letters("vec")
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(
        (row.choice, row.words.as_ref(), row.odd),
        (OptionEnum::Some, Some(&words), OddLabels::SayHi)
    );
    assert_eq!(
        row.odds,
        Some(vec![OddLabels::Empty, OddLabels::NewLine, OddLabels::RRaw])
    );
    assert_eq!(PreludeType::find(&*db, row.id).await.unwrap(), Some(row));
    let row = NewPreludeType::new().insert(&*db).await.unwrap();
    assert_eq!((row.choice, row.odd), (OptionEnum::None, OddLabels::Empty));
    for (variant, label) in [
        (OddLabels::Empty, ""),
        (OddLabels::Empty2, " "),
        (OddLabels::BackSlash, "back\\slash"),
        (OddLabels::RRaw, "r#\"raw\"#"),
        (OddLabels::NewLine, "new\nline"),
        (OddLabels::Größe, "größe"),
    ] {
        assert_eq!(variant.to_string(), label);
        assert_eq!(label.parse::<OddLabels>().unwrap(), variant);
    }

    let row = my_schema::NewMyTable::new(1, my_schema::Kind::B)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(my_schema::MyTable::find(&*db, 1).await.unwrap(), Some(row));
}

#[tokio::test]
async fn names_that_collide() {
    use trees::colliding_names::{
        Colour, Column, Link, Lookup, LookupPatch, NewAccent, NewColumn, NewLink, NewLookup,
        NewUser2, NewUserRow, Symbols, User, UserRow, users_schema,
    };

    let db = Live::create("colliding_names").await;
    let ada = NewUserRow::new("ada@example.com")
        .users_email_key("key")
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(
        UserRow::find_by_email(&*db, "ada@example.com")
            .await
            .unwrap(),
        Some(ada.clone())
    );
    assert_eq!(UserRow::USERS_EMAIL_KEY.name(), "users_email_key");
    assert_eq!(UserRow::USERS_EMAIL_KEY_KEY, "users_email_key");
    let user: User = NewUser2::new(7).user_id(ada.id).insert(&*db).await.unwrap();
    assert_eq!(user.user(&*db).await.unwrap(), Some(ada.clone()));
    let other = users_schema::NewUser::new(1).insert(&*db).await.unwrap();
    assert_eq!(users_schema::User::list(&*db).await.unwrap(), [other]);

    // Each column keeps its own value.
    let row = NewColumn::new(1)
        .foo_bar_2(2)
        .foo_bar_3(3)
        .foo_bar_4(4)
        .foo_bar_5(5)
        .foo_bar_6(6)
        .foo_bar_7(7)
        .foo_bar_8(8)
        .foo_bar_9(9)
        .r#type(10)
        .type_2(11)
        .colour(Colour::Empty)
        .symbol(Symbols::Plus)
        .insert(&*db)
        .await
        .unwrap();
    db.sql(
        "DO $$ BEGIN ASSERT (SELECT (foo_bar, foo_bar_2, \"fooBar\", \"FooBar\", \"FOO_BAR\", \"foo bar\", \
         \"foo-bar\", \"foo__bar\", \"_foo_bar_\", type, type_) = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11) \
         FROM columns); END $$",
    );
    assert_eq!(Column::find(&*db, row.id).await.unwrap(), Some(row));
    let row = NewAccent::new()
        .café(1)
        .café_2(2)
        .strasse(3)
        .straße(4)
        .strasse_2(5)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(
        (row.café, row.café_2, row.strasse, row.straße, row.strasse_2),
        (Some(1), Some(2), Some(3), Some(4), Some(5))
    );

    let row = NewLookup::new(1, 2, 3, 4, 5).insert(&*db).await.unwrap();
    assert_eq!(
        Lookup::find_by_a_and_b(&*db, 4).await.unwrap(),
        Some(row.clone())
    );
    assert_eq!(
        Lookup::find_by_a_and_b_2(&*db, 1, 2).await.unwrap(),
        Some(row.clone())
    );
    assert_eq!(
        Lookup::find_by_a_b(&*db, 3).await.unwrap(),
        Some(row.clone())
    );
    assert_eq!(Lookup::find_by_a(&*db, 1).await.unwrap(), Some(row.clone()));
    assert_eq!(
        Lookup::find_by_a_2(&*db, 5).await.unwrap(),
        Some(row.clone())
    );
    assert_eq!(Lookup::list_by_b(&*db, 2).await.unwrap(), [row.clone()]);
    LookupPatch::new()
        .deleted(true)
        .apply(&*db, row.id)
        .await
        .unwrap();
    assert_eq!(
        Lookup::find_by_lookups_a_live_idx(&*db, 1).await.unwrap(),
        None
    );

    let link: Link = NewLink::new()
        .user_id(ada.id)
        .other_user_id(7)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(
        link.links_user_id_again(&*db).await.unwrap(),
        Some(ada.clone())
    );
    assert_eq!(link.user(&*db).await.unwrap(), None);
    assert_eq!(link.other_user(&*db).await.unwrap(), Some(user));
    assert_eq!(ada.links(&*db).await.unwrap(), [link]);
}

#[tokio::test]
async fn a_wide_table() {
    use trees::wide::{Answer, AnswerPatch, NewAnswer};

    let db = Live::create("wide").await;
    let one = NewAnswer::new("one")
        .question_001("yes")
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(
        (one.question_001.as_deref(), one.question_007.as_str()),
        (Some("yes"), "")
    );
    let rows: Vec<NewAnswer> = (0..200)
        .map(|i| {
            NewAnswer::new(format!("p{i}"))
                .question_020(i % 7)
                .question_128(i)
        })
        .collect();
    let rows = Answer::insert_many(&*db, &rows).await.unwrap();
    assert_eq!((rows.len(), rows[199].question_128), (200, 199));
    assert_eq!(
        Answer::list_by_question_020(&*db, 3).await.unwrap().len(),
        29
    );
    let changed = AnswerPatch::new()
        .question_003(true)
        .apply(&*db, one.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (changed.question_003, changed.question_001.as_deref()),
        (Some(true), Some("yes"))
    );
    let again = NewAnswer::new("one")
        .question_001(None)
        .upsert_by_participant(&*db)
        .await
        .unwrap();
    assert_eq!(
        (again.id, again.question_001, again.question_003),
        (one.id, None, Some(true))
    );
}

#[tokio::test]
async fn comments_change_nothing() {
    use trees::comments::{Fence, Fenced, Grade, Markup, NewFence, NewMarkup, Pair};

    let db = Live::create("comments").await;
    let pair = Pair {
        a: Some(1),
        b: None,
    };
    let row = NewFence::new()
        .inline("x")
        .tildes("~")
        .grade(Grade::Bad)
        .pair(pair)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(
        Fence::find_by_inline(&*db, "x").await.unwrap(),
        Some(row.clone())
    );
    assert_eq!(Fenced::count(&*db).await.unwrap(), 1);
    let markup = NewMarkup::new().table("t").insert(&*db).await.unwrap();
    assert_eq!(Markup::find(&*db, markup.id).await.unwrap(), Some(markup));
}

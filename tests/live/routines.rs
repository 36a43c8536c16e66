//! Functions, procedures and sequences of the database, called from Rust.

use rowsmith_runtime::rust_decimal::Decimal;
use rowsmith_runtime::{Error, Executor, PgLsn};

use crate::database::Live;
use crate::trees::routines as db;
use crate::trees::routines::{Mood, MoodCount, NewUser, Spot, User, functions, sequences, tools};

async fn users(db: &impl Executor) -> Vec<User> {
    let ada = NewUser::new("Ada")
        .id(1)
        .email("ada@example.com")
        .mood(Mood::Happy);
    let bob = NewUser::new("Bob").id(2).mood(Mood::Sad);
    User::insert_many(db, &[ada, bob]).await.unwrap()
}

#[tokio::test]
async fn arguments_and_results() {
    let db = Live::create("routines").await;
    let db = &*db;
    assert_eq!(functions::add(db, 1, 2).await.unwrap(), Some(3));
    assert_eq!(functions::nothing(db).await.unwrap(), None);
    let mood = functions::next_mood(db, Mood::Sad).await.unwrap();
    assert_eq!(mood, Some(Mood::Happy));
    // What may be NULL takes a value, an option or nothing, borrowed from anywhere.
    let name = String::from("Ada");
    let greeting = functions::say_hello(db, &name, Mood::Happy).await.unwrap();
    assert_eq!(greeting.as_deref(), Some("Ada is happy"));
    let greeting = functions::say_hello(db, None, Some(Mood::Sad))
        .await
        .unwrap();
    assert_eq!(greeting.as_deref(), Some("nobody is sad"));
    let greeting = functions::say_hello(db, Some("Bob"), None).await.unwrap();
    assert_eq!(greeting.as_deref(), Some("Bob is calm"));
    // Domains, arrays, composites, and what travels as text.
    let mail = functions::mail_of(db, "ada").await.unwrap();
    assert_eq!(mail.as_deref(), Some("ada@example.com"));
    let host = functions::host_of(db, "ada@example.com").await.unwrap();
    assert_eq!(host.as_deref(), Some("example.com"));
    let refused = functions::host_of(db, "nowhere").await;
    assert!(
        matches!(refused, Err(Error::CheckViolation(_))),
        "{refused:?}"
    );
    let names = vec!["a".to_owned(), "b".to_owned()];
    let mails = functions::mails(db, &names).await.unwrap().unwrap();
    assert_eq!(mails, ["a@example.com", "b@example.com"]);
    assert_eq!(functions::mails(db, None).await.unwrap(), None);
    assert_eq!(functions::sum_all(db, &[1, 2, 3]).await.unwrap(), Some(6));
    let spot = Spot {
        x: Some(1),
        label: None,
    };
    let moved = functions::move_spot(db, &spot, 2).await.unwrap().unwrap();
    assert_eq!((moved.x, moved.label), (Some(3), None));
    let path = functions::path_of(db, PgLsn(7)).await.unwrap();
    assert_eq!(path, Some(PgLsn(7)));
    let bytes: &[u8] = &[1, 2];
    assert_eq!(functions::bytes(db, bytes, None).await.unwrap(), Some(2));
    assert_eq!(functions::bytes(db, None, None).await.unwrap(), Some(-1));
}

#[tokio::test]
async fn overloads_and_defaults() {
    let db = Live::create("routines").await;
    let db = &*db;
    let kind = |kind: Option<String>| kind.unwrap();
    assert_eq!(kind(functions::kind_int4(db, 1).await.unwrap()), "integer");
    assert_eq!(kind(functions::kind_int8(db, 1).await.unwrap()), "bigint");
    assert_eq!(kind(functions::kind_text(db, "").await.unwrap()), "text");
    assert_eq!(
        kind(functions::kind_varchar(db, "").await.unwrap()),
        "varchar"
    );
    assert_eq!(
        functions::mixed_int4_int4_with_times(db, 3, 2)
            .await
            .unwrap(),
        Some(6)
    );
    let price = |text: &str| Some(text.parse::<Decimal>().unwrap());
    let (net, tax) = (Decimal::from(10), "0.5".parse().unwrap());
    assert_eq!(functions::price(db, net).await.unwrap(), price("12"));
    let with_tax = functions::price_with_tax(db, net, tax).await.unwrap();
    assert_eq!(with_tax, price("15"));
    let all = functions::price_with_tax_and_discount(db, net, tax, Decimal::ONE);
    assert_eq!(all.await.unwrap(), price("14"));
    // Names that collide or say something to Rust.
    assert_eq!(functions::add_int4_int4(db, 5, 2).await.unwrap(), Some(3));
    assert_eq!(functions::r#type(db, 1, 2, 3).await.unwrap(), Some(6));
    let odd = functions::odd_name(db, 1).await.unwrap();
    assert_eq!((odd.c_d, odd.r#type), (Some(1), Some(2)));
}

#[tokio::test]
async fn several_columns_and_sets() {
    let db = Live::create("routines").await;
    let db = &*db;
    let parts = functions::divmod(db, 7, 2).await.unwrap();
    assert_eq!((parts.quotient, parts.remainder), (Some(3), Some(1)));
    let unnamed = functions::unnamed(db, 1).await.unwrap();
    assert_eq!(
        (unnamed.column_1, unnamed.column_2.as_deref()),
        (Some(1), Some("x"))
    );
    assert_eq!(functions::twice(db, 4).await.unwrap(), Some(8));
    let squares = functions::squares(db, 3).await.unwrap();
    let squares: Vec<_> = squares.iter().map(|it| (it.n, it.square)).collect();
    assert_eq!(
        squares,
        [(Some(1), Some(1)), (Some(2), Some(4)), (Some(3), Some(9))]
    );
    assert_eq!(functions::evens(db, 5).await.unwrap(), [Some(2), Some(4)]);
    let spots = functions::spots(db).await.unwrap();
    let spots: Vec<_> = spots.into_iter().map(|it| it.unwrap().x).collect();
    assert_eq!(spots, [Some(1), Some(2)]);

    let [ada, bob] = users(db).await.try_into().unwrap();
    let names = functions::names(db).await.unwrap();
    assert_eq!(names, [Some("Ada".to_owned()), Some("Bob".to_owned())]);
    assert_eq!(
        functions::users_in(db, Mood::Sad).await.unwrap(),
        [bob.clone()]
    );
    assert_eq!(functions::users_in(db, None).await.unwrap(), []);
    let happy = functions::happy(db).await.unwrap();
    assert_eq!(happy.len(), 1);
    let found = functions::user_called(db, "Ada").await.unwrap();
    assert_eq!(found, Some(ada.clone()));
    assert_eq!(functions::user_called(db, "Eve").await.unwrap(), None);
    let found = tools::functions::user_by_id(db, 2).await.unwrap();
    assert_eq!(found, Some(bob));
}

#[tokio::test]
async fn what_is_done() {
    let live = Live::create("routines").await;
    let db = &*live;
    users(db).await;
    functions::rename_all(db, "Dr. ").await.unwrap();
    let names = functions::names(db).await.unwrap();
    assert_eq!(names[0].as_deref(), Some("Dr. Ada"));
    functions::clear_users(db).await.unwrap();
    assert_eq!(User::count(db).await.unwrap(), 0);

    // With each sort of executor, prepared once and once more.
    let client = live.client().await;
    called(db).await;
    called(&client).await;
    let mut connection = db.connection().await.unwrap();
    called(&connection).await;
    let tx = connection.begin().await.unwrap();
    called(&tx).await;
    tx.rollback().await.unwrap();

    // It commits, so it can't be called in a transaction.
    let names = vec!["a".to_owned(), "b".to_owned()];
    functions::add_users(db, &names).await.unwrap();
    functions::add_users(&client, &names).await.unwrap();
    assert_eq!(User::count(db).await.unwrap(), 4);
    let tx = connection.begin().await.unwrap();
    let refused = functions::add_users(&tx, &names).await;
    assert!(refused.is_err(), "{refused:?}");
    tx.rollback().await.unwrap();
    assert_eq!(User::count(db).await.unwrap(), 4);
}

async fn called(db: &impl Executor) {
    for _ in 0..2 {
        let row = functions::count_up(db, 5).await.unwrap();
        assert_eq!((row.total, row.note.as_deref()), (Some(15), Some("none")));
        let row = functions::count_up_with_total_and_note(db, 5, 1, "so")
            .await
            .unwrap();
        assert_eq!((row.total, row.note.as_deref()), (Some(6), Some("so")));
        let doubled = functions::measure(db, 4).await.unwrap();
        assert_eq!(doubled, Some(8));
    }
}

#[tokio::test]
async fn sequences_of_their_own() {
    let db = Live::create("routines").await;
    let db = db.connection().await.unwrap();
    assert_eq!(sequences::INVOICE_NO.next(&db).await.unwrap(), 100);
    assert_eq!(sequences::INVOICE_NO.next(&db).await.unwrap(), 101);
    assert_eq!(sequences::INVOICE_NO.current(&db).await.unwrap(), 101);
    sequences::INVOICE_NO.set(&db, 7).await.unwrap();
    assert_eq!(sequences::INVOICE_NO.next(&db).await.unwrap(), 8);
    assert_eq!(sequences::ODD_NO.next(&db).await.unwrap(), 1);
    assert_eq!(sequences::ODD_NO.next(&db).await.unwrap(), 3);
    assert!(sequences::ODD_NO.set(&db, 70_000).await.is_err());
}

/// `tests/tidy.rs` compares it with the README.
#[tokio::test]
async fn what_the_readme_says_runs() -> Result<(), Error> {
    let live = Live::create("routines").await;
    let db = live.connection().await?;
    let names = vec!["Eve".to_owned()];

    let sum: Option<i32> = db::functions::add(&db, 1, 2).await?;
    let greeting: Option<String> = db::functions::say_hello(&db, "Ada", None).await?;
    let found: Vec<User> = db::functions::users_in(&db, Mood::Happy).await?;
    let parts = db::functions::divmod(&db, 7, 2).await?; // OUT parameters: parts.quotient, parts.remainder
    db::functions::add_users(&db, &names).await?; // a procedure

    let number: i64 = db::sequences::INVOICE_NO.next(&db).await?;

    MoodCount::refresh(&db).await?; // a materialized view; or refresh_concurrently

    assert_eq!((sum, number), (Some(3), 100));
    assert_eq!(greeting.as_deref(), Some("Ada is calm"));
    assert_eq!((found.len(), parts.remainder), (0, Some(1)));
    assert_eq!(MoodCount::list(&db).await?[0].users, 1);
    MoodCount::refresh_concurrently(&db).await?;
    Ok(())
}

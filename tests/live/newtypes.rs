//! Types of their own, less common types and configured ones: written, read, found by and queried.

use std::collections::BTreeMap;

use rowsmith_runtime::geometric::Point;
use rowsmith_runtime::rust_decimal::Decimal;
use rowsmith_runtime::{
    BigDecimal, Bits, Error, Int2Vector, Json, Lexeme, Money, Multirange, NdArray, Range, Reg,
    Snapshot, TimeTz, TsQuery, TsVector, Weight, Xid8, serde_json, sql,
};

use crate::database::Live;
use crate::trees::{families_jiff, families_time, newtypes, other_types, type_overrides};

#[tokio::test]
async fn keys_domains_and_lookups_have_types_of_their_own() {
    use newtypes::{
        Amount, BadgeId, CurrencyKey, Email, Grade, Invoice, Labels, NewBadge, NewCurrency,
        NewInvoice, NewProfile, NewStatus, NewUser, Percent, State, User, UserId, UserPatch,
        WorkEmail,
    };

    let db = Live::create("newtypes").await;
    let email = |text: &str| Email::new(text).unwrap();
    let violation = Email::new("").unwrap_err();
    assert_eq!(violation.constraint, "email_not_empty");
    assert_eq!(violation.domain, "public.email");
    assert!(Percent::new(101).is_err() && Percent::new(-1).is_err());
    assert!(Grade::new(7).is_err() && WorkEmail::new("x".repeat(41)).is_err());
    assert!(
        Amount::new(Decimal::new(-1, 2)).is_err() && Labels::new(vec![String::new(); 4]).is_err()
    );
    assert!(serde_json::from_str::<Percent>("101").is_err());
    assert_eq!(
        serde_json::to_string(&Percent::new(7).unwrap()).unwrap(),
        "7"
    );

    let new_ada = NewUser::new(email("ada@example.com"), "Ada")
        .done(Percent::new(50).unwrap())
        .grade(Grade::new(1).unwrap())
        .labels(Labels::new(vec!["a".into(), "b".into()]).unwrap());
    let ada: User = new_ada.insert(&*db).await.unwrap();
    let found = User::find_by_email(&*db, &email("ada@example.com"))
        .await
        .unwrap();
    assert_eq!(found, Some(ada.clone()));
    assert_eq!(User::find(&*db, ada.id).await.unwrap(), Some(ada.clone()));
    let bob = NewUser::new(email("bob@example.com"), "Bob").boss_id(ada.id);
    let bobs = User::insert_many(&*db, &[bob]).await.unwrap();
    assert_eq!(bobs[0].boss_id, Some(ada.id));
    let above: Vec<User> = User::select()
        .filter(User::ID.eq(ada.id) & User::DONE.ge(Percent::new(50).unwrap()))
        .all(&*db)
        .await
        .unwrap();
    assert_eq!(above, [ada.clone()]);
    assert_eq!(User::find(&*db, UserId(0)).await.unwrap(), None);

    // What only the server checks is its error.
    let refused = NewUser::new(email("no at"), "Eve").insert(&*db).await;
    assert!(matches!(refused, Err(Error::CheckViolation(v)) if v.constraint == "email_has_at"));

    // Strings are measured, but for blanks at the end.
    assert_eq!(User::NAME_MAX_LENGTH, 20);
    let fits = "é".repeat(20) + "  ";
    let patch = UserPatch::new().name(fits);
    assert!(patch.apply(&*db, ada.id).await.unwrap().is_some());
    let long = || NewUser::new(email("long@example.com"), "x".repeat(21));
    let too_long =
        |error: Error| matches!(error, Error::TooLong { column, max: 20 } if column == "name");
    assert!(too_long(long().insert(&*db).await.unwrap_err()));
    assert!(too_long(
        User::insert_many(&*db, &[long()]).await.unwrap_err()
    ));
    assert!(too_long(User::copy_in(&*db, [long()]).await.unwrap_err()));
    let patch = UserPatch::new().name("x".repeat(21));
    assert!(too_long(patch.apply(&*db, ada.id).await.unwrap_err()));

    // The key of a profile is its user's, and so is what references it.
    let profile = NewProfile::new(ada.id).insert(&*db).await.unwrap();
    let badge = NewBadge::new(profile.user_id)
        .grades(vec![Grade::new(2).unwrap()])
        .insert(&*db)
        .await
        .unwrap();
    let _: BadgeId = badge.id;
    assert_eq!(badge.profile_id, ada.id);

    for state in [State::Draft, State::Sent, State::Paid] {
        NewStatus::new(state, state.to_string())
            .insert(&*db)
            .await
            .unwrap();
    }
    NewCurrency::new(CurrencyKey::Euro)
        .insert(&*db)
        .await
        .unwrap();
    let total = Amount::new(Decimal::new(1250, 2)).unwrap();
    let invoice = NewInvoice::new(ada.id, 1, total)
        .currency(CurrencyKey::Euro)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(invoice.status_id, State::Draft);
    let invoices: Vec<(User, Vec<Invoice>)> = User::select()
        .filter(User::ID.eq(ada.id))
        .with(User::INVOICES)
        .all(&*db)
        .await
        .unwrap();
    assert_eq!(invoices[0].1, [invoice]);
    let none = NewInvoice::new(ada.id, 2, Amount::new(Decimal::ZERO).unwrap())
        .currency(CurrencyKey::Dollar)
        .insert(&*db)
        .await;
    assert!(matches!(none, Err(Error::ForeignKeyViolation(_))));
}

#[tokio::test]
async fn less_common_types_are_written_and_read() {
    use other_types::{Made, NewMade, NewNullable, NewText, Nullable, Parts, Text, Whole};

    let db = Live::create("other_types").await;
    let new = || {
        NewNullable::new()
            .a_money(Money(1250))
            .a_bit_8("10101010".parse::<Bits>().unwrap())
            .a_bit("1".parse::<Bits>().unwrap())
            .a_timetz("09:30:00+02".parse::<TimeTz>().unwrap())
            .a_point(Point::new(1.5, -2.0))
            .a_int8multirange(Multirange::from_iter([1..3, 5..7]))
            .a_regclass(Reg(1259))
            .a_int2vector(Int2Vector(vec![1, 2]))
            .a_pg_snapshot(Snapshot {
                xmin: 1,
                xmax: 2,
                running: Vec::new(),
            })
            .a_xid8(Xid8(u64::MAX))
            .a_tsvector(TsVector::default())
    };
    let row: Nullable = new().insert(&*db).await.unwrap();
    assert_eq!(
        row.a_bit_8.as_ref().map(Bits::to_string).as_deref(),
        Some("10101010")
    );
    let rows = Nullable::insert_many(&*db, &[new(), NewNullable::new()])
        .await
        .unwrap();
    assert_eq!(rows[0].a_xid8, Some(Xid8(u64::MAX)));
    assert_eq!(rows[1].a_money, None);
    assert_eq!(Nullable::copy_in(&*db, [new(), new()]).await.unwrap(), 2);
    let all: Vec<Nullable> = Nullable::select()
        .filter(
            Nullable::A_INT8MULTIRANGE.overlaps(Multirange::from(Range::new(5, 6)))
                & Nullable::A_MONEY.gt(Money(1)),
        )
        .all(&*db)
        .await
        .unwrap();
    assert_eq!(all.len(), 4);
    assert!(all.iter().all(|it| Nullable {
        id: row.id,
        ..it.clone()
    } == row));

    let part = Parts {
        a_money: Some(Money(1)),
        a_timetz: Some(TimeTz::new(0, 3600)),
        ..empty_part()
    };
    let whole = Whole {
        part: Some(part.clone()),
        parts: Some(vec![part.clone()]),
        numbers: None,
    };
    let made: Made = NewMade::new()
        .part(part)
        .whole(whole.clone())
        .wholes(vec![whole.clone()])
        .a_xid8(Xid8(7))
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(made.whole, Some(whole.clone()));
    assert_eq!((made.wholes, made.a_xid8), (vec![whole], Some(Xid8(7))));

    let text: Text = NewText::new("=r/postgres")
        .cursor("c")
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(
        (text.item.as_str(), text.cursor.as_deref()),
        ("=r/postgres", Some("c"))
    );
}

#[tokio::test]
async fn documents_are_searched() {
    use other_types::{NewNullable, Nullable};

    let db = Live::create("other_types").await;
    let document = TsVector {
        lexemes: vec![Lexeme::at("rat", [2]), Lexeme::at("cat", [1, 3])],
    };
    let new = NewNullable::new()
        .a_tsvector(document.clone())
        .a_money(Money(1250));
    let row: Nullable = new.insert(&*db).await.unwrap();
    let query = TsQuery::word("cat").followed_by(TsQuery::word("rat"), 1);
    for (query, found) in [
        (query.clone(), Some(row.id)),
        (query.not(), None),
        (TsQuery::word("rat").weighing([Weight::A]), None),
    ] {
        let ids: Option<i64> = Nullable::select()
            .filter(Nullable::A_TSVECTOR.search(query))
            .columns(Nullable::ID)
            .one_or_none(&*db)
            .await
            .unwrap();
        assert_eq!(ids, found);
    }
    let (id, seen, rank, money) = Nullable::select()
        .filter(Nullable::A_TSVECTOR.search(sql::websearch("simple", "cat -dog")))
        .columns((
            Nullable::ID,
            Nullable::A_TSVECTOR,
            sql::ts_rank(Nullable::A_TSVECTOR, TsQuery::word("cat")),
            Nullable::A_MONEY,
        ))
        .one(&*db)
        .await
        .unwrap();
    assert_eq!((id, money), (row.id, Some(Money(1250))));
    let seen: Vec<String> = seen.into_iter().map(|it| it.to_string()).collect();
    assert_eq!(seen, ["'cat':1,3 'rat':2"]);
    assert!(rank > Some(0.0));
    let total: Option<Money> = Nullable::select()
        .columns(sql::sum(Nullable::A_MONEY))
        .one(&*db)
        .await
        .unwrap();
    assert_eq!(total, Some(Money(1250)));
}

#[tokio::test]
async fn ranges_of_the_schema_are_written_and_read() {
    use other_types::{
        HeightRange, HeightRanges, Level, LevelRange, NewSpan, Oidmultirange, Oidrange, Span,
    };

    let db = Live::create("other_types").await;
    let span = NewSpan::new(LevelRange::from(Level::Low..Level::High))
        .many_levels("{[low,middle)}")
        .heights(HeightRange::from(1.5..))
        .many_heights(HeightRanges::from_iter([1.0..2.0, 3.0..4.0]))
        .oids(Oidrange::from(1..5))
        .many_oids(Oidmultirange::from_iter([1..5, 7..9]))
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(span.levels, LevelRange::from(Level::Low..Level::High));
    assert_eq!(span.many_levels.as_deref(), Some("{[low,middle)}"));
    let found: Vec<Span> = Span::select()
        .filter(Span::LEVELS.has(Level::Middle))
        .filter(Span::MANY_HEIGHTS.has(3.5) & Span::MANY_OIDS.has(8_u32))
        .filter(Span::HEIGHTS.has(2.0))
        .all(&*db)
        .await
        .unwrap();
    assert_eq!(found, [span]);
}

fn empty_part() -> other_types::Parts {
    other_types::Parts {
        a_money: None,
        a_varbit: None,
        a_timetz: None,
        a_point: None,
        a_tsvector: None,
        a_tsquery: None,
        a_xid8: None,
        a_pg_snapshot: None,
        a_tstzmultirange: None,
        a_box: None,
        a_int2vector: None,
        a_xml: None,
    }
}

#[tokio::test]
async fn configured_types_are_written_and_read() {
    use type_overrides::{Body, Document, NewDocument};

    let db = Live::create("type_overrides").await;
    let body = Json(BTreeMap::from([("a".to_owned(), 1)]));
    let number = "123456789012345678901234567890.5"
        .parse::<BigDecimal>()
        .unwrap();
    let new = |reference| {
        NewDocument::new(body.clone(), reference)
            .price("$1.50")
            .prices(vec!["$1.00".to_owned()])
            .reading(number.clone())
            .readings(vec![number.clone()])
            .numbers(vec![Some(1), None])
            .names(vec![None, Some("a".to_owned())])
    };
    let document: Document = new(1)
        .grid(NdArray::from_rows([[1.0, 2.0], [3.0, 4.0]]))
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(document.reading, Some(number.clone()));
    assert_eq!(document.numbers, [Some(1), None]);
    assert_eq!(
        document.grid.as_ref().map(NdArray::lengths),
        Some(vec![2, 2])
    );
    assert_eq!(
        Document::find_by_reference(&*db, &1).await.unwrap(),
        Some(document.clone())
    );
    let flat = new(2).grid(NdArray::from(vec![1.0, 2.0]));
    let many = Document::insert_many(&*db, &[flat, new(3)]).await.unwrap();
    assert_eq!(many[0].names, Some(vec![None, Some("a".to_owned())]));
    // Arrays of several dimensions have no place in an array of arrays.
    let grid = new(4).grid(NdArray::from_rows([[1.0], [2.0]]));
    let refused = Document::insert_many(&*db, &[grid]).await;
    assert!(refused.is_err());
    let bodies: Vec<Body> = Body::list(&*db).await.unwrap();
    assert_eq!(bodies[0].body, serde_json::json!({ "a": 1 }));
}

#[tokio::test]
async fn families_of_dates_and_numbers_are_written_and_read() {
    use rowsmith_runtime::{Infinite, jiff, time};

    let db = Live::create("families_time").await;
    let moment = time::OffsetDateTime::UNIX_EPOCH;
    let new = families_time::NewPayment::new(moment, "1.50");
    let payment = new.insert(&*db).await.unwrap();
    assert_eq!((payment.moment, payment.amount.as_str()), (moment, "1.50"));
    let found = families_time::Payment::find(&*db, moment).await.unwrap();
    assert_eq!(found, Some(payment));

    let db = Live::create("families_jiff").await;
    let amount: BigDecimal = "1e40".parse().unwrap();
    for moment in [
        Infinite::NegInfinity,
        Infinite::Finite(jiff::Timestamp::UNIX_EPOCH),
        Infinite::Infinity,
    ] {
        let new = families_jiff::NewPayment::new(moment, amount.clone());
        new.insert(&*db).await.unwrap();
        let found = families_jiff::Payment::find(&*db, moment).await.unwrap();
        assert_eq!(found.map(|it| it.amount), Some(amount.clone()));
    }
    let last: Vec<families_jiff::Payment> = families_jiff::Payment::select()
        .filter(families_jiff::Payment::MOMENT.gt(Infinite::Finite(jiff::Timestamp::MAX)))
        .all(&*db)
        .await
        .unwrap();
    assert_eq!(last.len(), 1);
}

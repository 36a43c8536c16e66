//! Values of every type, there and back: in a row, as NULL, in arrays, and through `insert_many`.

use std::time::Duration;

use rowsmith_runtime::chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rowsmith_runtime::cidr::{IpCidr, IpInet};
use rowsmith_runtime::rust_decimal::Decimal;
use rowsmith_runtime::serde_json::{Value, json};
use rowsmith_runtime::uuid::Uuid;
use rowsmith_runtime::{Interval, MacAddr};

use crate::database::Live;
use crate::trees::text_types::{
    Booking, NewBooking, NewText, NewTextArray, NewVisit, Text, TextArray, TextPatch, Visit,
};
use crate::trees::types::{
    Array, ArrayPatch, Default as Defaults, NewArray, NewDefault, NewNullable, NewRange,
    NewRequired, Nullable, NullablePatch, Range, Required,
};

struct Values {
    numeric: Decimal,
    uuid: Uuid,
    date: NaiveDate,
    time: NaiveTime,
    timestamp: NaiveDateTime,
    timestamptz: DateTime<Utc>,
    interval: Interval,
    json: Value,
    inet: IpInet,
    cidr: IpCidr,
    macaddr: MacAddr,
}

fn values() -> Values {
    let date = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
    let time = NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999).unwrap();
    let timestamp = date.and_time(time);
    Values {
        numeric: "-12345.678".parse().unwrap(),
        uuid: Uuid::from_u128(0x1234_5678_9abc_def0_1234_5678_9abc_def0),
        date,
        time,
        timestamp,
        timestamptz: timestamp.and_utc(),
        interval: "1 year 2 mons 3 days 04:05:06.789".parse().unwrap(),
        json: json!({"a": [1, null, "ü"], "b": {"c": 0.5}}),
        inet: "192.168.1.7/24".parse().unwrap(),
        cidr: "2001:db8::/32".parse().unwrap(),
        macaddr: "08:00:2b:01:02:03".parse().unwrap(),
    }
}

fn required() -> NewRequired {
    let v = values();
    NewRequired::new(
        true,
        i16::MIN,
        i32::MIN,
        i64::MIN,
        f32::MIN_POSITIVE,
        f64::MAX,
        v.numeric,
        "0.10".parse::<Decimal>().unwrap(),
        "text with ' and \" and \\ and 🦀",
        "varchar",
        "varchar of 20",
        "c",
        "ch",
        "name",
        vec![0, 1, 0xff, b'\\'],
        v.uuid,
        v.date,
        v.time,
        NaiveTime::from_hms_milli_opt(1, 2, 3, 456).unwrap(),
        v.timestamp,
        v.timestamptz,
        DateTime::UNIX_EPOCH,
        v.interval,
        "3 days 00:00:01.5".parse::<Interval>().unwrap(),
        v.json.clone(),
        v.json,
        v.inet,
        v.cidr,
        v.macaddr,
    )
}

#[tokio::test]
async fn required_columns() {
    let db = Live::create("types").await;
    let v = values();
    let row = required().insert(&*db).await.unwrap();
    assert_eq!(
        (row.a_bool, row.a_int2, row.a_int4, row.a_int8),
        (true, i16::MIN, i32::MIN, i64::MIN)
    );
    assert_eq!((row.a_float4, row.a_float8), (f32::MIN_POSITIVE, f64::MAX));
    assert_eq!(row.a_numeric, v.numeric);
    assert_eq!(row.a_numeric_10_2.to_string(), "0.10");
    assert_eq!(row.a_text, "text with ' and \" and \\ and 🦀");
    assert_eq!(
        (row.a_varchar.as_str(), row.a_varchar_20.as_str()),
        ("varchar", "varchar of 20")
    );
    // `char(n)` is padded by the database.
    assert_eq!((row.a_char.as_str(), row.a_char_4.as_str()), ("c", "ch  "));
    assert_eq!(row.a_name, "name");
    assert_eq!(row.a_bytea, [0, 1, 0xff, b'\\']);
    assert_eq!(row.a_uuid, v.uuid);
    assert_eq!((row.a_date, row.a_time), (v.date, v.time));
    assert_eq!(
        (row.a_timestamp, row.a_timestamptz),
        (v.timestamp, v.timestamptz)
    );
    assert_eq!(row.a_timestamptz_0, DateTime::UNIX_EPOCH);
    assert_eq!(row.a_interval, v.interval);
    assert_eq!((&row.a_json, &row.a_jsonb), (&v.json, &v.json));
    assert_eq!(
        (row.a_inet, row.a_cidr, row.a_macaddr),
        (v.inet, v.cidr, v.macaddr)
    );
    assert_eq!(Required::find(&*db, row.id).await.unwrap(), Some(row));

    let rows = Required::insert_many(&*db, &[required(), required()])
        .await
        .unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].a_json, v.json);
    assert_eq!(rows[1].a_interval, v.interval);
}

#[tokio::test]
async fn nullable_columns() {
    let db = Live::create("types").await;
    let v = values();
    let empty = NewNullable::new().insert(&*db).await.unwrap();
    assert_eq!(
        (
            empty.a_bool,
            empty.a_text.as_deref(),
            empty.a_jsonb.as_ref()
        ),
        (None, None, None)
    );
    let full = NewNullable::new()
        .a_bool(false)
        .a_int2(2)
        .a_int4(4)
        .a_int8(8)
        .a_float4(0.25)
        .a_float8(f64::INFINITY)
        .a_numeric(v.numeric)
        .a_text("")
        .a_varchar("v")
        .a_char("char")
        .a_name("n")
        .a_bytea(vec![])
        .a_uuid(v.uuid)
        .a_date(v.date)
        .a_time(v.time)
        .a_timestamp(v.timestamp)
        .a_timestamptz(v.timestamptz)
        .a_interval(v.interval)
        .a_json(json!(null))
        .a_jsonb(v.json.clone())
        .a_inet(v.inet)
        .a_cidr(v.cidr)
        .a_macaddr(v.macaddr);
    let row = full.insert(&*db).await.unwrap();
    assert_eq!(
        (row.a_text.as_deref(), row.a_bytea.as_deref()),
        (Some(""), Some(&[][..]))
    );
    // JSON's null is a value.
    assert_eq!(
        (row.a_json.as_ref(), row.a_float8),
        (Some(&json!(null)), Some(f64::INFINITY))
    );
    assert_eq!(row.a_macaddr, Some(v.macaddr));

    let rows = Nullable::insert_many(
        &*db,
        &[NewNullable::new(), full, NewNullable::new().a_int4(1)],
    )
    .await
    .unwrap();
    assert_eq!(rows[0].a_int4, None);
    assert_eq!(
        (rows[1].a_int4, rows[1].a_jsonb.as_ref()),
        (Some(4), Some(&v.json))
    );
    assert_eq!((rows[2].a_int4, rows[2].a_bool), (Some(1), None));

    let emptied = NullablePatch::new()
        .a_text(None)
        .a_jsonb(None)
        .a_uuid(None)
        .apply(&*db, row.id)
        .await
        .unwrap();
    let emptied = emptied.unwrap();
    assert_eq!(
        (emptied.a_text, emptied.a_jsonb, emptied.a_uuid),
        (None, None, None)
    );
    assert_eq!(emptied.a_int8, Some(8));
}

#[tokio::test]
async fn arrays() {
    let db = Live::create("types").await;
    let v = values();
    let full = NewArray::new()
        .a_bool(vec![true, false])
        .a_int4(vec![1, -1])
        .a_int8(vec![])
        .a_numeric(vec![v.numeric])
        .a_text(["a,b", "{\"", "NULL", ""].map(str::to_owned).to_vec())
        .a_bytea(vec![vec![1, 2], vec![]])
        .a_uuid(vec![v.uuid])
        .a_date(vec![v.date])
        .a_timestamptz(vec![v.timestamptz])
        .a_interval(vec![v.interval])
        .a_jsonb(vec![v.json.clone(), json!([])])
        .a_inet(vec![v.inet])
        .a_macaddr(vec![v.macaddr]);
    let row = full.insert(&*db).await.unwrap();
    assert_eq!(row.a_bool, Some(vec![true, false]));
    assert_eq!(row.a_int8, Some(vec![]));
    assert_eq!(row.a_text.as_ref().unwrap().len(), 4);
    assert_eq!(row.a_bytea, Some(vec![vec![1, 2], vec![]]));
    assert_eq!(row.a_jsonb, Some(vec![v.json, json!([])]));
    assert_eq!(row.a_name, None);

    // Arrays of different lengths, empty, NULL and left out, in one call.
    let rows = Array::insert_many(
        &*db,
        &[
            full,
            NewArray::new(),
            NewArray::new().a_int4(vec![7; 100]).a_text(None),
            NewArray::new().a_int4(vec![]).a_text(vec![String::new()]),
        ],
    )
    .await
    .unwrap();
    assert_eq!(rows.len(), 4);
    assert_eq!(
        (&rows[0].a_int4, &rows[0].a_text),
        (&row.a_int4, &row.a_text)
    );
    assert_eq!((&rows[1].a_int4, &rows[1].a_text), (&None, &None));
    assert_eq!(rows[2].a_int4.as_ref().unwrap().len(), 100);
    assert_eq!(
        (&rows[3].a_int4, &rows[3].a_text),
        (&Some(vec![]), &Some(vec![String::new()]))
    );

    let changed = ArrayPatch::new()
        .a_int4(vec![2])
        .a_text(None)
        .apply(&*db, row.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((changed.a_int4, changed.a_text), (Some(vec![2]), None));
}

#[tokio::test]
async fn defaults() {
    let db = Live::create("types").await;
    let row = NewDefault::new().insert(&*db).await.unwrap();
    assert_eq!(
        (row.a_bool, row.a_int4, row.a_numeric.to_string().as_str()),
        (true, -1, "1.500")
    );
    assert_eq!(row.a_text, "it's \\ a \"default\"");
    assert_eq!(row.a_bytea, [0xde, 0xad, 0xbe, 0xef]);
    assert_eq!(row.a_interval, "1 day".parse().unwrap());
    assert_eq!(row.a_texts, ["a", "b"]);
    assert_eq!(
        (row.a_user.as_str(), row.a_null.as_deref()),
        ("postgres", None)
    );
    let waits = row.an_expiry - Utc::now();
    assert!(waits.to_std().unwrap() > Duration::from_secs(29 * 24 * 3600));

    let rows = Defaults::insert_many(
        &*db,
        &[
            NewDefault::new(),
            NewDefault::new().a_text("mine").a_int4(5),
            NewDefault::new().a_null("x"),
        ],
    )
    .await
    .unwrap();
    assert_eq!(
        (rows[0].a_int4, rows[1].a_int4, rows[2].a_int4),
        (-1, 5, -1)
    );
    assert_eq!(rows[1].a_text, "mine");
    assert_eq!(
        (rows[1].a_null.as_deref(), rows[2].a_null.as_deref()),
        (None, Some("x"))
    );
}

#[tokio::test]
async fn what_has_no_rust_type_travels_as_text() {
    let db = Live::create("text_types").await;
    let row = NewText::new()
        .price("$1,234.50")
        .flags("10101010")
        .mask("101")
        .document("'fat':2 'rat':3")
        .query("'fat' & 'rat'")
        .markup("<a href=\"x\">y</a>")
        .place("(1,2)")
        .area("(1,1),(0,0)")
        .day_sets("{[2024-01-01,2024-02-01)}")
        .measured("[1.5,2.5]")
        .hardware("08:00:2b:01:02:03:04:05")
        .opens("08:30:00+01")
        .selector("$.\"a\"")
        .relation("texts")
        .letter(120)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(row.price.as_deref(), Some("$1,234.50"));
    assert_eq!(row.flags.as_deref(), Some("10101010"));
    assert_eq!(row.document.as_deref(), Some("'fat':2 'rat':3"));
    assert_eq!(row.markup.as_deref(), Some("<a href=\"x\">y</a>"));
    assert_eq!(row.day_sets.as_deref(), Some("{[2024-01-01,2024-02-01)}"));
    assert_eq!(row.measured, "[1.5,2.5]");
    assert_eq!(row.opens.as_deref(), Some("08:30:00+01"));
    assert_eq!(row.border, None);
    assert_eq!(Text::find(&*db, row.id).await.unwrap(), Some(row.clone()));

    let changed = TextPatch::new()
        .measured("(,7.5)")
        .place(None)
        .apply(&*db, row.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (changed.measured.as_str(), changed.place.as_deref()),
        ("(,7.5)", None)
    );

    let rows = Text::insert_many(
        &*db,
        &[
            NewText::new(),
            NewText::new().place("(3,4)"),
            NewText::new().price(None),
        ],
    )
    .await
    .unwrap();
    assert_eq!(
        (rows[0].measured.as_str(), rows[1].place.as_deref()),
        ("empty", Some("(3,4)"))
    );

    // What is no such value is refused by the database, with its SQLSTATE.
    let error = NewText::new()
        .place("nowhere")
        .insert(&*db)
        .await
        .unwrap_err();
    assert!(error.code().is_some(), "{error:?}");
}

#[tokio::test]
async fn arrays_that_travel_as_text() {
    let db = Live::create("text_types").await;
    let places = vec!["(1,2)".to_owned(), "(3,4)".to_owned()];
    let row = NewTextArray::new(places.clone())
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!((&row.places, row.measured.len()), (&places, 0));
    let rows = TextArray::insert_many(
        &*db,
        &[
            NewTextArray::new(places.clone()).flags(vec!["101".to_owned()]),
            NewTextArray::new(vec![]).prices(vec!["$1.00".to_owned(); 3]),
        ],
    )
    .await
    .unwrap();
    assert_eq!((&rows[0].places, rows[1].places.len()), (&places, 0));
    assert_eq!(rows[1].prices.as_ref().unwrap().len(), 3);
}

#[tokio::test]
async fn keys_that_travel_as_text() {
    let db = Live::create("text_types").await;
    let during = "[1.5,2.5)";
    let booking = NewBooking::new(during, 7).insert(&*db).await.unwrap();
    assert_eq!(
        Booking::find(&*db, during).await.unwrap(),
        Some(booking.clone())
    );
    assert_eq!(
        Booking::find(&*db, &booking.during).await.unwrap(),
        Some(booking.clone())
    );
    let visit = NewVisit::new(during).insert(&*db).await.unwrap();
    assert_eq!(booking.visits(&*db).await.unwrap(), [visit.clone()]);
    assert_eq!(
        Visit::list_by_during(&*db, during).await.unwrap(),
        [visit.clone()]
    );
    assert_eq!(visit.during(&*db).await.unwrap(), booking);
}

#[tokio::test]
async fn ranges_come_back_as_they_were_sent() {
    use std::ops::Bound;

    use rowsmith_runtime::Range as Values;

    let db = Live::create("types").await;
    let day = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
    let noon = day.and_hms_opt(12, 0, 0).unwrap();
    let above = (Bound::Excluded(noon), Bound::Unbounded);
    let row = NewRange::new()
        .a_int4(Values::from(1..10))
        .a_int8(Values::from(..=i64::MAX - 1))
        .a_numeric(Values::from(Decimal::new(15, 1)..=Decimal::new(25, 1)))
        .a_date(Values::Empty)
        .a_timestamp(Values::Between(above.0, above.1))
        .a_timestamptz(Values::unbounded())
        .an_array(vec![Values::from(1..2), Values::Empty, Values::from(3..)])
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(row.a_int4, Values::new(1, 10));
    // Whole numbers and days are brought into one form by the server.
    assert_eq!(row.a_int8, Some(Values::from(..i64::MAX)));
    let included = Decimal::new(15, 1)..=Decimal::new(25, 1);
    assert_eq!(row.a_numeric, Some(Values::from(included)));
    assert_eq!(row.a_date, Some(Values::Empty));
    assert_eq!(row.a_timestamp, Some(Values::Between(above.0, above.1)));
    assert_eq!(row.a_timestamptz, Some(Values::unbounded()));
    assert_eq!(
        row.an_array,
        [Values::from(1..2), Values::Empty, Values::from(3..)]
    );
    assert_eq!(Range::find(&*db, row.id).await.unwrap(), Some(row.clone()));

    let found = async |filter: rowsmith_runtime::Expr<Range, bool>| {
        Range::select().filter(filter).exists(&*db).await.unwrap()
    };
    assert!(found(Range::A_INT4.contains(Values::from(2..5))).await);
    assert!(!found(Range::A_INT4.contains(Values::from(2..50))).await);
    assert!(found(Range::A_INT4.contained_by(Values::from(0..))).await);
    assert!(found(Range::A_INT4.overlaps(Values::from(9..50))).await);
    assert!(found(Range::A_INT4.left_of(Values::from(10..50))).await);
    assert!(found(Range::A_INT4.right_of(Values::from(-5..0))).await);
    assert!(found(Range::A_INT4.adjacent_to(Values::from(10..50))).await);
    let has = async |filter: rowsmith_runtime::Expr<Range, Option<bool>>| {
        Range::select().filter(filter).exists(&*db).await.unwrap()
    };
    assert!(has(Range::A_INT4.has(9)).await);
    assert!(!has(Range::A_INT4.has(10)).await);
    assert!(has(Range::AN_ARRAY.has(Values::from(1..2))).await);
    let noon_utc = noon.and_utc();
    assert!(has(Range::A_TIMESTAMPTZ.has(noon_utc)).await);
    let bounds: (Option<i32>, Option<i64>) = Range::select()
        .columns((Range::A_INT4.upper_bound(), Range::A_INT8.lower_bound()))
        .one(&*db)
        .await
        .unwrap();
    assert_eq!(bounds, (Some(10), None));
}

//! Every type there and back, and what has no place in Rust.

#![cfg(feature = "pool")]
#![allow(clippy::unwrap_used)]

mod common;
#[cfg(all(feature = "chrono", feature = "json"))]
#[path = "types/making.rs"]
mod making;
#[path = "types/values.rs"]
mod values;

use std::fmt::Debug;

use common::{Address, Role, database, database_with};
use rowsmith_runtime::private::Type;
use rowsmith_runtime::tokio_postgres::types::FromSql;
use rowsmith_runtime::{
    BoxError, Database, Error, Interval, Lexeme, MacAddr, PgEnum, Position, ToSql, TsVector,
    Weight, Xml, impl_composite, impl_enum, query,
};

/// Sends a value as this type, and expects the server to see this text and to return the value.
async fn round_trip<T>(db: &Database, ty: &str, value: T, text: &str)
where
    T: Clone + Debug + PartialEq + ToSql + Sync + Send + for<'a> FromSql<'a>,
{
    let seen: String = query::value(db, &format!("SELECT ($1::{ty})::text"), &[&value])
        .await
        .unwrap();
    assert_eq!(seen, text, "{ty}");
    let back: T = query::value(db, &format!("SELECT $1::{ty}"), &[&value])
        .await
        .unwrap();
    assert_eq!(back, value, "{ty}");
    let list = vec![Some(value.clone()), None];
    let back: Vec<Option<T>> = query::value(db, &format!("SELECT $1::{ty}[]"), &[&list])
        .await
        .unwrap();
    assert_eq!(back, list, "{ty}[]");
    let null: Option<T> = query::value(db, &format!("SELECT $1::{ty}"), &[&None::<T>])
        .await
        .unwrap();
    assert_eq!(null, None, "{ty}");
}

#[tokio::test]
async fn plain_types() {
    let (_database, db) = database_with("").await;
    round_trip(&db, "bool", true, "true").await;
    round_trip(&db, "int2", -7_i16, "-7").await;
    round_trip(&db, "int4", i32::MIN, "-2147483648").await;
    round_trip(&db, "int8", i64::MAX, "9223372036854775807").await;
    round_trip(&db, "float4", 1.5_f32, "1.5").await;
    round_trip(&db, "float8", -0.25_f64, "-0.25").await;
    for ty in ["text", "varchar", "name"] {
        round_trip(
            &db,
            ty,
            "a 'quote' \u{1f600}".to_owned(),
            "a 'quote' \u{1f600}",
        )
        .await;
    }
    round_trip(&db, "bytea", vec![0_u8, 255], "\\x00ff").await;
    round_trip(&db, "oid", 42_u32, "42").await;
}

#[tokio::test]
async fn intervals_and_hardware_addresses() {
    let (_database, db) = database_with("").await;
    for interval in [
        Interval::ZERO,
        Interval::new(14, -3, 4_500_000),
        Interval::new(-1, 1, -1),
        Interval::new(0, 0, i64::MAX),
        Interval::new(-178_000_000, 2_000_000_000, -3_600_000_000),
    ] {
        round_trip(&db, "interval", interval, &interval.to_string()).await;
    }
    let address: MacAddr = "08:00:2b:01:02:ff".parse().unwrap();
    round_trip(&db, "macaddr", address, "08:00:2b:01:02:ff").await;
}

#[cfg(feature = "chrono")]
#[tokio::test]
async fn dates_and_times() {
    use rowsmith_runtime::chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

    let (_database, db) = database_with("").await;
    let date = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
    let time = NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999).unwrap();
    round_trip(&db, "date", date, "2024-02-29").await;
    round_trip(&db, "time", time, "23:59:59.999999").await;
    let both = NaiveDateTime::new(date, time);
    round_trip(&db, "timestamp", both, "2024-02-29 23:59:59.999999").await;
    let utc = DateTime::<Utc>::from_naive_utc_and_offset(both, Utc);
    round_trip(&db, "timestamptz", utc, "2024-02-29 23:59:59.999999+00").await;

    for sql in [
        "SELECT 'infinity'::date",
        "SELECT '-infinity'::date",
        "SELECT '5874897-12-31'::date",
    ] {
        let error = query::value::<NaiveDate>(&db, sql, &[]).await;
        assert!(
            matches!(error, Err(Error::Decode { .. })),
            "{sql} {error:?}"
        );
    }
    for sql in [
        "SELECT 'infinity'::timestamptz",
        "SELECT '-infinity'::timestamptz",
        "SELECT '294276-12-31'::timestamptz",
    ] {
        let error = query::value::<DateTime<Utc>>(&db, sql, &[]).await;
        assert!(
            matches!(error, Err(Error::Decode { .. })),
            "{sql} {error:?}"
        );
    }
    let error = query::value::<NaiveTime>(&db, "SELECT '24:00'::time", &[]).await;
    assert!(matches!(error, Err(Error::Decode { .. })), "{error:?}");
    let error = query::value::<Vec<NaiveTime>>(&db, "SELECT '{24:00}'::time[]", &[]).await;
    assert!(matches!(error, Err(Error::Decode { .. })), "{error:?}");
}

#[cfg(feature = "uuid")]
#[tokio::test]
async fn uuids() {
    use rowsmith_runtime::uuid::Uuid;

    let (_database, db) = database_with("").await;
    let uuid = Uuid::from_u128(0x1234);
    round_trip(&db, "uuid", uuid, "00000000-0000-0000-0000-000000001234").await;
}

#[cfg(feature = "json")]
#[tokio::test]
async fn json() {
    use rowsmith_runtime::serde_json::json;

    let (_database, db) = database_with("").await;
    let value = json!({"a": [1, null, "x"]});
    round_trip(&db, "json", value.clone(), r#"{"a":[1,null,"x"]}"#).await;
    round_trip(&db, "jsonb", value, r#"{"a": [1, null, "x"]}"#).await;
}

#[cfg(feature = "decimal")]
#[tokio::test]
async fn decimals() {
    use rowsmith_runtime::rust_decimal::Decimal;

    let (_database, db) = database_with("").await;
    for text in [
        "0",
        "0.00",
        "-1234567.8901",
        "79228162514264337593543950335",
        "10000000000000000000000000000",
        "0.0000000000000000000000000001",
        "1.50000000000000000000000000000000000000",
        "12345678901234567890.123456789000000000",
    ] {
        let value: Decimal = text.parse().unwrap();
        let back: Decimal = query::value(&db, &format!("SELECT '{text}'::numeric"), &[])
            .await
            .unwrap();
        assert_eq!(back, value);
        let back: Decimal = query::value(&db, "SELECT $1::numeric", &[&value])
            .await
            .unwrap();
        assert_eq!(back, value);
    }
    round_trip(&db, "numeric", Decimal::new(-125, 2), "-1.25").await;
    for text in [
        "NaN",
        "Infinity",
        "1e29",
        "-8e28",
        "1e32",
        "1e1000",
        "1e131071",
        "1e-29",
        "1e-16383",
        "12345678901234567890.123456789012345",
    ] {
        let sql = format!("SELECT '{text}'::numeric");
        let error = query::value::<Decimal>(&db, &sql, &[]).await;
        assert!(
            matches!(error, Err(Error::Decode { .. })),
            "{text} {error:?}"
        );
        let sql = format!("SELECT ARRAY[NULL, '{text}'::numeric]");
        let error = query::value::<Vec<Option<Decimal>>>(&db, &sql, &[]).await;
        assert!(
            matches!(error, Err(Error::Decode { .. })),
            "{text} {error:?}"
        );
    }
}

/// A type of the user's own for numbers, which keeps their binary format.
#[derive(Debug, PartialEq)]
struct Exact(Vec<u8>);

impl<'a> FromSql<'a> for Exact {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, BoxError> {
        Ok(Self(raw.to_vec()))
    }

    fn accepts(ty: &Type) -> bool {
        [Type::NUMERIC, Type::TIME].contains(ty)
    }
}

#[tokio::test]
async fn types_of_the_users_own_get_every_value() {
    let (_database, db) = database_with("CREATE DOMAIN amount AS numeric").await;
    for value in ["'1e1000'::numeric", "'NaN'::amount", "'24:00'::time"] {
        let sql = format!("SELECT {value}");
        query::value::<Exact>(&db, &sql, &[]).await.unwrap();
        let sql = format!("SELECT ARRAY[{value}]");
        let list: Vec<Option<Exact>> = query::value(&db, &sql, &[]).await.unwrap();
        assert_eq!(list.len(), 1);
    }
}

#[cfg(feature = "decimal")]
#[tokio::test]
async fn newtypes_around_decimals_refuse_what_those_can_not_hold() {
    #[derive(Debug)]
    struct Price(rowsmith_runtime::rust_decimal::Decimal);
    rowsmith_runtime::impl_newtype!(Price(rowsmith_runtime::rust_decimal::Decimal): Number);

    let (_database, db) = database_with("").await;
    let price: Price = query::value(&db, "SELECT 1.50", &[]).await.unwrap();
    assert_eq!(price.0.to_string(), "1.50");
    for value in ["1e32", "1e-29"] {
        let error = query::value::<Price>(&db, &format!("SELECT '{value}'::numeric"), &[]).await;
        assert!(matches!(error, Err(Error::Decode { .. })), "{error:?}");
        let sql = format!("SELECT ARRAY['{value}'::numeric]");
        let error = query::value::<Vec<Price>>(&db, &sql, &[]).await;
        assert!(matches!(error, Err(Error::Decode { .. })), "{error:?}");
    }
}

#[tokio::test]
async fn documents_are_sent_as_the_server_wants_them() {
    let (_database, db) = database_with("").await;
    let xml = Xml::from("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>ß</a>");
    let seen: String = query::value(&db, "SELECT xpath('/a/text()', $1)::text", &[&xml])
        .await
        .unwrap();
    assert_eq!(seen, "{ß}");

    let heavy = Lexeme {
        text: "rat".to_owned(),
        positions: vec![Position {
            place: 7,
            weight: Weight::A,
        }],
    };
    let document = TsVector {
        lexemes: vec![
            Lexeme::at("rat", [9, 7, 3, 7]),
            heavy,
            Lexeme::at("cat", 1..=256),
        ],
    };
    let sql = "SELECT ts_delete($1::tsvector, 'cat')::text WHERE $1::tsvector @@ 'cat & rat:A'";
    let seen: String = query::value(&db, sql, &[&document]).await.unwrap();
    assert_eq!(seen, "'rat':3,7A,9");
}

#[cfg(feature = "net")]
#[tokio::test]
async fn network_addresses() {
    use rowsmith_runtime::cidr::{IpCidr, IpInet};

    let (_database, db) = database_with("").await;
    let inet: IpInet = "192.168.1.5/24".parse().unwrap();
    round_trip(&db, "inet", inet, "192.168.1.5/24").await;
    let inet: IpInet = "2001:db8::1/128".parse().unwrap();
    round_trip(&db, "inet", inet, "2001:db8::1/128").await;
    let cidr: IpCidr = "10.0.0.0/8".parse().unwrap();
    round_trip(&db, "cidr", cidr, "10.0.0.0/8").await;
}

#[tokio::test]
async fn enums() {
    let (database, db) = database().await;
    round_trip(&db, "role", Role::Admin, "admin").await;
    database
        .execute("ALTER TYPE role ADD VALUE 'guest'")
        .unwrap();
    let error = query::value::<Role>(&db, "SELECT 'guest'::role AS r", &[]).await;
    let Err(Error::Decode { column, source }) = error else {
        panic!("{error:?}");
    };
    assert_eq!(column, "r");
    assert_eq!(
        source.to_string(),
        "the enum `public.role` has no label `guest`"
    );
    let error = query::value::<Role>(&db, "SELECT 'admin'::text", &[]).await;
    assert!(matches!(error, Err(Error::Decode { .. })), "{error:?}");
    assert_eq!(format!("{:>8}|", Role::Admin), "   admin|");
}

#[tokio::test]
async fn an_enum_of_the_same_name_elsewhere_is_another() {
    let (_database, db) =
        database_with("CREATE SCHEMA other; CREATE TYPE other.role AS ENUM ('admin', 'member')")
            .await;
    let error = query::value::<Role>(&db, "SELECT 'admin'::other.role", &[]).await;
    assert!(matches!(error, Err(Error::Decode { .. })), "{error:?}");
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Nothing {}

impl PgEnum for Nothing {
    const SCHEMA: &'static str = "public";
    const NAME: &'static str = "nothing";
    const ALL: &'static [Self] = &[];

    fn label(self) -> &'static str {
        match self {}
    }
}
impl_enum!(Nothing);

#[tokio::test]
async fn an_enum_without_labels() {
    let (_database, db) = database_with("CREATE TYPE nothing AS ENUM ()").await;
    let null: Option<Nothing> = query::value(&db, "SELECT NULL::nothing", &[])
        .await
        .unwrap();
    assert_eq!(null, None);
    assert!("x".parse::<Nothing>().is_err());
}

fn address(street: &str) -> Address {
    Address {
        street: Some(street.to_owned()),
        zip: Some(7),
    }
}

#[tokio::test]
async fn composites() {
    let (_database, db) = database().await;
    round_trip(
        &db,
        "address",
        address("High, \"Street\""),
        "(\"High, \"\"Street\"\"\",7)",
    )
    .await;
    let empty = Address {
        street: None,
        zip: None,
    };
    round_trip(&db, "address", empty, "(,)").await;
}

#[tokio::test]
async fn composites_are_read_by_the_names_of_their_attributes() {
    let (_database, db) = database_with("CREATE TYPE address AS (zip int, street text)").await;
    round_trip(&db, "address", address("High"), "(7,High)").await;
}

#[tokio::test]
async fn a_composite_that_was_changed_is_a_clear_error() {
    let (_database, db) =
        database_with("CREATE TYPE address AS (street text, zip int, city text)").await;
    let error = query::value::<Address>(&db, "SELECT ('a', 1, 'b')::address", &[]).await;
    let Err(Error::Decode { source, .. }) = error else {
        panic!("{error:?}");
    };
    assert!(source.to_string().contains("`city`"), "{source}");
    let error = query::execute(&db, "SELECT $1::address", &[&address("x")]).await;
    assert!(matches!(error, Err(Error::Driver(_))), "{error:?}");

    let (_database, db) = database_with("CREATE TYPE address AS (street text)").await;
    let error = query::value::<Address>(&db, "SELECT ROW('a')::address", &[]).await;
    let Err(Error::Decode { source, .. }) = error else {
        panic!("{error:?}");
    };
    assert!(
        source.to_string().contains("no attribute `zip`"),
        "{source}"
    );

    let (_database, db) = database_with("CREATE TYPE address AS (street text, zip text)").await;
    let error = query::value::<Address>(&db, "SELECT ('a', 'b')::address", &[]).await;
    let Err(Error::Decode { source, .. }) = error else {
        panic!("{error:?}");
    };
    assert!(source.to_string().contains("attribute `zip`: "), "{source}");
}

/// A composite whose attributes are of all that a domain can be over.
#[derive(Clone, Debug, PartialEq)]
struct Nested {
    mail: Option<String>,
    role: Option<Role>,
    home: Option<Address>,
    mails: Option<Vec<Option<String>>>,
    homes: Option<Vec<Address>>,
    #[rustfmt::skip]
    r#type: Option<i32>,
}
impl_composite!(Nested, "public", "nested", {
    mail: "mail",
    role: "role",
    home: "home",
    mails: "mails",
    homes: "Homes \"quoted\"",
    r#type: "type",
});

#[tokio::test]
async fn attributes_of_domain_types() {
    let (_database, db) = database_with(
        "CREATE TYPE role AS ENUM ('admin', 'member');
         CREATE TYPE address AS (street text, zip int);
         CREATE DOMAIN email AS text;
         CREATE DOMAIN mail2 AS email CHECK (VALUE LIKE '%@%');
         CREATE DOMAIN main_role AS role;
         CREATE DOMAIN home AS address;
         CREATE DOMAIN number AS int;
         CREATE TYPE nested AS (mail mail2, role main_role, home home, mails mail2[],
             \"Homes \"\"quoted\"\"\" home[], type number);
         CREATE DOMAIN nested_domain AS nested",
    )
    .await;
    let full = Nested {
        mail: Some("a@x".to_owned()),
        role: Some(Role::Admin),
        home: Some(address("High")),
        mails: Some(vec![Some("a@x".to_owned()), None]),
        homes: Some(vec![address("First"), address("Second")]),
        r#type: Some(3),
    };
    let text = r#"(a@x,admin,"(High,7)","{a@x,NULL}","{""(First,7)"",""(Second,7)""}",3)"#;
    round_trip(&db, "nested", full.clone(), text).await;
    let empty = Nested {
        mail: None,
        role: None,
        home: None,
        mails: None,
        homes: Some(vec![]),
        r#type: None,
    };
    round_trip(&db, "nested", empty, "(,,,,{},)").await;

    // Results of domain types are of the base type, but their arrays are not.
    let back: Nested = query::value(&db, "SELECT $1::nested::nested_domain", &[&full])
        .await
        .unwrap();
    assert_eq!(back, full);
    let mails: Vec<String> = query::value(&db, "SELECT '{a@x,b@x}'::mail2[]", &[])
        .await
        .unwrap();
    assert_eq!(mails, ["a@x", "b@x"]);
    let roles: Vec<Role> = query::value(&db, "SELECT '{admin}'::main_role[]", &[])
        .await
        .unwrap();
    assert_eq!(roles, [Role::Admin]);
    let error = query::execute(
        &db,
        "SELECT $1::nested",
        &[&Nested {
            mail: Some("nowhere".to_owned()),
            ..full
        }],
    )
    .await;
    assert!(matches!(error, Err(Error::CheckViolation(_))), "{error:?}");
}

#[cfg(all(feature = "serde", feature = "json"))]
mod serde {
    use rowsmith_runtime::serde::{Deserialize, Serialize};
    use rowsmith_runtime::serde_json::{from_str, json, to_string, to_value};
    use rowsmith_runtime::{Assign, Interval, MacAddr};

    #[derive(Debug, Default, PartialEq, Deserialize, Serialize)]
    #[serde(crate = "rowsmith_runtime::serde")]
    struct Patch {
        #[serde(default, skip_serializing_if = "Assign::is_omit")]
        age: Assign<Option<i32>>,
    }

    #[test]
    fn a_missing_key_and_null_differ() {
        for (text, age) in [
            ("{}", Assign::Omit),
            (r#"{"age":null}"#, Assign::To(None)),
            (r#"{"age":36}"#, Assign::To(Some(36))),
        ] {
            let patch: Patch = from_str(text).unwrap();
            assert_eq!(patch, Patch { age });
            assert_eq!(to_string(&patch).unwrap(), text);
        }
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn infinite_days_are_days_or_a_word() {
        use rowsmith_runtime::Infinite;
        use rowsmith_runtime::chrono::NaiveDate;

        let day = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
        for (value, text) in [
            (Infinite::Finite(day), "2024-02-29"),
            (Infinite::Infinity, "infinity"),
            (Infinite::NegInfinity, "-infinity"),
        ] {
            assert_eq!(to_value(value).unwrap(), json!(text));
            let back: Infinite<NaiveDate> = from_str(&format!("\"{text}\"")).unwrap();
            assert_eq!(back, value);
            assert_eq!(text.parse(), Ok(value));
            assert_eq!(value.to_string(), text);
        }
        assert!(from_str::<Infinite<NaiveDate>>("\"never\"").is_err());
        let finite = Infinite::Finite(day);
        assert!(finite.is_finite() && !Infinite::<NaiveDate>::Infinity.is_finite());
        assert_eq!(
            finite
                .as_ref()
                .map(|day| day.to_string())
                .finite()
                .as_deref(),
            Some("2024-02-29")
        );
    }

    #[test]
    fn types_are_text() {
        let interval = Interval::new(1, 2, 3_000_000);
        assert_eq!(to_value(interval).unwrap(), json!("1 mon 2 days 00:00:03"));
        let back: Interval = from_str(r#""1 mon 2 days 00:00:03""#).unwrap();
        assert_eq!(back, interval);
        assert!(from_str::<Interval>(r#""soon""#).is_err());
        let address = MacAddr([1, 2, 3, 4, 5, 6]);
        assert_eq!(to_value(address).unwrap(), json!("01:02:03:04:05:06"));
        let back: MacAddr = from_str(r#""01:02:03:04:05:06""#).unwrap();
        assert_eq!(back, address);
    }
}

//! Each type of `values.toml`, on a server: what is read goes back as the same, alone, in arrays, in a
//! domain, in composites, and through a table and a view; what can't be read is an error.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use rowsmith_runtime::private::{BytesMut, IsNull, Type};
use rowsmith_runtime::{
    BoxError, Connection, Element, Error, FromSql, Infinite, Multirange, NdArray, Range, SqlType,
    ToSql, composites, query,
};
use rowsmith_test_server::TestServer;
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Values {
    values: Vec<String>,
    refused: Vec<String>,
    needs: Option<String>,
    declared: Option<String>,
}

/// A composite of any attribute, with an array of it beside it.
#[derive(Debug)]
struct Pair<T> {
    one: Option<T>,
    many: Option<Vec<Option<T>>>,
}

/// A composite in a composite.
#[derive(Debug)]
struct Outer<T> {
    inner: Option<Pair<T>>,
}

macro_rules! composite {
    ($name:ident { $($field:ident),+ }) => {
        impl<'a, T: FromSql<'a>> FromSql<'a> for $name<T> {
            fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, BoxError> {
                let reader = composites::Reader::new(ty, raw, &[$(stringify!($field)),+])?;
                Ok(Self { $($field: reader.read(stringify!($field))?),+ })
            }

            fn accepts(_: &Type) -> bool {
                true
            }
        }

        impl<T: ToSql> ToSql for $name<T> {
            fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
                composites::write(ty, out, &[$((stringify!($field), &self.$field as &dyn ToSql)),+])
            }

            fn accepts(_: &Type) -> bool {
                true
            }

            rowsmith_runtime::tokio_postgres::types::to_sql_checked!();
        }
    };
}

composite!(Pair { one, many });
composite!(Outer { inner });

struct Server {
    db: Connection,
    values: BTreeMap<String, Values>,
    tried: BTreeSet<&'static str>,
    // Gone when the test is.
    _database: rowsmith_test_server::TestDatabase<'static>,
}

/// What a type of a family other than the default does with a value: it comes back, or is an error.
#[derive(Clone, Copy, PartialEq)]
enum Expect {
    /// As the file says.
    AsListed,
    /// All of them come back, those that are refused by the default type too.
    All,
    /// Some come back, the others are errors.
    Some,
}

impl Server {
    async fn new() -> Self {
        let text = include_str!("values.toml");
        let database = TestServer::shared().create_database(None);
        Self {
            db: Connection::connect(&database.url()).await.unwrap(),
            values: toml::from_str(text).unwrap(),
            tried: BTreeSet::new(),
            _database: database,
        }
    }

    /// Tries the values of a type as a Rust type.
    async fn check<T>(&mut self, name: &'static str, expect: Expect)
    where
        T: SqlType + Element + Debug,
        Option<T>: Sync,
    {
        let values = self
            .values
            .get(name)
            .unwrap_or_else(|| panic!("`values.toml` has no values for `{name}`"));
        let first = self.tried.insert(name);
        let db = &self.db;
        if let Some(extension) = &values.needs {
            let sql = "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = $1)";
            if !query::value::<bool>(db, sql, &[extension]).await.unwrap() {
                eprintln!(
                    "skipped: the server has no extension `{extension}` to try `{name}` with"
                );
                return;
            }
            let create = format!("CREATE EXTENSION IF NOT EXISTS {extension}");
            query::execute(db, &create, &[]).await.unwrap();
        }
        let ty = values.declared.as_deref().unwrap_or(name);
        if first {
            for sql in [
                format!("CREATE DOMAIN d_{name} AS {ty}"),
                format!("CREATE TYPE c_{name} AS (one {ty}, many {ty}[])"),
                format!("CREATE TYPE o_{name} AS (inner c_{name})").replace("inner", "\"inner\""),
                format!("CREATE TABLE t_{name} (id int, value {ty}, others {ty}[])"),
                format!("CREATE VIEW v_{name} AS SELECT * FROM t_{name}"),
            ] {
                query::execute(db, &sql, &[]).await.unwrap();
            }
        }
        let mut returned = 0;
        for (value, listed) in (values.values.iter().map(|it| (it, true)))
            .chain(values.refused.iter().map(|it| (it, false)))
        {
            let literal = format!("'{}'::{ty}", value.replace('\'', "''"));
            let read = query::value::<T>(db, &format!("SELECT {literal}"), &[]).await;
            let due = match expect {
                Expect::AsListed => listed,
                Expect::All => true,
                Expect::Some => read.is_ok(),
            };
            match read {
                Ok(_) if due => {
                    returned += 1;
                    self.round_trips::<T>(name, ty, &literal).await;
                }
                Err(Error::Decode { .. }) if !due => {}
                other => panic!("{literal} as {}: {other:?}", std::any::type_name::<T>()),
            }
        }
        assert!(returned > 0, "no value of `{name}` came back");
    }

    async fn round_trips<T>(&self, name: &str, ty: &str, literal: &str)
    where
        T: SqlType + Element + Debug,
    {
        let array = format!("ARRAY[{literal}, NULL, {literal}]");
        let grid = format!("ARRAY[[{literal}, NULL], [{literal}, {literal}]]");
        let pair = format!("ROW({literal}, {array})::c_{name}");
        self.same::<T>(literal, ty).await;
        self.same::<T>(&format!("{literal}::d_{name}"), &format!("d_{name}"))
            .await;
        self.same::<Vec<Option<T>>>(&array, &format!("{ty}[]"))
            .await;
        self.same::<Vec<Option<T>>>(&format!("({array})::d_{name}[]"), &format!("d_{name}[]"))
            .await;
        self.same::<NdArray<T>>(&array, &format!("{ty}[]")).await;
        self.same::<NdArray<T>>(&grid, &format!("{ty}[]")).await;
        self.same::<NdArray<T>>(&format!("'{{}}'::{ty}[]"), &format!("{ty}[]"))
            .await;
        self.same::<Pair<T>>(&pair, &format!("c_{name}")).await;
        self.same::<Outer<T>>(&format!("ROW({pair})::o_{name}"), &format!("o_{name}"))
            .await;
        self.same::<Vec<Option<Pair<T>>>>(&format!("ARRAY[{pair}, NULL]"), &format!("c_{name}[]"))
            .await;

        // Through a table, and back by a view.
        let value: T = self.read(&format!("SELECT {literal}")).await;
        let others: Vec<Option<T>> = self.read(&format!("SELECT {array}")).await;
        let insert = format!("INSERT INTO t_{name} VALUES (1, $1, $2)");
        query::execute(&self.db, &insert, &[&value, &others])
            .await
            .unwrap();
        let same = format!(
            "SELECT value::text IS NOT DISTINCT FROM ({literal})::text \
             AND others::text IS NOT DISTINCT FROM ({array})::text FROM v_{name}"
        );
        assert!(self.read::<bool>(&same).await, "{literal} in a table");
        let seen: T = self.read(&format!("SELECT value FROM v_{name}")).await;
        assert_eq!(format!("{seen:?}"), format!("{value:?}"));
        let delete = format!("DELETE FROM t_{name}");
        query::execute(&self.db, &delete, &[]).await.unwrap();
    }

    async fn read<T>(&self, sql: &str) -> T
    where
        T: for<'a> FromSql<'a> + Send,
    {
        let read = query::value::<T>(&self.db, sql, &[]).await;
        read.unwrap_or_else(|error| {
            panic!("{sql} as {}: {error:?}", std::any::type_name::<T>());
        })
    }

    /// What is read is sent, and is the same to the server.
    async fn same<T>(&self, expression: &str, ty: &str)
    where
        T: for<'a> FromSql<'a> + ToSql + Debug + Send + Sync,
    {
        let value: T = self.read(&format!("SELECT {expression}")).await;
        let sql = format!("SELECT ($1::{ty})::text IS NOT DISTINCT FROM ({expression})::text");
        let same: bool = query::value(&self.db, &sql, &[&value])
            .await
            .unwrap_or_else(|error| panic!("{value:?} as {ty}: {error:?}"));
        assert!(same, "{expression} came back as {value:?}");
    }
}

macro_rules! check {
    ($server:ident, $expect:ident: $($name:literal as $rust:ty;)+) => {
        $($server.check::<$rust>($name, Expect::$expect).await;)+
    };
}

#[tokio::test]
async fn values_go_there_and_back() {
    use rowsmith_runtime::*;

    let mut server = Server::new().await;
    check! {
        server, AsListed:
        "bool" as bool;
        "int2" as i16;
        "int4" as i32;
        "int8" as i64;
        "float4" as f32;
        "float8" as f64;
        "numeric" as rust_decimal::Decimal;
        "money" as Money;
        "text" as String;
        "varchar" as String;
        "bpchar" as String;
        "name" as String;
        "char" as i8;
        "bytea" as Vec<u8>;
        "bit" as Bits;
        "varbit" as Bits;
        "date" as chrono::NaiveDate;
        "time" as chrono::NaiveTime;
        "timetz" as TimeTz;
        "timestamp" as chrono::NaiveDateTime;
        "timestamptz" as chrono::DateTime<chrono::Utc>;
        "interval" as Interval;
        "uuid" as uuid::Uuid;
        "json" as serde_json::Value;
        "jsonb" as serde_json::Value;
        "jsonpath" as JsonPath;
        "xml" as Xml;
        "inet" as cidr::IpInet;
        "cidr" as cidr::IpCidr;
        "macaddr" as MacAddr;
        "macaddr8" as MacAddr8;
        "point" as geometric::Point;
        "line" as geometric::Line;
        "lseg" as geometric::LineSegment;
        "box" as geometric::Box;
        "path" as geometric::Path;
        "polygon" as geometric::Polygon;
        "circle" as geometric::Circle;
        "tsvector" as TsVector;
        "tsquery" as TsQuery;
        "int4range" as Range<i32>;
        "int8range" as Range<i64>;
        "numrange" as Range<rust_decimal::Decimal>;
        "daterange" as Range<chrono::NaiveDate>;
        "tsrange" as Range<chrono::NaiveDateTime>;
        "tstzrange" as Range<chrono::DateTime<chrono::Utc>>;
        "int4multirange" as Multirange<i32>;
        "int8multirange" as Multirange<i64>;
        "nummultirange" as Multirange<rust_decimal::Decimal>;
        "datemultirange" as Multirange<chrono::NaiveDate>;
        "tsmultirange" as Multirange<chrono::NaiveDateTime>;
        "tstzmultirange" as Multirange<chrono::DateTime<chrono::Utc>>;
        "oid" as u32;
        "regclass" as Reg;
        "regcollation" as Reg;
        "regconfig" as Reg;
        "regdictionary" as Reg;
        "regnamespace" as Reg;
        "regoper" as Reg;
        "regoperator" as Reg;
        "regproc" as Reg;
        "regprocedure" as Reg;
        "regrole" as Reg;
        "regtype" as Reg;
        "int2vector" as Int2Vector;
        "oidvector" as OidVector;
        "pg_lsn" as PgLsn;
        "pg_snapshot" as Snapshot;
        "txid_snapshot" as Snapshot;
        "tid" as Tid;
        "xid" as Xid;
        "cid" as Cid;
        "xid8" as Xid8;
        "citext" as String;
        "cube" as Cube;
        "hstore" as Hstore;
        "ltree" as Ltree;
        "lquery" as Lquery;
        "ltxtquery" as Ltxtquery;
        "halfvec" as HalfVector;
        "sparsevec" as SparseVector;
        "vector" as Vector;
        "geography" as Geography;
        "geometry" as Geometry;
    }
    check! {
        server, AsListed:
        "json" as Json<serde_json::Value>;
        "jsonb" as Json<serde_json::Value>;
    }
    let listed: BTreeSet<&str> = server.values.keys().map(String::as_str).collect();
    assert_eq!(
        listed, server.tried,
        "the types that are listed and those that are tried"
    );
}

#[tokio::test]
async fn infinite_dates_have_a_place() {
    use rowsmith_runtime::chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

    let mut server = Server::new().await;
    for name in ["date", "timestamp", "timestamptz"] {
        // What is beyond chrono's last year is no more infinite than finite.
        let values = server.values.get_mut(name).unwrap();
        values.refused.retain(|value| value.contains("infinity"));
    }
    check! {
        server, All:
        "date" as Infinite<NaiveDate>;
        "timestamp" as Infinite<NaiveDateTime>;
        "timestamptz" as Infinite<DateTime<Utc>>;
        "daterange" as Range<Infinite<NaiveDate>>;
        "tsrange" as Range<Infinite<NaiveDateTime>>;
        "tstzrange" as Range<Infinite<DateTime<Utc>>>;
        "datemultirange" as Multirange<Infinite<NaiveDate>>;
        "tsmultirange" as Multirange<Infinite<NaiveDateTime>>;
        "tstzmultirange" as Multirange<Infinite<DateTime<Utc>>>;
    }
}

#[cfg(feature = "bigdecimal")]
#[tokio::test]
async fn numbers_of_any_size_go_there_and_back() {
    use rowsmith_runtime::BigDecimal;

    let mut server = Server::new().await;
    server
        .values
        .get_mut("numeric")
        .unwrap()
        .refused
        .retain(|it| it.starts_with('1'));
    check! {
        server, All:
        "numeric" as BigDecimal;
    }
    check! {
        server, AsListed:
        "numrange" as Range<BigDecimal>;
        "nummultirange" as Multirange<BigDecimal>;
    }
}

#[cfg(feature = "time")]
#[tokio::test]
async fn times_of_the_crate_time_go_there_and_back() {
    use rowsmith_runtime::time::{Date, OffsetDateTime, PrimitiveDateTime, Time};

    let mut server = Server::new().await;
    check! {
        server, Some:
        "date" as Date;
        "time" as Time;
        "timestamp" as PrimitiveDateTime;
        "timestamptz" as OffsetDateTime;
        "date" as Infinite<Date>;
        "timestamptz" as Infinite<OffsetDateTime>;
        "daterange" as Range<Date>;
        "tstzmultirange" as Multirange<Infinite<OffsetDateTime>>;
    }
}

#[cfg(feature = "jiff")]
#[tokio::test]
async fn times_of_jiff_go_there_and_back() {
    use rowsmith_runtime::jiff::{Timestamp, civil};

    let mut server = Server::new().await;
    // The driver counts to it from the year 2000 in a span that jiff has no room for.
    for values in server.values.values_mut() {
        values
            .values
            .retain(|value| !value.starts_with("9999-12-3"));
    }
    check! {
        server, Some:
        "date" as civil::Date;
        "time" as civil::Time;
        "timestamp" as civil::DateTime;
        "timestamptz" as Timestamp;
        "date" as Infinite<civil::Date>;
        "timestamptz" as Infinite<Timestamp>;
        "daterange" as Range<civil::Date>;
        "tstzmultirange" as Multirange<Infinite<Timestamp>>;
    }
}

#[tokio::test]
async fn what_an_array_can_not_hold_is_explained() {
    let server = Server::new().await;
    for (sql, form) in [
        ("SELECT ARRAY[1, NULL] AS numbers", "nullable"),
        ("SELECT ARRAY[[1, 2], [3, 4]] AS numbers", "nd"),
    ] {
        let error = query::value::<Vec<i32>>(&server.db, sql, &[])
            .await
            .unwrap_err();
        let Error::Decode { column, source } = error else {
            panic!("{error:?}");
        };
        assert_eq!(column, "numbers");
        let help = format!("`array = \"{form}\"`");
        assert!(source.to_string().contains(&help), "{source}");
    }
    let sql = "SELECT 'infinity'::timestamptz";
    type Moment = rowsmith_runtime::chrono::DateTime<rowsmith_runtime::chrono::Utc>;
    let error = query::value::<Moment>(&server.db, sql, &[])
        .await
        .unwrap_err();
    let Error::Decode { source, .. } = error else {
        panic!("{error:?}");
    };
    assert!(source.to_string().contains("`infinity = true`"), "{source}");
}

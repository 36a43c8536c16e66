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
    refused_by: BTreeMap<String, Vec<String>>,
    needs: Option<String>,
    untried: bool,
    declared: Option<String>,
}

impl Values {
    /// All values, and whether a family of Rust types can hold each.
    fn of(&self, family: &str) -> BTreeMap<&str, bool> {
        let refused = self.refused_by.get(family).unwrap_or(&self.refused);
        let all = [&self.values, &self.refused].into_iter().flatten();
        all.chain(self.refused_by.values().flatten())
            .map(|value| (value.as_str(), !refused.contains(value)))
            .collect()
    }
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

/// A multirange of a range type of the schema's own, of which the driver does not say what it is of.
#[derive(Debug)]
struct Many<T>(Multirange<T>);

impl<'a, T: FromSql<'a>> FromSql<'a> for Many<T> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, BoxError> {
        Multirange::from_sql(ty, raw).map(Self)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl<T: ToSql> ToSql for Many<T> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        self.0.to_sql(ty, out)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    rowsmith_runtime::tokio_postgres::types::to_sql_checked!();
}

struct Server {
    db: Connection,
    values: BTreeMap<String, Values>,
    tried: BTreeSet<&'static str>,
    // Gone when the test is.
    _database: rowsmith_test_server::TestDatabase<'static>,
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

    /// Tries the values of a type as a Rust type of a family, which is that of the list without a name.
    async fn check<T>(&mut self, name: &'static str, family: &str)
    where
        T: SqlType + Element + Debug,
        Option<T>: Sync,
    {
        let values = self
            .values
            .get(name)
            .unwrap_or_else(|| panic!("`values.toml` has no values for `{name}`"));
        let db = &self.db;
        if !self.has_extension(values).await {
            return;
        }
        let ty = values.declared.as_deref().unwrap_or(name);
        if !self.tried.contains(name) {
            for sql in [
                format!("CREATE DOMAIN d_{name} AS {ty}"),
                format!("CREATE TYPE c_{name} AS (one {ty}, many {ty}[])"),
                format!("CREATE TYPE o_{name} AS (inner c_{name})").replace("inner", "\"inner\""),
                format!("CREATE TABLE t_{name} (id int, value {ty}, others {ty}[])"),
                format!("CREATE VIEW v_{name} AS SELECT * FROM t_{name}"),
            ] {
                query::execute(db, &sql, &[]).await.unwrap();
            }
            // Multiranges over types of extensions travel as text.
            if values.needs.is_none() {
                self.create_range(name, ty).await;
            }
        }
        for (value, due) in values.of(family) {
            let literal = format!("'{}'::{ty}", value.replace('\'', "''"));
            match due {
                true => self.round_trips::<T>(name, ty, &literal).await,
                false => self.is_refused::<T>(name, &literal).await,
            }
        }
        self.tried.insert(name);
    }

    /// Whether the server has what the values need.
    async fn has_extension(&self, values: &Values) -> bool {
        let Some(extension) = &values.needs else {
            return true;
        };
        let sql = "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = $1)";
        if !query::value::<bool>(&self.db, sql, &[extension])
            .await
            .unwrap()
        {
            assert!(
                values.untried,
                "the server has no extension `{extension}`: install it, or say `untried = true` in \
                 `values.toml`"
            );
            return false;
        }
        let create = format!("CREATE EXTENSION IF NOT EXISTS {extension}");
        query::execute(&self.db, &create, &[]).await.unwrap();
        true
    }

    /// The values that come back, as literals and as the server writes them.
    async fn texts(&self, name: &str) -> Vec<(String, String)> {
        let values = &self.values[name];
        let ty = values.declared.as_deref().unwrap_or(name);
        let mut texts = Vec::new();
        if !self.has_extension(values).await {
            return texts;
        }
        for value in &values.values {
            let literal = format!("'{}'::{ty}", value.replace('\'', "''"));
            let text = self.read(&format!("SELECT ({literal})::text")).await;
            texts.push((literal, text));
        }
        texts
    }

    /// Makes a range type, unless it is of a type that has no order.
    async fn create_range(&self, name: &str, ty: &str) {
        let sql = format!(
            "CREATE TYPE r_{name} AS RANGE (subtype = {ty}, multirange_type_name = m_{name})"
        );
        match query::execute(&self.db, &sql, &[]).await {
            Ok(_) => {}
            Err(Error::Database(error)) if error.code().code() == "42704" => {}
            Err(error) => panic!("{sql}: {error:?}"),
        }
    }

    /// Each way to read a value is an error.
    async fn is_refused<T>(&self, name: &str, literal: &str)
    where
        T: SqlType + Element + Debug,
    {
        let array = format!("ARRAY[NULL, {literal}]");
        self.refuses::<T>(literal).await;
        self.refuses::<T>(&format!("{literal}::d_{name}")).await;
        for array in [array.clone(), format!("({array})::d_{name}[]")] {
            self.refuses::<Vec<Option<T>>>(&array).await;
            self.refuses::<NdArray<T>>(&array).await;
        }
        for array in [
            format!("ARRAY[{literal}]"),
            format!("ARRAY[{literal}]::d_{name}[]"),
        ] {
            self.refuses::<Vec<T>>(&array).await;
        }
        self.refuses::<Pair<T>>(&format!("ROW(NULL, {array})::c_{name}"))
            .await;
        self.refuses::<Pair<T>>(&format!("ROW({literal}, NULL)::c_{name}"))
            .await;
    }

    async fn refuses<T>(&self, expression: &str)
    where
        T: for<'a> FromSql<'a> + Debug + Send,
    {
        let read = query::value::<T>(&self.db, &format!("SELECT {expression}"), &[]).await;
        let name = std::any::type_name::<T>();
        assert!(
            matches!(read, Err(Error::Decode { .. })),
            "{expression} as {name}: {read:?}"
        );
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
        let elsewhere = format!("('[-1:0][5:6]=' || ({grid})::text)::{ty}[]");
        self.same::<NdArray<T>>(&elsewhere, &format!("{ty}[]"))
            .await;
        self.same::<Pair<T>>(&pair, &format!("c_{name}")).await;
        self.same::<Outer<T>>(&format!("ROW({pair})::o_{name}"), &format!("o_{name}"))
            .await;
        self.same::<Vec<Option<Pair<T>>>>(&format!("ARRAY[{pair}, NULL]"), &format!("c_{name}[]"))
            .await;

        let has_range = format!("SELECT to_regtype('m_{name}') IS NOT NULL");
        if self.read::<bool>(&has_range).await {
            let ranges = format!("m_{name}(r_{name}({literal}, NULL))");
            self.same::<Many<T>>(&ranges, &format!("m_{name}")).await;
        }

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
    ($server:ident, $family:literal: $($name:literal as $rust:ty;)+) => {
        $($server.check::<$rust>($name, $family).await;)+
    };
}

#[tokio::test]
async fn values_go_there_and_back() {
    use rowsmith_runtime::*;

    let mut server = Server::new().await;
    check! {
        server, "":
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
        server, "":
        "json" as Json<serde_json::Value>;
        "jsonb" as Json<serde_json::Value>;
    }
    for (name, values) in &server.values {
        assert!(
            values.untried || server.tried.contains(name.as_str()),
            "`values.toml` lists `{name}`, which is not tried"
        );
    }
}

/// What is read is written as the server does, and read again from that.
macro_rules! texts {
    ($server:ident: $($name:literal as $rust:ty;)+) => {$(
        for (literal, text) in $server.texts($name).await {
            let value: $rust = $server.read(&format!("SELECT {literal}")).await;
            assert_eq!(value.to_string(), text, "{}", $name);
            let back: $rust = text.parse().unwrap();
            assert_eq!(format!("{back:?}"), format!("{value:?}"), "{}", $name);
        }
    )+};
    ($server:ident, written: $($name:literal as $rust:ty;)+) => {$(
        for (literal, text) in $server.texts($name).await {
            let value: $rust = $server.read(&format!("SELECT {literal}")).await;
            assert_eq!(value.to_string(), text, "{}", $name);
        }
    )+};
}

#[tokio::test]
async fn values_are_written_as_the_server_does() {
    use rowsmith_runtime::*;

    let server = Server::new().await;
    texts! {
        server:
        "numeric" as rust_decimal::Decimal;
        "bit" as Bits;
        "varbit" as Bits;
        "interval" as Interval;
        "jsonpath" as JsonPath;
        "xml" as Xml;
        "macaddr" as MacAddr;
        "macaddr8" as MacAddr8;
        "timetz" as TimeTz;
        "pg_lsn" as PgLsn;
        "xid" as Xid;
        "cid" as Cid;
        "xid8" as Xid8;
        "ltree" as Ltree;
        "lquery" as Lquery;
        "ltxtquery" as Ltxtquery;
    }
    texts! {
        server, written:
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
        "int4multirange" as Multirange<i32>;
        "int8multirange" as Multirange<i64>;
        "nummultirange" as Multirange<rust_decimal::Decimal>;
        "datemultirange" as Multirange<chrono::NaiveDate>;
        "int2vector" as Int2Vector;
        "oidvector" as OidVector;
        "pg_snapshot" as Snapshot;
        "txid_snapshot" as Snapshot;
        "tid" as Tid;
        "cube" as Cube;
        "halfvec" as HalfVector;
        "sparsevec" as SparseVector;
        "vector" as Vector;
    }
}

#[tokio::test]
async fn infinite_dates_have_a_place() {
    use rowsmith_runtime::chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

    let mut server = Server::new().await;
    check! {
        server, "infinite":
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
    check! {
        server, "bigdecimal":
        "numeric" as BigDecimal;
        "numrange" as Range<BigDecimal>;
        "nummultirange" as Multirange<BigDecimal>;
    }
    texts! {
        server:
        "numeric" as BigDecimal;
    }
}

#[cfg(feature = "time")]
#[tokio::test]
async fn times_of_the_crate_time_go_there_and_back() {
    use rowsmith_runtime::time::{Date, OffsetDateTime, PrimitiveDateTime, Time};

    let mut server = Server::new().await;
    check! {
        server, "time":
        "date" as Date;
        "time" as Time;
        "timestamp" as PrimitiveDateTime;
        "timestamptz" as OffsetDateTime;
        "daterange" as Range<Date>;
    }
    check! {
        server, "infinite time":
        "date" as Infinite<Date>;
        "timestamptz" as Infinite<OffsetDateTime>;
        "tstzmultirange" as Multirange<Infinite<OffsetDateTime>>;
    }
}

#[cfg(feature = "jiff")]
#[tokio::test]
async fn times_of_jiff_go_there_and_back() {
    use rowsmith_runtime::jiff::{Timestamp, civil};

    let mut server = Server::new().await;
    // The driver counts to it from the year 2000 in a span that jiff has no room for: it is read, but an error
    // when it is sent.
    for values in server.values.values_mut() {
        values
            .values
            .retain(|value| !value.starts_with("9999-12-3"));
    }
    check! {
        server, "jiff":
        "date" as civil::Date;
        "time" as civil::Time;
        "timestamp" as civil::DateTime;
        "timestamptz" as Timestamp;
        "daterange" as Range<civil::Date>;
    }
    check! {
        server, "infinite jiff":
        "date" as Infinite<civil::Date>;
        "timestamptz" as Infinite<Timestamp>;
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

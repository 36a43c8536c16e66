//! The table of types: what PostgreSQL's own and well-known extensions' are in Rust.
//!
//! `docs/types.md` is made from it, and `runtime/tests/types` tries each of them on a server.

use crate::catalog::QualifiedName;
use crate::config::{Dates, Decimals};

/// How an argument of a type is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::resolve) enum Pass {
    /// `i64`.
    Value,
    /// `&str`.
    Str,
    /// `&[u8]`.
    Bytes,
    /// `&T`.
    Reference,
}

/// A type that the runtime reads and writes in PostgreSQL's binary format.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::resolve) struct Builtin {
    /// The name in `pg_type`.
    pub name: &'static str,
    pub rust: Rust,
    /// What a value is sent as: `text` for its whole family, and `varbit`, for `bit` is of one bit. Of an extension's type, which may be in any
    /// schema, the empty string stands for the type itself.
    pub sql: &'static str,
    pub pass: Pass,
    pub able: Able,
}

/// What values of a type are able to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::resolve) enum Able {
    /// To be compared, no more.
    Equal,
    /// To be a key of a map.
    Hash,
    /// To be sorted and a key of a map.
    Order,
}

/// A type in Rust; some are what the configuration says they are.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::resolve) enum Rust {
    /// A type of Rust's own.
    Std(&'static str),
    /// A type of the runtime, which is there with any features.
    Runtime(&'static str),
    /// A type of a crate that the runtime brings with a feature.
    Crate(&'static str, &'static str),
    Numeric,
    Date,
    Time,
    Timestamp,
    TimestampTz,
    /// A range of values of the type with this name.
    Range(&'static str),
    /// A multirange of them.
    Multirange(&'static str),
}

/// The crates that dates and numbers are of.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::resolve) struct Families {
    pub dates: Dates,
    pub decimals: Decimals,
    /// Dates and timestamps may be infinite.
    pub infinity: bool,
}

impl Builtin {
    /// How an argument is taken, of an array or not.
    pub(in crate::resolve) fn pass(&self, families: Families, array: bool) -> Pass {
        let is_big = self.rust == Rust::Numeric && families.decimals == Decimals::BigDecimal;
        match self.pass {
            Pass::Value if array || is_big => Pass::Reference,
            pass => pass,
        }
    }
}

impl Rust {
    /// The type as it is written, or `None` where it is configured to be text.
    pub(in crate::resolve) fn name(&self, families: Families) -> Option<String> {
        let finite = |name: &str| match families.infinity {
            true => format!("::rowsmith_runtime::Infinite<::rowsmith_runtime::{name}>"),
            false => format!("::rowsmith_runtime::{name}"),
        };
        let element = |name: &str| find(name)?.rust.name(families);
        let dates = families.dates;
        Some(match self {
            Self::Std(name) => (*name).to_owned(),
            Self::Runtime(name) | Self::Crate(_, name) => format!("::rowsmith_runtime::{name}"),
            Self::Numeric => match families.decimals {
                Decimals::RustDecimal => "::rowsmith_runtime::rust_decimal::Decimal".to_owned(),
                Decimals::BigDecimal => "::rowsmith_runtime::BigDecimal".to_owned(),
                Decimals::Text => return None,
            },
            Self::Date => finite(match dates {
                Dates::Chrono => "chrono::NaiveDate",
                Dates::Time => "time::Date",
                Dates::Jiff => "jiff::civil::Date",
            }),
            Self::Time => match dates {
                Dates::Chrono => "::rowsmith_runtime::chrono::NaiveTime".to_owned(),
                Dates::Time => "::rowsmith_runtime::time::Time".to_owned(),
                Dates::Jiff => "::rowsmith_runtime::jiff::civil::Time".to_owned(),
            },
            Self::Timestamp => finite(match dates {
                Dates::Chrono => "chrono::NaiveDateTime",
                Dates::Time => "time::PrimitiveDateTime",
                Dates::Jiff => "jiff::civil::DateTime",
            }),
            Self::TimestampTz => finite(match dates {
                Dates::Chrono => "chrono::DateTime<::rowsmith_runtime::chrono::Utc>",
                Dates::Time => "time::OffsetDateTime",
                Dates::Jiff => "jiff::Timestamp",
            }),
            Self::Range(of) => format!("::rowsmith_runtime::Range<{}>", element(of)?),
            Self::Multirange(of) => format!("::rowsmith_runtime::Multirange<{}>", element(of)?),
        })
    }

    /// The runtime's feature that the type needs.
    pub(in crate::resolve) fn feature(&self, families: Families) -> Option<&'static str> {
        match self {
            Self::Std(_) | Self::Runtime(_) => None,
            Self::Crate(feature, _) => Some(feature),
            Self::Numeric => match families.decimals {
                Decimals::RustDecimal => Some("decimal"),
                Decimals::BigDecimal => Some("bigdecimal"),
                Decimals::Text => None,
            },
            Self::Date | Self::Time | Self::Timestamp | Self::TimestampTz => {
                Some(match families.dates {
                    Dates::Chrono => "chrono",
                    Dates::Time => "time",
                    Dates::Jiff => "jiff",
                })
            }
            Self::Range(of) | Self::Multirange(of) => find(of)?.rust.feature(families),
        }
    }

    /// The runtime's traits that a newtype of it has too.
    pub(in crate::resolve) fn traits(&self) -> &'static [&'static str] {
        match self {
            Self::Std("::std::string::String") => &["Text"],
            Self::Runtime("TsVector") => &["Searchable"],
            Self::Std("i16" | "i32" | "i64" | "f32" | "f64") | Self::Numeric => &["Number"],
            _ => &[],
        }
    }
}

const fn builtin(
    name: &'static str,
    rust: Rust,
    sql: &'static str,
    pass: Pass,
    able: Able,
) -> Builtin {
    Builtin {
        name,
        rust,
        sql,
        pass,
        able,
    }
}

pub(in crate::resolve) const STRING: &str = "::std::string::String";

/// PostgreSQL's own types (`pg_type`). What is not here travels as text.
#[rustfmt::skip]
pub(in crate::resolve) const BUILTINS: &[Builtin] = &[
    builtin("bool", Rust::Std("bool"), "bool", Pass::Value, Able::Order),
    builtin("int2", Rust::Std("i16"), "int2", Pass::Value, Able::Order),
    builtin("int4", Rust::Std("i32"), "int4", Pass::Value, Able::Order),
    builtin("int8", Rust::Std("i64"), "int8", Pass::Value, Able::Order),
    builtin("float4", Rust::Std("f32"), "float4", Pass::Value, Able::Equal),
    builtin("float8", Rust::Std("f64"), "float8", Pass::Value, Able::Equal),
    builtin("numeric", Rust::Numeric, "numeric", Pass::Value, Able::Order),
    builtin("money", Rust::Runtime("Money"), "money", Pass::Value, Able::Order),
    builtin("text", Rust::Std(STRING), "text", Pass::Str, Able::Order),
    builtin("varchar", Rust::Std(STRING), "text", Pass::Str, Able::Order),
    builtin("bpchar", Rust::Std(STRING), "text", Pass::Str, Able::Order),
    builtin("name", Rust::Std(STRING), "text", Pass::Str, Able::Order),
    builtin("char", Rust::Std("i8"), "\"char\"", Pass::Value, Able::Order),
    builtin("bytea", Rust::Std("::std::vec::Vec<u8>"), "bytea", Pass::Bytes, Able::Order),
    builtin("bit", Rust::Runtime("Bits"), "varbit", Pass::Reference, Able::Order),
    builtin("varbit", Rust::Runtime("Bits"), "varbit", Pass::Reference, Able::Order),
    builtin("date", Rust::Date, "date", Pass::Value, Able::Order),
    builtin("time", Rust::Time, "time", Pass::Value, Able::Order),
    builtin("timetz", Rust::Runtime("TimeTz"), "timetz", Pass::Value, Able::Hash),
    builtin("timestamp", Rust::Timestamp, "timestamp", Pass::Value, Able::Order),
    builtin("timestamptz", Rust::TimestampTz, "timestamptz", Pass::Value, Able::Order),
    builtin("interval", Rust::Runtime("Interval"), "interval", Pass::Value, Able::Hash),
    builtin("uuid", Rust::Crate("uuid", "uuid::Uuid"), "uuid", Pass::Value, Able::Order),
    builtin("json", Rust::Crate("json", "serde_json::Value"), "json", Pass::Reference, Able::Equal),
    builtin("jsonb", Rust::Crate("json", "serde_json::Value"), "jsonb", Pass::Reference, Able::Equal),
    builtin("jsonpath", Rust::Runtime("JsonPath"), "jsonpath", Pass::Reference, Able::Equal),
    builtin("xml", Rust::Runtime("Xml"), "xml", Pass::Reference, Able::Equal),
    builtin("inet", Rust::Crate("net", "cidr::IpInet"), "inet", Pass::Value, Able::Order),
    builtin("cidr", Rust::Crate("net", "cidr::IpCidr"), "cidr", Pass::Value, Able::Order),
    builtin("macaddr", Rust::Runtime("MacAddr"), "macaddr", Pass::Value, Able::Order),
    builtin("macaddr8", Rust::Runtime("MacAddr8"), "macaddr8", Pass::Value, Able::Order),
    builtin("point", Rust::Runtime("geometric::Point"), "point", Pass::Value, Able::Equal),
    builtin("line", Rust::Runtime("geometric::Line"), "line", Pass::Value, Able::Equal),
    builtin("lseg", Rust::Runtime("geometric::LineSegment"), "lseg", Pass::Value, Able::Equal),
    builtin("box", Rust::Runtime("geometric::Box"), "box", Pass::Value, Able::Equal),
    builtin("path", Rust::Runtime("geometric::Path"), "path", Pass::Reference, Able::Equal),
    builtin("polygon", Rust::Runtime("geometric::Polygon"), "polygon", Pass::Reference, Able::Equal),
    builtin("circle", Rust::Runtime("geometric::Circle"), "circle", Pass::Value, Able::Equal),
    builtin("tsvector", Rust::Runtime("TsVector"), "tsvector", Pass::Reference, Able::Equal),
    builtin("tsquery", Rust::Runtime("TsQuery"), "tsquery", Pass::Reference, Able::Equal),
    builtin("int4range", Rust::Range("int4"), "int4range", Pass::Reference, Able::Hash),
    builtin("int8range", Rust::Range("int8"), "int8range", Pass::Reference, Able::Hash),
    builtin("numrange", Rust::Range("numeric"), "numrange", Pass::Reference, Able::Hash),
    builtin("daterange", Rust::Range("date"), "daterange", Pass::Reference, Able::Hash),
    builtin("tsrange", Rust::Range("timestamp"), "tsrange", Pass::Reference, Able::Hash),
    builtin("tstzrange", Rust::Range("timestamptz"), "tstzrange", Pass::Reference, Able::Hash),
    builtin("int4multirange", Rust::Multirange("int4"), "int4multirange", Pass::Reference, Able::Hash),
    builtin("int8multirange", Rust::Multirange("int8"), "int8multirange", Pass::Reference, Able::Hash),
    builtin("nummultirange", Rust::Multirange("numeric"), "nummultirange", Pass::Reference, Able::Hash),
    builtin("datemultirange", Rust::Multirange("date"), "datemultirange", Pass::Reference, Able::Hash),
    builtin("tsmultirange", Rust::Multirange("timestamp"), "tsmultirange", Pass::Reference, Able::Hash),
    builtin("tstzmultirange", Rust::Multirange("timestamptz"), "tstzmultirange", Pass::Reference, Able::Hash),
    builtin("oid", Rust::Std("u32"), "oid", Pass::Value, Able::Order),
    builtin("regclass", Rust::Runtime("Reg"), "regclass", Pass::Value, Able::Order),
    builtin("regcollation", Rust::Runtime("Reg"), "regcollation", Pass::Value, Able::Order),
    builtin("regconfig", Rust::Runtime("Reg"), "regconfig", Pass::Value, Able::Order),
    builtin("regdictionary", Rust::Runtime("Reg"), "regdictionary", Pass::Value, Able::Order),
    builtin("regnamespace", Rust::Runtime("Reg"), "regnamespace", Pass::Value, Able::Order),
    builtin("regoper", Rust::Runtime("Reg"), "regoper", Pass::Value, Able::Order),
    builtin("regoperator", Rust::Runtime("Reg"), "regoperator", Pass::Value, Able::Order),
    builtin("regproc", Rust::Runtime("Reg"), "regproc", Pass::Value, Able::Order),
    builtin("regprocedure", Rust::Runtime("Reg"), "regprocedure", Pass::Value, Able::Order),
    builtin("regrole", Rust::Runtime("Reg"), "regrole", Pass::Value, Able::Order),
    builtin("regtype", Rust::Runtime("Reg"), "regtype", Pass::Value, Able::Order),
    builtin("int2vector", Rust::Runtime("Int2Vector"), "int2vector", Pass::Reference, Able::Equal),
    builtin("oidvector", Rust::Runtime("OidVector"), "oidvector", Pass::Reference, Able::Equal),
    builtin("pg_lsn", Rust::Runtime("PgLsn"), "pg_lsn", Pass::Value, Able::Order),
    builtin("pg_snapshot", Rust::Runtime("Snapshot"), "pg_snapshot", Pass::Reference, Able::Equal),
    builtin("txid_snapshot", Rust::Runtime("Snapshot"), "txid_snapshot", Pass::Reference, Able::Equal),
    builtin("tid", Rust::Runtime("Tid"), "tid", Pass::Value, Able::Order),
    builtin("xid", Rust::Runtime("Xid"), "xid", Pass::Value, Able::Hash),
    builtin("cid", Rust::Runtime("Cid"), "cid", Pass::Value, Able::Hash),
    builtin("xid8", Rust::Runtime("Xid8"), "xid8", Pass::Value, Able::Order),
];

/// Types of extensions, which may be in any schema.
#[rustfmt::skip]
pub(in crate::resolve) const EXTENSION_TYPES: &[(&str, Builtin)] = &[
    ("citext", builtin("citext", Rust::Std(STRING), "text", Pass::Str, Able::Order)),
    ("cube", builtin("cube", Rust::Runtime("Cube"), "", Pass::Reference, Able::Equal)),
    ("hstore", builtin("hstore", Rust::Runtime("Hstore"), "", Pass::Reference, Able::Equal)),
    ("ltree", builtin("lquery", Rust::Runtime("Lquery"), "", Pass::Reference, Able::Equal)),
    ("ltree", builtin("ltree", Rust::Runtime("Ltree"), "", Pass::Reference, Able::Equal)),
    ("ltree", builtin("ltxtquery", Rust::Runtime("Ltxtquery"), "", Pass::Reference, Able::Equal)),
    ("pgvector", builtin("halfvec", Rust::Runtime("HalfVector"), "", Pass::Reference, Able::Equal)),
    ("pgvector", builtin("sparsevec", Rust::Runtime("SparseVector"), "", Pass::Reference, Able::Equal)),
    ("pgvector", builtin("vector", Rust::Runtime("Vector"), "", Pass::Reference, Able::Equal)),
    ("PostGIS", builtin("geography", Rust::Runtime("Geography"), "", Pass::Reference, Able::Equal)),
    ("PostGIS", builtin("geometry", Rust::Runtime("Geometry"), "", Pass::Reference, Able::Equal)),
];

/// PostgreSQL's own type of that name.
pub(in crate::resolve) fn find(name: &str) -> Option<&'static Builtin> {
    BUILTINS.iter().find(|builtin| builtin.name == name)
}

/// The extension's type of that name.
pub(in crate::resolve) fn find_extension(name: &str) -> Option<&'static Builtin> {
    let mut types = EXTENSION_TYPES.iter().map(|(_, builtin)| builtin);
    types.find(|builtin| builtin.name == name)
}

/// What a domain of `information_schema` is made of (manual, section 35.2). No Catalog lists them.
pub(in crate::resolve) fn of_information_schema(name: &QualifiedName) -> Option<&'static str> {
    match (name.schema.as_str(), name.name.as_str()) {
        ("information_schema", "cardinal_number") => Some("int4"),
        ("information_schema", "character_data" | "yes_or_no") => Some("varchar"),
        ("information_schema", "sql_identifier") => Some("name"),
        ("information_schema", "time_stamp") => Some("timestamptz"),
        _ => None,
    }
}

/// A line of the table of types, as `docs/types.md` has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeMapping {
    /// The type of PostgreSQL, by its name in `pg_type`.
    pub postgres: &'static str,
    /// The extension that brings it.
    pub extension: Option<&'static str>,
    /// The Rust type: of a family first the default one.
    pub rust: Vec<String>,
    /// The runtime's features that those need, where they need any.
    pub features: Vec<&'static str>,
}

/// The table of types: which Rust type each type of PostgreSQL is. What is not in it travels as text.
///
/// ```
/// let types = rowsmith::resolve::type_mappings();
/// let uuid = types.iter().find(|it| it.postgres == "uuid").unwrap();
/// assert_eq!(uuid.rust, ["uuid::Uuid"]);
/// assert_eq!(uuid.features, ["uuid"]);
/// ```
pub fn type_mappings() -> Vec<TypeMapping> {
    let own = BUILTINS.iter().map(|builtin| (None, builtin));
    let theirs = EXTENSION_TYPES.iter();
    let theirs = theirs.map(|(extension, builtin)| (Some(*extension), builtin));
    own.chain(theirs)
        .map(|(extension, builtin)| {
            let mut mapping = TypeMapping {
                postgres: builtin.name,
                extension,
                rust: Vec::new(),
                features: Vec::new(),
            };
            for families in Families::ALL {
                let Some(rust) = builtin.rust.name(families) else {
                    continue;
                };
                let rust = rust.replace("::rowsmith_runtime::", "");
                let rust = rust
                    .replace("::std::string::", "")
                    .replace("::std::vec::", "");
                if !mapping.rust.contains(&rust) {
                    mapping.rust.push(rust);
                    mapping.features.extend(builtin.rust.feature(families));
                }
            }
            mapping
        })
        .collect()
}

impl Families {
    /// Each choice, the default first.
    const ALL: [Self; 3] = [
        Self::of(Dates::Chrono, Decimals::RustDecimal),
        Self::of(Dates::Time, Decimals::BigDecimal),
        Self::of(Dates::Jiff, Decimals::BigDecimal),
    ];

    const fn of(dates: Dates, decimals: Decimals) -> Self {
        Self {
            dates,
            decimals,
            infinity: false,
        }
    }
}

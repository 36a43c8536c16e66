//! Type names in SQL: from sqlparser's to ours, and back to text.

use std::rc::Rc;

use sqlparser::ast::{
    ArrayElemTypeDef, CharacterLength, DataType, ExactNumberInfo, IntervalFields, ObjectName,
    TimezoneInfo,
};

use super::names::Names;
use super::types::*;
use super::{fold, name_parts, quote};

impl Names {
    /// The type that a type name in SQL means; `None` for those that PostgreSQL does not have.
    pub fn data_type(&self, ty: &DataType, path: &[String]) -> Option<Type> {
        let sized = |id: TypeId, size: Option<u64>| Type {
            base: id.scalar(),
            modifier: size.map(|size| Rc::from(size.to_string())),
        };
        Some(match ty {
            DataType::Character(length) | DataType::Char(length) => {
                sized(BPCHAR, Some(length_of(length).unwrap_or(1)))
            }
            DataType::CharacterVarying(length)
            | DataType::CharVarying(length)
            | DataType::Varchar(length) => sized(VARCHAR, length_of(length)),
            DataType::Uuid => UUID.plain(),
            DataType::Numeric(info) | DataType::Decimal(info) | DataType::Dec(info) => Type {
                base: NUMERIC.scalar(),
                modifier: match info {
                    ExactNumberInfo::None => None,
                    ExactNumberInfo::Precision(p) => Some(Rc::from(format!("{p},0"))),
                    ExactNumberInfo::PrecisionAndScale(p, s) => Some(Rc::from(format!("{p},{s}"))),
                },
            },
            DataType::Float(ExactNumberInfo::Precision(1..=24)) => FLOAT4.plain(),
            DataType::Float(_) | DataType::Float8 | DataType::DoublePrecision => FLOAT8.plain(),
            DataType::Float4 | DataType::Real => FLOAT4.plain(),
            DataType::SmallInt(_) | DataType::Int2(_) => INT2.plain(),
            DataType::Int(_) | DataType::Int4(_) | DataType::Integer(_) => INT4.plain(),
            DataType::BigInt(_) | DataType::Int8(_) => INT8.plain(),
            DataType::Bool | DataType::Boolean => BOOL.plain(),
            DataType::Date => DATE.plain(),
            DataType::Time(size, zone) => match zone {
                TimezoneInfo::WithTimeZone | TimezoneInfo::Tz => sized(TIMETZ, *size),
                TimezoneInfo::None | TimezoneInfo::WithoutTimeZone => sized(TIME, *size),
            },
            DataType::Timestamp(size, zone) => match zone {
                TimezoneInfo::WithTimeZone | TimezoneInfo::Tz => sized(TIMESTAMPTZ, *size),
                TimezoneInfo::None | TimezoneInfo::WithoutTimeZone => sized(TIMESTAMP, *size),
            },
            DataType::Interval { fields, precision } => Type {
                base: INTERVAL.scalar(),
                modifier: interval_modifier(fields.as_ref(), *precision),
            },
            DataType::JSON => JSON.plain(),
            DataType::JSONB => JSONB.plain(),
            DataType::Regclass => REGCLASS.plain(),
            DataType::Text => TEXT.plain(),
            DataType::Bytea => BYTEA.plain(),
            DataType::Bit(size) => sized(BIT, Some(size.unwrap_or(1))),
            DataType::BitVarying(size) | DataType::VarBit(size) => sized(VARBIT, *size),
            DataType::Array(
                ArrayElemTypeDef::SquareBracket(element, _)
                | ArrayElemTypeDef::Qualified(element, _),
            ) => {
                let element = self.data_type(element, path)?;
                Type {
                    base: element.base.id.array(),
                    modifier: element.modifier,
                }
            }
            DataType::Custom(name, modifiers) => self.custom_type(name, modifiers, path)?,
            DataType::TsVector => builtins().base("tsvector")?.plain(),
            DataType::TsQuery => builtins().base("tsquery")?.plain(),
            DataType::GeometricType(kind) => builtins()
                .base(&kind.to_string().to_ascii_lowercase())?
                .plain(),
            _ => return None,
        })
    }

    fn custom_type(
        &self,
        name: &ObjectName,
        modifiers: &[String],
        path: &[String],
    ) -> Option<Type> {
        let parts = name_parts(name)?;
        let (schema, name) = match parts.as_slice() {
            [name] => (None, name),
            [.., schema, name] => (Some(schema.as_str()), name),
            [] => return None,
        };
        let modifier: Option<Rc<str>> =
            (!modifiers.is_empty()).then(|| Rc::from(modifiers.join(",")));
        let id = match (schema, name.as_str(), parts.len()) {
            (None, "timestamptz", _) => TIMESTAMPTZ,
            _ => self.find_or_declare_type(schema, name, path),
        };
        let modifier = match (id, modifier) {
            (NUMERIC, Some(modifier)) if !modifier.contains(',') => {
                Some(Rc::from(format!("{modifier},0")))
            }
            (_, modifier) => modifier,
        };
        Some(Type {
            base: id.scalar(),
            modifier,
        })
    }

    /// A type as it is written in SQL, a user's own with its schema.
    pub fn type_text(&self, ty: &Type) -> String {
        let modifier = ty.modifier.as_deref();
        let sized = |name: &str| match modifier {
            Some(modifier) => format!("{name}({modifier})"),
            None => name.to_owned(),
        };
        let zoned = |name: &str, zone: &str| format!("{} {zone}", sized(name));
        let mut text = match ty.base.id {
            BOOL => "boolean".to_owned(),
            INT2 => "smallint".to_owned(),
            INT4 => "integer".to_owned(),
            INT8 => "bigint".to_owned(),
            FLOAT4 => "real".to_owned(),
            FLOAT8 => "double precision".to_owned(),
            VARCHAR => sized("character varying"),
            // Without a modifier `character` would mean `character(1)`, and `bit` `bit(1)`.
            BPCHAR if modifier.is_some() => sized("character"),
            BIT if modifier.is_none() => "\"bit\"".to_owned(),
            CHAR => "\"char\"".to_owned(),
            VARBIT => sized("bit varying"),
            TIME => zoned("time", "without time zone"),
            TIMETZ => zoned("time", "with time zone"),
            TIMESTAMP => zoned("timestamp", "without time zone"),
            TIMESTAMPTZ => zoned("timestamp", "with time zone"),
            INTERVAL => match modifier {
                Some(precision) if precision.bytes().all(|b| b.is_ascii_digit()) => {
                    format!("interval({precision})")
                }
                Some(fields) => format!("interval {fields}"),
                None => "interval".to_owned(),
            },
            id => match self.user_name(id) {
                Some(name) => sized(&format!("{}.{}", quote(&name.schema), quote(&name.name))),
                None => sized(self.builtin_name(id)),
            },
        };
        if ty.base.array {
            text.push_str("[]");
        }
        text
    }
}

fn length_of(length: &Option<CharacterLength>) -> Option<u64> {
    match length {
        Some(CharacterLength::IntegerLength { length, .. }) => Some(*length),
        _ => None,
    }
}

fn interval_modifier(fields: Option<&IntervalFields>, precision: Option<u64>) -> Option<Rc<str>> {
    let fields = fields.map(|fields| fields.to_string().to_ascii_lowercase());
    match (fields, precision) {
        (None, None) => None,
        (None, Some(precision)) => Some(Rc::from(precision.to_string())),
        (Some(fields), None) => Some(Rc::from(fields)),
        (Some(fields), Some(precision)) => Some(Rc::from(format!("{fields}({precision})"))),
    }
}

/// The name of a type as a column is named after a cast to it (`FigureColname`).
pub(super) fn type_column_name(ty: &DataType, names: &Names, path: &[String]) -> Option<String> {
    if let DataType::Custom(name, _) = ty {
        return name.0.last()?.as_ident().map(fold);
    }
    if let DataType::Array(
        ArrayElemTypeDef::SquareBracket(element, _) | ArrayElemTypeDef::Qualified(element, _),
    ) = ty
    {
        return type_column_name(element, names, path);
    }
    let ty = names.data_type(ty, path)?;
    match names.user_name(ty.base.id) {
        Some(name) => Some(name.name.clone()),
        None => Some(names.builtin_name(ty.base.id).to_owned()),
    }
}

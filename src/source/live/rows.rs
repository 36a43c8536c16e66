//! What the catalog queries' rows have in common.

use std::collections::HashMap;

use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use super::problem::Failure;
use crate::catalog::{QualifiedName, TypeRef};

/// A row whose columns are taken one after the other, in the order of the query's list.
pub(super) struct Fields<'a> {
    row: &'a Row,
    next: usize,
}

impl<'a> Fields<'a> {
    pub(super) fn of(row: &'a Row) -> Self {
        Self { row, next: 0 }
    }

    /// The next column.
    pub(super) fn take<T: FromSql<'a>>(&mut self) -> Result<T, Failure> {
        let value = self.row.try_get(self.next)?;
        self.next += 1;
        Ok(value)
    }

    /// The next column, of the type `"char"`.
    pub(super) fn letter(&mut self) -> Result<char, Failure> {
        self.take().map(letter)
    }

    /// The next two columns, a schema's name and an object's.
    pub(super) fn name(&mut self) -> Result<QualifiedName, Failure> {
        Ok(QualifiedName {
            schema: self.take()?,
            name: self.take()?,
        })
    }

    /// The next two columns, a schema's name and an object's, or NULL.
    pub(super) fn optional_name(&mut self) -> Result<Option<QualifiedName>, Failure> {
        let schema: Option<String> = self.take()?;
        let name: Option<String> = self.take()?;
        Ok(schema
            .zip(name)
            .map(|(schema, name)| QualifiedName { schema, name }))
    }

    /// The next column, a type's oid.
    pub(super) fn plain_type(&mut self, types: &Types) -> Result<TypeRef, Failure> {
        types.get(self.take()?)
    }

    /// The next two columns, a type's oid and, where it has a modifier, what `format_type` makes of it.
    pub(super) fn type_ref(&mut self, types: &Types) -> Result<TypeRef, Failure> {
        let mut ty = self.plain_type(types)?;
        let formatted: Option<&str> = self.take()?;
        ty.modifier = formatted.and_then(|formatted| modifier(&ty, formatted));
        Ok(ty)
    }
}

/// A value of the type `"char"`, which is one byte.
pub(super) fn letter(byte: i8) -> char {
    char::from(byte.cast_unsigned())
}

/// The names of all types, by oid.
pub(super) struct Types(HashMap<u32, TypeRef>);

impl Types {
    pub(super) fn read(rows: &[Row]) -> Result<Self, Failure> {
        rows.iter()
            .map(|row| {
                let mut fields = Fields::of(row);
                Ok((
                    fields.take()?,
                    TypeRef {
                        schema: fields.take()?,
                        name: fields.take()?,
                        modifier: None,
                        array: fields.take()?,
                    },
                ))
            })
            .collect::<Result<_, Failure>>()
            .map(Self)
    }

    pub(super) fn get(&self, oid: u32) -> Result<TypeRef, Failure> {
        self.0.get(&oid).cloned().ok_or(Failure::UnknownType(oid))
    }
}

/// What stands in the parentheses of a type that `format_type` wrote out.
fn modifier(ty: &TypeRef, formatted: &str) -> Option<String> {
    if ty.schema == "pg_catalog" && ty.name == "interval" {
        return interval_modifier(formatted);
    }
    // A quoted name may hold parentheses itself.
    let mut quoted = false;
    let open = formatted.find(|c| {
        quoted ^= c == '"';
        c == '(' && !quoted
    })?;
    let close = formatted.rfind(')')?;
    formatted.get(open + 1..close).map(str::to_owned)
}

/// `interval(3)` → `3`, `interval day to second(3)` → `day to second(3)`.
fn interval_modifier(formatted: &str) -> Option<String> {
    let rest = formatted.strip_prefix("interval")?;
    let rest = rest.strip_suffix("[]").unwrap_or(rest).trim();
    let precision = rest.strip_prefix('(').and_then(|it| it.strip_suffix(')'));
    Some(precision.unwrap_or(rest).to_owned()).filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, formatted: &str, expected: Option<&str>) {
        let ty = TypeRef::builtin(name);
        assert_eq!(modifier(&ty, formatted).as_deref(), expected, "{formatted}");
    }

    #[test]
    fn modifiers() {
        check("varchar", "character varying(100)", Some("100"));
        check("varchar", "character varying(100)[]", Some("100"));
        check("bpchar", "character(1)", Some("1"));
        check("numeric", "numeric(10,2)", Some("10,2"));
        check("timestamptz", "timestamp(3) with time zone", Some("3"));
        check("timestamptz", "timestamp(3) with time zone[]", Some("3"));
        check("varbit", "bit varying(8)", Some("8"));
        check("interval", "interval", None);
        check("interval", "interval(3)", Some("3"));
        check("interval", "interval day to second", Some("day to second"));
        check(
            "interval",
            "interval day to second(3)[]",
            Some("day to second(3)"),
        );
        check("x", r#"public."odd (name)"(4,2)"#, Some("4,2"));
        check("x", r#"public."odd (name)""#, None);
    }
}

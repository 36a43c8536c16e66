//! Composite types: what [`impl_composite!`](crate::impl_composite) needs.
//!
//! The binary format is that of `record_send` and `record_recv` in PostgreSQL's sources: the number
//! of attributes, then for each its type, its length and its bytes.

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{Field, FromSql, IsNull, Kind, ToSql, Type};

use crate::error::BoxError;
use crate::types::{self, wire};

/// Whether this is the composite type with this name, or a domain over it.
#[doc(hidden)]
pub fn accepts(ty: &Type, schema: &str, name: &str) -> bool {
    let ty = types::base(ty);
    matches!(ty.kind(), Kind::Composite(_)) && ty.schema() == schema && ty.name() == name
}

/// The attributes of a value, to be read by name.
#[doc(hidden)]
pub struct Reader<'a> {
    ty: Type,
    attributes: Vec<Option<&'a [u8]>>,
}

impl<'a> Reader<'a> {
    /// Takes the value apart, and compares its type's attributes with the names that the Rust type
    /// has.
    pub fn new(ty: &Type, mut raw: &'a [u8], names: &[&str]) -> Result<Self, BoxError> {
        let ty = types::base(ty).into_owned();
        for field in fields(&ty) {
            if !names.contains(&field.name()) {
                return Err(unknown(&ty, field.name()));
            }
        }
        let count = wire::int(&mut raw)?;
        if usize::try_from(count) != Ok(fields(&ty).len()) {
            return Err(format!("the value has {count} attributes, unlike its type").into());
        }
        let attributes = fields(&ty)
            .iter()
            .map(|_| {
                // The type of the attribute, which `ty` has as well.
                wire::int(&mut raw)?;
                wire::value(&mut raw)
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { ty, attributes })
    }

    /// Reads the attribute with this name.
    pub fn read<T: FromSql<'a>>(&self, name: &str) -> Result<T, BoxError> {
        let attribute = fields(&self.ty)
            .iter()
            .zip(&self.attributes)
            .find(|(field, _)| field.name() == name);
        match attribute {
            Some((field, raw)) => types::read(field.type_(), *raw)
                .map_err(|error| format!("attribute `{name}`: {error}").into()),
            None => Err(missing(&self.ty, name)),
        }
    }
}

/// Writes a value whose attributes have these names.
#[doc(hidden)]
pub fn write(
    ty: &Type,
    out: &mut BytesMut,
    attributes: &[(&str, &dyn ToSql)],
) -> Result<IsNull, BoxError> {
    let ty = &*types::base(ty);
    for (name, _) in attributes {
        if fields(ty).iter().all(|field| field.name() != *name) {
            return Err(missing(ty, name));
        }
    }
    out.put_i32(i32::try_from(fields(ty).len())?);
    for field in fields(ty) {
        let (name, value) = attributes
            .iter()
            .find(|(name, _)| *name == field.name())
            .ok_or_else(|| unknown(ty, field.name()))?;
        out.put_u32(field.type_().oid());
        wire::put_value(out, |out| types::write(*value, field.type_(), out))
            .map_err(|error| format!("attribute `{name}`: {error}"))?;
    }
    Ok(IsNull::No)
}

fn fields(ty: &Type) -> &[Field] {
    match ty.kind() {
        Kind::Composite(fields) => fields,
        _ => &[],
    }
}

fn missing(ty: &Type, name: &str) -> BoxError {
    let (schema, ty) = (ty.schema(), ty.name());
    format!("the composite type `{schema}.{ty}` has no attribute `{name}`: generate the code again")
        .into()
}

fn unknown(ty: &Type, name: &str) -> BoxError {
    let (schema, ty) = (ty.schema(), ty.name());
    format!(
        "the composite type `{schema}.{ty}` has an attribute `{name}` that the Rust type has not: \
         generate the code again"
    )
    .into()
}

/// Implements `ToSql`, `FromSql` and [`SqlType`](crate::SqlType) for a struct that stands for a composite type: its schema, its
/// name, and for each field the name of the attribute.
///
/// ```
/// # let server = rowsmith_test_server::TestServer::shared();
/// # let database = server.create_database(Some("CREATE TYPE address AS (street text, zip int)"));
/// # let url = database.url();
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use rowsmith_runtime::{Connection, impl_composite, query};
///
/// #[derive(Debug, PartialEq)]
/// struct Address {
///     street: Option<String>,
///     zip: Option<i32>,
/// }
/// impl_composite!(Address, "public", "address", { street: "street", zip: "zip" });
///
/// let db = Connection::connect(&url).await?;
/// let address: Address = query::value(&db, "SELECT ('High Street', 7)::address", &[]).await?;
/// assert_eq!(address.street.as_deref(), Some("High Street"));
/// let again: Address = query::value(&db, "SELECT $1::address", &[&address]).await?;
/// assert_eq!(again, address);
/// # Ok::<(), rowsmith_runtime::Error>(()) }).unwrap();
/// ```
#[macro_export]
macro_rules! impl_composite {
    ($name:ident, $schema:literal, $type_name:literal, {
        $($field:ident: $attribute:literal),* $(,)?
    }) => {
        impl<'a> $crate::FromSql<'a> for $name {
            fn from_sql(
                ty: &$crate::private::Type,
                raw: &'a [u8],
            ) -> ::std::result::Result<Self, $crate::BoxError> {
                let _attributes =
                    $crate::composites::Reader::new(ty, raw, &[$($attribute),*])?;
                ::std::result::Result::Ok(Self {
                    $($field: _attributes.read($attribute)?,)*
                })
            }

            fn accepts(ty: &$crate::private::Type) -> bool {
                $crate::composites::accepts(ty, $schema, $type_name)
            }
        }

        impl $crate::SqlType for $name {
            fn sql_name() -> ::std::borrow::Cow<'static, str> {
                $crate::private::qualified($schema, $type_name)
            }

            const IS_RECORD: bool = true;
        }

        impl $crate::Element for $name {}

        impl $crate::ToSql for $name {
            fn to_sql(
                &self,
                ty: &$crate::private::Type,
                out: &mut $crate::private::BytesMut,
            ) -> ::std::result::Result<$crate::private::IsNull, $crate::BoxError> {
                $crate::composites::write(
                    ty,
                    out,
                    &[$(($attribute, &self.$field as &dyn $crate::ToSql)),*],
                )
            }

            fn accepts(ty: &$crate::private::Type) -> bool {
                $crate::composites::accepts(ty, $schema, $type_name)
            }

            fn to_sql_checked(
                &self,
                ty: &$crate::private::Type,
                out: &mut $crate::private::BytesMut,
            ) -> ::std::result::Result<$crate::private::IsNull, $crate::BoxError> {
                $crate::enums::to_sql_checked(self, ty, out)
            }
        }
    };
}

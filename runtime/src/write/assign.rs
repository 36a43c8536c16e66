//! Left out, NULL and a value: three different things.

use tokio_postgres::types::ToSql;

use super::Value;

/// What to write to a column: nothing, so that it keeps its value or gets its default, or this
/// value, which for a nullable column can be NULL.
///
/// ```
/// use rowsmith_runtime::Assign;
///
/// let left_out: Assign<Option<i32>> = Assign::Omit;
/// let null: Assign<Option<i32>> = Assign::To(None);
/// let value: Assign<Option<i32>> = Some(36).into();
/// assert!(left_out.is_omit() && !null.is_omit() && !value.is_omit());
/// ```
///
/// With the feature `serde`, a field that is `#[serde(default, skip_serializing_if =
/// "Assign::is_omit")]` is left out of the text when it is left out here, and `null` is NULL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Assign<T> {
    /// Leave the column out.
    #[default]
    Omit,
    /// Write this value.
    To(T),
}

impl<T> Assign<T> {
    /// Whether the column is left out.
    pub const fn is_omit(&self) -> bool {
        matches!(self, Self::Omit)
    }

    /// The value to write, unless the column is left out.
    pub fn into_option(self) -> Option<T> {
        match self {
            Self::Omit => None,
            Self::To(value) => Some(value),
        }
    }
}

impl<T: ToSql + Sync> Assign<T> {
    /// The value as a parameter, unless the column is left out.
    pub fn value(&self) -> Option<Value<'_>> {
        match self {
            Self::Omit => None,
            Self::To(value) => Some(value),
        }
    }
}

impl<T> From<T> for Assign<T> {
    fn from(value: T) -> Self {
        Self::To(value)
    }
}

#[cfg(feature = "serde")]
impl<T: serde::Serialize> serde::Serialize for Assign<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Omit => serializer.serialize_none(),
            Self::To(value) => value.serialize(serializer),
        }
    }
}

#[cfg(feature = "serde")]
impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for Assign<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::To)
    }
}

/// What a setter of a nullable column takes, and the argument of a database function: a value, or an
/// `Option` of one.
///
/// ```
/// use rowsmith_runtime::IntoNullable;
///
/// fn age(age: impl IntoNullable<i32>) -> Option<i32> {
///     age.into_nullable()
/// }
/// assert_eq!((age(36), age(Some(36)), age(None)), (Some(36), Some(36), None));
///
/// fn name(name: impl IntoNullable<String>) -> Option<String> {
///     name.into_nullable()
/// }
/// assert_eq!((name("Ada"), name(None)), (Some("Ada".to_owned()), None));
/// ```
pub trait IntoNullable<T> {
    /// The value, or `None` for NULL.
    fn into_nullable(self) -> Option<T>;
}

impl<T> IntoNullable<T> for T {
    fn into_nullable(self) -> Option<T> {
        Some(self)
    }
}

impl<T> IntoNullable<T> for Option<T> {
    fn into_nullable(self) -> Self {
        self
    }
}

impl IntoNullable<String> for &str {
    fn into_nullable(self) -> Option<String> {
        Some(self.to_owned())
    }
}

impl<'a> IntoNullable<&'a str> for &'a String {
    fn into_nullable(self) -> Option<&'a str> {
        Some(self)
    }
}

impl<'a, T> IntoNullable<&'a [T]> for &'a Vec<T> {
    fn into_nullable(self) -> Option<&'a [T]> {
        Some(self)
    }
}

impl<'a, T, const N: usize> IntoNullable<&'a [T]> for &'a [T; N] {
    fn into_nullable(self) -> Option<&'a [T]> {
        Some(self)
    }
}

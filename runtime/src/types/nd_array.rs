//! Arrays of any number of dimensions.

use std::{slice, vec};

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, Kind, ToSql, Type, to_sql_checked};

use super::{read, wire, write};
use crate::error::BoxError;

/// An [array](https://www.postgresql.org/docs/current/arrays.html) of any number of dimensions, whose
/// elements may be NULL: all that PostgreSQL can hold in an array. With `array = "nd"` under `[columns]` in
/// the generator's configuration a column is of it.
///
/// ```
/// use rowsmith_runtime::NdArray;
///
/// let grid = NdArray::from_rows([[1, 2, 3], [4, 5, 6]]);
/// assert_eq!(grid.lengths(), [2, 3]);
/// assert_eq!(grid.get(&[2, 1]), Some(&Some(4)));
/// assert_eq!(NdArray::from(vec![1, 2]).get(&[2]), Some(&Some(2)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Parts<T>"))]
pub struct NdArray<T> {
    dimensions: Vec<Dimension>,
    /// The last index counts fastest.
    elements: Vec<Option<T>>,
}

/// What an array is read from.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Parts<T> {
    dimensions: Vec<Dimension>,
    elements: Vec<Option<T>>,
}

#[cfg(feature = "serde")]
impl<T> TryFrom<Parts<T>> for NdArray<T> {
    type Error = &'static str;

    fn try_from(parts: Parts<T>) -> Result<Self, Self::Error> {
        Self::new(parts.dimensions, parts.elements).ok_or(OTHER_NUMBER)
    }
}

const OTHER_NUMBER: &str = "the array has another number of elements than it says";

/// A dimension of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Dimension {
    /// How many places it has.
    pub length: i32,
    /// The index of the first one, which is 1 unless somebody has chosen another.
    pub first: i32,
}

impl Dimension {
    /// So many places from 1 on; of more than there can be, the most that there can be, which then are
    /// other than there are elements.
    fn of(length: usize) -> Self {
        Self {
            length: i32::try_from(length).unwrap_or(i32::MAX),
            first: 1,
        }
    }
}

/// How many dimensions PostgreSQL allows (`MAXDIM`).
const MAX_DIMENSIONS: i32 = 6;

impl<T> NdArray<T> {
    /// An array of these dimensions, if there are as many elements as they have places.
    pub fn new(dimensions: Vec<Dimension>, elements: Vec<Option<T>>) -> Option<Self> {
        let mut places = usize::from(!dimensions.is_empty());
        for dimension in &dimensions {
            let length = usize::try_from(dimension.length).ok().filter(|it| *it > 0);
            places = places.checked_mul(length?)?;
        }
        let fits = places == elements.len() && dimensions.len() <= MAX_DIMENSIONS as usize;
        fits.then_some(Self {
            dimensions,
            elements,
        })
    }

    /// An array of two dimensions.
    pub fn from_rows<const N: usize>(rows: impl IntoIterator<Item = [T; N]>) -> Self {
        let elements: Vec<Option<T>> = rows.into_iter().flatten().map(Some).collect();
        let rows = elements.len().checked_div(N).unwrap_or(0);
        Self::new(vec![Dimension::of(rows), Dimension::of(N)], elements).unwrap_or_default()
    }

    /// An array of two dimensions, if all rows are of the same length.
    pub fn from_lists(rows: Vec<Vec<T>>) -> Option<Self> {
        let (count, length) = (rows.len(), rows.first().map_or(0, Vec::len));
        if rows.iter().any(|row| row.len() != length) {
            return None;
        }
        if length == 0 {
            return Some(Self::default());
        }
        let elements = rows.into_iter().flatten().map(Some).collect();
        Self::new(vec![Dimension::of(count), Dimension::of(length)], elements)
    }

    /// The dimensions, none of an empty array.
    pub fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    /// The lengths of the dimensions.
    pub fn lengths(&self) -> Vec<i32> {
        self.dimensions.iter().map(|it| it.length).collect()
    }

    /// All elements; the last index counts fastest.
    pub fn elements(&self) -> &[Option<T>] {
        &self.elements
    }

    /// How many elements there are, in all dimensions.
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// All elements, one after the other; the last index counts fastest.
    pub fn iter(&self) -> slice::Iter<'_, Option<T>> {
        self.elements.iter()
    }

    /// All elements, by value.
    pub fn into_elements(self) -> Vec<Option<T>> {
        self.elements
    }

    /// The element at these indexes, one for each dimension, as PostgreSQL counts: from 1 on, unless the
    /// dimension begins elsewhere.
    pub fn get(&self, indexes: &[i32]) -> Option<&Option<T>> {
        if indexes.is_empty() || indexes.len() != self.dimensions.len() {
            return None;
        }
        let mut place = 0;
        for (index, dimension) in indexes.iter().zip(&self.dimensions) {
            let at = i64::from(*index) - i64::from(dimension.first);
            if !(0..i64::from(dimension.length)).contains(&at) {
                return None;
            }
            let length = usize::try_from(dimension.length).ok()?;
            place = usize::checked_mul(place, length)?.checked_add(usize::try_from(at).ok()?)?;
        }
        self.elements.get(place)
    }
}

impl<T> IntoIterator for NdArray<T> {
    type Item = Option<T>;
    type IntoIter = vec::IntoIter<Option<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.elements.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a NdArray<T> {
    type Item = &'a Option<T>;
    type IntoIter = slice::Iter<'a, Option<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T> Default for NdArray<T> {
    fn default() -> Self {
        Self {
            dimensions: Vec::new(),
            elements: Vec::new(),
        }
    }
}

/// An array of one dimension.
impl<T> From<Vec<Option<T>>> for NdArray<T> {
    fn from(elements: Vec<Option<T>>) -> Self {
        Self::new(vec![Dimension::of(elements.len())], elements).unwrap_or_default()
    }
}

/// An array of one dimension.
impl<T> From<Vec<T>> for NdArray<T> {
    fn from(elements: Vec<T>) -> Self {
        elements.into_iter().map(Some).collect::<Vec<_>>().into()
    }
}

impl<'a, T: FromSql<'a>> FromSql<'a> for NdArray<T> {
    fn from_sql(ty: &Type, mut raw: &'a [u8]) -> Result<Self, BoxError> {
        let Kind::Array(element) = ty.kind() else {
            return Err(format!("`{}` is no array", ty.name()).into());
        };
        let raw = &mut raw;
        let count = wire::int(raw)?;
        // Whether there are NULLs, and the type of the elements, which `ty` has as well.
        wire::int(raw)?;
        wire::int(raw)?;
        if !(0..=MAX_DIMENSIONS).contains(&count) {
            return Err("the array has more dimensions than there can be".into());
        }
        let mut dimensions = Vec::new();
        for _ in 0..count {
            let (length, first) = (wire::int(raw)?, wire::int(raw)?);
            dimensions.push(Dimension { length, first });
        }
        let mut elements = Vec::new();
        while !raw.is_empty() {
            elements.push(match wire::value(raw)? {
                Some(raw) => Some(read(element, Some(raw))?),
                None => None,
            });
        }
        Self::new(dimensions, elements).ok_or_else(|| OTHER_NUMBER.into())
    }

    fn accepts(ty: &Type) -> bool {
        matches!(ty.kind(), Kind::Array(element) if T::accepts(&super::base(element)))
    }
}

impl<T: ToSql> ToSql for NdArray<T> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        let Kind::Array(element) = ty.kind() else {
            return Err(format!("`{}` is no array", ty.name()).into());
        };
        out.put_i32(i32::try_from(self.dimensions.len())?);
        out.put_i32(self.elements.iter().any(Option::is_none).into());
        out.put_u32(element.oid());
        for dimension in &self.dimensions {
            out.put_i32(dimension.length);
            out.put_i32(dimension.first);
        }
        for value in &self.elements {
            wire::put_value(out, |out| match value {
                Some(value) => write(value, element, out),
                None => Ok(IsNull::Yes),
            })?;
        }
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(ty.kind(), Kind::Array(element) if T::accepts(&super::base(element)))
    }

    to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_one_length_are_rows() {
        let array = NdArray::from_lists(vec![vec![1, 2], vec![3, 4], vec![5, 6]]).unwrap();
        assert_eq!(array, NdArray::from_rows([[1, 2], [3, 4], [5, 6]]));
        assert_eq!((array.len(), array.is_empty()), (6, false));
        assert_eq!(array.iter().flatten().sum::<i32>(), 21);
        assert!((&array).into_iter().eq(array.elements()));
        assert_eq!(array.into_iter().next(), Some(Some(1)));
        assert!(NdArray::from_lists(vec![vec![1], vec![2, 3]]).is_none());
        assert!(
            NdArray::<i32>::from_lists(vec![vec![], vec![]])
                .unwrap()
                .is_empty()
        );
    }

    #[cfg(all(feature = "serde", feature = "json"))]
    #[test]
    fn what_is_deserialized_has_as_many_elements_as_it_says() {
        let array = NdArray::from_rows([[1, 2]]);
        let text = serde_json::to_string(&array).unwrap();
        assert_eq!(serde_json::from_str::<NdArray<i32>>(&text).unwrap(), array);
        for text in [
            r#"{"dimensions":[{"length":2147483647,"first":1}],"elements":[1]}"#,
            r#"{"dimensions":[],"elements":[1]}"#,
            r#"{"dimensions":[{"length":-1,"first":1}],"elements":[]}"#,
        ] {
            assert!(
                serde_json::from_str::<NdArray<i32>>(text).is_err(),
                "{text}"
            );
        }
    }

    #[test]
    fn headers_that_lie_are_refused() {
        let array = |dimensions: i32, lengths: &[i32], elements: usize| {
            let mut raw = BytesMut::new();
            raw.put_i32(dimensions);
            raw.put_i32(0);
            raw.put_u32(Type::INT4.oid());
            for length in lengths {
                raw.put_i32(*length);
                raw.put_i32(1);
            }
            for _ in 0..elements {
                raw.put_i32(4);
                raw.put_i32(7);
            }
            NdArray::<i32>::from_sql(&Type::INT4_ARRAY, &raw).is_ok()
        };
        assert!(array(0, &[], 0) && array(1, &[2], 2) && array(2, &[2, 2], 4));
        assert!(!array(1, &[2], 1) && !array(1, &[i32::MAX], 1) && !array(2, &[i32::MAX; 2], 1));
        assert!(!array(-1, &[], 0) && !array(7, &[1; 7], 1) && !array(1, &[-1], 0));
        assert!(!array(0, &[], 1));
    }
}

//! The keys of the rows for which related rows are loaded.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use bytes::BytesMut;
use tokio_postgres::types::{IsNull, Kind, ToSql, Type, to_sql_checked};

use super::Link;
use crate::error::BoxError;
use crate::types;
use crate::write::write_array;

/// The different keys of some rows, in binary.
pub(super) struct Keys {
    /// All values, one after the other.
    bytes: BytesMut,
    /// Where each value is: of each key one for each column.
    values: Vec<Range<usize>>,
    columns: usize,
    /// The number of a key, by its bytes.
    numbers: HashMap<Box<[u8]>, usize>,
    /// For each row the number of its key, unless a part of it is NULL.
    of_row: Vec<Option<usize>>,
}

impl Keys {
    /// Collects the keys of rows; `types` are those of the array parameters that they travel in.
    pub(super) fn new<R>(rows: &[&R], links: &[Link<R>], types: &[Type]) -> Result<Self, BoxError> {
        let mut keys = Self {
            bytes: BytesMut::new(),
            values: Vec::new(),
            columns: links.len(),
            numbers: HashMap::with_capacity(rows.len()),
            of_row: Vec::with_capacity(rows.len()),
        };
        for &row in rows {
            let number = keys.add(row, links, types)?;
            keys.of_row.push(number);
        }
        Ok(keys)
    }

    fn add<R>(
        &mut self,
        row: &R,
        links: &[Link<R>],
        types: &[Type],
    ) -> Result<Option<usize>, BoxError> {
        let start = self.bytes.len();
        let first = self.values.len();
        for (link, ty) in links.iter().zip(types) {
            let Kind::Array(element) = ty.kind() else {
                return Err("a key does not travel in an array".into());
            };
            let at = self.bytes.len();
            let is_null = types::write((link.get)(row), element, &mut self.bytes)?;
            if let IsNull::Yes = is_null {
                self.bytes.truncate(start);
                self.values.truncate(first);
                return Ok(None);
            }
            self.values.push(at..self.bytes.len());
        }
        let next = self.numbers.len();
        // Of several columns only their lengths tell `ab, c` from `a, bc`.
        let key = match &self.values[first..] {
            [_] => Box::from(&self.bytes[start..]),
            values => {
                let lengths = values.iter().flat_map(|value| value.len().to_ne_bytes());
                let bytes = self.bytes[start..].iter().copied();
                bytes.chain(lengths).collect::<Box<[u8]>>()
            }
        };
        let number = *self.numbers.entry(key).or_insert(next);
        if number < next {
            self.bytes.truncate(start);
            self.values.truncate(first);
        }
        Ok(Some(number))
    }

    /// The number of different keys.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The number of the key of one column that has these bytes.
    pub(super) fn number(&self, bytes: &[u8]) -> Option<usize> {
        self.numbers.get(bytes).copied()
    }

    /// For each row the number of its key, unless a part of it is NULL.
    pub(super) fn of_rows(&self) -> &[Option<usize>] {
        &self.of_row
    }

    /// The keys as array parameters, one for each column.
    pub(super) fn arrays(&self) -> Vec<Array<'_>> {
        let array = |column| Array { keys: self, column };
        (0..self.columns).map(array).collect()
    }
}

/// A column of the keys.
pub(super) struct Array<'a> {
    keys: &'a Keys,
    column: usize,
}

impl ToSql for Array<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        let Kind::Array(element) = ty.kind() else {
            return Err("a key does not travel in an array".into());
        };
        let keys = 0..self.keys.len();
        let values = keys.map(|key| &self.keys.values[key * self.keys.columns + self.column]);
        write_array(element, values, out, |value, out| {
            out.extend_from_slice(&self.keys.bytes[value.clone()]);
            Ok(IsNull::No)
        })
    }

    fn accepts(ty: &Type) -> bool {
        matches!(ty.kind(), Kind::Array(_))
    }

    to_sql_checked!();
}

impl fmt::Debug for Array<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} keys", self.keys.len())
    }
}

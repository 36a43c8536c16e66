//! The pieces that the binary formats of arrays and composites are made of
//! (`array_recv` and `record_recv` in PostgreSQL's sources).

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::IsNull;

use crate::error::BoxError;

/// Takes a number from the front.
pub(crate) fn int(raw: &mut &[u8]) -> Result<i32, BoxError> {
    let (head, tail) = raw.split_first_chunk().ok_or("the value ends too early")?;
    *raw = tail;
    Ok(i32::from_be_bytes(*head))
}

/// Takes a number of parts from the front.
pub(crate) fn count(raw: &mut &[u8]) -> Result<usize, BoxError> {
    usize::try_from(int(raw)?).map_err(|_| "a number of parts is negative".into())
}

/// Takes a value from the front: its length and its bytes, or a length of -1 for NULL.
pub(crate) fn value<'a>(raw: &mut &'a [u8]) -> Result<Option<&'a [u8]>, BoxError> {
    let length = match int(raw)? {
        -1 => return Ok(None),
        length => usize::try_from(length).map_err(|_| "a length is negative")?,
    };
    let (head, tail) = raw
        .split_at_checked(length)
        .ok_or("the value ends too early")?;
    *raw = tail;
    Ok(Some(head))
}

/// The elements of an array, one [`value`] after the other, without the header in front: the number
/// of dimensions, flags, the type of the elements, and two numbers for each dimension.
///
/// # Errors
///
/// When the array has more than one dimension, for which Rust's lists have no place.
pub(crate) fn array_elements(mut raw: &[u8]) -> Result<&[u8], BoxError> {
    let dimensions = count(&mut raw)?;
    int(&mut raw)?;
    int(&mut raw)?;
    if dimensions > 1 {
        return Err("the array has more than one dimension".into());
    }
    if dimensions == 1 {
        int(&mut raw)?;
        int(&mut raw)?;
    }
    Ok(raw)
}

/// Takes so many bytes from the front.
pub(crate) fn take<const N: usize>(raw: &mut &[u8]) -> Result<[u8; N], BoxError> {
    let (head, tail) = raw.split_first_chunk().ok_or("the value ends too early")?;
    *raw = tail;
    Ok(*head)
}

/// The version that some formats begin with, of which there has been only one.
pub(crate) const VERSION: u8 = 1;

/// Takes that version from the front.
pub(crate) fn version(raw: &mut &[u8]) -> Result<(), BoxError> {
    match take(raw) {
        Ok([VERSION]) => Ok(()),
        _ => Err("the value is of an unknown version".into()),
    }
}

/// Takes text that ends with a zero byte from the front.
pub(crate) fn text<'a>(raw: &mut &'a [u8]) -> Result<&'a str, BoxError> {
    let end = raw.iter().position(|byte| *byte == 0);
    let (head, tail) = raw.split_at(end.ok_or("the value ends too early")?);
    *raw = tail.get(1..).unwrap_or_default();
    Ok(std::str::from_utf8(head)?)
}

/// Refuses what follows a value.
pub(crate) fn end(raw: &[u8]) -> Result<(), BoxError> {
    match raw.is_empty() {
        true => Ok(()),
        false => Err("the value is longer than it may be".into()),
    }
}

/// Writes a value with its length before it, or a length of -1 for NULL.
pub(crate) fn put_value(
    out: &mut BytesMut,
    write: impl FnOnce(&mut BytesMut) -> Result<IsNull, BoxError>,
) -> Result<IsNull, BoxError> {
    let start = out.len();
    out.put_i32(-1);
    let is_null = write(out)?;
    if let IsNull::No = is_null {
        let length = i32::try_from(out.len() - start - 4)?;
        // The four bytes were put there above.
        out[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }
    Ok(is_null)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_negative_length_is_null() {
        assert_eq!(value(&mut &[255, 255, 255, 255][..]).unwrap(), None);
        assert!(value(&mut &[255, 255, 255, 254][..]).is_err());
        assert!(count(&mut &[255, 255, 255, 255][..]).is_err());
        assert!(array_elements(&[255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0]).is_err());
    }
}

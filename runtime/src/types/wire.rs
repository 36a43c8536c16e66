//! The pieces that the binary formats of arrays and composites are made of
//! (`array_recv` and `record_recv` in PostgreSQL's sources).

use crate::error::BoxError;

/// Takes a number from the front.
pub(crate) fn int(raw: &mut &[u8]) -> Result<i32, BoxError> {
    let (head, tail) = raw.split_first_chunk().ok_or("the value ends too early")?;
    *raw = tail;
    Ok(i32::from_be_bytes(*head))
}

/// Takes a value from the front: its length and its bytes, or a length of -1 for NULL.
pub(crate) fn value<'a>(raw: &mut &'a [u8]) -> Result<Option<&'a [u8]>, BoxError> {
    let Ok(length) = usize::try_from(int(raw)?) else {
        return Ok(None);
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
    let dimensions = int(&mut raw)?;
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

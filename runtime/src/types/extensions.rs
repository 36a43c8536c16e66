//! Types of extensions: `hstore`, `cube`, pgvector's and PostGIS's. They may be in any schema, so they are
//! known by their names.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Deref, DerefMut};

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type};

use super::float::{Float, joined};
use super::{binary, is_extension_type, wire};
use crate::error::BoxError;

/// The binary format of a type that is known by its name.
macro_rules! extension {
    ($name:ident, $type:literal: |$raw:ident| $read:expr, |$this:ident, $out:ident| $write:expr) => {
        binary!($name: |ty| is_extension_type(ty, $type), |$raw| $read, |$this, $out| $write);
    };
}

/// Texts by text, either of which may be missing: the type of the extension
/// [`hstore`](https://www.postgresql.org/docs/current/hstore.html).
///
/// ```
/// use rowsmith_runtime::Hstore;
///
/// let mut labels = Hstore::default();
/// labels.insert("colour".into(), Some("red".into()));
/// labels.insert("size".into(), None);
/// assert_eq!(labels.len(), 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Hstore(
    /// The values, by key; `None` is NULL.
    pub BTreeMap<String, Option<String>>,
);

impl Deref for Hstore {
    type Target = BTreeMap<String, Option<String>>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Hstore {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Hstore {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let pair = |(key, value): (K, V)| (key.into(), Some(value.into()));
        Self(pairs.into_iter().map(pair).collect())
    }
}

extension! {
    Hstore, "hstore":
    |raw| {
        let text = |raw: &[u8]| Ok::<_, BoxError>(std::str::from_utf8(raw)?.to_owned());
        let mut pairs = BTreeMap::new();
        for _ in 0..wire::count(raw)? {
            let key = wire::value(raw)?.ok_or("a key is NULL")?;
            let value = wire::value(raw)?.map(text).transpose()?;
            pairs.insert(text(key)?, value);
        }
        Self(pairs)
    },
    |this, out| {
        out.put_i32(i32::try_from(this.0.len())?);
        for (key, value) in &this.0 {
            for text in [Some(key), value.as_ref()] {
                wire::put_value(out, |out| {
                    let Some(text) = text else {
                        return Ok(IsNull::Yes);
                    };
                    out.put_slice(text.as_bytes());
                    Ok(IsNull::No)
                })?;
            }
        }
    }
}

/// A box in a space of any number of dimensions, or a point there: the type of the extension
/// [`cube`](https://www.postgresql.org/docs/current/cube.html).
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Cube {
    /// The coordinates of a corner.
    pub corner: Vec<f64>,
    /// Those of the corner opposite, which a point has not.
    pub opposite: Option<Vec<f64>>,
}

impl fmt::Display for Cube {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({})", joined(&self.corner, ", "))?;
        match &self.opposite {
            Some(opposite) => write!(f, ",({})", joined(opposite, ", ")),
            None => Ok(()),
        }
    }
}

/// Says that there is but one corner; the other bits are the number of dimensions (`cubedata.h`).
const POINT: u32 = 1 << 31;

extension! {
    Cube, "cube":
    |raw| {
        let header = u32::from_be_bytes(wire::take(raw)?);
        let dimensions = header & !POINT;
        let corner = |raw: &mut &[u8]| {
            let numbers = (0..dimensions).map(|_| Ok(f64::from_be_bytes(wire::take(raw)?)));
            numbers.collect::<Result<Vec<f64>, BoxError>>()
        };
        // Before anything is kept of what is not there.
        if usize::try_from(dimensions)? > raw.len() / 8 {
            return Err("the value ends too early".into());
        }
        Self {
            corner: corner(raw)?,
            opposite: match header & POINT {
                0 => Some(corner(raw)?),
                _ => None,
            },
        }
    },
    |this, out| {
        let dimensions = u32::try_from(this.corner.len())?;
        let point = this.opposite.is_none();
        if this.opposite.as_ref().is_some_and(|it| it.len() != this.corner.len()) {
            return Err("the corners of a cube have different numbers of coordinates".into());
        }
        out.put_u32(dimensions | if point { POINT } else { 0 });
        let numbers = this.corner.iter().chain(this.opposite.iter().flatten());
        numbers.for_each(|number| out.put_f64(*number));
    }
}

/// A vector of numbers, the type `vector` of the extension
/// [pgvector](https://github.com/pgvector/pgvector).
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Vector(
    /// The elements.
    pub Vec<f32>,
);

/// A vector of numbers of half the usual precision, the type `halfvec` of the extension
/// [pgvector](https://github.com/pgvector/pgvector). What is sent is rounded to the nearest one.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct HalfVector(
    /// The elements.
    pub Vec<f32>,
);

/// A vector most of whose elements are zero, the type `sparsevec` of the extension
/// [pgvector](https://github.com/pgvector/pgvector).
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SparseVector {
    /// How many elements there are, zeros included.
    pub dimensions: i32,
    /// The elements that are not zero, by their index, from 0 on.
    pub elements: BTreeMap<i32, f32>,
}

/// Both formats: the number of elements, two bytes that are not used, and the elements.
macro_rules! dense {
    ($name:ident, $type:literal: |$raw:ident| $read:expr, |$out:ident, $element:ident| $write:expr) => {
        impl From<Vec<f32>> for $name {
            fn from(elements: Vec<f32>) -> Self {
                Self(elements)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "[{}]", joined(&self.0, ","))
            }
        }

        extension! {
            $name, $type:
            |raw| {
                let count = u16::from_be_bytes(wire::take(raw)?);
                let _unused: [u8; 2] = wire::take(raw)?;
                let $raw = raw;
                let elements = (0..count).map(|_| Ok($read));
                Self(elements.collect::<Result<_, BoxError>>()?)
            },
            |this, $out| {
                $out.put_u16(u16::try_from(this.0.len())?);
                $out.put_u16(0);
                for $element in this.0.iter().copied() {
                    $write;
                }
            }
        }
    };
}

dense!(Vector, "vector": |raw| f32::from_be_bytes(wire::take(raw)?), |out, it| out.put_f32(it));
dense!(
    HalfVector, "halfvec":
    |raw| from_half(u16::from_be_bytes(wire::take(raw)?)),
    |out, it| out.put_u16(to_half(it))
);

extension! {
    SparseVector, "sparsevec":
    |raw| {
        let dimensions = wire::int(raw)?;
        let count = wire::count(raw)?;
        wire::int(raw)?;
        if count != raw.len() / 8 {
            return Err("the value has another number of elements than it says".into());
        }
        let indexes = (0..count).map(|_| wire::int(raw)).collect::<Result<Vec<_>, _>>()?;
        let mut elements = BTreeMap::new();
        for index in indexes {
            elements.insert(index, f32::from_be_bytes(wire::take(raw)?));
        }
        Self { dimensions, elements }
    },
    |this, out| {
        out.put_i32(this.dimensions);
        out.put_i32(i32::try_from(this.elements.len())?);
        out.put_i32(0);
        this.elements.keys().for_each(|index| out.put_i32(*index));
        this.elements.values().for_each(|element| out.put_f32(*element));
    }
}

/// As pgvector writes it, which counts from 1.
impl fmt::Display for SparseVector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let element = |(index, element): (&i32, &f32)| {
            format!("{}:{}", i64::from(*index) + 1, Float(*element))
        };
        let elements: Vec<String> = self.elements.iter().map(element).collect();
        write!(f, "{{{}}}/{}", elements.join(","), self.dimensions)
    }
}

/// A number of half precision (IEEE 754, binary16): a sign, five bits of exponent, ten of fraction.
fn from_half(half: u16) -> f32 {
    let sign = if half >> 15 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(half >> 10 & 0x1f), f32::from(half & 0x3ff));
    sign * match exponent {
        0 => fraction * 2f32.powi(-24),
        0x1f if fraction == 0.0 => f32::INFINITY,
        0x1f => f32::NAN,
        _ => (1024.0 + fraction) * 2f32.powi(exponent - 25),
    }
}

/// The nearest number of half precision, of two the even one.
fn to_half(number: f32) -> u16 {
    let sign = ((number.to_bits() >> 31) as u16) << 15;
    let size = number.abs();
    if size.is_nan() {
        return sign | 0x7e00;
    }
    // The least number that is rounded to infinity.
    if size >= 65520.0 {
        return sign | 0x7c00;
    }
    // In units of the last bit there, which are exact: a power of two only moves the exponent.
    let exponent = ((size.to_bits() >> 23) as i32 - 127).max(-14);
    let units = (size * 2f32.powi(10 - exponent)).round_ties_even() as u32;
    // 2048 units are 1024 of the next exponent, and the sum carries over just so.
    sign | (((exponent + 14) as u32) * 1024 + units) as u16
}

/// Shapes of [PostGIS](https://postgis.net), in the format EWKB, which the crates for geometry read.
macro_rules! shapes {
    ($($(#[$attribute:meta])* $name:ident, $type:literal;)+) => {$(
        $(#[$attribute])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(transparent))]
        pub struct $name(
            /// Extended well-known binary: the byte order, the kind, perhaps the SRID, and coordinates.
            pub Vec<u8>,
        );

        impl $name {
            /// Takes a number of the header, after the byte order.
            fn header(&self, at: usize) -> Option<u32> {
                let bytes = self.0.get(1 + at..5 + at)?.try_into().ok()?;
                match self.0.first()? {
                    0 => Some(u32::from_be_bytes(bytes)),
                    _ => Some(u32::from_le_bytes(bytes)),
                }
            }

            /// The kind of shape, as OGC numbers them: 1 is a point, 2 a line, 3 a polygon.
            pub fn kind(&self) -> Option<u32> {
                // More coordinates than two are said in the highest bits, or by thousands (ISO).
                Some((self.header(0)? & 0x0fff_ffff) % 1000)
            }

            /// The spatial reference system, if it is given.
            pub fn srid(&self) -> Option<u32> {
                const HAS_SRID: u32 = 0x2000_0000;
                match self.header(0)? & HAS_SRID {
                    0 => None,
                    _ => self.header(4),
                }
            }
        }

        extension! {
            $name, $type:
            |raw| Self(std::mem::take(raw).to_vec()),
            |this, out| out.put_slice(&this.0)
        }
    )+};
}

shapes! {
    /// A shape in a plane, the type `geometry` of [PostGIS](https://postgis.net/docs/geometry.html).
    Geometry, "geometry";
    /// A shape on the globe, the type `geography` of [PostGIS](https://postgis.net/docs/geography.html).
    Geography, "geography";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_there_and_back() {
        for half in 0..=u16::MAX {
            let number = from_half(half);
            if !number.is_nan() {
                assert_eq!(to_half(number), half, "{number}");
            }
        }
        assert!(from_half(to_half(f32::NAN)).is_nan());
        // Between 1 and the next half lies 2⁻¹¹; ties go to the even one.
        assert_eq!(to_half(1.0 + 2f32.powi(-11)), 0x3c00);
        assert_eq!(to_half(1.0 + 3.0 * 2f32.powi(-11)), 0x3c02);
        assert_eq!(to_half(65519.996), 0x7bff);
        assert_eq!(to_half(1e-10), 0);
    }

    #[test]
    fn shapes_tell_their_kind_and_reference_system() {
        let point = [1, 1, 0, 0, 0x20, 0xe6, 0x10, 0, 0];
        let shape = Geometry([&point[..], &[0; 16]].concat());
        assert_eq!((shape.kind(), shape.srid()), (Some(1), Some(4326)));
        assert_eq!(Geometry(vec![1]).kind(), None);
        for (kind, header) in [(1, 1001_u32), (3, 3003), (2, 0xc000_0002), (15, 15)] {
            let shape = Geometry([&[0][..], &header.to_be_bytes()].concat());
            assert_eq!((shape.kind(), shape.srid()), (Some(kind), None));
        }
    }

    #[test]
    fn vectors_are_as_pgvector_sends_them() {
        let ty = Type::new(
            "vector".into(),
            99_999,
            tokio_postgres::types::Kind::Simple,
            "x".into(),
        );
        let raw = [0, 2, 0, 0, 0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0];
        let vector = Vector::from_sql(&ty, &raw).unwrap();
        assert_eq!(vector, Vector(vec![1.0, -2.0]));
        let mut out = BytesMut::new();
        vector.to_sql(&ty, &mut out).unwrap();
        assert_eq!(&out[..], &raw);
        assert!(Vector::from_sql(&ty, &raw[..11]).is_err());
        assert!(<Vector as FromSql>::accepts(&ty) && !<HalfVector as FromSql>::accepts(&ty));
        let sparse = [
            0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0x3f, 0x80, 0, 0,
        ];
        let vector = SparseVector::from_sql(&ty, &sparse).unwrap();
        assert_eq!(vector.to_string(), "{3:1}/3");
        let mut out = BytesMut::new();
        vector.to_sql(&ty, &mut out).unwrap();
        assert_eq!(&out[..], &sparse);
    }
}

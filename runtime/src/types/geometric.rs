//! PostgreSQL's [geometric types](https://www.postgresql.org/docs/current/datatype-geometric.html).
//!
//! ```
//! use rowsmith_runtime::geometric::{Circle, Point};
//!
//! let center = Point::new(1.5, -2.0);
//! assert_eq!(center.to_string(), "(1.5,-2)");
//! assert_eq!(Circle { center, radius: 3.0 }.to_string(), "<(1.5,-2),3>");
//! ```

use std::fmt;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type};

use super::float::Float;
use super::{binary, wire};
use crate::error::BoxError;

/// A point, `point`.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Point {
    /// How far to the right.
    pub x: f64,
    /// How far up.
    pub y: f64,
}

impl Point {
    /// The point at two coordinates.
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }
}

impl From<(f64, f64)> for Point {
    fn from((x, y): (f64, f64)) -> Self {
        Self { x, y }
    }
}

/// A line without ends, `line`: the points for which `ax + by + c` is zero.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Line {
    /// The factor of `x`, which may be zero if that of `y` is not.
    pub a: f64,
    /// The factor of `y`.
    pub b: f64,
    /// What is added.
    pub c: f64,
}

/// A part of a line between two points, `lseg`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LineSegment {
    /// The first end.
    pub start: Point,
    /// The other end.
    pub end: Point,
}

/// A rectangle along the axes, `box`. PostgreSQL puts the corners into order when it gets others.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Box {
    /// The corner with the greater coordinates.
    pub upper_right: Point,
    /// The corner with the lesser coordinates.
    pub lower_left: Point,
}

/// Points in a row with lines between them, `path`.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Path {
    /// The last point is connected with the first one.
    pub closed: bool,
    /// The points, at least one.
    pub points: Vec<Point>,
}

/// The area between points, `polygon`.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Polygon {
    /// The corners, at least one.
    pub points: Vec<Point>,
}

/// A circle, `circle`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Circle {
    /// The point in its middle.
    pub center: Point,
    /// The distance from there to all of its points.
    pub radius: f64,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({},{})", Float(self.x), Float(self.y))
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c] = [self.a, self.b, self.c].map(Float);
        write!(f, "{{{a},{b},{c}}}")
    }
}

impl fmt::Display for LineSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{},{}]", self.start, self.end)
    }
}

impl fmt::Display for Box {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.upper_right, self.lower_left)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.closed {
            true => write!(f, "({})", Points(&self.points)),
            false => write!(f, "[{}]", Points(&self.points)),
        }
    }
}

impl fmt::Display for Polygon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({})", Points(&self.points))
    }
}

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{},{}>", self.center, Float(self.radius))
    }
}

struct Points<'a>(&'a [Point]);

impl fmt::Display for Points<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, point) in self.0.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { "," })?;
            point.fmt(f)?;
        }
        Ok(())
    }
}

fn number(raw: &mut &[u8]) -> Result<f64, BoxError> {
    Ok(f64::from_be_bytes(wire::take(raw)?))
}

fn point(raw: &mut &[u8]) -> Result<Point, BoxError> {
    Ok(Point {
        x: number(raw)?,
        y: number(raw)?,
    })
}

fn points(raw: &mut &[u8]) -> Result<Vec<Point>, BoxError> {
    let count = wire::count(raw)?;
    // So many, or the value is not as it says; a point is two numbers of eight bytes.
    if count != raw.len() / 16 {
        return Err("the value has another number of points than it says".into());
    }
    (0..count).map(|_| point(raw)).collect()
}

fn put(point: Point, out: &mut BytesMut) {
    out.put_f64(point.x);
    out.put_f64(point.y);
}

fn put_points(points: &[Point], out: &mut BytesMut) -> Result<(), BoxError> {
    out.put_i32(i32::try_from(points.len())?);
    points.iter().for_each(|point| put(*point, out));
    Ok(())
}

/// The binary formats, each the one number behind the other (`geo_ops.c` in PostgreSQL's sources).
macro_rules! geometric {
    ($($name:ident, $type:ident: |$raw:ident| $read:expr, |$this:ident, $out:ident| $write:expr;)+) => {
        $(binary!($name: |ty| *ty == Type::$type, |$raw| $read, |$this, $out| $write);)+
    };
}

geometric! {
    Point, POINT: |raw| point(raw)?, |this, out| put(*this, out);
    Line, LINE:
        |raw| Line { a: number(raw)?, b: number(raw)?, c: number(raw)? },
        |this, out| [this.a, this.b, this.c].into_iter().for_each(|n| out.put_f64(n));
    LineSegment, LSEG:
        |raw| LineSegment { start: point(raw)?, end: point(raw)? },
        |this, out| [this.start, this.end].into_iter().for_each(|it| put(it, out));
    Box, BOX:
        |raw| Box { upper_right: point(raw)?, lower_left: point(raw)? },
        |this, out| [this.upper_right, this.lower_left].into_iter().for_each(|it| put(it, out));
    Path, PATH:
        |raw| {
            let [closed] = wire::take(raw)?;
            Path { closed: closed != 0, points: points(raw)? }
        },
        |this, out| {
            out.put_u8(this.closed.into());
            put_points(&this.points, out)?;
        };
    Polygon, POLYGON:
        |raw| Polygon { points: points(raw)? },
        |this, out| put_points(&this.points, out)?;
    Circle, CIRCLE:
        |raw| Circle { center: point(raw)?, radius: number(raw)? },
        |this, out| {
            put(this.center, out);
            out.put_f64(this.radius);
        };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_path_are_refused() {
        let huge = [1, 0x7f, 0xff, 0xff, 0xff];
        for raw in [&[][..], &[1], &huge, &[1, 0, 0, 0, 1, 0]] {
            assert!(Path::from_sql(&Type::PATH, raw).is_err(), "{raw:?}");
        }
        assert!(Point::from_sql(&Type::POINT, &[0; 17]).is_err());
    }
}

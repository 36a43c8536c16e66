//! `interval`.

use std::fmt;
use std::str::FromStr;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};

use crate::error::BoxError;

const MICROSECONDS_PER_SECOND: u64 = 1_000_000;
const MICROSECONDS_PER_MINUTE: u64 = 60 * MICROSECONDS_PER_SECOND;
const MICROSECONDS_PER_HOUR: u64 = 60 * MICROSECONDS_PER_MINUTE;

/// A span of time as PostgreSQL's type
/// [`interval`](https://www.postgresql.org/docs/current/datatype-datetime.html#DATATYPE-INTERVAL-INPUT)
/// holds it: months, days and microseconds, none of which is a fixed number of the next.
///
/// Two intervals are equal when all three parts are. There is no order: whether 30 days are less
/// than a month depends on the month.
///
/// ```
/// use rowsmith_runtime::Interval;
///
/// let interval = Interval::new(14, 3, 4_500_000);
/// assert_eq!(interval.to_string(), "1 year 2 mons 3 days 00:00:04.5");
/// assert_eq!("1 year 2 mons 3 days 00:00:04.5".parse(), Ok(interval));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Interval {
    /// Months; a year is twelve of them.
    pub months: i32,
    /// Days, which a change to summer time can make 23 or 25 hours long.
    pub days: i32,
    /// Microseconds.
    pub microseconds: i64,
}

impl Interval {
    /// No time at all.
    pub const ZERO: Self = Self::new(0, 0, 0);

    /// Without end; from PostgreSQL 17 on.
    pub const INFINITY: Self = Self::new(i32::MAX, i32::MAX, i64::MAX);

    /// Without beginning; from PostgreSQL 17 on.
    pub const NEG_INFINITY: Self = Self::new(i32::MIN, i32::MIN, i64::MIN);

    /// An interval of these parts.
    pub const fn new(months: i32, days: i32, microseconds: i64) -> Self {
        Self {
            months,
            days,
            microseconds,
        }
    }
}

/// Writes the interval as PostgreSQL does with `intervalstyle = postgres`
/// (`EncodeInterval` in its sources).
impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::INFINITY => return f.write_str("infinity"),
            Self::NEG_INFINITY => return f.write_str("-infinity"),
            _ => {}
        }
        let mut empty = true;
        let mut after_negative = false;
        let parts = [
            (self.months / 12, "year"),
            (self.months % 12, "mon"),
            (self.days, "day"),
        ];
        for (value, unit) in parts.into_iter().filter(|(value, _)| *value != 0) {
            let space = if empty { "" } else { " " };
            let sign = if after_negative && value > 0 { "+" } else { "" };
            let plural = if value == 1 { "" } else { "s" };
            write!(f, "{space}{sign}{value} {unit}{plural}")?;
            empty = false;
            after_negative = value < 0;
        }
        if !empty && self.microseconds == 0 {
            return Ok(());
        }
        let space = if empty { "" } else { " " };
        let sign = match self.microseconds {
            ..0 => "-",
            _ if after_negative => "+",
            _ => "",
        };
        let time = self.microseconds.unsigned_abs();
        let hours = time / MICROSECONDS_PER_HOUR;
        let minutes = time % MICROSECONDS_PER_HOUR / MICROSECONDS_PER_MINUTE;
        let seconds = time % MICROSECONDS_PER_MINUTE / MICROSECONDS_PER_SECOND;
        write!(f, "{space}{sign}{hours:02}:{minutes:02}:{seconds:02}")?;
        match time % MICROSECONDS_PER_SECOND {
            0 => Ok(()),
            fraction => {
                let digits = format!("{fraction:06}");
                write!(f, ".{}", digits.trim_end_matches('0'))
            }
        }
    }
}

/// Text that is no interval in PostgreSQL's style, or one that is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseIntervalError;

impl fmt::Display for ParseIntervalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an interval is written as in `1 year 2 mons 3 days 04:05:06.7`")
    }
}

impl std::error::Error for ParseIntervalError {}

/// Reads what [`Display`](fmt::Display) and PostgreSQL with `intervalstyle = postgres` write.
impl FromStr for Interval {
    type Err = ParseIntervalError;

    fn from_str(text: &str) -> Result<Self, ParseIntervalError> {
        match text {
            "infinity" => return Ok(Self::INFINITY),
            "-infinity" => return Ok(Self::NEG_INFINITY),
            _ => {}
        }
        parse(text).ok_or(ParseIntervalError)
    }
}

fn parse(text: &str) -> Option<Interval> {
    let mut interval = Interval::ZERO;
    let mut words = text.split_ascii_whitespace().peekable();
    words.peek()?;
    while let Some(word) = words.next() {
        if word.contains(':') {
            interval.microseconds = parse_time(word)?;
            return words.next().is_none().then_some(interval);
        }
        let value: i32 = word.parse().ok()?;
        let (part, factor) = match words.next()? {
            "year" | "years" => (&mut interval.months, 12),
            "mon" | "mons" => (&mut interval.months, 1),
            "day" | "days" => (&mut interval.days, 1),
            _ => return None,
        };
        *part = part.checked_add(value.checked_mul(factor)?)?;
    }
    Some(interval)
}

/// Reads `-04:05:06.7` as microseconds.
fn parse_time(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut parts = digits.split(':');
    let hours = number(parts.next()?)?;
    let minutes = number(parts.next()?).filter(|minutes| *minutes < 60)?;
    let (seconds, fraction) = match parts.next()?.split_once('.') {
        Some((seconds, fraction)) if fraction.len() <= 6 => {
            (seconds, number(&format!("{fraction:0<6}"))?)
        }
        Some(_) => return None,
        None => (digits.rsplit(':').next()?, 0),
    };
    let seconds = number(seconds).filter(|seconds| *seconds < 60)?;
    if parts.next().is_some() {
        return None;
    }
    let whole = minutes * MICROSECONDS_PER_MINUTE + seconds * MICROSECONDS_PER_SECOND + fraction;
    let time = hours
        .checked_mul(MICROSECONDS_PER_HOUR)?
        .checked_add(whole)?;
    if negative {
        0_i64.checked_sub_unsigned(time)
    } else {
        i64::try_from(time).ok()
    }
}

/// Reads digits only, without the sign that `parse` of a number would allow.
fn number(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|digit| digit.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// The format of `interval_send`: microseconds, days, months.
impl<'a> FromSql<'a> for Interval {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, BoxError> {
        let (microseconds, rest) = raw
            .split_first_chunk()
            .ok_or("an interval has sixteen bytes")?;
        let (days, rest) = rest
            .split_first_chunk()
            .ok_or("an interval has sixteen bytes")?;
        let months = rest
            .try_into()
            .map_err(|_| "an interval has sixteen bytes")?;
        Ok(Self {
            months: i32::from_be_bytes(months),
            days: i32::from_be_bytes(*days),
            microseconds: i64::from_be_bytes(*microseconds),
        })
    }

    accepts!(INTERVAL);
}

impl ToSql for Interval {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        out.put_i64(self.microseconds);
        out.put_i32(self.days);
        out.put_i32(self.months);
        Ok(IsNull::No)
    }

    accepts!(INTERVAL);
    to_sql_checked!();
}

#[cfg(feature = "serde")]
super::serde_as_text!(Interval);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_like_postgresql_and_reads_it_back() {
        const HOUR: i64 = MICROSECONDS_PER_HOUR as i64;
        for (interval, text) in [
            (Interval::ZERO, "00:00:00"),
            (Interval::new(14, 3, HOUR), "1 year 2 mons 3 days 01:00:00"),
            (Interval::new(-1, 1, -1), "-1 mons +1 day -00:00:00.000001"),
            (Interval::new(0, -1, 2 * HOUR), "-1 days +02:00:00"),
            (Interval::new(-13, 0, 0), "-1 years -1 mons"),
            (Interval::new(0, 0, 1_500_000), "00:00:01.5"),
            (Interval::new(0, 0, i64::MIN), "-2562047788:00:54.775808"),
            (Interval::new(0, 0, i64::MAX), "2562047788:00:54.775807"),
            (Interval::INFINITY, "infinity"),
            (Interval::NEG_INFINITY, "-infinity"),
        ] {
            assert_eq!(interval.to_string(), text);
            assert_eq!(text.parse(), Ok(interval));
        }
    }

    #[test]
    fn refuses_what_is_no_interval() {
        for text in [
            "",
            "1",
            "1 week",
            "1:2",
            "00:60:00",
            "00:00:00.1234567",
            "00:00:00 1 day",
            "00:00:-1",
            "9999999999 days",
            "999999999 years",
            "99999999999:00:00",
        ] {
            assert_eq!(text.parse::<Interval>(), Err(ParseIntervalError), "{text}");
        }
    }
}

//! `time with time zone`.

use std::fmt;
use std::str::FromStr;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};

use super::wire;
use crate::error::BoxError;

/// A time of day with its distance from UTC, PostgreSQL's type
/// [`timetz`](https://www.postgresql.org/docs/current/datatype-datetime.html).
///
/// Two are equal when both parts are, whether or not they are the same moment.
///
/// ```
/// use rowsmith_runtime::TimeTz;
///
/// let opens: TimeTz = "09:30:00+02".parse()?;
/// assert_eq!(opens, TimeTz::new(9 * 3_600_000_000 + 30 * 60_000_000, 2 * 3600));
/// assert_eq!(opens.to_string(), "09:30:00+02");
/// # Ok::<(), rowsmith_runtime::ParseTimeTzError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TimeTz {
    /// Microseconds since midnight, up to those of `24:00:00`.
    pub microseconds: i64,
    /// Seconds east of UTC.
    pub offset: i32,
}

const SECOND: i64 = 1_000_000;
const DAY: i64 = 24 * 3600 * SECOND;
/// The greatest distance from UTC that PostgreSQL knows: a second less than 16 hours.
const MAX_OFFSET: u32 = 16 * 3600 - 1;

impl TimeTz {
    /// The time so many microseconds after midnight, so many seconds east of UTC.
    pub const fn new(microseconds: i64, offset: i32) -> Self {
        Self {
            microseconds,
            offset,
        }
    }
}

#[cfg(feature = "chrono")]
impl From<(chrono::NaiveTime, chrono::FixedOffset)> for TimeTz {
    fn from((time, offset): (chrono::NaiveTime, chrono::FixedOffset)) -> Self {
        let since_midnight = time.signed_duration_since(chrono::NaiveTime::MIN);
        Self {
            // A day has fewer microseconds than fit.
            microseconds: since_midnight.num_microseconds().unwrap_or(0),
            offset: offset.local_minus_utc(),
        }
    }
}

/// Fails for `24:00:00`, which `chrono` does not know.
#[cfg(feature = "chrono")]
impl TryFrom<TimeTz> for (chrono::NaiveTime, chrono::FixedOffset) {
    type Error = BoxError;

    fn try_from(time: TimeTz) -> Result<Self, BoxError> {
        let seconds = u32::try_from(time.microseconds / SECOND)?;
        let nanoseconds = u32::try_from(time.microseconds % SECOND)? * 1000;
        let clock = chrono::NaiveTime::from_num_seconds_from_midnight_opt(seconds, nanoseconds);
        let offset = chrono::FixedOffset::east_opt(time.offset);
        match (clock, offset) {
            (Some(clock), Some(offset)) => Ok((clock, offset)),
            _ => Err(format!("the time of day is {time}").into()),
        }
    }
}

/// As PostgreSQL writes it: `09:30:00.5+02`, `00:00:00-03:30`.
impl fmt::Display for TimeTz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.microseconds < 0 {
            f.write_str("-")?;
        }
        let microseconds = self.microseconds.unsigned_abs();
        let second = SECOND.unsigned_abs();
        let (seconds, fraction) = (microseconds / second, microseconds % second);
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        write!(f, "{hours:02}:{minutes:02}:{:02}", seconds % 60)?;
        if fraction != 0 {
            let digits = format!("{fraction:06}");
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        let sign = if self.offset < 0 { '-' } else { '+' };
        let offset = self.offset.unsigned_abs();
        write!(f, "{sign}{:02}", offset / 3600)?;
        if !offset.is_multiple_of(3600) {
            write!(f, ":{:02}", offset / 60 % 60)?;
        }
        if !offset.is_multiple_of(60) {
            write!(f, ":{:02}", offset % 60)?;
        }
        Ok(())
    }
}

/// Text that is no time of day with a distance from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseTimeTzError;

impl fmt::Display for ParseTimeTzError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time of day with its distance from UTC is written as in `09:30:00+02`")
    }
}

impl std::error::Error for ParseTimeTzError {}

/// Reads what `Display` writes.
impl FromStr for TimeTz {
    type Err = ParseTimeTzError;

    fn from_str(text: &str) -> Result<Self, ParseTimeTzError> {
        let sign = text.find(['+', '-']).ok_or(ParseTimeTzError)?;
        let (clock, offset) = text.split_at(sign);
        let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
        let microseconds =
            parts(clock)? * SECOND + i64::from(digits(&format!("{fraction:0<6}"), 6)?);
        let seconds = i32::try_from(parts(&offset[1..])?).map_err(|_| ParseTimeTzError)?;
        let offset = if offset.starts_with('-') {
            -seconds
        } else {
            seconds
        };
        let time = Self::new(microseconds, offset);
        if time.is_one() {
            Ok(time)
        } else {
            Err(ParseTimeTzError)
        }
    }
}

impl TimeTz {
    fn is_one(&self) -> bool {
        (0..=DAY).contains(&self.microseconds) && self.offset.unsigned_abs() <= MAX_OFFSET
    }
}

/// The seconds of hours, minutes and seconds, the last two of which may be missing.
fn parts(text: &str) -> Result<i64, ParseTimeTzError> {
    let mut parts = text.split(':');
    let mut next = || {
        parts
            .next()
            .map_or(Ok(0), |part| digits(part, 2))
            .map(i64::from)
    };
    let (hours, minutes, seconds) = (next()?, next()?, next()?);
    if parts.next().is_some() || minutes > 59 || seconds > 60 {
        return Err(ParseTimeTzError);
    }
    Ok(hours * 3600 + minutes * 60 + seconds)
}

fn digits(text: &str, count: usize) -> Result<u32, ParseTimeTzError> {
    let digits = text.len() == count && text.bytes().all(|digit| digit.is_ascii_digit());
    let number = digits.then(|| text.parse().ok()).flatten();
    number.ok_or(ParseTimeTzError)
}

/// The microseconds, and the seconds west of UTC (`timetz_send` in PostgreSQL's sources).
impl<'a> FromSql<'a> for TimeTz {
    fn from_sql(_: &Type, mut raw: &'a [u8]) -> Result<Self, BoxError> {
        let microseconds = i64::from_be_bytes(wire::take(&mut raw)?);
        let west = wire::int(&mut raw)?;
        wire::end(raw)?;
        let time = Self::new(microseconds, west.checked_neg().unwrap_or(i32::MAX));
        match time.is_one() {
            true => Ok(time),
            false => Err("the value is no time of day".into()),
        }
    }

    accepts!(TIMETZ);
}

impl ToSql for TimeTz {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        if !self.is_one() {
            return Err("the value is no time of day".into());
        }
        out.put_i64(self.microseconds);
        out.put_i32(-self.offset);
        Ok(IsNull::No)
    }

    accepts!(TIMETZ);
    to_sql_checked!();
}

#[cfg(feature = "serde")]
super::serde_as_text!(TimeTz);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for text in [
            "00:00:00+00",
            "24:00:00-15:59:59",
            "23:59:59.000001+05:30",
            "12:00:00.5-03",
        ] {
            let time: TimeTz = text.parse().unwrap();
            assert_eq!(time.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_time_is_written_and_not_sent() {
        let time = TimeTz::new(-1, i32::MIN);
        assert_eq!(time.to_string(), "-00:00:00.000001-596523:14:08");
        let mut out = BytesMut::new();
        assert!(time.to_sql(&Type::TIMETZ, &mut out).is_err());
        let raw = [0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0, 0];
        assert!(TimeTz::from_sql(&Type::TIMETZ, &raw).is_err());
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "",
            "+",
            "1:00:00+00",
            "24:00:00.1+00",
            "00:60:00+00",
            "00:00:00+16",
            "00:00:00.1234567+00",
            "00:00:00",
        ] {
            assert_eq!(text.parse::<TimeTz>(), Err(ParseTimeTzError), "{text}");
        }
    }
}

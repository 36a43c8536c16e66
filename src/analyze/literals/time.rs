//! Dates, times and intervals in ISO style, and intervals in PostgreSQL's own.

use std::fmt::Write;

/// `2020-1-2` as `2020-01-02`.
pub(super) fn date(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(special) = special(text) {
        return Some(special.to_owned());
    }
    let (date, rest) = split_date(text)?;
    // A date literal may carry a time, which is dropped.
    if !rest.trim().is_empty() {
        clock(rest.trim_start_matches(['T', 't']).trim())?;
    }
    Some(date.to_string())
}

pub(super) fn time(text: &str) -> Option<String> {
    let (clock, zone) = clock(text.trim())?;
    zone.is_none().then(|| format_clock(clock))
}

/// The offset is shown in hours, and in minutes where it has some. One that is not given is UTC's.
pub(super) fn timetz(text: &str) -> Option<String> {
    let (clock, zone) = clock(text.trim())?;
    let zone = zone.unwrap_or(0);
    let sign = if zone < 0 { '-' } else { '+' };
    let minutes = zone.abs() / 60;
    let mut out = format!("{}{sign}{:02}", format_clock(clock), minutes / 60);
    if minutes % 60 != 0 {
        let _ = write!(out, ":{:02}", minutes % 60);
    }
    Some(out)
}

/// The day after one in its canonical spelling.
pub(super) fn next_day(text: &str) -> Option<String> {
    if special(text).is_some() {
        return Some(text.to_owned());
    }
    let (date, _) = split_date(text)?;
    Some(Date::from_days(date.to_days() + 1).to_string())
}

pub(super) fn timestamp(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(special) = special(text) {
        return Some(special.to_owned());
    }
    let (date, clock, _) = date_and_time(text)?;
    Some(format!("{date} {}", format_clock(clock)))
}

/// With an offset from UTC; one that is not given is taken to be UTC, as the live source's session is.
pub(super) fn timestamptz(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(special) = special(text) {
        return Some(special.to_owned());
    }
    let (date, clock, zone) = date_and_time(text)?;
    let micros = clock - zone.unwrap_or(0) * 1_000_000;
    let days = micros.div_euclid(MICROS_PER_DAY);
    let date = Date::from_days(date.to_days() + days);
    let clock = micros.rem_euclid(MICROS_PER_DAY);
    Some(format!("{date} {}+00", format_clock(clock)))
}

const MICROS_PER_DAY: i64 = 86_400_000_000;

fn special(text: &str) -> Option<&'static str> {
    ["infinity", "-infinity"]
        .into_iter()
        .find(|special| text.eq_ignore_ascii_case(special))
}

#[derive(Debug, Clone, Copy)]
struct Date {
    year: i64,
    month: i64,
    day: i64,
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Date {
    /// Days since 1970-01-01 in the proleptic Gregorian calendar.
    fn to_days(self) -> i64 {
        let year = if self.month <= 2 {
            self.year - 1
        } else {
            self.year
        };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((self.month + 9) % 12) + 2) / 5 + self.day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    fn from_days(days: i64) -> Self {
        let days = days + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let month = if shifted < 10 {
            shifted + 3
        } else {
            shifted - 9
        };
        Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * shifted + 2) / 5 + 1,
        }
    }
}

/// Takes `2020-1-2` or `20200102` off the front.
fn split_date(text: &str) -> Option<(Date, &str)> {
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == '-'))
        .unwrap_or(text.len());
    let (date, rest) = text.split_at(end);
    let parts: Vec<&str> = date.split('-').collect();
    let (year, month, day) = match parts.as_slice() {
        [year, month, day] if year.len() == 4 => (*year, *month, *day),
        [all] if all.len() == 8 => (all.get(..4)?, all.get(4..6)?, all.get(6..)?),
        _ => return None,
    };
    let date = Date {
        year: year.parse().ok()?,
        month: month.parse().ok()?,
        day: day.parse().ok()?,
    };
    let valid = date.year > 0 && (1..=12).contains(&date.month) && (1..=31).contains(&date.day);
    valid.then_some((date, rest))
}

fn date_and_time(text: &str) -> Option<(Date, i64, Option<i64>)> {
    if text.eq_ignore_ascii_case("epoch") {
        return Some((Date::from_days(0), 0, Some(0)));
    }
    let (date, rest) = split_date(text)?;
    let rest = rest.trim();
    let rest = rest.strip_prefix(['T', 't']).unwrap_or(rest);
    if rest.is_empty() {
        return Some((date, 0, None));
    }
    let (micros, zone) = clock(rest)?;
    Some((date, micros, zone))
}

/// `1:02`, `01:02:03.5`, with `Z`, `UTC` or `+02:00` behind: microseconds, and the offset in seconds.
fn clock(text: &str) -> Option<(i64, Option<i64>)> {
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.'))
        .unwrap_or(text.len());
    let (digits, zone) = text.split_at(end);
    let micros = clock_micros(digits)?;
    let zone = zone.trim();
    let offset = match zone.to_ascii_uppercase().as_str() {
        "" => None,
        "Z" | "UTC" | "GMT" => Some(0),
        zone => {
            let (sign, digits) = match zone.strip_prefix('-') {
                Some(digits) => (-1, digits),
                None => (1, zone.strip_prefix('+')?),
            };
            let (hours, minutes) = match digits.split_once(':') {
                Some(parts) => parts,
                None if digits.len() == 4 => (digits.get(..2)?, digits.get(2..)?),
                None => (digits, "0"),
            };
            let hours: i64 = hours.parse().ok().filter(|h| *h < 16)?;
            let minutes: i64 = minutes.parse().ok().filter(|m| *m < 60)?;
            Some(sign * (hours * 3600 + minutes * 60))
        }
    };
    Some((micros, offset))
}

fn clock_micros(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let hours: i64 = parts.next()?.parse().ok()?;
    let minutes: i64 = parts.next()?.parse().ok()?;
    let seconds = match parts.next() {
        Some(seconds) => decimal_micros(seconds, 1)?,
        None => 0,
    };
    if parts.next().is_some() || hours > 1_000_000 || minutes > 59 || seconds > 60_000_000 {
        return None;
    }
    Some((hours * 60 + minutes) * 60_000_000 + seconds)
}

/// A decimal number of seconds (times `factor`) in microseconds.
fn decimal_micros(text: &str, factor: i64) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole.len() > 12 || fraction.len() > 12 {
        return None;
    }
    let whole: i64 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let mut micros = whole.checked_mul(1_000_000)?.checked_mul(factor)?;
    if !fraction.is_empty() {
        let part: f64 = format!("0.{fraction}").parse().ok()?;
        micros += (part * 1e6 * factor as f64).round() as i64;
    }
    Some(micros)
}

fn format_clock(micros: i64) -> String {
    let mut out = String::new();
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
    let _ = write!(
        out,
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    );
    if fraction > 0 {
        let digits = format!("{fraction:06}");
        let _ = write!(out, ".{}", digits.trim_end_matches('0'));
    }
    out
}

#[derive(Debug, Default, Clone, Copy)]
struct Interval {
    months: i64,
    days: i64,
    micros: i64,
}

/// An interval in PostgreSQL's style: `1 year 2 mons 3 days 04:05:06`.
///
/// `field` is the unit of a bare number, as in `interval '1' day`.
pub(super) fn interval(text: &str, field: Option<&str>) -> Option<String> {
    let lower = text.trim().to_ascii_lowercase();
    let interval = if lower.starts_with('p') {
        iso_interval(&lower)?
    } else {
        verbose_interval(&lower, field)?
    };
    Some(format_interval(interval))
}

/// An interval with so many digits of seconds (`AdjustIntervalForTypmod`).
pub(super) fn rounded_interval(text: &str, digits: u32) -> Option<String> {
    let mut interval = verbose_interval(&text.to_ascii_lowercase(), None)?;
    let scale = 10_i64.pow(6_u32.checked_sub(digits)?);
    let half = interval.micros.signum() * (scale / 2);
    interval.micros = (interval.micros + half) / scale * scale;
    Some(format_interval(interval))
}

fn verbose_interval(text: &str, field: Option<&str>) -> Option<Interval> {
    let mut total = Interval::default();
    let text = text.strip_prefix('@').unwrap_or(text).trim();
    let (text, negate) = match text.strip_suffix("ago") {
        Some(text) => (text.trim_end(), true),
        None => (text, false),
    };
    let mut words = words(text).into_iter().peekable();
    words.peek()?;
    while let Some(word) = words.next() {
        let (sign, digits) = match word.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, word.strip_prefix('+').unwrap_or(word)),
        };
        if digits.contains(':') {
            // `1:30` is hours and minutes.
            total.micros += sign * clock_micros(digits)?;
            continue;
        }
        if !digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            return None;
        }
        let unit = match words.next_if(|word| word.starts_with(|c: char| c.is_ascii_alphabetic())) {
            Some(unit) => unit,
            None if words.peek().is_none() => field.unwrap_or("second"),
            // `1 02:03` is a day and a time.
            None if words.peek().is_some_and(|next| next.contains(':')) => "day",
            None => return None,
        };
        add(&mut total, sign, digits, unit)?;
    }
    if negate {
        total.months = -total.months;
        total.days = -total.days;
        total.micros = -total.micros;
    }
    Some(total)
}

/// Splits at white space and where a number meets a unit (`1day`).
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for word in text.split_ascii_whitespace() {
        match word.find(|c: char| c.is_ascii_alphabetic()) {
            Some(at) if at > 0 => {
                let (number, unit) = word.split_at(at);
                words.push(number);
                words.push(unit);
            }
            _ => words.push(word),
        }
    }
    words
}

fn add(total: &mut Interval, sign: i64, digits: &str, unit: &str) -> Option<()> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole: i64 = if whole.is_empty() {
        0
    } else {
        whole
            .parse()
            .ok()
            .filter(|n: &i64| *n < 1_000_000_000_000)?
    };
    let part: f64 = if fraction.is_empty() {
        0.0
    } else {
        format!("0.{fraction}").parse().ok()?
    };
    let seconds = |factor: i64| decimal_micros(digits, factor).map(|micros| sign * micros);
    let months = |factor: i64| sign * (whole * factor + (part * factor as f64).round() as i64);
    match unit
        .strip_suffix('s')
        .filter(|u| u.len() > 1)
        .unwrap_or(unit)
    {
        "millennium" | "millennia" | "mil" => total.months += months(12_000),
        "century" | "centurie" | "cent" | "c" => total.months += months(1200),
        "decade" | "dec" => total.months += months(120),
        "year" | "yr" | "y" => total.months += months(12),
        "month" | "mon" => {
            total.months += sign * whole;
            add_days(total, sign, part * 30.0);
        }
        "week" | "w" => {
            total.days += sign * whole * 7;
            add_days(total, sign, part * 7.0);
        }
        "day" | "d" => {
            total.days += sign * whole;
            add_days(total, sign, part);
        }
        "hour" | "hr" | "h" => total.micros += seconds(3600)?,
        "minute" | "min" | "m" => total.micros += seconds(60)?,
        "second" | "sec" | "s" => total.micros += seconds(1)?,
        "millisecond" | "msec" | "ms" => total.micros += seconds(1)? / 1000,
        "microsecond" | "usec" | "us" => total.micros += sign * whole,
        _ => return None,
    }
    Some(())
}

fn add_days(total: &mut Interval, sign: i64, days: f64) {
    total.days += sign * days.trunc() as i64;
    total.micros += sign * (days.fract() * MICROS_PER_DAY as f64).round() as i64;
}

/// `P1Y2M3DT4H5M6S`.
fn iso_interval(text: &str) -> Option<Interval> {
    let mut total = Interval::default();
    let mut in_time = false;
    let mut number = String::new();
    for c in text.strip_prefix('p')?.chars() {
        match c {
            't' if number.is_empty() => in_time = true,
            '0'..='9' | '.' | '-' | '+' => number.push(c),
            unit => {
                let (sign, digits) = match number.strip_prefix('-') {
                    Some(digits) => (-1, digits),
                    None => (1, number.strip_prefix('+').unwrap_or(&number)),
                };
                let unit = match (unit, in_time) {
                    ('y', false) => "year",
                    ('m', false) => "month",
                    ('w', false) => "week",
                    ('d', false) => "day",
                    ('h', true) => "hour",
                    ('m', true) => "minute",
                    ('s', true) => "second",
                    _ => return None,
                };
                if digits.is_empty() {
                    return None;
                }
                add(&mut total, sign, digits, unit)?;
                number.clear();
            }
        }
    }
    number.is_empty().then_some(total)
}

/// `EncodeInterval` with `INTSTYLE_POSTGRES`.
fn format_interval(interval: Interval) -> String {
    let mut out = String::new();
    let mut before = false;
    let parts = [
        (interval.months / 12, "year"),
        (interval.months % 12, "mon"),
        (interval.days, "day"),
    ];
    for (value, unit) in parts {
        if value == 0 {
            continue;
        }
        let space = if out.is_empty() { "" } else { " " };
        let plus = if before && value > 0 { "+" } else { "" };
        let plural = if value == 1 { "" } else { "s" };
        let _ = write!(out, "{space}{plus}{value} {unit}{plural}");
        before = value < 0;
    }
    if out.is_empty() || interval.micros != 0 {
        if !out.is_empty() {
            out.push(' ');
        }
        if interval.micros < 0 {
            out.push('-');
        } else if before {
            out.push('+');
        }
        out.push_str(&format_clock(interval.micros.abs()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals() {
        for (text, expected) in [
            ("1 day", "1 day"),
            ("90 minutes", "01:30:00"),
            ("1.5 days", "1 day 12:00:00"),
            ("14 months", "1 year 2 mons"),
            ("-1 day 2 hours", "-1 days +02:00:00"),
            ("P1Y2M3DT4H5M6.5S", "1 year 2 mons 3 days 04:05:06.5"),
            ("1 week ago", "-7 days"),
            ("30s", "00:00:30"),
            ("0", "00:00:00"),
            ("1 12:00", "1 day 12:00:00"),
        ] {
            assert_eq!(interval(text, None).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(interval("3", Some("day")).as_deref(), Some("3 days"));
        assert_eq!(interval("soon", None), None);
    }

    #[test]
    fn dates_and_times() {
        assert_eq!(date("2020-1-2").as_deref(), Some("2020-01-02"));
        assert_eq!(time("1:02").as_deref(), Some("01:02:00"));
        assert_eq!(
            timestamp("2020-01-02T03:04:05.600").as_deref(),
            Some("2020-01-02 03:04:05.6")
        );
        assert_eq!(
            timestamptz("2020-01-01 00:30:00+02").as_deref(),
            Some("2019-12-31 22:30:00+00")
        );
        assert_eq!(
            timestamptz("2024-03-01").as_deref(),
            Some("2024-03-01 00:00:00+00")
        );
        assert_eq!(timestamp("tomorrow"), None);
    }
}

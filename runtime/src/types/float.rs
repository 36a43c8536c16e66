//! Floating-point numbers as text.

use std::fmt;

/// A number as PostgreSQL spells it: `1.5`, `1e+300`, `-Infinity`.
pub(super) struct Float<T>(pub(super) T);

impl<T: fmt::Display + fmt::LowerExp> fmt::Display for Float<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// How many digits a number without an exponent has before its point, at most (`d2s.c` and `f2s.c`
        /// in PostgreSQL's sources).
        const DIGITS: [i32; 2] = [6, 15];

        let text = format!("{:e}", self.0);
        let Some((digits, exponent)) = text.split_once('e') else {
            return f.write_str(&text.replace("inf", "Infinity"));
        };
        let exponent: i32 = exponent.parse().map_err(|_| fmt::Error)?;
        match (-4..DIGITS[size_of::<T>() / 8]).contains(&exponent) {
            true => fmt::Display::fmt(&self.0, f),
            false => write!(f, "{digits}e{exponent:+03}"),
        }
    }
}

/// Numbers with something between them.
pub(super) fn joined<T: fmt::Display + fmt::LowerExp + Copy>(
    numbers: &[T],
    separator: &str,
) -> String {
    let numbers: Vec<String> = numbers.iter().map(|it| Float(*it).to_string()).collect();
    numbers.join(separator)
}

#[cfg(test)]
mod tests {
    use super::Float;

    #[test]
    fn numbers_are_spelt_as_the_server_does() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.5, "1.5"),
            (123_456_789_012_345.0, "123456789012345"),
            (1e15, "1e+15"),
            (-1.25e300, "-1.25e+300"),
            (0.0001, "0.0001"),
            (0.000_01, "1e-05"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(Float(number).to_string(), text);
        }
        assert_eq!(Float(123_456_f32).to_string(), "123456");
        assert_eq!(Float(3e38_f32).to_string(), "3e+38");
        assert_eq!(Float(1e6_f32).to_string(), "1e+06");
    }
}

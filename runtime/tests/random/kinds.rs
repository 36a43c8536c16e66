//! The types that there are random expressions of, and what each has of its own.

use std::cmp::Ordering;

use rowsmith_runtime::chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc};
use rowsmith_runtime::rust_decimal::Decimal;
use rowsmith_runtime::serde_json::Value as Json;
use rowsmith_runtime::sql::{Unit, abs, date_part, date_trunc, length, lower, trim, upper, val};
use rowsmith_runtime::{In, Interval, PgEnum};
use rowsmith_test_trees::blog::Role;

use crate::both::{Both, Right, Sql, one, operate};
use crate::chance::Chance;
use crate::generate::{Generator, Kind};
use crate::scopes::{Columns, Scope};
use crate::text;
use crate::world;

/// What each kind has besides [`Kind::special`].
macro_rules! kind {
    ($columns:ident, |$chance:ident| $value:expr, |$a:ident, $b:ident| $order:expr) => {
        fn value($chance: &mut Chance) -> Self {
            $value
        }

        fn columns<S>(columns: &Columns<S>) -> &[Both<S, Self>] {
            &columns.$columns
        }

        fn order(&self, other: &Self) -> Ordering {
            let ($a, $b) = (self, other);
            $order
        }
    };
}

impl Kind for bool {
    kind!(bools, |chance| chance.one_in(2), |a, b| a.cmp(b));

    fn without_column<S: Scope + In<S, I>, I>(
        generator: &mut Generator<'_, S, I>,
    ) -> Both<S, Self> {
        match generator.chance.below(4) {
            0 => generator.constant(),
            1 => generator.comparison::<i64>(0),
            2 => generator.comparison::<f64>(0),
            _ => generator.comparison::<String>(0),
        }
    }

    fn special<S: Scope + In<S, I>, I>(
        generator: &mut Generator<'_, S, I>,
        depth: u32,
    ) -> Both<S, Self> {
        match generator.chance.below(36) {
            0..9 => generator.connective(depth),
            9 => generator.gathered(depth),
            10..12 => generator.comparison::<i32>(depth),
            12 => generator.comparison::<i64>(depth),
            13 => generator.comparison::<f64>(depth),
            14..16 => generator.comparison::<String>(depth),
            16 => generator.comparison::<bool>(depth),
            17 if generator.has::<Decimal>() => match generator.chance.below(3) {
                0 => generator.comparison::<Decimal>(depth),
                1 => generator.comparison::<Vec<i32>>(depth),
                _ => generator.json_comparison(depth),
            },
            17 => match generator.chance.below(3) {
                0 => generator.comparison::<Role>(depth),
                1 => generator.comparison::<DateTime<Utc>>(depth),
                _ => generator.comparison::<NaiveDate>(depth),
            },
            18..20 => match generator.chance.below(5) {
                0 => generator.between::<i32>(depth),
                1 => generator.between::<f64>(depth),
                2 => generator.between::<String>(depth),
                3 => generator.between::<DateTime<Utc>>(depth),
                _ => generator.between::<Role>(depth),
            },
            20..22 => match generator.chance.below(6) {
                0 => generator.membership::<i32>(depth),
                1 => generator.membership::<i64>(depth),
                2 => generator.membership::<String>(depth),
                3 => generator.membership::<f64>(depth),
                4 => generator.membership::<bool>(depth),
                _ => generator.membership::<Role>(depth),
            },
            22 => match generator.chance.below(4) {
                0 => generator.null_test::<i32>(depth),
                1 => generator.null_test::<String>(depth),
                2 => generator.null_test::<f64>(depth),
                _ => generator.null_test::<bool>(depth),
            },
            23..27 => generator.text_test(depth),
            27..29 if generator.has::<Vec<i32>>() => generator.array_test(depth),
            29..32 if generator.has::<Json>() => generator.json_test(depth),
            _ => match S::related(generator.chance, depth.min(2)) {
                Some(related) => related,
                None => generator.connective(depth),
            },
        }
    }
}

impl Kind for i32 {
    kind!(ints, |chance| *chance.pick(&world::INTS), |a, b| a.cmp(b));

    fn without_column<S: Scope + In<S, I>, I>(
        generator: &mut Generator<'_, S, I>,
    ) -> Both<S, Self> {
        match generator.chance.one_in(3) {
            true => generator.constant(),
            false => generator.length(0),
        }
    }

    fn special<S: Scope + In<S, I>, I>(
        generator: &mut Generator<'_, S, I>,
        depth: u32,
    ) -> Both<S, Self> {
        match generator.chance.below(8) {
            0 => generator.length(depth),
            1 if generator.has::<Vec<i32>>() => {
                let Both { sql, rust } = generator.any::<Vec<i32>>(depth);
                let sql: Sql<S, i32> = one!(sql, |x| x.cardinality());
                Both::new(sql, move |rows| Some(rust(rows)?.len() as i32))
            }
            2 => {
                let Both { sql, rust } = generator.any::<bool>(depth);
                let sql: Sql<S, i32> = one!(sql, |x| x.cast::<i32>());
                Both::new(sql, move |rows| rust(rows).map(i32::from))
            }
            3 => {
                let Both { sql, rust } = generator.any::<NaiveDate>(depth);
                let (right, other) = generator.right::<NaiveDate>(depth);
                let sql: Sql<S, i32> = operate!(sql, right, NaiveDate, |x, y| x.since(y));
                Both::new(sql, move |rows| {
                    Some((rust(rows)? - other(rows)?).num_days() as i32)
                })
            }
            4 => {
                let Both { sql, rust } = generator.small_int(depth);
                let sql: Sql<S, i32> = one!(sql, |x| abs(x));
                Both::new(sql, move |rows| rust(rows).map(i32::abs))
            }
            _ => {
                let Both { sql: left, rust } = generator.small_int(depth);
                let Both {
                    sql: right,
                    rust: other,
                } = generator.small_int(depth);
                let divisor = *generator.chance.pick(&[-7, -1, 1, 3]);
                generator.chance.values.push(divisor.to_string());
                let operator = generator.chance.below(4);
                let right = match operator {
                    3 => Right::Value(divisor),
                    _ => Right::Sql(right),
                };
                let sql: Sql<S, i32> = match operator {
                    0 => operate!(left, right, i32, |x, y| x + y),
                    1 => operate!(left, right, i32, |x, y| x - y),
                    2 => operate!(left, right, i32, |x, y| x * y),
                    _ => operate!(left, right, i32, |x, y| x / y),
                };
                Both::new(sql, move |rows| {
                    let value = rust(rows)?;
                    Some(match operator {
                        0 => value + other(rows)?,
                        1 => value - other(rows)?,
                        2 => value * other(rows)?,
                        _ => value / divisor,
                    })
                })
            }
        }
    }
}

impl Kind for i64 {
    kind!(longs, |chance| *chance.pick(&world::LONGS), |a, b| a.cmp(b));

    fn special<S: Scope + In<S, I>, I>(
        generator: &mut Generator<'_, S, I>,
        depth: u32,
    ) -> Both<S, Self> {
        if generator.chance.one_in(2)
            && let Some(count) = S::count_of_related(generator.chance)
        {
            return count;
        }
        let Both { sql, rust } = generator.any::<i32>(depth);
        let sql: Sql<S, i64> = one!(sql, |x| x.cast::<i64>());
        let long = Both::new(sql, move |rows| rust(rows).map(i64::from));
        if generator.chance.one_in(2) {
            return long;
        }
        let (right, other) = generator.right::<i32>(depth);
        let right = match right {
            Right::Value(value) => Right::Value(i64::from(value)),
            Right::Null => Right::Null,
            Right::Sql(sql) => Right::Sql(one!(sql, |x| x.cast::<i64>())),
        };
        let product = generator.chance.one_in(3);
        let sql: Sql<S, i64> = match product {
            true => operate!(long.sql, right, i64, |x, y| x * y),
            false => operate!(long.sql, right, i64, |x, y| x - y),
        };
        let rust = long.rust;
        Both::new(sql, move |rows| {
            let (value, other) = (rust(rows)?, i64::from(other(rows)?));
            Some(if product {
                value * other
            } else {
                value - other
            })
        })
    }
}

impl Kind for f64 {
    kind!(
        floats,
        |chance| *chance.pick(&world::FLOATS),
        // NaN is equal to itself and larger than everything else.
        |a, b| a
            .partial_cmp(b)
            .unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
    );

    fn special<S: Scope + In<S, I>, I>(
        generator: &mut Generator<'_, S, I>,
        depth: u32,
    ) -> Both<S, Self> {
        match generator.chance.below(6) {
            0 => {
                let Both { sql, rust } = generator.any::<i32>(depth);
                let sql: Sql<S, f64> = one!(sql, |x| x.cast::<f64>());
                Both::new(sql, move |rows| rust(rows).map(f64::from))
            }
            1 => {
                let Both { sql, rust } = generator.any::<DateTime<Utc>>(depth);
                let sql: Sql<S, f64> = one!(sql, |x| date_part(Unit::Month, x));
                Both::new(sql, move |rows| Some(f64::from(rust(rows)?.month())))
            }
            2 => {
                let Both { sql, rust } = generator.any::<f64>(depth);
                let sql: Sql<S, f64> = one!(sql, |x| abs(x) / 4.0);
                Both::new(sql, move |rows| Some(rust(rows)?.abs() / 4.0))
            }
            _ => {
                let Both { sql: left, rust } = generator.any::<f64>(depth);
                let (right, other) = generator.right::<f64>(depth);
                let operator = generator.chance.below(3);
                let sql: Sql<S, f64> = match operator {
                    0 => operate!(left, right, f64, |x, y| x + y),
                    1 => operate!(left, right, f64, |x, y| x - y),
                    _ => operate!(left, right, f64, |x, y| x * y),
                };
                Both::new(sql, move |rows| {
                    let (value, other) = (rust(rows)?, other(rows)?);
                    Some(match operator {
                        0 => value + other,
                        1 => value - other,
                        _ => value * other,
                    })
                })
            }
        }
    }
}

impl Kind for Decimal {
    kind!(
        decimals,
        |chance| *chance.pick(&world::decimals()),
        |a, b| a.cmp(b)
    );

    fn special<S: Scope + In<S, I>, I>(
        generator: &mut Generator<'_, S, I>,
        depth: u32,
    ) -> Both<S, Self> {
        match generator.chance.below(4) {
            0 => {
                let Both { sql, rust } = generator.any::<i64>(depth);
                let sql: Sql<S, Decimal> = one!(sql, |x| x.cast::<Decimal>());
                Both::new(sql, move |rows| rust(rows).map(Decimal::from))
            }
            1 => {
                let Both { sql, rust } = generator.leaf::<Decimal>();
                let factor = Decimal::new(-25, 1);
                let sql: Sql<S, Decimal> = one!(sql, |x| x * factor);
                Both::new(sql, move |rows| Some(rust(rows)? * factor))
            }
            _ => {
                let Both { sql: left, rust } = generator.any::<Decimal>(depth);
                let (right, other) = generator.right::<Decimal>(depth);
                let sql: Sql<S, Decimal> = operate!(left, right, Decimal, |x, y| x - y);
                Both::new(sql, move |rows| Some(rust(rows)? - other(rows)?))
            }
        }
    }
}

impl Kind for String {
    kind!(
        texts,
        |chance| (*chance.pick(&world::TEXTS)).to_owned(),
        |a, b| a.cmp(b)
    );

    fn special<S: Scope + In<S, I>, I>(
        generator: &mut Generator<'_, S, I>,
        depth: u32,
    ) -> Both<S, Self> {
        match generator.chance.below(9) {
            0 => {
                let Both { sql, rust } = generator.any::<String>(depth);
                let sql: Sql<S, String> = one!(sql, |x| lower(x));
                Both::new(sql, move |rows| Some(rust(rows)?.to_ascii_lowercase()))
            }
            1 => {
                let Both { sql, rust } = generator.any::<String>(depth);
                let sql: Sql<S, String> = one!(sql, |x| upper(x));
                Both::new(sql, move |rows| Some(rust(rows)?.to_ascii_uppercase()))
            }
            2 => {
                let Both { sql, rust } = generator.any::<String>(depth);
                let sql: Sql<S, String> = one!(sql, |x| trim(x));
                Both::new(sql, move |rows| {
                    Some(rust(rows)?.trim_matches(' ').to_owned())
                })
            }
            3 if generator.chance.one_in(2) => {
                let Both { sql, rust } = generator.any::<i64>(depth);
                let sql: Sql<S, String> = one!(sql, |x| x.cast::<String>());
                Both::new(sql, move |rows| Some(rust(rows)?.to_string()))
            }
            3 => {
                let Both { sql, rust } = generator.any::<i32>(depth);
                let sql: Sql<S, String> = one!(sql, |x| x.cast::<String>());
                Both::new(sql, move |rows| Some(rust(rows)?.to_string()))
            }
            4 => {
                let Both { sql, rust } = generator.any::<bool>(depth);
                let sql: Sql<S, String> = one!(sql, |x| x.cast::<String>());
                Both::new(sql, move |rows| Some(rust(rows)?.to_string()))
            }
            5 if generator.has::<Role>() => {
                let Both { sql, rust } = generator.any::<Role>(depth);
                let sql: Sql<S, String> = one!(sql, |x| x.cast::<String>());
                Both::new(sql, move |rows| Some(rust(rows)?.label().to_owned()))
            }
            6 if generator.has::<Json>() => {
                let Both { sql, rust } = generator.any::<Json>(depth);
                let key = generator.json_key();
                let sql: Sql<S, String> = one!(sql, |x| x.get_text(&key));
                Both::new(sql, move |rows| {
                    text::json_as_text(text::json_key(&rust(rows)?, &key)?)
                })
            }
            _ => {
                let Both { sql: left, rust } = generator.any::<String>(depth);
                let (right, other) = generator.right::<String>(depth);
                let sql: Sql<S, String> = operate!(left, right, String, |x, y| x.concat(y));
                Both::new(sql, move |rows| Some(rust(rows)? + &other(rows)?))
            }
        }
    }
}

impl Kind for Role {
    kind!(roles, |chance| *chance.pick(&world::ROLES), |a, b| a.cmp(b));

    fn special<S: Scope + In<S, I>, I>(
        generator: &mut Generator<'_, S, I>,
        _: u32,
    ) -> Both<S, Self> {
        generator.leaf()
    }
}

impl Kind for DateTime<Utc> {
    kind!(times, |chance| *chance.pick(&world::times()), |a, b| a
        .cmp(b));

    fn special<S: Scope + In<S, I>, I>(
        generator: &mut Generator<'_, S, I>,
        depth: u32,
    ) -> Both<S, Self> {
        let Both { sql, rust } = generator.any::<Self>(depth);
        if generator.chance.one_in(3) {
            let sql: Sql<S, Self> = one!(sql, |x| date_trunc(Unit::Day, x));
            return Both::new(sql, move |rows| {
                let time = rust(rows)?;
                let seconds = i64::from(time.num_seconds_from_midnight());
                Some(time - TimeDelta::seconds(seconds))
            });
        }
        let days = *generator.chance.pick(&[-40, -1, 0, 1, 400]);
        let microseconds = *generator.chance.pick(&[0, 1_000_000, -3_600_000_000]);
        generator
            .chance
            .values
            .push(format!("{days} days {microseconds}"));
        let interval = Interval::new(0, days, microseconds);
        let later = generator.chance.one_in(2);
        let sql: Sql<S, Self> = match later {
            true => one!(sql, |x| x.plus(interval)),
            false => one!(sql, |x| x.minus(interval)),
        };
        let span = TimeDelta::days(days.into()) + TimeDelta::microseconds(microseconds);
        Both::new(sql, move |rows| {
            let time = rust(rows)?;
            Some(if later { time + span } else { time - span })
        })
    }
}

impl Kind for NaiveDate {
    kind!(
        dates,
        |chance| chance.pick(&world::times()).date_naive(),
        |a, b| a.cmp(b)
    );

    fn special<S: Scope + In<S, I>, I>(
        generator: &mut Generator<'_, S, I>,
        depth: u32,
    ) -> Both<S, Self> {
        let Both { sql, rust } = generator.any::<DateTime<Utc>>(depth);
        let sql: Sql<S, Self> = one!(sql, |x| x.cast::<Self>());
        Both::new(sql, move |rows| Some(rust(rows)?.date_naive()))
    }
}

impl Kind for Vec<i32> {
    kind!(
        arrays,
        |chance| chance.pick(&world::arrays()).clone(),
        |a, b| a.cmp(b)
    );

    fn special<S: Scope + In<S, I>, I>(
        generator: &mut Generator<'_, S, I>,
        _: u32,
    ) -> Both<S, Self> {
        generator.leaf()
    }
}

impl Kind for Json {
    const IS_ORDERED: bool = false;
    kind!(
        jsons,
        |chance| chance.pick(&world::jsons()).clone(),
        |a, b| a.to_string().cmp(&b.to_string())
    );

    fn special<S: Scope + In<S, I>, I>(
        generator: &mut Generator<'_, S, I>,
        depth: u32,
    ) -> Both<S, Self> {
        let Both { sql, rust } = generator.any::<Self>(depth);
        match generator.chance.below(3) {
            0 => {
                let key = generator.json_key();
                let sql: Sql<S, Self> = one!(sql, |x| x.get(&key));
                Both::new(sql, move |rows| text::json_key(&rust(rows)?, &key))
            }
            1 => {
                let index = *generator.chance.pick(&[-3, -1, 0, 1, 2]);
                generator.chance.values.push(index.to_string());
                let sql: Sql<S, Self> = one!(sql, |x| x.get_index(index));
                Both::new(sql, move |rows| text::json_index(&rust(rows)?, index))
            }
            _ => {
                let path = [generator.json_key(), generator.json_key()];
                let sent = path.clone();
                let sql: Sql<S, Self> = one!(sql, |x| x.path(sent));
                Both::new(sql, move |rows| text::json_path(&rust(rows)?, &path))
            }
        }
    }
}

impl<S: Scope + In<S, I>, I> Generator<'_, S, I> {
    /// An integer between -1000 and 1000, so that whatever is made of two of them can't overflow.
    fn small_int(&mut self, depth: u32) -> Both<S, i32> {
        let Both { sql, rust } = self.any::<i32>(depth);
        let divisor = *self.chance.pick(&[2, 10, 1000]);
        self.chance.values.push(divisor.to_string());
        let sql: Sql<S, i32> = one!(sql, |x| x % divisor);
        Both::new(sql, move |rows| Some(rust(rows)? % divisor))
    }

    fn length(&mut self, depth: u32) -> Both<S, i32> {
        let Both { sql, rust } = self.any::<String>(depth);
        let sql: Sql<S, i32> = one!(sql, |x| length(x));
        Both::new(sql, move |rows| Some(rust(rows)?.chars().count() as i32))
    }

    fn json_key(&mut self) -> String {
        let key = *self.chance.pick(&["a", "b", "c", "", "0", "1", "-1", "%"]);
        self.chance.values.push(format!("{key:?}"));
        key.to_owned()
    }

    fn text_test(&mut self, depth: u32) -> Both<S, bool> {
        let Both { sql, rust } = self.any::<String>(depth);
        match self.chance.below(4) {
            0 | 1 => self.like(Both { sql, rust }),
            2 => {
                let regex = text::Regex::any(self.chance);
                let pattern = regex.pattern();
                self.chance.values.push(format!("{pattern:?}"));
                let fold = self.chance.one_in(2);
                let sql: Sql<S, bool> = match fold {
                    false => one!(sql, |x| x.matches(pattern)),
                    true => one!(sql, |x| x.imatches(pattern)),
                };
                Both::new(sql, move |rows| Some(regex.is_found_in(&rust(rows)?, fold)))
            }
            _ => {
                let part = self.value::<String>();
                let place = self.chance.below(3);
                let sql: Sql<S, bool> = match place {
                    0 => one!(sql, |x| x.starts_with(&part)),
                    1 => one!(sql, |x| x.ends_with(&part)),
                    _ => one!(sql, |x| x.contains_text(&part)),
                };
                Both::new(sql, move |rows| {
                    let value = rust(rows)?;
                    Some(match place {
                        0 => value.starts_with(&part),
                        1 => value.ends_with(&part),
                        _ => value.contains(&part),
                    })
                })
            }
        }
    }

    fn like(&mut self, of: Both<S, String>) -> Both<S, bool> {
        let Both { sql, rust } = of;
        let pattern = text::like_pattern(self.chance);
        self.chance.values.push(format!("{pattern:?}"));
        let right = match self.chance.below(6) {
            0 => Right::Null,
            1 => Right::Sql(Sql::Never(val(pattern.clone()).within::<S, _>())),
            _ => Right::Value(pattern.clone()),
        };
        let is_null = matches!(right, Right::Null);
        let (fold, negated) = (self.chance.one_in(2), self.chance.one_in(2));
        let sql: Sql<S, bool> = match (fold, negated) {
            (false, false) => operate!(sql, right, String, |x, y| x.like(y)),
            (false, true) => operate!(sql, right, String, |x, y| x.not_like(y)),
            (true, false) => operate!(sql, right, String, |x, y| x.ilike(y)),
            (true, true) => operate!(sql, right, String, |x, y| x.not_ilike(y)),
        };
        Both::new(sql, move |rows| {
            let value = rust(rows).filter(|_| !is_null)?;
            let is_like = match fold {
                false => text::is_like(&value, &pattern),
                true => text::is_like(&value.to_ascii_lowercase(), &pattern.to_ascii_lowercase()),
            };
            Some(is_like != negated)
        })
    }

    fn array_test(&mut self, depth: u32) -> Both<S, bool> {
        let Both { sql: left, rust } = self.any::<Vec<i32>>(depth);
        if self.chance.one_in(4) {
            let element = *self.chance.pick(&[0, 1, 2, 7]);
            self.chance.values.push(element.to_string());
            let sql: Sql<S, bool> = one!(left, |x| x.has(element));
            return Both::new(sql, move |rows| Some(rust(rows)?.contains(&element)));
        }
        let (right, other) = self.right::<Vec<i32>>(depth);
        let operator = self.chance.below(3);
        let sql: Sql<S, bool> = match operator {
            0 => operate!(left, right, Vec<i32>, |x, y| x.contains(y)),
            1 => operate!(left, right, Vec<i32>, |x, y| x.contained_by(y)),
            _ => operate!(left, right, Vec<i32>, |x, y| x.overlaps(y)),
        };
        Both::new(sql, move |rows| {
            let (value, other) = (rust(rows)?, other(rows)?);
            Some(match operator {
                0 => other.iter().all(|element| value.contains(element)),
                1 => value.iter().all(|element| other.contains(element)),
                _ => value.iter().any(|element| other.contains(element)),
            })
        })
    }

    fn json_test(&mut self, depth: u32) -> Both<S, bool> {
        let Both { sql: left, rust } = self.any::<Json>(depth);
        let keys = [self.json_key(), self.json_key()];
        let sent = keys.clone();
        match self.chance.below(6) {
            0 => {
                let sql: Sql<S, bool> = one!(left, |x| x.has_key(&sent[0]));
                Both::new(sql, move |rows| {
                    Some(text::json_has_key(&rust(rows)?, &keys[0]))
                })
            }
            1 => {
                let sql: Sql<S, bool> = one!(left, |x| x.has_any_key(sent));
                Both::new(sql, move |rows| {
                    let value = rust(rows)?;
                    Some(keys.iter().any(|key| text::json_has_key(&value, key)))
                })
            }
            2 => {
                let sql: Sql<S, bool> = one!(left, |x| x.has_all_keys(sent));
                Both::new(sql, move |rows| {
                    let value = rust(rows)?;
                    Some(keys.iter().all(|key| text::json_has_key(&value, key)))
                })
            }
            3 => {
                let sql: Sql<S, bool> = one!(left, |x| x.path_text(sent).nullable().is_null());
                Both::new(sql, move |rows| {
                    let found = rust(rows).and_then(|value| text::json_path(&value, &keys));
                    Some(found.and_then(text::json_as_text).is_none())
                })
            }
            _ => {
                let (right, other) = self.right::<Json>(depth);
                let backwards = self.chance.one_in(2);
                let sql: Sql<S, bool> = match backwards {
                    false => operate!(left, right, Json, |x, y| x.contains(y)),
                    true => operate!(left, right, Json, |x, y| x.contained_by(y)),
                };
                Both::new(sql, move |rows| {
                    let (value, other) = (rust(rows)?, other(rows)?);
                    Some(match backwards {
                        false => text::json_contains(&value, &other),
                        true => text::json_contains(&other, &value),
                    })
                })
            }
        }
    }

    fn json_comparison(&mut self, depth: u32) -> Both<S, bool> {
        let Both { sql: left, rust } = self.any::<Json>(depth);
        let (right, other) = self.right::<Json>(depth);
        let sql: Sql<S, bool> = operate!(left, right, Json, |x, y| x.is_distinct_from(y));
        Both::new(sql, move |rows| Some(rust(rows) != other(rows)))
    }
}

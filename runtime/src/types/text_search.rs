//! `tsvector` and `tsquery`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write};

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};

use super::wire;
use crate::error::BoxError;

/// A document to be searched, PostgreSQL's type
/// [`tsvector`](https://www.postgresql.org/docs/current/datatype-textsearch.html#DATATYPE-TSVECTOR).
///
/// ```
/// use rowsmith_runtime::{Lexeme, TsVector};
///
/// let document = TsVector { lexemes: vec![Lexeme::at("cat", [3]), Lexeme::at("rat", [1])] };
/// assert_eq!(document.to_string(), "'cat':3 'rat':1");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TsVector {
    /// The lexemes. PostgreSQL sorts them, and each is there once.
    pub lexemes: Vec<Lexeme>,
}

/// A word of a [`TsVector`], in the form in which it is searched for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Lexeme {
    /// The word.
    pub text: String,
    /// Where in the document it is, if that is known.
    pub positions: Vec<Position>,
}

impl Lexeme {
    /// A word at some places, of the usual weight.
    pub fn at(text: impl Into<String>, places: impl IntoIterator<Item = u16>) -> Self {
        let position = |place| Position {
            place,
            weight: Weight::D,
        };
        Self {
            text: text.into(),
            positions: places.into_iter().map(position).collect(),
        }
    }
}

/// A place in a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Position {
    /// Counted in words from 1 to 16383.
    pub place: u16,
    /// How much a word there counts.
    pub weight: Weight,
}

/// How much a word counts ([`setweight`](https://www.postgresql.org/docs/current/textsearch-features.html)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Weight {
    /// The usual weight, and the least.
    #[default]
    D,
    /// More than `D`.
    C,
    /// More than `C`.
    B,
    /// The greatest weight.
    A,
}

impl Weight {
    const ALL: [Self; 4] = [Self::D, Self::C, Self::B, Self::A];

    fn letter(self) -> char {
        match self {
            Self::D => 'D',
            Self::C => 'C',
            Self::B => 'B',
            Self::A => 'A',
        }
    }
}

/// The greatest place; the two bits above it are the weight.
const MAX_PLACE: u16 = 0x3fff;
/// How many places a word can have (`MAXNUMPOS` in PostgreSQL's sources).
const MAX_PLACES: usize = 256;
/// The greatest distance of a phrase (`MAXENTRYPOS`).
const MAX_DISTANCE: u16 = 1 << 14;

/// As PostgreSQL writes it: `'cat':3 'rat':1A,7`.
impl fmt::Display for TsVector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, lexeme) in self.lexemes.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { " " })?;
            quoted(f, &lexeme.text)?;
            for (i, position) in lexeme.positions.iter().enumerate() {
                f.write_str(if i == 0 { ":" } else { "," })?;
                position.place.fmt(f)?;
                if position.weight != Weight::D {
                    f.write_char(position.weight.letter())?;
                }
            }
        }
        Ok(())
    }
}

fn quoted(f: &mut impl Write, text: &str) -> fmt::Result {
    let text = text.replace('\\', "\\\\").replace('\'', "''");
    write!(f, "'{text}'")
}

impl<'a> FromSql<'a> for TsVector {
    fn from_sql(_: &Type, mut raw: &'a [u8]) -> Result<Self, BoxError> {
        let raw = &mut raw;
        let mut lexemes = Vec::new();
        for _ in 0..wire::count(raw)? {
            let text = wire::text(raw)?.to_owned();
            let mut positions = Vec::new();
            for _ in 0..u16::from_be_bytes(wire::take(raw)?) {
                let packed = u16::from_be_bytes(wire::take(raw)?);
                positions.push(Position {
                    place: packed & MAX_PLACE,
                    weight: Weight::ALL[usize::from(packed >> 14)],
                });
            }
            lexemes.push(Lexeme { text, positions });
        }
        wire::end(raw)?;
        Ok(Self { lexemes })
    }

    accepts!(TS_VECTOR);
}

impl ToSql for TsVector {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        // The server sorts the words, and takes for granted that each word and each place is there once.
        let mut lexemes = BTreeMap::<&str, BTreeMap<u16, Weight>>::new();
        for lexeme in &self.lexemes {
            let places = lexemes.entry(&lexeme.text).or_default();
            for Position { place, weight } in &lexeme.positions {
                if !(1..=MAX_PLACE).contains(place) {
                    return Err("a place in a document is not between 1 and 16383".into());
                }
                let greatest = places.entry(*place).or_default();
                *greatest = (*greatest).max(*weight);
            }
        }
        out.put_i32(i32::try_from(lexemes.len())?);
        for (text, places) in lexemes {
            put_text(text, out)?;
            if places.len() > MAX_PLACES {
                return Err(format!("a word has more than {MAX_PLACES} places").into());
            }
            out.put_u16(places.len() as u16);
            for (place, weight) in places {
                out.put_u16(place | (weight as u16) << 14);
            }
        }
        Ok(IsNull::No)
    }

    accepts!(TS_VECTOR);
    to_sql_checked!();
}

fn put_text(text: &str, out: &mut BytesMut) -> Result<(), BoxError> {
    if text.contains('\0') {
        return Err("a word can't have a zero byte in it".into());
    }
    out.put_slice(text.as_bytes());
    out.put_u8(0);
    Ok(())
}

/// What is searched for, PostgreSQL's type
/// [`tsquery`](https://www.postgresql.org/docs/current/datatype-textsearch.html#DATATYPE-TSQUERY).
///
/// ```
/// use rowsmith_runtime::TsQuery;
///
/// let query = TsQuery::word("fat").and(TsQuery::word("rat").or(TsQuery::word("cat").not()));
/// assert_eq!(query.to_string(), "'fat' & ( 'rat' | !'cat' )");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct TsQuery {
    /// An operator stands before its operands, the right one before the left one.
    items: Vec<QueryItem>,
}

/// A part of a [`TsQuery`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum QueryItem {
    /// A word.
    #[non_exhaustive]
    Word {
        /// The word.
        text: String,
        /// Only where it has one of these weights; without any, of all.
        weights: BTreeSet<Weight>,
        /// Words that begin so will do.
        prefix: bool,
    },
    /// What follows is not to be found.
    Not,
    /// Both are to be found.
    And,
    /// Either is to be found.
    Or,
    /// The right one is to be found so many words behind the left one.
    Phrase(u16),
}

impl QueryItem {
    fn operands(&self) -> usize {
        match self {
            Self::Word { .. } => 0,
            Self::Not => 1,
            Self::And | Self::Or | Self::Phrase(_) => 2,
        }
    }

    /// How tightly it holds its operands together.
    fn precedence(&self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Phrase(_) => 3,
            Self::Not => 4,
            Self::Word { .. } => 5,
        }
    }
}

impl TsQuery {
    /// A word.
    pub fn word(text: impl Into<String>) -> Self {
        Self::of(text.into(), false)
    }

    /// All words that begin so.
    pub fn prefix(text: impl Into<String>) -> Self {
        Self::of(text.into(), true)
    }

    fn of(text: String, prefix: bool) -> Self {
        let weights = BTreeSet::new();
        Self {
            items: vec![QueryItem::Word {
                text,
                weights,
                prefix,
            }],
        }
    }

    /// The same, of words only where they have one of these weights; without any, of all.
    ///
    /// ```
    /// use rowsmith_runtime::{TsQuery, Weight};
    ///
    /// let query = TsQuery::prefix("rat").weighing([Weight::B, Weight::A]);
    /// assert_eq!(query.to_string(), "'rat':*AB");
    /// ```
    pub fn weighing(mut self, weights: impl IntoIterator<Item = Weight>) -> Self {
        let chosen = BTreeSet::from_iter(weights);
        for item in &mut self.items {
            if let QueryItem::Word { weights, .. } = item {
                weights.clone_from(&chosen);
            }
        }
        self
    }

    /// Both queries.
    pub fn and(self, other: Self) -> Self {
        self.join(QueryItem::And, other)
    }

    /// Either query.
    pub fn or(self, other: Self) -> Self {
        self.join(QueryItem::Or, other)
    }

    /// This query, and the other one so many words behind it.
    pub fn followed_by(self, other: Self, distance: u16) -> Self {
        self.join(QueryItem::Phrase(distance), other)
    }

    /// Not this query. What asks for nothing stays so.
    #[allow(clippy::should_implement_trait)]
    pub fn not(mut self) -> Self {
        if !self.items.is_empty() {
            self.items.insert(0, QueryItem::Not);
        }
        self
    }

    /// What asks for nothing counts for nothing.
    fn join(self, operator: QueryItem, other: Self) -> Self {
        if self.items.is_empty() {
            return other;
        }
        if other.items.is_empty() {
            return self;
        }
        let items = std::iter::once(operator)
            .chain(other.items)
            .chain(self.items);
        Self {
            items: items.collect(),
        }
    }

    /// The parts. An operator stands before its operands, the right one before the left one.
    pub fn items(&self) -> &[QueryItem] {
        &self.items
    }

    /// A query of these parts, if they are one.
    pub fn from_items(items: Vec<QueryItem>) -> Option<Self> {
        let mut operands = 0usize;
        for item in items.iter().rev() {
            operands = operands.checked_sub(item.operands())? + 1;
        }
        (operands <= 1).then_some(Self { items })
    }
}

/// As PostgreSQL writes it.
impl fmt::Display for TsQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // From the back every operand comes before its operator, the left one before the right one.
        let mut written: Vec<(String, u8)> = Vec::new();
        for item in self.items.iter().rev() {
            let precedence = item.precedence();
            let mut operand = |least: u8| {
                let (text, inner) = written.pop().unwrap_or_default();
                match inner < least {
                    true => format!("( {text} )"),
                    false => text,
                }
            };
            let operator = match item {
                QueryItem::Word {
                    text,
                    weights,
                    prefix,
                } => {
                    let mut word = String::new();
                    quoted(&mut word, text)?;
                    if *prefix || !weights.is_empty() {
                        word.push(':');
                    }
                    if *prefix {
                        word.push('*');
                    }
                    word.extend(weights.iter().rev().map(|weight| weight.letter()));
                    written.push((word, precedence));
                    continue;
                }
                QueryItem::Not => {
                    let text = format!("!{}", operand(precedence));
                    written.push((text, precedence));
                    continue;
                }
                QueryItem::And => Cow::Borrowed("&"),
                QueryItem::Or => Cow::Borrowed("|"),
                QueryItem::Phrase(1) => Cow::Borrowed("<->"),
                QueryItem::Phrase(distance) => Cow::Owned(format!("<{distance}>")),
            };
            // Phrases are not associative.
            let phrase = matches!(item, QueryItem::Phrase(_));
            let right = operand(precedence + u8::from(phrase));
            let left = operand(precedence);
            written.push((format!("{left} {operator} {right}"), precedence));
        }
        written.pop().map_or(Ok(()), |(text, _)| f.write_str(&text))
    }
}

/// The kinds and operators of the binary format (`ts_type.h` in PostgreSQL's sources).
mod code {
    pub(super) const WORD: u8 = 1;
    pub(super) const OPERATOR: u8 = 2;
    pub(super) const NOT: u8 = 1;
    pub(super) const AND: u8 = 2;
    pub(super) const OR: u8 = 3;
    pub(super) const PHRASE: u8 = 4;
}

impl<'a> FromSql<'a> for TsQuery {
    fn from_sql(_: &Type, mut raw: &'a [u8]) -> Result<Self, BoxError> {
        let raw = &mut raw;
        let mut items = Vec::new();
        for _ in 0..wire::count(raw)? {
            let [kind, detail] = wire::take(raw)?;
            items.push(match (kind, detail) {
                (code::WORD, weights) => {
                    let [prefix] = wire::take(raw)?;
                    let weighs = |weight: &Weight| weights & (1 << *weight as u8) != 0;
                    let weights = Weight::ALL.into_iter().filter(weighs);
                    QueryItem::Word {
                        weights: weights.collect(),
                        prefix: prefix != 0,
                        text: wire::text(raw)?.to_owned(),
                    }
                }
                (code::OPERATOR, code::NOT) => QueryItem::Not,
                (code::OPERATOR, code::AND) => QueryItem::And,
                (code::OPERATOR, code::OR) => QueryItem::Or,
                (code::OPERATOR, code::PHRASE) => {
                    QueryItem::Phrase(u16::from_be_bytes(wire::take(raw)?))
                }
                _ => return Err("the query has an unknown part".into()),
            });
        }
        wire::end(raw)?;
        Self::from_items(items).ok_or_else(|| "the query's operators lack operands".into())
    }

    accepts!(TSQUERY);
}

impl ToSql for TsQuery {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        if self.items.is_empty() {
            // `tsqueryrecv` looks for the first part in any case.
            return Err(
                "PostgreSQL can send a query that asks for nothing, but not receive one".into(),
            );
        }
        out.put_i32(i32::try_from(self.items.len())?);
        for item in &self.items {
            let operator = match item {
                QueryItem::Word {
                    text,
                    weights,
                    prefix,
                } => {
                    out.put_u8(code::WORD);
                    out.put_u8(weights.iter().fold(0, |bits, it| bits | 1 << *it as u8));
                    out.put_u8((*prefix).into());
                    put_text(text, out)?;
                    continue;
                }
                QueryItem::Not => code::NOT,
                QueryItem::And => code::AND,
                QueryItem::Or => code::OR,
                QueryItem::Phrase(_) => code::PHRASE,
            };
            out.put_slice(&[code::OPERATOR, operator]);
            if let QueryItem::Phrase(distance) = item {
                if *distance > MAX_DISTANCE {
                    return Err("the distance of a phrase is beyond 16384".into());
                }
                out.put_u16(*distance);
            }
        }
        Ok(IsNull::No)
    }

    accepts!(TSQUERY);
    to_sql_checked!();
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for TsQuery {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = serde::Deserialize::deserialize(deserializer)?;
        let problem = || serde::de::Error::custom("the query's operators lack operands");
        Self::from_items(items).ok_or_else(problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_need_their_operands() {
        let word = || TsQuery::word("a").items[0].clone();
        assert!(TsQuery::from_items(vec![QueryItem::And, word()]).is_none());
        assert!(TsQuery::from_items(vec![word(), word()]).is_none());
        assert!(TsQuery::from_items(vec![QueryItem::Not]).is_none());
        assert_eq!(TsQuery::from_items(Vec::new()), Some(TsQuery::default()));
    }

    #[test]
    fn phrases_keep_their_parentheses() {
        let [a, b, c] = ["a", "b", "c"].map(TsQuery::word);
        let query = a.followed_by(b.followed_by(c, 1), 2);
        assert_eq!(query.to_string(), "'a' <2> ( 'b' <-> 'c' )");
    }

    #[test]
    fn phrases_reach_only_so_far() {
        let [a, b] = ["a", "b"].map(TsQuery::word);
        let mut out = BytesMut::new();
        let phrase = a.clone().followed_by(b.clone(), 16384);
        assert!(phrase.to_sql(&Type::TSQUERY, &mut out).is_ok());
        let phrase = a.followed_by(b, 16385);
        assert!(phrase.to_sql(&Type::TSQUERY, &mut out).is_err());
    }

    #[test]
    fn weights_have_no_order() {
        let [one, other] = [[Weight::A, Weight::C], [Weight::C, Weight::A]]
            .map(|weights| TsQuery::word("a").weighing(weights));
        assert_eq!(one, other);
        assert_eq!(one.to_string(), "'a':AC");
    }

    #[test]
    fn places_that_are_none_are_refused() {
        let mut out = BytesMut::new();
        for places in [vec![0], vec![16384], (1..=257).collect()] {
            let document = TsVector {
                lexemes: vec![Lexeme::at("a", places)],
            };
            assert!(document.to_sql(&Type::TS_VECTOR, &mut out).is_err());
        }
    }

    #[test]
    fn bytes_that_are_no_document_are_refused() {
        for raw in [
            &[][..],
            &[0, 0, 0, 1],
            &[0, 0, 0, 1, b'a', 0, 0, 1],
            &[0, 0, 0, 0, 0],
        ] {
            assert!(
                TsVector::from_sql(&Type::TS_VECTOR, raw).is_err(),
                "{raw:?}"
            );
        }
    }
}

//! Which operator or function is meant, and what its arguments are coerced to.
//!
//! These are the rules of the manual's chapter 10 (Type Conversion), as `parse_oper.c`, `parse_func.c`
//! and `parse_coerce.c` have them.

use super::names::{Names, UserKind};
use super::types::*;

/// An operator or function that was chosen for a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    /// What each argument is coerced to.
    pub arguments: Vec<Base>,
    pub result: Base,
    /// Which of the candidates it is.
    pub index: usize,
}

/// What may be called, with as many arguments as the call has.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub arguments: Vec<Base>,
    pub result: Base,
    pub index: usize,
}

pub(super) fn is_polymorphic(base: Base) -> bool {
    !base.array && base.id >= ANYELEMENT && base.id <= ANYCOMPATIBLEMULTIRANGE
}

fn is_compatible_family(base: Base) -> bool {
    !base.array && base.id >= ANYCOMPATIBLE && base.id <= ANYCOMPATIBLEMULTIRANGE
}

impl Names {
    /// Whether a value of one type can be made one of another, in that context.
    pub fn can_coerce(&self, from: Base, to: Base, context: CastContext) -> bool {
        if from == to || from.is_undecided() || to.is(OPAQUE) || to.is(ANY) {
            return true;
        }
        if is_polymorphic(to) {
            return self.fits_polymorphic(from, to);
        }
        let source = self.strip_domain_base(from);
        let target = self.strip_domain_base(to);
        if source == target {
            return true;
        }
        if let Some(cast) = self.cast(source, target)
            && cast.context <= context
        {
            return true;
        }
        if let (Some(source), Some(target)) = (source.element(), target.element()) {
            return self.can_coerce(source, target, context);
        }
        if target.is(RECORD)
            && !source.array
            && matches!(
                self.user_kind(source.id).as_deref(),
                Some(UserKind::Composite(_))
            )
        {
            return true;
        }
        // Through the types' text: to a string when assigned, and from one when asked for.
        if context >= CastContext::Assignment && self.category(target).0 == b'S' {
            return true;
        }
        context == CastContext::Explicit && self.category(source).0 == b'S'
    }

    fn fits_polymorphic(&self, from: Base, to: Base) -> bool {
        let from = self.strip_domain_base(from);
        match to.id {
            ANYARRAY | ANYCOMPATIBLEARRAY => from.array,
            ANYNONARRAY | ANYCOMPATIBLENONARRAY => !from.array,
            ANYENUM => self.is_enum(from),
            ANYRANGE | ANYCOMPATIBLERANGE => self.range_subtype(from).is_some(),
            ANYMULTIRANGE | ANYCOMPATIBLEMULTIRANGE => self.multirange_range(from).is_some(),
            _ => true,
        }
    }

    /// Whether the bytes of one type are those of another (`IsBinaryCoercible`).
    pub fn binary_coercible(&self, from: Base, to: Base) -> bool {
        let from = self.strip_domain_base(from);
        from == to
            || self
                .cast(from, to)
                .is_some_and(|cast| cast.binary && cast.context == CastContext::Implicit)
    }

    /// Chooses an operator; `left` is `None` for a prefix operator.
    pub fn choose_operator(&self, name: &str, left: Option<Base>, right: Base) -> Option<Choice> {
        let operators = self.operators(name);
        if left.is_some_and(|left| left.is(OPAQUE)) || right.is(OPAQUE) {
            return None;
        }
        let find = |left: Option<Base>, right: Base| {
            operators
                .iter()
                .position(|o| o.left == left && o.right == right)
        };
        let exact = match left {
            Some(left) => {
                // A literal is first taken to be what the other side is.
                let (l, r) = match (left.is(UNKNOWN), right.is(UNKNOWN)) {
                    (true, false) => (right, right),
                    (false, true) => (left, left),
                    _ => (left, right),
                };
                find(Some(l), r).or_else(|| {
                    let (l, r) = (self.strip_domain_base(l), self.strip_domain_base(r));
                    (left.is(UNKNOWN) != right.is(UNKNOWN))
                        .then(|| find(Some(l), r))
                        .flatten()
                })
            }
            None => find(None, right),
        };
        let actual: Vec<Base> = left.into_iter().chain([right]).collect();
        let candidates: Vec<Candidate> = operators
            .iter()
            .enumerate()
            .filter(|(_, o)| o.left.is_some() == left.is_some())
            .filter(|(i, _)| exact.is_none_or(|exact| exact == *i))
            .map(|(index, o)| Candidate {
                arguments: o.left.into_iter().chain([o.right]).collect(),
                result: o.result,
                index,
            })
            .collect();
        self.choose(&actual, candidates)
    }

    /// Chooses among candidates (`func_match_argtypes`, `func_select_candidate`).
    pub fn choose(&self, actual: &[Base], mut candidates: Vec<Candidate>) -> Option<Choice> {
        if candidates.len() > 1
            && let Some(exact) = candidates.iter().position(|c| c.arguments == actual)
        {
            candidates = vec![candidates.swap_remove(exact)];
        }
        candidates.retain(|candidate| {
            candidate
                .arguments
                .iter()
                .zip(actual)
                .all(|(to, from)| self.can_coerce(*from, *to, CastContext::Implicit))
                && self.polymorphic(&candidate.arguments, actual).is_some()
        });
        if candidates.len() > 1 {
            candidates = self.select_candidates(actual, candidates);
        }
        let [candidate] = candidates.as_slice() else {
            return None;
        };
        let family = self.polymorphic(&candidate.arguments, actual)?;
        let arguments = candidate
            .arguments
            .iter()
            .zip(actual)
            .map(|(declared, actual)| family.argument(self, *declared, *actual))
            .collect();
        Some(Choice {
            arguments,
            result: family.resolve(candidate.result).unwrap_or(OPAQUE.scalar()),
            index: candidate.index,
        })
    }

    fn select_candidates(&self, actual: &[Base], candidates: Vec<Candidate>) -> Vec<Candidate> {
        let bases: Vec<Base> = actual
            .iter()
            .map(|ty| self.strip_domain_base(*ty))
            .collect();
        // Those with the most exact matches.
        let candidates = keep_best(candidates, |candidate| {
            candidate
                .arguments
                .iter()
                .zip(&bases)
                .filter(|(to, from)| !from.is(UNKNOWN) && to == from)
                .count()
        });
        if candidates.len() == 1 {
            return candidates;
        }
        // Those that accept preferred types (of the input's category) at the most positions.
        let candidates = keep_best(candidates, |candidate| {
            candidate
                .arguments
                .iter()
                .zip(&bases)
                .filter(|(to, from)| {
                    let (category, preferred) = self.category(**to);
                    !from.is(UNKNOWN)
                        && (to == from || (preferred && category == self.category(**from).0))
                })
                .count()
        });
        if candidates.len() == 1 || !bases.iter().any(|base| base.is(UNKNOWN)) {
            return candidates;
        }
        let candidates = self.decide_literals(&bases, candidates);
        if candidates.len() == 1 {
            return candidates;
        }
        // If all known types are the same, the literals are taken to be of it, too.
        let mut known = bases.iter().filter(|base| !base.is(UNKNOWN));
        if let Some(first) = known.next()
            && known.all(|base| base == first)
        {
            let fitting: Vec<Candidate> = candidates
                .iter()
                .filter(|candidate| {
                    candidate
                        .arguments
                        .iter()
                        .all(|to| self.can_coerce(*first, *to, CastContext::Implicit))
                })
                .cloned()
                .collect();
            if fitting.len() == 1 {
                return fitting;
            }
        }
        candidates
    }

    /// Decides each literal by the category its position has in the candidates; strings win.
    fn decide_literals(&self, bases: &[Base], candidates: Vec<Candidate>) -> Vec<Candidate> {
        let mut slots = Vec::new();
        for (i, base) in bases.iter().enumerate() {
            if !base.is(UNKNOWN) {
                continue;
            }
            let categories: Vec<(Category, bool)> = candidates
                .iter()
                .filter_map(|candidate| candidate.arguments.get(i))
                .map(|to| self.category(*to))
                .collect();
            let Some((first, _)) = categories.first().copied() else {
                return candidates;
            };
            let category = if categories.iter().any(|(category, _)| *category == b'S') {
                b'S'
            } else if categories.iter().all(|(category, _)| *category == first) {
                first
            } else {
                return candidates;
            };
            let preferred = categories.contains(&(category, true));
            slots.push((i, category, preferred));
        }
        let fitting: Vec<Candidate> = candidates
            .iter()
            .filter(|candidate| {
                slots.iter().all(|(i, category, preferred)| {
                    candidate.arguments.get(*i).is_some_and(|to| {
                        let (c, p) = self.category(*to);
                        c == *category && (!preferred || p)
                    })
                })
            })
            .cloned()
            .collect();
        if fitting.is_empty() {
            candidates
        } else {
            fitting
        }
    }

    /// The one type of several (`select_common_type`): of `UNION`, `CASE`, `COALESCE`, `ARRAY`, `IN`.
    pub fn common_type(&self, types: &[Base]) -> Option<Base> {
        let mut known = types.iter().filter(|ty| !ty.is(UNKNOWN));
        let Some(first) = known.next() else {
            return Some(TEXT.scalar());
        };
        if types.iter().any(|ty| ty.is(OPAQUE)) {
            return Some(OPAQUE.scalar());
        }
        // This alone may come to a domain.
        if types.iter().all(|ty| ty == first) {
            return Some(*first);
        }
        let mut common = self.strip_domain_base(*first);
        for ty in known {
            let ty = self.strip_domain_base(*ty);
            if ty == common {
                continue;
            }
            let (category, preferred) = self.category(common);
            if self.category(ty).0 != category {
                return None;
            }
            if !preferred
                && self.can_coerce(common, ty, CastContext::Implicit)
                && !self.can_coerce(ty, common, CastContext::Implicit)
            {
                common = ty;
            }
        }
        types
            .iter()
            .all(|ty| self.can_coerce(*ty, common, CastContext::Implicit))
            .then_some(common)
    }

    /// What the polymorphic types of a declaration stand for in a call.
    fn polymorphic(&self, declared: &[Base], actual: &[Base]) -> Option<Family> {
        let mut family = Family::default();
        if !declared.iter().any(|ty| is_polymorphic(*ty)) {
            return Some(family);
        }
        let mut compatible = Vec::new();
        let mut array_literal = false;
        for (declared, actual) in declared.iter().zip(actual) {
            if !is_polymorphic(*declared) {
                continue;
            }
            if actual.is(OPAQUE) {
                family.opaque = true;
                continue;
            }
            if actual.is(UNKNOWN) {
                array_literal |= matches!(declared.id, ANYARRAY | ANYCOMPATIBLEARRAY);
                continue;
            }
            let actual = self.strip_domain_if_container(*declared, *actual);
            let element = match declared.id {
                ANYARRAY | ANYCOMPATIBLEARRAY => actual.element()?,
                ANYRANGE | ANYCOMPATIBLERANGE => {
                    family.set_range(actual)?;
                    self.range_subtype(actual)?
                }
                ANYMULTIRANGE | ANYCOMPATIBLEMULTIRANGE => {
                    let range = self.multirange_range(actual)?;
                    family.multirange = Some(actual);
                    family.set_range(range)?;
                    self.range_subtype(range)?
                }
                ANYENUM if !self.is_enum(actual) => return None,
                ANYNONARRAY | ANYCOMPATIBLENONARRAY if actual.array => return None,
                _ => actual,
            };
            if is_compatible_family(*declared) {
                compatible.push(element);
            } else if family.element.is_some_and(|known| known != element) {
                return None;
            } else {
                family.element = Some(element);
            }
        }
        if !compatible.is_empty() {
            family.compatible = Some(self.common_type(&compatible)?);
        }
        if let Some(range) = family.range {
            family.multirange = family.multirange.or_else(|| self.range_multirange(range));
        }
        let _ = array_literal;
        Some(family)
    }

    fn strip_domain_if_container(&self, declared: Base, actual: Base) -> Base {
        match declared.id {
            ANYARRAY
            | ANYRANGE
            | ANYMULTIRANGE
            | ANYENUM
            | ANYCOMPATIBLEARRAY
            | ANYCOMPATIBLERANGE
            | ANYCOMPATIBLEMULTIRANGE => self.strip_domain_base(actual),
            _ => actual,
        }
    }
}

fn keep_best(candidates: Vec<Candidate>, score: impl Fn(&Candidate) -> usize) -> Vec<Candidate> {
    let scores: Vec<usize> = candidates.iter().map(score).collect();
    let best = scores.iter().copied().max().unwrap_or(0);
    candidates
        .into_iter()
        .zip(scores)
        .filter(|(_, score)| *score == best)
        .map(|(candidate, _)| candidate)
        .collect()
}

/// What `anyelement` and the other polymorphic types stand for in one call.
#[derive(Debug, Default)]
struct Family {
    element: Option<Base>,
    compatible: Option<Base>,
    range: Option<Base>,
    multirange: Option<Base>,
    opaque: bool,
}

impl Family {
    fn set_range(&mut self, range: Base) -> Option<()> {
        if self.range.is_some_and(|known| known != range) {
            return None;
        }
        self.range = Some(range);
        Some(())
    }

    fn resolve(&self, declared: Base) -> Option<Base> {
        if !is_polymorphic(declared) {
            return Some(declared);
        }
        if self.opaque {
            return Some(OPAQUE.scalar());
        }
        let as_array = |element: Base| (!element.array).then(|| element.id.array());
        // Literals alone decide nothing; PostgreSQL takes them for text.
        match declared.id {
            ANYELEMENT | ANYNONARRAY | ANYENUM => self.element.or(Some(TEXT.scalar())),
            ANYARRAY => self.element.or(Some(TEXT.scalar())).and_then(as_array),
            ANYCOMPATIBLE | ANYCOMPATIBLENONARRAY => self.compatible.or(Some(TEXT.scalar())),
            ANYCOMPATIBLEARRAY => self.compatible.or(Some(TEXT.scalar())).and_then(as_array),
            ANYRANGE | ANYCOMPATIBLERANGE => self.range,
            ANYMULTIRANGE | ANYCOMPATIBLEMULTIRANGE => self.multirange,
            _ => None,
        }
    }

    fn argument(&self, names: &Names, declared: Base, actual: Base) -> Base {
        if declared.is(ANY) {
            return if actual.is(UNKNOWN) {
                TEXT.scalar()
            } else {
                actual
            };
        }
        if is_polymorphic(declared) && !is_compatible_family(declared) && !actual.is(UNKNOWN) {
            return names.strip_domain_if_container(declared, actual);
        }
        self.resolve(declared).unwrap_or(actual)
    }
}

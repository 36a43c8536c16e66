//! Random orders.

use std::cmp::Ordering;

use rowsmith_runtime::{Expression, In, Order};

use crate::both::Both;
use crate::chance::Chance;
use crate::generate::{Generator, Kind};
use crate::scopes::Scope;
use crate::world::Rows;

/// Which of two rows comes first.
pub type Compare = Box<dyn Fn(&Rows<'_>, &Rows<'_>) -> Ordering>;

/// In which direction, and where NULL is put, when that is said.
#[derive(Clone, Copy, Debug)]
pub struct Direction {
    descending: bool,
    nulls_first: Option<bool>,
}

impl Direction {
    pub fn any(chance: &mut Chance) -> Self {
        Self {
            descending: chance.one_in(2),
            nulls_first: *chance.pick(&[None, None, Some(true), Some(false)]),
        }
    }

    pub fn order<E: Expression>(self, of: E) -> Order<E::Scope, E::Value> {
        let of = of.into_expr();
        let order = if self.descending { of.desc() } else { of.asc() };
        match self.nulls_first {
            None => order,
            Some(true) => order.nulls_first(),
            Some(false) => order.nulls_last(),
        }
    }

    pub fn compare<T: Kind>(self, a: Option<T>, b: Option<T>) -> Ordering {
        // For the server NULL is larger than everything else.
        let nulls_first = self.nulls_first.unwrap_or(self.descending);
        match (a, b) {
            (Some(a), Some(b)) if self.descending => b.order(&a),
            (Some(a), Some(b)) => a.order(&b),
            (a, b) if nulls_first => a.is_some().cmp(&b.is_some()),
            (a, b) => a.is_none().cmp(&b.is_none()),
        }
    }
}

/// Orders by an expression of this type.
pub fn order<S: Scope + In<S, I>, I, T: Kind>(
    chance: &mut Chance,
) -> (Order<S, Option<T>>, Compare) {
    let by = Generator::<S, I>::new(chance).any::<T>(2);
    let direction = Direction::any(chance);
    let order = direction.order(by.expr());
    (order, compare(direction, by))
}

fn compare<S: 'static, T: Kind>(direction: Direction, by: Both<S, T>) -> Compare {
    Box::new(move |a, b| direction.compare(by.eval(a), by.eval(b)))
}

/// Adds up to three terms to something that is ordered, and what they come to.
macro_rules! ordered {
    ($query:ident: $scope:ty, $chance:expr) => {{
        let mut all: Vec<$crate::order::Compare> = Vec::new();
        for _ in 0..$chance.below(4) {
            let chance = &mut *$chance;
            ($query, _) = match chance.below(6) {
                0 => ordered!(@term $query, all, $scope, bool, chance),
                1 => ordered!(@term $query, all, $scope, i32, chance),
                2 => ordered!(@term $query, all, $scope, i64, chance),
                3 => ordered!(@term $query, all, $scope, f64, chance),
                4 => ordered!(@term $query, all, $scope, String, chance),
                _ => ordered!(@term $query, all, $scope, DateTime<Utc>, chance),
            };
        }
        all
    }};
    (@term $query:ident, $all:ident, $scope:ty, $ty:ty, $chance:ident) => {{
        let (order, compare) = $crate::order::order::<$scope, _, $ty>($chance);
        ($query.order_by(order), $all.push(compare))
    }};
}

/// Compares by the first of these that tells the rows apart.
pub fn by_all(compare: &[Compare], a: &Rows<'_>, b: &Rows<'_>) -> Ordering {
    let orders = compare.iter().map(|compare| compare(a, b));
    orders.fold(Ordering::Equal, Ordering::then)
}

pub(crate) use ordered;

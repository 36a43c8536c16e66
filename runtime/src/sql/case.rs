//! `CASE`.

use std::marker::PhantomData;

use crate::column::Wire;
use crate::expr::{Condition, Expr, Expression, Fragment, Operand};
use crate::scope::Shielded;
use crate::value::{Either, Value};

/// `CASE WHEN condition THEN value`, to be followed by further cases and ended by
/// [`otherwise`](Case::otherwise) or [`end`](Case::end).
///
/// ```
/// use rowsmith_runtime::sql::when;
/// use rowsmith_test_trees::blog::User;
///
/// let age = when(User::AGE.lt(18), "minor").when(User::AGE.ge(65), "senior").otherwise("adult");
/// let query = User::select().columns((User::NAME, age));
/// assert_eq!(
///     query.to_sql(),
///     r#"SELECT "name", CASE WHEN "age" < $1 THEN $2::text WHEN "age" >= $3 THEN $4 ELSE $5 END FROM "public"."users""#
/// );
/// ```
pub fn when<C: Condition, E: Expression>(
    condition: C,
    value: E,
) -> Case<(Shielded<C::Scope>, E::Scope), E::Value> {
    let value = value.into_expr();
    let case = Case::new(Fragment::text("CASE"), value.wire);
    case.branch(condition.condition(), value.sql)
}

/// An unfinished `CASE`.
#[derive(Debug)]
#[must_use = "it is ended by `otherwise` or `end`"]
pub struct Case<S, V> {
    sql: Fragment,
    wire: Wire,
    of: PhantomData<fn() -> (S, V)>,
}

impl<S, V> Clone for Case<S, V> {
    fn clone(&self) -> Self {
        Self {
            sql: self.sql.clone(),
            wire: self.wire,
            of: PhantomData,
        }
    }
}

impl<S, V: Value> Case<S, V> {
    /// A further case.
    pub fn when<C: Condition, R: Operand<V>>(
        self,
        condition: C,
        value: R,
    ) -> Case<R::Scope<(S, Shielded<C::Scope>)>, Either<V::Null, R::Null, V::Base>> {
        let value = value.operand(self.wire).sql;
        let case = Case::new(self.sql, self.wire);
        case.branch(condition.condition(), value)
    }

    /// The value where none of the conditions is true.
    pub fn otherwise<R: Operand<V>>(
        self,
        value: R,
    ) -> Expr<R::Scope<S>, Either<V::Null, R::Null, V::Base>> {
        let value = value.operand(self.wire).sql;
        let sql = self.sql.with_text(" ELSE ").with(value).with_text(" END");
        Expr::new(sql, self.wire)
    }

    /// NULL where none of the conditions is true.
    pub fn end(self) -> Expr<S, Option<V::Base>> {
        Expr::new(self.sql.with_text(" END"), self.wire)
    }
}

impl<S, V> Case<S, V> {
    fn new(sql: Fragment, wire: Wire) -> Self {
        Self {
            sql,
            wire,
            of: PhantomData,
        }
    }

    fn branch(self, condition: Option<Fragment>, value: Fragment) -> Self {
        let condition = condition.unwrap_or_else(|| Fragment::text("true"));
        let sql = self.sql.with_text(" WHEN ").with(condition);
        Self::new(sql.with_text(" THEN ").with(value), self.wire)
    }
}

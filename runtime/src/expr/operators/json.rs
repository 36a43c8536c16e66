//! `json` and `jsonb`.

use super::methods;
use crate::column::Wire;
use crate::expr::{Expr, Expression, Fragment, Level};
use crate::value::{Like, SqlType, Value, ValueOf};

methods! {
    /// `self -> key`: the value of this key.
    pub fn get(self, key: &str) -> Expr<S, Option<serde_json::Value>>
    where
        V: ValueOf<serde_json::Value>,
    {
        self.into_expr().json(" -> ", key.to_owned())
    }

    /// `self ->> key`: the value of this key as text.
    pub fn get_text(self, key: &str) -> Expr<S, Option<String>>
    where
        V: ValueOf<serde_json::Value>,
    {
        self.into_expr().json(" ->> ", key.to_owned())
    }

    /// `self -> index`: the element with this index, from 0, or from the end when it is negative.
    pub fn get_index(self, index: i32) -> Expr<S, Option<serde_json::Value>>
    where
        V: ValueOf<serde_json::Value>,
    {
        self.into_expr().json(" -> ", index)
    }

    /// `self #> path`: the value at the end of this path of keys and indexes.
    pub fn path<P: IntoIterator<Item: Into<String>>>(self, path: P) -> Expr<S, Option<serde_json::Value>>
    where
        V: ValueOf<serde_json::Value>,
    {
        let path: Vec<String> = path.into_iter().map(Into::into).collect();
        self.into_expr().json(" #> ", path)
    }

    /// `self #>> path`: the value at the end of this path as text.
    pub fn path_text<P: IntoIterator<Item: Into<String>>>(self, path: P) -> Expr<S, Option<String>>
    where
        V: ValueOf<serde_json::Value>,
    {
        let path: Vec<String> = path.into_iter().map(Into::into).collect();
        self.into_expr().json(" #>> ", path)
    }

    /// `self ? key`: whether it has this key, or this string among its elements.
    pub fn has_key(self, key: &str) -> Expr<S, Like<V, bool>>
    where
        V: ValueOf<serde_json::Value>,
    {
        self.into_expr().json_test(" ? ", key.to_owned())
    }

    /// `self ?| keys`: whether it has any of these keys.
    pub fn has_any_key<P: IntoIterator<Item: Into<String>>>(self, keys: P) -> Expr<S, Like<V, bool>>
    where
        V: ValueOf<serde_json::Value>,
    {
        let keys: Vec<String> = keys.into_iter().map(Into::into).collect();
        self.into_expr().json_test(" ?| ", keys)
    }

    /// `self ?& keys`: whether it has all of these keys.
    pub fn has_all_keys<P: IntoIterator<Item: Into<String>>>(self, keys: P) -> Expr<S, Like<V, bool>>
    where
        V: ValueOf<serde_json::Value>,
    {
        let keys: Vec<String> = keys.into_iter().map(Into::into).collect();
        self.into_expr().json_test(" ?& ", keys)
    }
}

impl<S, V: Value, K> Expr<S, V, K> {
    fn json<W, T: SqlType>(self, operator: &'static str, key: T) -> Expr<S, W> {
        let key = Fragment::value(key, Wire::default(), format!("::{}", T::sql_name()));
        let sql = self.sql.binary(operator, key, Level::Operator);
        Expr::new(sql, Wire::default())
    }

    fn json_test<W, T: SqlType>(self, operator: &'static str, key: T) -> Expr<S, W> {
        let key = Fragment::value(key, Wire::default(), format!("::{}", T::sql_name()));
        // The type `json` has no such operator.
        let this = self.sql.cast("jsonb");
        Expr::new(
            this.binary(operator, key, Level::Comparison),
            Wire::default(),
        )
    }
}

//! Functions of SQL, for expressions that begin with none: aggregates, window functions, `CASE`, and
//! ways out for everything that has no function here.
//!
//! ```
//! use rowsmith_runtime::sql::{self, Unit, count, date_trunc, sum};
//! use rowsmith_test_trees::blog::{Post, User};
//!
//! let month = date_trunc(Unit::Month, User::CREATED_AT);
//! let query = User::select()
//!     .group_by(month.clone())
//!     .columns((month, count(), count().filter(User::IS_ACTIVE)));
//! assert_eq!(
//!     query.to_sql(),
//!     r#"SELECT date_trunc('month', "created_at"::timestamptz), count(*), count(*) FILTER (WHERE "is_active") FROM "public"."users" GROUP BY date_trunc('month', "created_at"::timestamptz)"#
//! );
//!
//! // Any other function, by its name and with typed arguments.
//! let similar = sql::call("similarity").arg(User::NAME).arg("Ada").returns::<f32>();
//! let query = User::select().filter(similar.gt(0.5));
//! assert!(query.to_sql().ends_with(r#"WHERE "similarity"("name", $1::text) > $2"#));
//!
//! // And any other SQL. Its text is known when the program is compiled: values can't get into it.
//! let even = sql::raw("{} % {} = 0").arg(User::AGE).arg(2).returns::<Option<bool>>();
//! let query = User::select().filter(even);
//! assert!(query.to_sql().ends_with(r#"WHERE ("age" % $1::int4 = 0)"#));
//! # let _ = Post::select().columns(sum(Post::SCORE));
//! ```

mod aggregates;
mod case;
mod functions;
mod raw;
mod search;
mod windows;

pub use self::aggregates::{
    Aggregate, Filtered, array_agg, avg, bool_and, bool_or, count, count_distinct, count_of, max,
    min, string_agg, sum,
};
#[cfg(feature = "json")]
pub use self::aggregates::{json_agg, jsonb_agg};
pub use self::case::{Case, when};
pub use self::functions::{
    Unit, abs, all_of, any_of, coalesce, date_part, date_trunc, escape_like, greatest, least,
    length, lower, nullif, position, trim, upper, val,
};
#[cfg(feature = "chrono")]
pub use self::functions::{current_date, now};
pub use self::raw::{Call, Raw, call, raw};
pub use self::search::{phrase_query, plain_query, to_tsvector, ts_query, ts_rank, websearch};
pub use self::windows::{
    Window, WindowFunction, dense_rank, first_value, lag, lag_by, last_value, lead, lead_by, ntile,
    percent_rank, rank, row_number, window,
};
pub use crate::select::subquery::exists;

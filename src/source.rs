//! Where a Catalog comes from: SQL files, or a live database.

pub mod ddl;
#[cfg(feature = "live")]
pub mod live;

//! The query API on the design's example, against a server.
// The types of rows are spelled out, for they are what is tested.
#![allow(clippy::unwrap_used, clippy::type_complexity)]

#[path = "query/blog.rs"]
mod blog;
#[path = "query/loading.rs"]
mod loading;
#[path = "query/proxy.rs"]
mod proxy;
#[path = "query/relations.rs"]
mod relations;
#[path = "query/select.rs"]
mod select;
#[path = "query/writing.rs"]
mod writing;

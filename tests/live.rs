//! A database for each fixture: both sources say the same of it, and the generated functions do what
//! their names say.
//!
//! One server is started for all of it.
// `[row.clone()]` reads as what it is compared with: a list of one.
#![allow(clippy::unwrap_used, clippy::cloned_ref_to_slice_refs)]

#[path = "live/blog.rs"]
mod blog;
#[path = "live/custom_types.rs"]
mod custom_types;
#[path = "live/database.rs"]
mod database;
#[path = "live/keys.rs"]
mod keys;
#[path = "live/locking.rs"]
mod locking;
#[path = "live/names.rs"]
mod names;
#[path = "live/newtypes.rs"]
mod newtypes;
#[path = "live/organisation.rs"]
mod organisation;
#[path = "live/overrides.rs"]
mod overrides;
#[path = "live/parity.rs"]
mod parity;
#[path = "live/parts.rs"]
mod parts;
#[path = "live/routines.rs"]
mod routines;
#[path = "live/schema.rs"]
mod schema;
#[path = "live/shop.rs"]
mod shop;
mod support;
#[path = "trees/lib.rs"]
mod trees;
#[path = "live/types.rs"]
mod types;
#[path = "live/writes.rs"]
mod writes;

/// Tests for each fixture: all sources give the same Catalog and the same files, and the generated tree
/// creates its schema.
macro_rules! parity_of {
    ($($name:ident),* $(,)?) => {
        mod parity_of {
            use crate::support::{Fixture, files_below};

            $(
                #[test]
                fn $name() {
                    let fixture = Fixture::read(stringify!($name));
                    crate::parity::compare(&fixture, &files_below(&fixture.golden()));
                }
            )*
        }

        mod schema_of {
            $(
                #[tokio::test]
                async fn $name() {
                    crate::schema::check!($name);
                }
            )*
        }
    };
}

parity_of! {
    alterations,
    blocks,
    blog,
    colliding_names,
    comments,
    configuration,
    constraints,
    custom_types,
    declared_keys,
    extension_functions,
    extensions,
    families_jiff,
    families_time,
    functions,
    hostile_names,
    indexes,
    inheritance,
    inserts,
    key_types,
    keywords,
    linked_twice,
    loading,
    locking,
    newtypes,
    no_key,
    objects,
    organisation,
    other_types,
    overrides,
    partitions,
    relation_names,
    routines,
    schemas,
    self_named,
    sequences,
    server_18,
    shop,
    system_views,
    tags,
    text_types,
    type_key,
    type_overrides,
    types,
    upserts,
    views,
    wide,
}

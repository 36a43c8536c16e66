//! The generated trees of all fixtures, mounted as a user's crate would mount them.
//!
//! As a crate of its own it shows that they need `rowsmith-runtime` and nothing else, in edition 2021
//! too, that every item is documented, and that no comment in a schema becomes a doctest.
#![deny(warnings, missing_docs)]

/// The fixture of that name.
#[path = "../golden/alterations/mod.rs"]
pub mod alterations;

/// The fixture of that name.
#[path = "../golden/blocks/mod.rs"]
pub mod blocks;
/// The fixture of that name.
#[path = "../golden/blog/mod.rs"]
pub mod blog;

/// The fixture of that name.
#[path = "../golden/colliding_names/mod.rs"]
pub mod colliding_names;

/// The fixture of that name.
#[path = "../golden/comments/mod.rs"]
pub mod comments;

/// The fixture of that name.
#[path = "../golden/configuration/mod.rs"]
pub mod configuration;

/// The fixture of that name.
#[path = "../golden/constraints/mod.rs"]
pub mod constraints;

/// The fixture of that name.
#[path = "../golden/custom_types/mod.rs"]
pub mod custom_types;

/// The fixture of that name.
#[path = "../golden/declared_keys/mod.rs"]
pub mod declared_keys;

/// The fixture of that name.
#[path = "../golden/extension_functions/mod.rs"]
pub mod extension_functions;

/// The fixture of that name.
#[path = "../golden/extensions/mod.rs"]
pub mod extensions;

/// The fixture of that name.
#[path = "../golden/families_jiff/mod.rs"]
pub mod families_jiff;

/// The fixture of that name.
#[path = "../golden/families_time/mod.rs"]
pub mod families_time;

/// The fixture of that name.
#[path = "../golden/functions/mod.rs"]
pub mod functions;

/// The fixture of that name.
#[path = "../golden/hostile_names/mod.rs"]
pub mod hostile_names;

/// The fixture of that name.
#[path = "../golden/indexes/mod.rs"]
pub mod indexes;

/// The fixture of that name.
#[path = "../golden/inheritance/mod.rs"]
pub mod inheritance;

/// The fixture of that name.
#[path = "../golden/inserts/mod.rs"]
pub mod inserts;

/// The fixture of that name.
#[path = "../golden/key_types/mod.rs"]
pub mod key_types;

/// The fixture of that name.
#[path = "../golden/keywords/mod.rs"]
pub mod keywords;

/// The fixture of that name.
#[path = "../golden/linked_twice/mod.rs"]
pub mod linked_twice;

/// The fixture of that name.
#[path = "../golden/loading/mod.rs"]
pub mod loading;

/// The fixture of that name.
#[path = "../golden/locking/mod.rs"]
pub mod locking;

/// The fixture of that name.
#[path = "../golden/newtypes/mod.rs"]
pub mod newtypes;

/// The fixture of that name.
#[path = "../golden/no_key/mod.rs"]
pub mod no_key;

/// The fixture of that name.
#[path = "../golden/objects/mod.rs"]
pub mod objects;

/// The fixture of that name.
#[path = "../golden/organisation/mod.rs"]
pub mod organisation;

/// The fixture of that name.
#[path = "../golden/other_types/mod.rs"]
pub mod other_types;

/// The fixture of that name.
#[path = "../golden/overrides/mod.rs"]
pub mod overrides;

/// The fixture of that name.
#[path = "../golden/partitions/mod.rs"]
pub mod partitions;

/// The fixture of that name.
#[path = "../golden/relation_names/mod.rs"]
pub mod relation_names;

/// The fixture of that name.
#[path = "../golden/routines/mod.rs"]
pub mod routines;

/// The fixture of that name.
#[path = "../golden/schemas/mod.rs"]
pub mod schemas;

/// The fixture of that name.
#[path = "../golden/self_named/mod.rs"]
pub mod self_named;

/// The fixture of that name.
#[path = "../golden/sequences/mod.rs"]
pub mod sequences;

/// The fixture of that name.
#[path = "../golden/server_18/mod.rs"]
pub mod server_18;

/// The fixture of that name.
#[path = "../golden/shop/mod.rs"]
pub mod shop;

/// The fixture of that name.
#[path = "../golden/system_views/mod.rs"]
pub mod system_views;
/// The fixture of that name.
#[path = "../golden/tags/mod.rs"]
pub mod tags;

/// The fixture of that name.
#[path = "../golden/text_types/mod.rs"]
pub mod text_types;

/// The fixture of that name.
#[path = "../golden/type_key/mod.rs"]
pub mod type_key;

/// The fixture of that name.
#[path = "../golden/type_overrides/mod.rs"]
pub mod type_overrides;

/// The fixture of that name.
#[path = "../golden/types/mod.rs"]
pub mod types;

/// The fixture of that name.
#[path = "../golden/upserts/mod.rs"]
pub mod upserts;

/// The fixture of that name.
#[path = "../golden/views/mod.rs"]
pub mod views;

/// The fixture of that name.
#[path = "../golden/wide/mod.rs"]
pub mod wide;

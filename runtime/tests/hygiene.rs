//! The macros stand whatever the names around them mean, and without a warning.

#![deny(warnings, clippy::all)]
#![allow(dead_code)]

use rowsmith_runtime::PgEnum;

type Result = ();
type Vec = ();
type String = ();
type Box = ();
type Some = ();
type Ok = ();
type Err = ();
type ToSql = ();
type FromSql = ();
type Type = ();
type BytesMut = ();
type IsNull = ();
type Error = ();

mod std {}
mod core {}
mod alloc {}
mod bytes {}
mod tokio_postgres {}
mod rowsmith {}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Option {
    None,
}

impl PgEnum for Option {
    const SCHEMA: &'static str = "public";
    const NAME: &'static str = "option";
    const ALL: &'static [Self] = &[Self::None];

    fn label(self) -> &'static str {
        match self {
            Self::None => "none",
        }
    }
}
::rowsmith_runtime::impl_enum!(Option);

#[derive(Clone, Debug, PartialEq)]
struct Iterator {
    r#type: Option,
    ty: ::std::option::Option<i32>,
    raw: ::std::option::Option<::std::string::String>,
    attributes: ::std::option::Option<i32>,
    out: i32,
    r#self_: i32,
}
::rowsmith_runtime::impl_composite!(Iterator, "public", "iterator", {
    r#type: "type",
    ty: "ty",
    raw: "raw",
    attributes: "attributes",
    out: "out",
    r#self_: "self",
});

#[derive(Clone, Debug, PartialEq)]
struct Empty {}
::rowsmith_runtime::impl_composite!(Empty, "public", "empty", {});

const _: () = ::rowsmith_runtime::assert_format(::rowsmith_runtime::FORMAT);

#[test]
fn the_macros_expand() {
    assert_eq!(::std::string::ToString::to_string(&Option::None), "none");
    let parsed = "none".parse::<Option>();
    assert_eq!(parsed, ::std::result::Result::Ok(Option::None));
}

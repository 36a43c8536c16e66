//! What must not compile in the use of generated code, with the message that a user sees.
//!
//! `TRYBUILD=overwrite cargo test --test ui` accepts other messages.

#[test]
fn mistakes_do_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass.rs");
    cases.compile_fail("tests/ui/missing_column.rs");
    cases.compile_fail("tests/ui/wrong_type.rs");
    cases.compile_fail("tests/ui/null_in_required_column.rs");
    cases.compile_fail("tests/ui/generated_column.rs");
    cases.compile_fail("tests/ui/identity_column.rs");
    cases.compile_fail("tests/ui/view_is_read_only.rs");
    cases.compile_fail("tests/ui/wrong_version.rs");
}

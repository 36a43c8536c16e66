//! What must not compile in the use of generated code, with the message that a user sees.
//!
//! `TRYBUILD=overwrite cargo test -p rowsmith-test-ui` accepts other messages.

#[test]
fn mistakes_do_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("cases/missing_column.rs");
    cases.compile_fail("cases/wrong_type.rs");
    cases.compile_fail("cases/null_in_required_column.rs");
    cases.compile_fail("cases/generated_column.rs");
    cases.compile_fail("cases/identity_column.rs");
    cases.compile_fail("cases/view_is_read_only.rs");
    cases.compile_fail("cases/wrong_version.rs");
}

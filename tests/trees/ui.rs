//! What must not compile in the use of generated code, with the message that a user sees.
//!
//! `TRYBUILD=overwrite cargo test -p rowsmith-test-trees --test ui` accepts other messages.

#[test]
fn mistakes_do_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("../ui/missing_column.rs");
    cases.compile_fail("../ui/wrong_type.rs");
    cases.compile_fail("../ui/null_in_required_column.rs");
    cases.compile_fail("../ui/generated_column.rs");
    cases.compile_fail("../ui/identity_column.rs");
    cases.compile_fail("../ui/view_is_read_only.rs");
    cases.compile_fail("../ui/wrong_version.rs");
}

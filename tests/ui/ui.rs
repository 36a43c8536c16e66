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
    cases.compile_fail("cases/and_of_no_condition.rs");
    cases.compile_fail("cases/arithmetic_on_text.rs");
    cases.compile_fail("cases/column_of_a_table_not_joined.rs");
    cases.compile_fail("cases/column_of_another_table.rs");
    cases.compile_fail("cases/columns_of_another_table.rs");
    cases.compile_fail("cases/compare_columns_of_different_types.rs");
    cases.compile_fail("cases/compare_with_null.rs");
    cases.compile_fail("cases/compare_with_wrong_type.rs");
    cases.compile_fail("cases/correlated_query_alone.rs");
    cases.compile_fail("cases/delete_with_optional_filter.rs");
    cases.compile_fail("cases/delete_without_filter.rs");
    cases.compile_fail("cases/in_query_of_wrong_type.rs");
    cases.compile_fail("cases/in_query_with_two_columns.rs");
    cases.compile_fail("cases/insert_from_wrong_columns.rs");
    cases.compile_fail("cases/join_relation_of_another_table.rs");
    cases.compile_fail("cases/load_relation_of_another_table.rs");
    cases.compile_fail("cases/no_condition.rs");
    cases.compile_fail("cases/null_check_on_non_null_column.rs");
    cases.compile_fail("cases/order_by_another_table.rs");
    cases.compile_fail("cases/relation_not_loaded.rs");
    cases.compile_fail("cases/set_column_of_another_table.rs");
    cases.compile_fail("cases/set_read_only_column.rs");
    cases.compile_fail("cases/set_wrong_type.rs");
    cases.compile_fail("cases/text_operator_on_number.rs");
    cases.compile_fail("cases/union_of_different_types.rs");
    cases.compile_fail("cases/update_without_filter.rs");
    cases.compile_fail("cases/wrong_version.rs");
}

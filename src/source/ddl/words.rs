//! PostgreSQL's keywords that are more than words (manual, appendix C; `pg_get_keywords()` of version 18).

/// Words that are no name of a table or column without quotes.
#[rustfmt::skip]
const RESERVED: [&str; 101] = [
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric",
    "authorization", "binary", "both", "case", "cast", "check", "collate", "collation",
    "column", "concurrently", "constraint", "create", "cross", "current_catalog",
    "current_date", "current_role", "current_schema", "current_time", "current_timestamp",
    "current_user", "default", "deferrable", "desc", "distinct", "do", "else", "end", "except",
    "false", "fetch", "for", "foreign", "freeze", "from", "full", "grant", "group", "having",
    "ilike", "in", "initially", "inner", "intersect", "into", "is", "isnull", "join", "lateral",
    "leading", "left", "like", "limit", "localtime", "localtimestamp", "natural", "not",
    "notnull", "null", "offset", "on", "only", "or", "order", "outer", "overlaps", "placing",
    "primary", "references", "returning", "right", "select", "session_user", "similar", "some",
    "symmetric", "system_user", "table", "tablesample", "then", "to", "trailing", "true",
    "union", "unique", "user", "using", "variadic", "verbose", "when", "where", "window",
    "with",
];

/// Words that are names of tables and columns, but of no functions and types.
#[rustfmt::skip]
const COLUMN_NAMES: [&str; 63] = [
    "between", "bigint", "bit", "boolean", "char", "character", "coalesce", "dec", "decimal",
    "exists", "extract", "float", "greatest", "grouping", "inout", "int", "integer", "interval",
    "json", "json_array", "json_arrayagg", "json_exists", "json_object", "json_objectagg",
    "json_query", "json_scalar", "json_serialize", "json_table", "json_value", "least",
    "merge_action", "national", "nchar", "none", "normalize", "nullif", "numeric", "out",
    "overlay", "position", "precision", "real", "row", "setof", "smallint", "substring", "time",
    "timestamp", "treat", "trim", "values", "varchar", "xmlattributes", "xmlconcat",
    "xmlelement", "xmlexists", "xmlforest", "xmlnamespaces", "xmlparse", "xmlpi", "xmlroot",
    "xmlserialize", "xmltable",
];

/// Reserved words that functions and types may be called without quotes, but neither tables nor columns.
#[rustfmt::skip]
const FUNCTION_NAMES: [&str; 23] = [
    "authorization", "binary", "collation", "concurrently", "cross", "current_schema", "freeze",
    "full", "ilike", "inner", "is", "isnull", "join", "left", "like", "natural", "notnull",
    "outer", "overlaps", "right", "similar", "tablesample", "verbose",
];

/// Whether a reserved word, in any case, may be the name of a function.
pub(super) fn names_functions(word: &str) -> bool {
    has(&FUNCTION_NAMES, word)
}

/// Whether a word, in any case, can't be the name of a table or column.
pub(super) fn is_reserved(word: &str) -> bool {
    has(&RESERVED, word)
}

/// Whether a word has to be in quotes when a name is written out.
pub(super) fn is_keyword_but_unreserved(word: &str) -> bool {
    has(&RESERVED, word) || has(&COLUMN_NAMES, word)
}

fn has(words: &[&str], word: &str) -> bool {
    // Most names are longer than any keyword, or can be looked up as they are.
    let mut lower = [0; 24];
    let Some(lower) = lower.get_mut(..word.len()) else {
        return false;
    };
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    words
        .binary_search_by(|other| other.as_bytes().cmp(lower))
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted() {
        assert!(RESERVED.is_sorted());
        assert!(COLUMN_NAMES.is_sorted());
        assert!(FUNCTION_NAMES.is_sorted());
    }
}

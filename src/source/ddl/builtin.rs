//! The types that are there before any statement: PostgreSQL's own and those of well-known extensions.

/// The base, range, multirange and pseudo types of `pg_catalog` (PostgreSQL 18's `pg_type`).
#[rustfmt::skip]
const TYPES: [&str; 107] = [
    "aclitem", "any", "anyarray", "anycompatible", "anycompatiblearray",
    "anycompatiblemultirange", "anycompatiblenonarray", "anycompatiblerange", "anyelement",
    "anyenum", "anymultirange", "anynonarray", "anyrange", "bit", "bool", "box", "bpchar",
    "bytea", "char", "cid", "cidr", "circle", "cstring", "date", "datemultirange", "daterange",
    "event_trigger", "fdw_handler", "float4", "float8", "gtsvector", "index_am_handler", "inet",
    "int2", "int2vector", "int4", "int4multirange", "int4range", "int8", "int8multirange",
    "int8range", "internal", "interval", "json", "jsonb", "jsonpath", "language_handler",
    "line", "lseg", "macaddr", "macaddr8", "money", "name", "numeric", "nummultirange",
    "numrange", "oid", "oidvector", "path", "pg_brin_bloom_summary",
    "pg_brin_minmax_multi_summary", "pg_ddl_command", "pg_dependencies", "pg_lsn",
    "pg_mcv_list", "pg_ndistinct", "pg_node_tree", "pg_snapshot", "point", "polygon", "record",
    "refcursor", "regclass", "regcollation", "regconfig", "regdictionary", "regnamespace",
    "regoper", "regoperator", "regproc", "regprocedure", "regrole", "regtype",
    "table_am_handler", "text", "tid", "time", "timestamp", "timestamptz", "timetz", "trigger",
    "tsm_handler", "tsmultirange", "tsquery", "tsrange", "tstzmultirange", "tstzrange",
    "tsvector", "txid_snapshot", "unknown", "uuid", "varbit", "varchar", "void", "xid", "xid8",
    "xml",
];

/// The operator classes that are their type's default, by access method (`pg_opclass.opcdefault`).
#[rustfmt::skip]
const DEFAULT_OPERATOR_CLASSES: [(&str, &[&str]); 6] = [
    ("brin", &[
        "bit_minmax_ops", "box_inclusion_ops", "bpchar_minmax_ops", "bytea_minmax_ops",
        "char_minmax_ops", "date_minmax_ops", "float4_minmax_ops", "float8_minmax_ops",
        "inet_inclusion_ops", "int2_minmax_ops", "int4_minmax_ops", "int8_minmax_ops",
        "interval_minmax_ops", "macaddr8_minmax_ops", "macaddr_minmax_ops",
        "name_minmax_ops", "numeric_minmax_ops", "oid_minmax_ops", "pg_lsn_minmax_ops",
        "range_inclusion_ops", "text_minmax_ops", "tid_minmax_ops", "time_minmax_ops",
        "timestamp_minmax_ops", "timestamptz_minmax_ops", "timetz_minmax_ops",
        "uuid_minmax_ops", "varbit_minmax_ops",
    ]),
    ("btree", &[
        "array_ops", "bit_ops", "bool_ops", "bpchar_ops", "bytea_ops", "char_ops",
        "date_ops", "enum_ops", "float4_ops", "float8_ops", "inet_ops", "int2_ops",
        "int4_ops", "int8_ops", "interval_ops", "jsonb_ops", "macaddr8_ops",
        "macaddr_ops", "money_ops", "multirange_ops", "name_ops", "numeric_ops",
        "oid_ops", "oidvector_ops", "pg_lsn_ops", "range_ops", "record_ops", "text_ops",
        "tid_ops", "time_ops", "timestamp_ops", "timestamptz_ops", "timetz_ops",
        "tsquery_ops", "tsvector_ops", "uuid_ops", "varbit_ops", "xid8_ops",
    ]),
    ("gin", &[
        "array_ops", "jsonb_ops", "tsvector_ops",
    ]),
    ("gist", &[
        "box_ops", "circle_ops", "multirange_ops", "point_ops", "poly_ops", "range_ops",
        "tsquery_ops", "tsvector_ops",
    ]),
    ("hash", &[
        "aclitem_ops", "array_ops", "bool_ops", "bpchar_ops", "bytea_ops", "char_ops",
        "cid_ops", "date_ops", "enum_ops", "float4_ops", "float8_ops", "inet_ops",
        "int2_ops", "int4_ops", "int8_ops", "interval_ops", "jsonb_ops", "macaddr8_ops",
        "macaddr_ops", "multirange_ops", "name_ops", "numeric_ops", "oid_ops",
        "oidvector_ops", "pg_lsn_ops", "range_ops", "record_ops", "text_ops", "tid_ops",
        "time_ops", "timestamp_ops", "timestamptz_ops", "timetz_ops", "uuid_ops",
        "xid8_ops", "xid_ops",
    ]),
    ("spgist", &[
        "box_ops", "inet_ops", "poly_ops", "quad_point_ops", "range_ops", "text_ops",
    ]),
];

/// The domains of `information_schema` (manual, section 35.2).
const INFORMATION_SCHEMA: [&str; 5] = [
    "cardinal_number",
    "character_data",
    "sql_identifier",
    "time_stamp",
    "yes_or_no",
];

/// Whether `pg_catalog` has a type of that name.
pub(super) fn is_type(name: &str) -> bool {
    TYPES.binary_search(&name).is_ok()
}

/// Whether `information_schema` has a type of that name.
pub(super) fn is_information_schema_type(name: &str) -> bool {
    INFORMATION_SCHEMA.contains(&name)
}

/// Whether an operator class is the default one of its type.
pub(super) fn is_default_operator_class(method: &str, class: &str) -> bool {
    DEFAULT_OPERATOR_CLASSES
        .iter()
        .find(|(name, _)| *name == method)
        .is_some_and(|(_, classes)| classes.contains(&class))
}

/// The names of all built-in types.
pub(super) fn type_names() -> &'static [&'static str] {
    &TYPES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_types_are_sorted() {
        assert!(TYPES.is_sorted());
    }
}

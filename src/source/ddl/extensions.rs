//! Well-known extensions: what they bring, as far as the Catalog of a schema that uses them needs it.

/// Well-known extensions with the types they bring: those that come with PostgreSQL, and others that
/// columns are often made of.
#[rustfmt::skip]
const EXTENSIONS: &[(&str, &[&str])] = &[
    ("address_standardizer", &["stdaddr"]),
    ("adminpack", &[]),
    ("age", &["agtype", "graphid"]),
    ("amcheck", &[]),
    ("autoinc", &[]),
    ("bloom", &[]),
    ("btree_gin", &[]),
    ("btree_gist", &[]),
    ("citext", &["citext"]),
    ("cube", &["cube"]),
    ("dblink", &["dblink_pkey_results"]),
    ("dict_int", &[]),
    ("dict_xsyn", &[]),
    ("earthdistance", &["earth"]),
    ("file_fdw", &[]),
    ("fuzzystrmatch", &[]),
    ("h3", &["h3index"]),
    ("hll", &["hll", "hll_hashval"]),
    ("hstore", &["hstore"]),
    ("hypopg", &[]),
    ("insert_username", &[]),
    ("intagg", &[]),
    ("intarray", &["query_int"]),
    ("ip4r", &["ip4", "ip4r", "ip6", "ip6r", "ipaddress", "iprange"]),
    ("isn", &["ean13", "isbn", "isbn13", "ismn", "ismn13", "issn", "issn13", "upc"]),
    ("lo", &["lo"]),
    ("ltree", &["lquery", "ltree", "ltxtquery"]),
    ("moddatetime", &[]),
    ("old_snapshot", &[]),
    ("pageinspect", &[]),
    ("pg_buffercache", &[]),
    ("pg_cron", &[]),
    ("pg_freespacemap", &[]),
    ("pg_logicalinspect", &[]),
    ("pg_partman", &[]),
    ("pg_prewarm", &[]),
    ("pg_repack", &[]),
    ("pg_stat_statements", &[]),
    ("pg_surgery", &[]),
    ("pg_trgm", &["gtrgm"]),
    ("pg_visibility", &[]),
    ("pg_walinspect", &[]),
    ("pgaudit", &[]),
    ("pgcrypto", &[]),
    ("pgrouting", &[]),
    ("pgrowlocks", &[]),
    ("pgstattuple", &[]),
    ("plpgsql", &[]),
    ("postgis", &[
        "box2d", "box2df", "box3d", "geography", "geometry", "geometry_dump", "gidx", "spheroid",
        "valid_detail",
    ]),
    ("postgis_raster", &[
        "addbandarg", "agg_samealignment", "geomval", "rastbandarg", "raster", "reclassarg",
        "summarystats", "unionarg",
    ]),
    ("postgis_sfcgal", &[]),
    ("postgis_tiger_geocoder", &["norm_addy"]),
    ("postgis_topology", &[
        "getfaceedges_returntype", "topoelement", "topoelementarray", "topogeometry",
        "validatetopology_returntype",
    ]),
    ("postgres_fdw", &[]),
    ("prefix", &["prefix_range"]),
    ("refint", &[]),
    ("roaringbitmap", &["roaringbitmap"]),
    ("seg", &["seg"]),
    ("semver", &["semver", "semverrange"]),
    ("sslinfo", &[]),
    ("tablefunc", &["tablefunc_crosstab_2", "tablefunc_crosstab_3", "tablefunc_crosstab_4"]),
    ("tcn", &[]),
    ("timescaledb", &[]),
    ("tsm_system_rows", &[]),
    ("tsm_system_time", &[]),
    ("unaccent", &[]),
    ("uuid-ossp", &[]),
    ("vector", &["halfvec", "sparsevec", "vector"]),
    ("xml2", &[]),
];

/// The operator classes that extensions bring, by access method, and whether they are their type's
/// default there.
#[rustfmt::skip]
const OPERATOR_CLASSES: &[(&str, &str, bool, &[&str])] = &[
    ("btree_gin", "gin", true, &[
        "bit_ops", "bool_ops", "bpchar_ops", "bytea_ops", "char_ops", "cidr_ops", "date_ops",
        "enum_ops", "float4_ops", "float8_ops", "inet_ops", "int2_ops", "int4_ops", "int8_ops",
        "interval_ops", "macaddr8_ops", "macaddr_ops", "money_ops", "name_ops", "numeric_ops",
        "oid_ops", "text_ops", "time_ops", "timestamp_ops", "timestamptz_ops", "timetz_ops",
        "uuid_ops", "varbit_ops", "varchar_ops",
    ]),
    ("btree_gist", "gist", true, &[
        "gist_bit_ops", "gist_bool_ops", "gist_bpchar_ops", "gist_bytea_ops", "gist_cash_ops",
        "gist_cidr_ops", "gist_date_ops", "gist_enum_ops", "gist_float4_ops", "gist_float8_ops",
        "gist_inet_ops", "gist_int2_ops", "gist_int4_ops", "gist_int8_ops", "gist_interval_ops",
        "gist_macaddr8_ops", "gist_macaddr_ops", "gist_numeric_ops", "gist_oid_ops",
        "gist_text_ops", "gist_time_ops", "gist_timestamp_ops", "gist_timestamptz_ops",
        "gist_timetz_ops", "gist_uuid_ops", "gist_vbit_ops",
    ]),
    ("bloom", "bloom", true, &["int4_ops", "text_ops"]),
    ("citext", "btree", true, &["citext_ops"]),
    ("citext", "btree", false, &["citext_pattern_ops"]),
    ("citext", "hash", true, &["citext_ops"]),
    ("cube", "btree", true, &["cube_ops"]),
    ("cube", "gist", true, &["gist_cube_ops"]),
    ("hstore", "btree", true, &["btree_hstore_ops"]),
    ("hstore", "gin", true, &["gin_hstore_ops"]),
    ("hstore", "gist", true, &["gist_hstore_ops"]),
    ("hstore", "hash", true, &["hash_hstore_ops"]),
    ("intarray", "gin", false, &["gin__int_ops"]),
    ("intarray", "gist", true, &["gist__int_ops"]),
    ("intarray", "gist", false, &["gist__intbig_ops"]),
    ("ltree", "btree", true, &["ltree_ops"]),
    ("ltree", "gist", true, &["gist__ltree_ops", "gist_ltree_ops"]),
    ("pg_trgm", "gin", false, &["gin_trgm_ops"]),
    ("pg_trgm", "gist", false, &["gist_trgm_ops"]),
    ("postgis", "btree", true, &["btree_geography_ops", "btree_geometry_ops"]),
    ("postgis", "gist", true, &["gist_geography_ops", "gist_geometry_ops_2d"]),
    ("postgis", "gist", false, &["gist_geometry_ops_nd"]),
    ("postgis", "spgist", true, &["spgist_geography_ops_nd", "spgist_geometry_ops_2d"]),
    ("postgis", "spgist", false, &["spgist_geometry_ops_3d", "spgist_geometry_ops_nd"]),
    ("seg", "btree", true, &["seg_ops"]),
    ("seg", "gist", true, &["gist_seg_ops"]),
    ("vector", "btree", true, &["vector_ops"]),
    ("vector", "hnsw", false, &[
        "bit_hamming_ops", "bit_jaccard_ops", "halfvec_cosine_ops", "halfvec_ip_ops",
        "halfvec_l1_ops", "halfvec_l2_ops", "sparsevec_cosine_ops", "sparsevec_ip_ops",
        "sparsevec_l1_ops", "sparsevec_l2_ops", "vector_cosine_ops", "vector_ip_ops",
        "vector_l1_ops", "vector_l2_ops",
    ]),
    ("vector", "ivfflat", true, &["vector_l2_ops"]),
    ("vector", "ivfflat", false, &[
        "bit_hamming_ops", "halfvec_cosine_ops", "halfvec_ip_ops", "halfvec_l2_ops",
        "vector_cosine_ops", "vector_ip_ops",
    ]),
];

/// The types an extension brings, where the extension is known.
pub(super) fn types(extension: &str) -> Option<&'static [&'static str]> {
    EXTENSIONS
        .iter()
        .find(|(name, _)| *name == extension)
        .map(|(_, types)| *types)
}

/// The extension that brings a type of that name.
pub(super) fn bringing_type(ty: &str) -> Option<&'static str> {
    EXTENSIONS
        .iter()
        .find(|(_, types)| types.contains(&ty))
        .map(|(name, _)| *name)
}

/// The schema an extension insists on.
pub(super) fn schema(extension: &str) -> Option<&'static str> {
    match extension {
        "adminpack" | "plpgsql" | "pg_cron" => Some("pg_catalog"),
        "postgis_topology" => Some("topology"),
        "postgis_tiger_geocoder" => Some("tiger"),
        "age" => Some("ag_catalog"),
        _ => None,
    }
}

/// The extensions that bring an operator class of that name, each with whether it is the default one.
pub(super) fn bringing_operator_class(
    method: &str,
    class: &str,
) -> impl Iterator<Item = (&'static str, bool)> {
    OPERATOR_CLASSES
        .iter()
        .filter(move |(_, of, _, classes)| *of == method && classes.contains(&class))
        .map(|(extension, _, default, _)| (*extension, *default))
}

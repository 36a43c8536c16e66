use rowsmith::catalog::*;
fn col(i: u32, name: &str, ty: &str, d: Option<&str>) -> Column {
    Column {
        name: name.into(),
        position: i,
        ty: TypeRef::builtin(ty),
        nullable: false,
        default: d.map(Into::into),
        identity: None,
        generated: None,
        collation: None,
        comment: None,
    }
}
fn table(i: usize) -> Table {
    let checks=(0..3).map(|k|Check{name:format!("c{k}"),expression:["((age >= 0) AND ((status)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))","price > 0","length(name) > 3"][k].into(),no_inherit:false,not_valid:false,comment:None}).collect();
    Table {
        name: QualifiedName::new("public", format!("t{i}")),
        kind: TableKind::Ordinary,
        unlogged: false,
        partition_key: None,
        partition_of: None,
        inherits: vec![],
        columns: vec![
            col(
                1,
                "id",
                "int8",
                Some(&format!("nextval('t{i}_id_seq'::regclass)")),
            ),
            col(2, "age", "int4", Some("0")),
            col(3, "status", "varchar", Some("'a'::character varying")),
            col(4, "price", "numeric", Some("0.0")),
            col(5, "name", "text", Some("''::text")),
            col(6, "at", "timestamptz", Some("now()")),
            col(7, "ok", "bool", Some("true")),
            col(8, "j", "jsonb", Some("'{}'::jsonb")),
            col(9, "x", "text", None),
            col(10, "y", "text", None),
        ],
        primary_key: None,
        unique_keys: vec![],
        foreign_keys: vec![],
        checks,
        exclusions: vec![],
        indexes: vec![Index {
            name: "i".into(),
            unique: true,
            method: "btree".into(),
            keys: vec![IndexKey {
                on: IndexOn::Expression("lower((status)::text)".into()),
                descending: false,
                nulls_first: false,
                operator_class: None,
                collation: None,
            }],
            include: vec![],
            predicate: Some("(at IS NOT NULL)".into()),
            nulls_not_distinct: false,
            comment: None,
        }],
        comment: None,
    }
}
fn main() {
    for n in [1000, 10000] {
        let mut c = Catalog::default();
        c.tables = (0..n).map(table).collect();
        c.views=(0..n/10).map(|i|View{name:QualifiedName::new("public",format!("v{i}")),materialized:false,columns:vec![col(1,"id","int8",None),col(2,"n","int8",None)],definition:format!("SELECT t{i}.id, count(*) AS n FROM (t{i} JOIN t{} ON ((t{i}.id = t{}.id))) GROUP BY t{i}.id",i+1,i+1),indexes:vec![],comment:None}).collect();
        for _ in 0..3 {
            let mut d = c.clone();
            let t = std::time::Instant::now();
            rowsmith::analyze::normalize(&mut d);
            println!("{n} {:?}", t.elapsed());
            if n == 1000 {
                println!(
                    "{:?} {:?} {:?}",
                    d.tables[0]
                        .checks
                        .iter()
                        .map(|c| &c.expression)
                        .collect::<Vec<_>>(),
                    d.tables[0].indexes[0].keys[0].on,
                    d.views[0].definition
                );
            }
        }
    }
}

//! Functions of the database: which become Rust functions, and where those are.

use crate::build::*;
use rowsmith::catalog::{
    Argument, ArgumentMode, Catalog, Function, FunctionBody, FunctionKind, Parallel, Volatility,
};
use rowsmith::config::{Config, RoutineChoice};
use rowsmith::model::RoutineReturns;

fn function(text: &str, arguments: &[(&str, &str)], returns: &str) -> Function {
    let arguments = arguments.iter().map(|(name, of)| Argument {
        name: Some((*name).into()),
        ty: ty(of),
        mode: ArgumentMode::In,
        default: None,
    });
    Function {
        name: name(text),
        kind: FunctionKind::Function,
        arguments: arguments.collect(),
        returns: Some(ty(returns)),
        returns_set: false,
        volatility: Volatility::Volatile,
        strict: true,
        language: "sql".into(),
        security_definer: false,
        leakproof: false,
        parallel: Parallel::Unsafe,
        settings: Vec::new(),
        body: Some(FunctionBody::Text("SELECT 1".into())),
        comment: None,
    }
}

fn with(functions: Vec<Function>) -> Catalog {
    Catalog {
        functions,
        ..catalog(vec![table("users", &[("id", "int4!")])])
    }
}

fn names_of(resolved: &Resolved) -> Vec<&str> {
    let routines = resolved.model.root.routines.iter();
    let routines = routines.flat_map(|it| &it.routines);
    routines.map(|it| it.name.as_str()).collect()
}

fn said(resolved: &Resolved) -> Vec<&str> {
    let said = resolved.diagnostics.iter();
    said.map(|it| it.message.as_str()).collect()
}

#[test]
fn the_module_gives_way_to_a_table() {
    let mut catalog = with(vec![function("add", &[("a", "int4")], "int4")]);
    catalog.tables.push(table("functions", &[("id", "int4!")]));
    let resolved = resolve(&catalog);
    let routines = resolved.model.root.routines.as_ref().unwrap();
    assert_eq!(routines.module, "routines");
    let routines = resolve(&with(catalog.functions)).model.root.routines;
    assert_eq!(routines.unwrap().module, "functions");
}

#[test]
fn only_functions_that_change_nothing_are_read() {
    let stable = Function {
        volatility: Volatility::Stable,
        ..function("seen", &[], "int4")
    };
    let resolved = resolve(&with(vec![stable, function("done", &[], "int4")]));
    let routines = resolved.model.root.routines.unwrap().routines;
    let reads: Vec<(&str, bool)> = routines
        .iter()
        .map(|it| (it.name.as_str(), it.reads))
        .collect();
    assert_eq!(reads, [("done", false), ("seen", true)]);
}

#[test]
fn overloads_are_called_by_their_types_unless_named() {
    let functions = || {
        vec![
            function("area", &[("of", "box")], "float8"),
            function("area", &[("of", "circle")], "float8"),
            function("area", &[("of", "box"), ("times", "int4[]")], "float8"),
        ]
    };
    let resolved = resolve(&with(functions()));
    assert_eq!(
        names_of(&resolved),
        ["area_box", "area_circle", "area_box_int4_array"]
    );
    let config = names(&[("public.area(circle)", "area_of_circle")]);
    let resolved = resolve_with(&with(functions()), &config);
    assert_eq!(
        names_of(&resolved),
        ["area_box", "area_of_circle", "area_box_int4_array"]
    );
    resolved.quiet();
    let config = names(&[("public.area", "extent")]);
    let resolved = resolve_with(&with(functions()), &config);
    let message = "`public.area` under `[names]` has no effect: nothing is called so";
    assert!(said(&resolved).contains(&message), "{:?}", said(&resolved));
}

#[test]
fn a_name_that_a_table_has_too_is_the_tables() {
    let catalog = with(vec![function("users", &[], "int4")]);
    let config = names(&[("public.users", "Human")]);
    let resolved = resolve_with(&catalog, &config);
    assert_eq!(
        (resolved.entity("users").row.as_str(), names_of(&resolved)),
        ("Human", vec!["users"])
    );
    let config = names(&[("public.users()", "count_users")]);
    assert_eq!(names_of(&resolve_with(&catalog, &config)), ["count_users"]);
}

#[test]
fn the_configuration_chooses_functions() {
    let catalog = with(vec![
        function("add", &[], "int4"),
        function("audit_all", &[], "int4"),
    ]);
    let config = Config {
        routines: RoutineChoice {
            include: vec!["public.a*".into(), "other.*".into()],
            exclude: vec!["public.audit_*".into()],
        },
        partitions: vec!["public.*".into()],
        ..Config::default()
    };
    let resolved = resolve_with(&catalog, &config);
    assert_eq!(names_of(&resolved), ["add"]);
    assert_eq!(
        said(&resolved),
        [
            "`public.*` in `partitions` has no effect: no partition matches it",
            "`other.*` in `include` of `[routines]` has no effect: no function or procedure matches it",
        ]
    );
}

#[test]
fn what_cannot_be_called_is_said() {
    let resolved = resolve(&with(vec![
        function("touch", &[], "trigger"),
        function("watch", &[], "event_trigger"),
        function("first_of", &[("of", "anyarray")], "anyelement"),
        function("anything", &[], "record"),
        function("read_in", &[("text", "cstring")], "int4"),
    ]));
    assert_eq!(resolved.model.root.routines, None);
    assert_eq!(said(&resolved).len(), 3, "{:?}", said(&resolved));
}

#[test]
fn a_row_comes_as_its_struct() {
    let resolved = resolve(&with(vec![function("first_user", &[], "public.users")]));
    let routines = resolved.model.root.routines.unwrap().routines;
    assert_eq!(
        routines[0].returns,
        RoutineReturns::OptionalRow("super::User".into())
    );
}

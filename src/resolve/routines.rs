//! Functions and procedures of the database as Rust functions, and its sequences as constants.

use std::collections::{BTreeMap, HashMap};

use super::Context;
use super::docs;
use super::locking::is_system;
use super::names::{self, Grant, Holder, Namespace, Wish};
use super::rows::{self, Row};
use super::settings::{Settings, Thing};
use super::sql;
use super::types::{Named, Types};
use crate::catalog::{
    Argument, ArgumentMode, Catalog, Function, FunctionKind, QualifiedName, Sequence, TypeRef,
    Volatility,
};
use crate::config::Config;
use crate::diagnostics::Diagnostic;
use crate::model::{
    self, CompositeField, Ident, Routine, RoutineParam, RoutineReturns, RoutineRow,
};
use crate::patterns::{Origin, Patterns};

/// What the tree has besides its objects, by the schema whose module it is in.
#[derive(Default)]
pub(super) struct Callables<'a> {
    /// Functions and procedures that can be called.
    pub functions: BTreeMap<&'a str, Vec<&'a Function>>,
    /// Sequences that belong to no column.
    pub sequences: BTreeMap<&'a str, Vec<&'a Sequence>>,
}

impl<'a> Callables<'a> {
    /// Finds them, and says what is left out.
    pub(super) fn new(
        catalog: &'a Catalog,
        config: &'a Config,
        types: &Types<'a>,
        settings: &Settings,
    ) -> Self {
        let module = |schema: &'a str| settings.module_of(schema, &config.default_schema);
        let include = Patterns::new(
            "`include` of `[routines]`",
            &config.routines.include,
            |it| settings.report(it),
        );
        let exclude = Patterns::new(
            "`exclude` of `[routines]`",
            &config.routines.exclude,
            |it| settings.report(it),
        );
        let mut callables = Self::default();
        let mut aggregates = Vec::new();
        for function in &catalog.functions {
            let signature = signature(function);
            // Each counts as used, so all are asked.
            let matches = |patterns: &Patterns<'_>| {
                patterns.matches(&function.name) | patterns.matches(&signature)
            };
            let (excluded, included) = (matches(&exclude), matches(&include));
            if excluded || !(include.is_empty() || included) {
                continue;
            }
            let name = docs::code(&signature);
            match obstacle(function, types) {
                None => {
                    let functions = callables.functions.entry(module(&function.name.schema));
                    functions.or_default().push(function);
                }
                // Only the server calls them.
                Some(Obstacle::Trigger) => {}
                Some(Obstacle::Aggregate) => aggregates.push(name),
                Some(Obstacle::Type(why)) => settings.report(
                    Diagnostic::note(format!("no Rust function calls {name}: {why}"))
                        .help("call it in a query of your own"),
                ),
            }
        }
        if !aggregates.is_empty() {
            let names = aggregates.join(", ");
            let message =
                format!("no Rust functions call aggregates and window functions: {names}");
            settings.report(Diagnostic::note(message).help("call them in a query of your own"));
        }
        for patterns in [include, exclude] {
            patterns.report_idle("function or procedure", |it| settings.report(it));
        }
        for sequence in catalog.sequences.iter().filter(|s| s.owned_by.is_none()) {
            let sequences = callables.sequences.entry(module(&sequence.name.schema));
            sequences.or_default().push(sequence);
        }
        callables
    }

    /// The names of all of them.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a QualifiedName> {
        let functions = self.functions.values().flatten().map(|it| &it.name);
        functions.chain(self.sequences.values().flatten().map(|it| &it.name))
    }
}

/// Why a function can't be called.
enum Obstacle {
    Trigger,
    Aggregate,
    Type(String),
}

/// Types of `pg_catalog` that stand for others or for nothing that a client has (manual, "Pseudo-Types").
fn is_pseudo(ty: &TypeRef) -> bool {
    let name = ty.name.as_str();
    ty.schema == "pg_catalog"
        && (name.starts_with("any")
            || name.ends_with("_handler")
            || matches!(
                name,
                "cstring" | "internal" | "record" | "opaque" | "pg_ddl_command"
            ))
}

fn obstacle(function: &Function, types: &Types<'_>) -> Option<Obstacle> {
    if matches!(
        function.kind,
        FunctionKind::Aggregate | FunctionKind::Window
    ) {
        return Some(Obstacle::Aggregate);
    }
    let returns = function.returns.as_ref();
    let returns_builtin = |name| returns.is_some_and(|ty| ty.is_builtin(name));
    if returns_builtin("trigger") || returns_builtin("event_trigger") {
        return Some(Obstacle::Trigger);
    }
    let because = |ty: &TypeRef, what: &str| {
        let why = if ty.schema == "pg_catalog" && ty.name.starts_with("any") {
            "a type that depends on the call"
        } else {
            "a type that no client has"
        };
        Some(Obstacle::Type(format!(
            "{what} {}, {why}",
            docs::code(&ty.to_string())
        )))
    };
    if let Some(argument) = function.arguments.iter().find(|it| is_pseudo(&it.ty)) {
        return because(&argument.ty, "an argument is of the type");
    }
    let columns = outputs(function).count();
    match returns {
        Some(ty) if ty.is_builtin("record") && columns == 0 => Some(Obstacle::Type(
            "it returns `record`, whose columns only a call says".to_owned(),
        )),
        Some(ty) if is_pseudo(ty) && columns == 0 => because(ty, "it returns"),
        Some(_) => None,
        // The columns of a `CALL` can't be cast.
        None => {
            let text = outputs(function).find(|it| types.value(&it.ty).read_cast.is_some())?;
            let ty = docs::code(&text.ty.to_string());
            Some(Obstacle::Type(format!(
                "it gives {ty}, which can't be read as it comes"
            )))
        }
    }
}

/// What is given to a function, in the order of its signature.
fn inputs(function: &Function) -> impl Iterator<Item = &Argument> + Clone {
    function.arguments.iter().filter(|it| is_input(it))
}

fn is_input(argument: &Argument) -> bool {
    matches!(
        argument.mode,
        ArgumentMode::In | ArgumentMode::InOut | ArgumentMode::Variadic
    )
}

/// The columns that it gives, where it says so itself.
fn outputs(function: &Function) -> impl Iterator<Item = &Argument> + Clone {
    let given = |it: &&Argument| {
        matches!(
            it.mode,
            ArgumentMode::Out | ArgumentMode::InOut | ArgumentMode::Table
        )
    };
    function.arguments.iter().filter(given)
}

/// The arguments by which PostgreSQL tells overloads apart: of a procedure `OUT` ones too.
fn identity(function: &Function) -> impl Iterator<Item = &Argument> + Clone {
    let procedure = function.kind == FunctionKind::Procedure;
    function
        .arguments
        .iter()
        .filter(move |it| is_input(it) || procedure)
}

/// `public.area(circle)`, which also is the key under `[names]`.
pub(super) fn signature(function: &Function) -> String {
    let types: Vec<String> = identity(function).map(|it| it.ty.to_string()).collect();
    format!("{}({})", function.name, types.join(", "))
}

/// With so many defaults at most there is a function for each number of arguments that are given.
const STEPS: usize = 4;

/// One Rust function that is to be: a database function with its first so many inputs.
struct Planned<'a> {
    function: &'a Function,
    key: String,
    wish: String,
    other: String,
    /// Who says what it is called, if anybody does.
    configured: Option<Origin>,
    count: usize,
}

/// The functions of a schema's module.
pub(super) fn routines<'a>(
    schema: &'a str,
    rows: &HashMap<&'a QualifiedName, &Row<'a>>,
    context: &Context<'a>,
) -> Option<model::Routines> {
    let functions = context.callables.functions.get(schema)?;
    let planned = plan(schema, functions, context);
    let mut order: Vec<usize> = (0..planned.len()).collect();
    // Who is spelled exactly so goes first, and with all that may be left out comes last.
    order.sort_by_key(|i| {
        let it = &planned[*i];
        (
            it.count > required(it.function),
            it.wish != it.function.name.name,
        )
    });
    let wishes = order.iter().map(|i| {
        let it = &planned[*i];
        Wish {
            holder: Holder::Overload(word(it.function), &it.key),
            first: it.wish.clone(),
            others: vec![it.other.clone()],
            configured: it.configured.is_some(),
        }
    });
    let grants = Namespace::default().grant(wishes.collect(), names::escape);
    let mut granted: Vec<(usize, Grant<'_>)> = order.into_iter().zip(grants).collect();
    granted.sort_by_key(|(i, _)| *i);
    let mut structs = Namespace::of_types();
    let mut known: HashMap<String, String> = HashMap::new();
    let mut routines = Vec::new();
    for (it, (_, grant)) in planned.iter().zip(&granted) {
        report(it, grant, context);
        let stem = known.get(&it.key).cloned();
        let (routine, row) = routine(it, &grant.name, stem, &mut structs, rows, context);
        if let Some(row) = row {
            known.insert(it.key.clone(), row);
        }
        routines.push(routine);
    }
    Some(model::Routines {
        module: context.tree.functions_module(schema).to_owned(),
        routines,
    })
}

fn word(function: &Function) -> &'static str {
    match function.kind {
        FunctionKind::Procedure => "procedure",
        _ => "function",
    }
}

fn required(function: &Function) -> usize {
    inputs(function).filter(|it| it.default.is_none()).count()
}

/// Says that an overload has a name of its own.
fn report(it: &Planned<'_>, grant: &Grant<'_>, context: &Context<'_>) {
    let holder = Holder::Overload(word(it.function), &it.key);
    context
        .settings
        .report_routine_loss(holder, grant, it.configured);
}

fn plan<'a>(schema: &str, functions: &[&'a Function], context: &Context<'a>) -> Vec<Planned<'a>> {
    let mut functions = functions.to_vec();
    // Who comes to the root from another schema comes last.
    functions.sort_by_cached_key(|it| {
        let elsewhere = it.name.schema != schema;
        (elsewhere, &it.name, inputs(it).count(), signature(it))
    });
    let mut overloads: HashMap<_, Vec<&Function>> = HashMap::new();
    for function in &functions {
        overloads.entry(&function.name).or_default().push(function);
    }
    let sequences = context.callables.sequences.get(schema);
    let mut planned = Vec::new();
    for function in &functions {
        let Some(same) = overloads.get(&function.name) else {
            continue;
        };
        let key = signature(function);
        // What is said of the bare name is said of a type or sequence, where there is one.
        let shared = same.len() > 1
            || context.tree.has(&function.name)
            || sequences.is_some_and(|all| all.iter().any(|it| it.name == function.name));
        let of_all = Holder::Object("function", &function.name);
        let holders = [
            Some(Holder::Overload("function", &key)),
            (!shared).then_some(of_all),
        ];
        let configured = holders.into_iter().flatten().find_map(|holder| {
            let name = context.settings.name(&holder)?;
            Some((name, context.settings.name_origin(&holder)))
        });
        let stem = match configured {
            Some((name, _)) => names::bare(name).to_owned(),
            None => super::objects::snake_or_unnamed(&function.name),
        };
        let types: Vec<String> = identity(function).map(|it| type_word(&it.ty)).collect();
        let typed = match types.as_slice() {
            [] => stem.clone(),
            types => format!("{stem}_{}", types.join("_")),
        };
        // Overloads all have their types in their names, so that another one renames none.
        let plain = match configured {
            None if same.len() > 1 => typed.clone(),
            _ => stem,
        };
        let first = required(function);
        let optional: Vec<String> = inputs(function)
            .enumerate()
            .skip(first)
            .map(|(i, it)| argument_word(it, i))
            .collect();
        let all = first + optional.len();
        let many = optional.len() > STEPS;
        let counts = (first..=all)
            .filter(|count| !many || [first, all].contains(count))
            .filter(|count| !same.iter().any(|it| shadows(it, function, *count)));
        let counts: Vec<usize> = counts.collect();
        if many {
            let message = format!(
                "{} has {} arguments with defaults: Rust functions take none or all of them",
                docs::code(&key),
                optional.len()
            );
            let help = "call it in a query of your own to give some";
            context
                .settings
                .report(Diagnostic::note(message).help(help));
        }
        if counts.is_empty() {
            let message = format!(
                "no Rust function calls {}: no call can tell it from another one of its name that has \
                 defaults",
                docs::code(&key)
            );
            context.settings.report(
                Diagnostic::note(message).help("give one of the two another name in the database"),
            );
        }
        for count in counts {
            let with = match count - first {
                0 => String::new(),
                _ if many => "_with_all".to_owned(),
                more => format!("_with_{}", optional[..more].join("_and_")),
            };
            planned.push(Planned {
                function,
                key: key.clone(),
                wish: format!("{plain}{with}"),
                other: format!("{typed}{with}"),
                configured: configured
                    .filter(|_| with.is_empty())
                    .map(|(_, origin)| origin),
                count,
            });
        }
    }
    planned
}

/// Whether a call of a function with its first so many inputs may mean another one of the same name.
/// PostgreSQL refuses a call for which one of two would do with its defaults.
fn shadows(other: &Function, function: &Function, count: usize) -> bool {
    let fits = required(other) <= count && inputs(other).count() >= count;
    let types = |it| inputs(it).take(count).map(|input| &input.ty);
    !std::ptr::eq(other, function) && fits && types(other).eq(types(function))
}

fn type_word(ty: &TypeRef) -> String {
    let word = names::snake(&ty.name);
    let word = word.trim_start_matches('_');
    match ty.array {
        true => format!("{word}_array"),
        false => word.to_owned(),
    }
}

fn argument_word(argument: &Argument, i: usize) -> String {
    let word = names::snake(argument.name.as_deref().unwrap_or_default());
    match word.is_empty() {
        true => format!("arg_{}", i + 1),
        false => word,
    }
}

/// The function, and the name of the struct that it gives where it has one of its own.
fn routine<'a>(
    it: &Planned<'a>,
    name: &str,
    known: Option<String>,
    structs: &mut Namespace<'a>,
    rows: &HashMap<&'a QualifiedName, &Row<'a>>,
    context: &Context<'a>,
) -> (Routine, Option<String>) {
    let function = it.function;
    let path = |named| context.tree.named(&function.name.schema, named);
    let given: Vec<&Argument> = inputs(function).take(it.count).collect();
    let mut names = Namespace::reserving(&["db", "SQL"]);
    let wishes = given.iter().enumerate().map(|(i, argument)| {
        let first = argument_word(argument, i);
        Wish {
            holder: Holder::Reserved,
            others: vec![format!("{first}_")],
            first,
            configured: false,
        }
    });
    let params = names.grant(wishes.collect(), names::escape);
    let params = given
        .iter()
        .zip(params)
        .map(|(argument, grant)| RoutineParam {
            name: grant.name,
            ty: context.types.value(&argument.ty).argument(path),
            nullable: !function.strict,
        });
    let params: Vec<RoutineParam> = params.collect();
    let call = call(function, it.count, context);

    let columns: Vec<&Argument> = outputs(function).collect();
    let procedure = function.kind == FunctionKind::Procedure;
    let table = match &function.returns {
        Some(ty) if columns.is_empty() && !ty.array => rows.get(&ty.qualified_name()).copied(),
        _ => None,
    };
    // What a function returns has no system columns, which such a row has.
    let (table, other) = match table {
        Some(row) if row.fields.iter().any(|it| is_system(it.column)) => (None, Some(row)),
        table => (table, None),
    };
    if let Some(row) = other {
        let message = format!(
            "what {} gives are strings and no rows: those of `{}` are locked by `xmin`, which no function \
             returns",
            docs::code(&it.key),
            row.name
        );
        let help = "lock them by a column that counts up";
        context
            .settings
            .report(Diagnostic::note(message).help(help));
    }
    let mut row = None;
    let mut own = None;
    let (returns, sql) = if let Some(table) = table {
        let ty = path(Named::Type(table.name));
        let mut lines = sql::list("SELECT ", &table.select_list(Some("\"result\"")));
        lines.push(format!("FROM {call} AS \"result\""));
        if function.returns_set {
            (RoutineReturns::Rows(ty), lines)
        } else {
            lines.push("WHERE NOT (\"result\".* IS NULL)".to_owned());
            (RoutineReturns::OptionalRow(ty), lines)
        }
    } else if columns.len() > 1 {
        let (ty, made) = match known {
            Some(name) => (name, None),
            None => {
                let made = result_row(it, name, &columns, structs, context);
                own = Some(made.name.clone());
                (made.name.clone(), Some(made))
            }
        };
        row = made;
        let lines = match procedure {
            true => vec![format!("CALL {call}")],
            false => select_columns(&columns, &call, context),
        };
        match function.returns_set {
            true => (RoutineReturns::Rows(ty), lines),
            false => (RoutineReturns::Row(ty), lines),
        }
    } else {
        let ty = match columns.as_slice() {
            [column] => Some(&column.ty),
            _ => function
                .returns
                .as_ref()
                .filter(|ty| !ty.is_builtin("void")),
        };
        let value = ty.map(|ty| context.types.value(ty));
        let cast = value.as_ref().and_then(|value| value.read_cast.as_ref());
        let cast = cast.map(|cast| format!("::{cast}")).unwrap_or_default();
        let lines = match procedure {
            true => vec![format!("CALL {call}")],
            false => vec![format!("SELECT {call}{cast}")],
        };
        let returns = match value.map(|value| value.rust(path)) {
            None => RoutineReturns::Nothing,
            Some(ty) if function.returns_set => RoutineReturns::Scalars(ty),
            Some(ty) => RoutineReturns::Scalar(ty),
        };
        (returns, lines)
    };
    let routine = Routine {
        name: name.to_owned(),
        doc: doc(function),
        row,
        params,
        returns,
        reads: !procedure && function.volatility != Volatility::Volatile,
        sql,
    };
    (routine, own)
}

/// `"public"."add"($1::int4, $2::int4)`, with each value cast to the exact type, for that tells which of
/// several functions is meant.
fn call(function: &Function, count: usize, context: &Context<'_>) -> String {
    let mut n = 0;
    let mut arguments = Vec::new();
    for argument in identity(function) {
        let exact = sql::type_name(&argument.ty);
        if !is_input(argument) {
            arguments.push(format!("NULL::{exact}"));
            continue;
        }
        if n == count {
            continue;
        }
        n += 1;
        let value = context.types.value(&argument.ty);
        let mut text = value.placeholder(n, false);
        if value.cast_sql.is_none() && value.param_sql != exact {
            text = format!("{text}::{exact}");
        }
        if argument.mode == ArgumentMode::Variadic {
            text = format!("VARIADIC {text}");
        }
        arguments.push(text);
    }
    format!(
        "{}({})",
        sql::qualified(&function.name),
        arguments.join(", ")
    )
}

/// Columns without a name are called by their places.
fn column_names(columns: &[&Argument]) -> Vec<String> {
    columns
        .iter()
        .enumerate()
        .map(|(i, column)| match &column.name {
            Some(name) => name.clone(),
            None => format!("column{}", i + 1),
        })
        .collect()
}

fn select_columns(columns: &[&Argument], call: &str, context: &Context<'_>) -> Vec<String> {
    let names = column_names(columns);
    let list = columns.iter().zip(&names).map(|(column, name)| {
        let value = context.types.value(&column.ty);
        let cast = value.read_cast.map(|cast| format!("::{cast}"));
        format!("{}{}", sql::quote(name), cast.unwrap_or_default())
    });
    let mut lines = sql::list("SELECT ", &list.collect::<Vec<_>>());
    lines.push(format!("FROM {call}"));
    lines
}

/// The struct of what a function gives in several columns.
fn result_row<'a>(
    it: &Planned<'a>,
    name: &str,
    columns: &[&'a Argument],
    structs: &mut Namespace<'a>,
    context: &Context<'a>,
) -> RoutineRow {
    let function = it.function;
    let wish = Wish {
        holder: Holder::Object(word(function), &function.name),
        first: format!("{}Row", names::camel(names::bare(name))),
        others: Vec::new(),
        configured: false,
    };
    let holder = wish.holder;
    let grant = structs.grant(vec![wish], names::escape).pop();
    let ty = match grant {
        Some(grant) => {
            (context.settings).report_loss(Thing::Struct, holder, &grant, false);
            grant.name
        }
        None => String::new(),
    };
    let members = columns.iter().enumerate().map(|(i, column)| {
        let db = column.name.as_deref().unwrap_or_default();
        let holder = Holder::Member("column", &function.name, db);
        (holder, format!("column_{}", i + 1))
    });
    let idents = rows::member_idents(members, Thing::Field, context);
    let path = |named| context.tree.named(&function.name.schema, named);
    let fields = columns
        .iter()
        .zip(column_names(columns))
        .zip(idents)
        .map(|((column, db), rs)| CompositeField {
            ident: Ident { db, rs },
            ty: format!(
                "::std::option::Option<{}>",
                context.types.value(&column.ty).rust(path)
            ),
            attributes: Vec::new(),
            doc: docs::of_type(&column.ty, context),
        });
    RoutineRow {
        name: ty,
        doc: vec![format!(
            "What the {} {} gives.",
            word(function),
            docs::code(&it.key)
        )],
        derives: context
            .settings
            .derives(&function.name, &model::STRUCT_DERIVES),
        attributes: context.settings.attributes(&function.name),
        fields: fields.collect(),
    }
}

/// The comment, the signature and what a caller should know.
fn doc(function: &Function) -> Vec<String> {
    let arguments = function
        .arguments
        .iter()
        .filter(|it| it.mode != ArgumentMode::Table);
    let arguments = arguments.map(|it| {
        let mode = match it.mode {
            ArgumentMode::In | ArgumentMode::Table => None,
            ArgumentMode::Out => Some("OUT"),
            ArgumentMode::InOut => Some("INOUT"),
            ArgumentMode::Variadic => Some("VARIADIC"),
        };
        let ty = it.ty.to_string();
        let default = it
            .default
            .as_ref()
            .map(|default| format!("DEFAULT {default}"));
        let words = [mode, it.name.as_deref(), Some(&ty), default.as_deref()];
        words.into_iter().flatten().collect::<Vec<_>>().join(" ")
    });
    let arguments = arguments.collect::<Vec<_>>().join(", ");
    let text = docs::code(&format!("{}({arguments})", function.name));
    let mut fact = format!("The {} {text}", word(function));
    let table = (function.arguments.iter()).any(|it| it.mode == ArgumentMode::Table);
    match &function.returns {
        Some(_) if table => fact.push_str(", which returns a table"),
        Some(ty) if ty.is_builtin("void") || ty.is_builtin("record") => {}
        Some(ty) => {
            let set = if function.returns_set { "SETOF " } else { "" };
            fact = format!(
                "{fact}, which returns {}",
                docs::code(&format!("{set}{ty}"))
            );
        }
        None => {}
    }
    let mut lines = docs::with_comment(function.comment.as_deref(), format!("{fact}."));
    if function.kind == FunctionKind::Procedure {
        lines.push(String::new());
        lines.push(
            "A procedure that commits or rolls back can't be called in a transaction.".to_owned(),
        );
    }
    lines
}

/// The types that travel as text among the arguments and results of functions that are called, with the
/// signature of each.
pub(super) fn text_types<'a>(context: &Context<'a>) -> Vec<(&'a TypeRef, String)> {
    let mut found = Vec::new();
    for function in context.callables.functions.values().flatten() {
        let arguments = function.arguments.iter().map(|it| &it.ty);
        // With columns of its own it returns those, and a table's row is a struct.
        let returns = function.returns.iter().filter(|ty| {
            let is_row = !ty.array && context.tree.has(&ty.qualified_name());
            outputs(function).next().is_none() && !is_row && !ty.is_builtin("void")
        });
        let as_text = arguments.chain(returns);
        let as_text = as_text.filter(|ty| context.types.value(ty).is_text());
        found.extend(as_text.map(|ty| (ty, docs::code(&signature(function)))));
    }
    found
}

/// The sequences of a schema's module.
pub(super) fn sequences(schema: &str, context: &Context<'_>) -> Option<model::Sequences> {
    let mut sequences = context.callables.sequences.get(schema)?.clone();
    sequences.sort_by_key(|it| (it.name.schema != schema, &it.name));
    let wishes = sequences.iter().map(|sequence| {
        let holder = Holder::Object("sequence", &sequence.name);
        let configured = context.settings.name(&holder);
        let first = match configured {
            Some(name) => names::bare(name).to_owned(),
            None => super::objects::snake_or_unnamed(&sequence.name),
        };
        Wish {
            holder,
            first: names::shouty(&first),
            others: Vec::new(),
            configured: configured.is_some(),
        }
    });
    let wishes: Vec<Wish<'_>> = wishes.collect();
    let asked: Vec<_> = wishes.iter().map(|it| (it.holder, it.configured)).collect();
    let grants = Namespace::default().grant(wishes, names::escape);
    let named = sequences.iter().zip(grants).zip(asked);
    let sequences = named.map(|((sequence, grant), (holder, configured))| {
        context
            .settings
            .report_loss(Thing::Constant, holder, &grant, configured);
        let name = docs::object(&sequence.name);
        let fact = format!("The sequence {name}, from {} on.", sequence.start);
        model::Sequence {
            constant: grant.name,
            name_sql: sql::qualified(&sequence.name),
            doc: docs::with_comment(sequence.comment.as_deref(), fact),
        }
    });
    Some(model::Sequences {
        module: context.tree.sequences_module(schema).to_owned(),
        sequences: sequences.collect(),
    })
}

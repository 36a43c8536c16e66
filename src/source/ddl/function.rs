//! Functions, procedures and aggregates: their signatures.

use crate::analyze;
use crate::catalog::{
    Argument, ArgumentMode, Function, FunctionBody, FunctionKind, Parallel, QualifiedName, Setting,
    TypeRef, Volatility,
};

use super::cursor::{Cursor, Name, Result};
use super::state::State;
use super::types::parse_type;

/// `CREATE FUNCTION` and `CREATE PROCEDURE`, after these words.
pub(super) fn create_function(
    state: &mut State,
    cursor: &mut Cursor<'_>,
    or_replace: bool,
    procedure: bool,
) -> Result<()> {
    let name = cursor.function_name()?;
    let full = state.new_name(cursor, &name)?;
    let mut function = Function {
        name: full,
        kind: match procedure {
            true => FunctionKind::Procedure,
            false => FunctionKind::Function,
        },
        arguments: arguments(state, cursor)?,
        returns: None,
        returns_set: false,
        volatility: Volatility::Volatile,
        strict: false,
        language: "sql".into(),
        security_definer: false,
        leakproof: false,
        parallel: Parallel::Unsafe,
        settings: Vec::new(),
        body: None,
        comment: None,
    };
    if cursor.accept("returns") {
        if cursor.accept("table") {
            function.returns_set = true;
            let columns = table_columns(state, cursor)?;
            function.arguments.extend(columns);
        } else {
            let ty = parse_type(cursor)?;
            function.returns_set = ty.set;
            let mut ty = state.type_or_report(cursor, &ty);
            ty.modifier = None;
            function.returns = Some(ty);
        }
    }
    options(state, cursor, &mut function)?;
    if procedure {
        function.returns = None;
    } else {
        let written = function.returns.take();
        function.returns = Some(result_type(&function.arguments, written));
    }
    state.add_function(cursor, &name, function, or_replace)
}

/// The result that `OUT` arguments and `RETURNS TABLE` make: the one of them, or a record of all.
fn result_type(arguments: &[Argument], written: Option<TypeRef>) -> TypeRef {
    let mut out = arguments.iter().filter(|argument| {
        matches!(
            argument.mode,
            ArgumentMode::Out | ArgumentMode::InOut | ArgumentMode::Table
        )
    });
    match (out.next(), out.next()) {
        (Some(only), None) => only.ty.clone(),
        (Some(_), Some(_)) => TypeRef::builtin("record"),
        (None, _) => written.unwrap_or_else(|| TypeRef::builtin("void")),
    }
}

fn arguments(state: &mut State, cursor: &mut Cursor<'_>) -> Result<Vec<Argument>> {
    cursor.expect_symbol(b'(')?;
    let mut arguments = Vec::new();
    if cursor.accept_symbol(b')') {
        return Ok(arguments);
    }
    loop {
        arguments.push(argument(state, cursor)?);
        if !cursor.accept_symbol(b',') {
            break;
        }
    }
    cursor.expect_symbol(b')')?;
    Ok(arguments)
}

fn table_columns(state: &mut State, cursor: &mut Cursor<'_>) -> Result<Vec<Argument>> {
    cursor.expect_symbol(b'(')?;
    let mut columns = Vec::new();
    loop {
        let name = cursor.ident()?.name;
        let ty = argument_type(state, cursor)?;
        columns.push(Argument {
            name: Some(name),
            ty,
            mode: ArgumentMode::Table,
            default: None,
        });
        if !cursor.accept_symbol(b',') {
            break;
        }
    }
    cursor.expect_symbol(b')')?;
    Ok(columns)
}

/// A function keeps its arguments' types without their modifiers.
fn argument_type(state: &mut State, cursor: &mut Cursor<'_>) -> Result<TypeRef> {
    let ty = parse_type(cursor)?;
    let mut ty = state.type_or_report(cursor, &ty);
    ty.modifier = None;
    Ok(ty)
}

/// Reads `[mode] [name] type [DEFAULT …]`; the mode may also follow the name.
fn argument(state: &mut State, cursor: &mut Cursor<'_>) -> Result<Argument> {
    let mut mode = argument_mode(cursor);
    let name = match is_argument_name(cursor) {
        true => Some(cursor.label()?.name),
        false => None,
    };
    mode = mode.or_else(|| argument_mode(cursor));
    let ty = argument_type(state, cursor)?;
    let default = match cursor.accept("default") || cursor.accept_operator("=") {
        true => Some(state.qualified(cursor.expression(&[])?)),
        false => None,
    };
    Ok(Argument {
        // An empty name in quotes is none.
        name: name.filter(|name| !name.is_empty()),
        ty,
        mode: mode.unwrap_or_default(),
        default,
    })
}

fn argument_mode(cursor: &mut Cursor<'_>) -> Option<ArgumentMode> {
    if cursor.accept("in") {
        return Some(match cursor.accept("out") {
            true => ArgumentMode::InOut,
            false => ArgumentMode::In,
        });
    }
    [
        ("out", ArgumentMode::Out),
        ("inout", ArgumentMode::InOut),
        ("variadic", ArgumentMode::Variadic),
    ]
    .into_iter()
    .find(|(word, _)| cursor.accept(word))
    .map(|(_, mode)| mode)
}

/// Whether the name at the cursor is the argument's, because its type follows, and not the type itself.
fn is_argument_name(cursor: &Cursor<'_>) -> bool {
    let followed = cursor.peek_at(1).is_some_and(super::lexer::Token::is_name)
        && !cursor.is_at(1, "default")
        && !cursor.is_at(1, "array");
    if !followed || !cursor.peek().is_some_and(super::lexer::Token::is_name) {
        return false;
    }
    let second = |words: &[&str]| words.iter().any(|word| cursor.is_at(1, word));
    let type_of_two_words = (cursor.is("double") && second(&["precision"]))
        || (cursor.is_any(&["bit", "char", "character", "nchar"]) && second(&["varying"]))
        || (cursor.is("national") && second(&["char", "character"]))
        || (cursor.is_any(&["time", "timestamp"]) && second(&["with", "without"]))
        || (cursor.is("interval") && second(&["year", "month", "day", "hour", "minute", "second"]))
        || cursor.is("setof");
    // Between the types of an ordered-set aggregate.
    !type_of_two_words && !cursor.are_at(1, &["order", "by"])
}

/// Reads what follows the result, in any order, up to the body.
fn options(state: &State, cursor: &mut Cursor<'_>, function: &mut Function) -> Result<()> {
    let mut strings = None;
    while !cursor.at_end() {
        if cursor.accept("language") {
            function.language = match cursor.is_string() {
                true => cursor.string()?,
                false => cursor.label()?.name,
            };
        } else if cursor.accept("window") {
            function.kind = FunctionKind::Window;
        } else if cursor.accept("as") {
            let first = cursor.string()?;
            let second = match cursor.accept_symbol(b',') {
                true => Some(cursor.string()?),
                false => None,
            };
            strings = Some((first, second));
        } else if cursor.accept("transform") {
            while cursor.accept_all(&["for", "type"]) {
                parse_type(cursor)?;
                cursor.accept_symbol(b',');
            }
        } else if cursor.is("return") || cursor.are(&["begin", "atomic"]) {
            function.language = "sql".into();
            let is_expression = cursor.is("return");
            let start = cursor.position();
            cursor.skip_rest();
            let text = cursor.text_from(start);
            function.body = Some(FunctionBody::Sql(match is_expression {
                true => state.qualified(text),
                // In a query `AS` gives names, and is not a cast's.
                false => text.to_owned(),
            }));
        } else if !attribute(cursor, function)? {
            return Err(cursor.expected("an option of the function, like `LANGUAGE`"));
        }
    }
    if let Some((text, symbol)) = strings {
        function.body = Some(match function.language == "c" {
            true => FunctionBody::Library {
                file: text,
                symbol: symbol.unwrap_or_else(|| function.name.name.clone()),
            },
            false => FunctionBody::Text(text),
        });
    }
    Ok(())
}

/// Reads what `ALTER FUNCTION` can change, too, if it is there.
pub(super) fn attribute(cursor: &mut Cursor<'_>, function: &mut Function) -> Result<bool> {
    if cursor.accept("immutable") {
        function.volatility = Volatility::Immutable;
    } else if cursor.accept("stable") {
        function.volatility = Volatility::Stable;
    } else if cursor.accept("volatile") {
        function.volatility = Volatility::Volatile;
    } else if cursor.accept("strict")
        || cursor.accept_all(&["returns", "null", "on", "null", "input"])
    {
        function.strict = true;
    } else if cursor.accept_all(&["called", "on", "null", "input"]) {
        function.strict = false;
    } else if cursor.accept("cost") || cursor.accept("rows") {
        cursor.advance();
    } else if cursor.accept("parallel") {
        function.parallel = match cursor.label()?.name.as_str() {
            "safe" => Parallel::Safe,
            "restricted" => Parallel::Restricted,
            _ => Parallel::Unsafe,
        };
    } else if cursor.accept("support") {
        cursor.name()?;
    } else if cursor.accept("leakproof") {
        function.leakproof = true;
    } else if cursor.accept_all(&["not", "leakproof"]) {
        function.leakproof = false;
    } else if cursor.accept_all(&["security", "definer"]) {
        function.security_definer = true;
    } else if cursor.accept_all(&["security", "invoker"]) {
        function.security_definer = false;
    } else if cursor.accept("set") {
        setting(cursor, &mut function.settings)?;
    } else if cursor.accept_all(&["reset", "all"]) {
        function.settings.clear();
    } else if cursor.accept("reset") {
        let name = setting_name(cursor)?;
        function.settings.retain(|setting| setting.name != name);
    } else {
        // `EXTERNAL SECURITY DEFINER`.
        return Ok(cursor.accept("external"));
    }
    Ok(true)
}

fn setting_name(cursor: &mut Cursor<'_>) -> Result<String> {
    let name = cursor.name()?;
    let schema = name.schema.map_or(String::new(), |schema| schema + ".");
    Ok((schema + &name.name).to_ascii_lowercase())
}

/// `name TO value, …`, `name = value`, `name FROM CURRENT`.
fn setting(cursor: &mut Cursor<'_>, settings: &mut Vec<Setting>) -> Result<()> {
    let name = match cursor.accept_all(&["time", "zone"]) {
        true => "timezone".to_owned(),
        false => {
            let name = setting_name(cursor)?;
            // The value is that of the session that runs the script.
            if cursor.accept_all(&["from", "current"]) {
                return Ok(());
            }
            if !cursor.accept("to") && !cursor.accept_operator("=") {
                return Err(cursor.expected("`TO`"));
            }
            name
        }
    };
    if cursor.accept("default") {
        settings.retain(|setting| setting.name != name);
        return Ok(());
    }
    let mut values = vec![setting_value(cursor)?];
    while cursor.accept_symbol(b',') {
        values.push(setting_value(cursor)?);
    }
    if !Setting::is_list_of_names(&name) {
        values = vec![values.join(", ")];
    }
    match settings.iter_mut().find(|setting| setting.name == name) {
        Some(setting) => setting.values = values,
        None => settings.push(Setting { name, values }),
    }
    Ok(())
}

fn setting_value(cursor: &mut Cursor<'_>) -> Result<String> {
    if cursor.is_string() {
        return cursor.string();
    }
    if cursor.is_name() {
        return Ok(cursor.label()?.name);
    }
    let start = cursor.position();
    cursor.accept_operator("-");
    cursor.advance();
    Ok(cursor.text_from(start).to_owned())
}

/// `CREATE AGGREGATE`, after these words.
pub(super) fn create_aggregate(
    state: &mut State,
    cursor: &mut Cursor<'_>,
    or_replace: bool,
) -> Result<()> {
    let name = cursor.function_name()?;
    let full = state.new_name(cursor, &name)?;
    // The old form has the argument's type among the options.
    let old = cursor
        .peek_at(2)
        .is_some_and(|token| token.is_operator(cursor.source(), "="));
    let (mut arguments, direct) = match old {
        true => (Vec::new(), 0),
        false => aggregate_arguments(state, cursor)?,
    };
    cursor.expect_symbol(b'(')?;
    let mut state_type = None;
    let mut final_function = None;
    let mut parallel = Parallel::Unsafe;
    let mut extra = false;
    loop {
        let option = cursor.label()?;
        if cursor.accept_operator("=") {
            match option.name.as_str() {
                "stype" | "stype1" => state_type = Some(argument_type(state, cursor)?),
                "finalfunc" => final_function = Some(cursor.name()?),
                "basetype" if cursor.is_string() => {
                    cursor.string()?;
                }
                "basetype" => arguments.push(Argument {
                    name: None,
                    ty: argument_type(state, cursor)?,
                    mode: ArgumentMode::In,
                    default: None,
                }),
                "parallel" => {
                    parallel = match cursor.label()?.name.as_str() {
                        "safe" => Parallel::Safe,
                        "restricted" => Parallel::Restricted,
                        _ => Parallel::Unsafe,
                    }
                }
                _ => cursor.skip_item()?,
            }
        }
        extra |= option.name == "finalfunc_extra";
        if !cursor.accept_symbol(b',') {
            break;
        }
    }
    cursor.expect_symbol(b')')?;
    cursor.expect_end()?;
    // `BASETYPE = ANY` is `count(*)`'s.
    arguments.retain(|argument| !(old && argument.ty.is_builtin("any")));
    let result = final_function.and_then(|name| {
        // It is given the state, and in some aggregates their own arguments (`AggregateCreate`).
        let given = if extra { arguments.len() } else { direct };
        let types = arguments.iter().take(given).map(|argument| &argument.ty);
        let types: Vec<_> = state_type.iter().chain(types).collect();
        let schema = name.schema.as_deref();
        analyze::result_type(
            &state.catalog,
            schema,
            &name.name,
            &types,
            &state.search_path,
        )
        .or_else(|| {
            let find = |name: &QualifiedName| state.functions.get(name)?.first().copied();
            let (_, at) = state.resolve(schema, &name.name, find)?;
            state.catalog.functions.get(at)?.returns.clone()
        })
    });
    let function = Function {
        name: full,
        kind: FunctionKind::Aggregate,
        arguments,
        returns: result.or(state_type),
        returns_set: false,
        volatility: Volatility::Immutable,
        strict: false,
        language: "internal".into(),
        security_definer: false,
        leakproof: false,
        parallel,
        settings: Vec::new(),
        body: None,
        comment: None,
    };
    state.add_function(cursor, &name, function, or_replace)
}

/// `(*)`, `(a, b)`, `(a ORDER BY b)`: the arguments, and how many of them stand before `ORDER BY`.
fn aggregate_arguments(
    state: &mut State,
    cursor: &mut Cursor<'_>,
) -> Result<(Vec<Argument>, usize)> {
    cursor.expect_symbol(b'(')?;
    let mut arguments = Vec::new();
    if cursor.accept_operator("*") {
        cursor.expect_symbol(b')')?;
        return Ok((arguments, 0));
    }
    if !cursor.is("order") {
        arguments.push(argument(state, cursor)?);
        while cursor.accept_symbol(b',') {
            arguments.push(argument(state, cursor)?);
        }
    }
    let mut count = 0;
    if cursor.accept_all(&["order", "by"]) {
        let direct = arguments.clone();
        count = direct.len();
        loop {
            arguments.push(argument(state, cursor)?);
            if !cursor.accept_symbol(b',') {
                break;
            }
        }
        // A VARIADIC argument on both sides is one.
        if let Some(last) = direct.last()
            && last.mode == ArgumentMode::Variadic
            && arguments.len() == direct.len() + 1
        {
            arguments.pop();
        }
    }
    cursor.expect_symbol(b')')?;
    Ok((arguments, count))
}

/// The word by which a statement names a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Routine {
    Function,
    Procedure,
    Aggregate,
    /// `ROUTINE`: any of them.
    Any,
}

impl Routine {
    /// Reads the word, if it stands here.
    pub fn accept(cursor: &mut Cursor<'_>) -> Option<Self> {
        let words = [
            ("function", Self::Function),
            ("procedure", Self::Procedure),
            ("aggregate", Self::Aggregate),
            ("routine", Self::Any),
        ];
        let found = words.into_iter().find(|(word, _)| cursor.accept(word));
        found.map(|(_, routine)| routine)
    }

    fn is(self, kind: FunctionKind) -> bool {
        match self {
            Self::Function => kind != FunctionKind::Procedure,
            Self::Procedure => kind == FunctionKind::Procedure,
            Self::Aggregate => kind == FunctionKind::Aggregate,
            Self::Any => true,
        }
    }
}

/// Reads `name` or `name(arguments)`, and finds the function.
pub(super) fn find_by_signature(
    state: &mut State,
    cursor: &mut Cursor<'_>,
    word: Routine,
) -> Result<(Name, Option<usize>)> {
    let name = cursor.function_name()?;
    let wanted = match cursor.is_symbol(b'(') {
        true => Some(aggregate_arguments_or_none(state, cursor)?),
        false => None,
    };
    let found = state.resolve(name.schema.as_deref(), &name.name, |name| {
        let places = state.functions.get(name)?;
        places.iter().copied().find(|&at| {
            state.catalog.functions.get(at).is_some_and(|function| {
                let same = |wanted: &Vec<Argument>| {
                    input_types(wanted).eq(input_types(&function.arguments))
                        || wanted.iter().map(|argument| &argument.ty).eq(function
                            .arguments
                            .iter()
                            .filter(|argument| argument.mode != ArgumentMode::Table)
                            .map(|argument| &argument.ty))
                };
                word.is(function.kind) && wanted.as_ref().is_none_or(same)
            })
        })
    });
    Ok((name, found.map(|(_, at)| at)))
}

fn aggregate_arguments_or_none(
    state: &mut State,
    cursor: &mut Cursor<'_>,
) -> Result<Vec<Argument>> {
    if cursor.peek_at(1).is_some_and(|token| token.is_symbol(b')')) {
        cursor.skip_parentheses()?;
        return Ok(Vec::new());
    }
    aggregate_arguments(state, cursor).map(|(arguments, _)| arguments)
}

/// The types that tell a function from others of its name.
fn input_types(arguments: &[Argument]) -> impl Iterator<Item = &TypeRef> {
    arguments
        .iter()
        .filter(|argument| !matches!(argument.mode, ArgumentMode::Out | ArgumentMode::Table))
        .map(|argument| &argument.ty)
}

impl State {
    fn add_function(
        &mut self,
        cursor: &Cursor<'_>,
        name: &Name,
        mut function: Function,
        or_replace: bool,
    ) -> Result<()> {
        let places = self.functions.entry(function.name.clone()).or_default();
        let same = places.iter().copied().find(|&at| {
            self.catalog.functions.get(at).is_some_and(|other| {
                input_types(&other.arguments).eq(input_types(&function.arguments))
            })
        });
        match same.and_then(|at| self.catalog.functions.get_mut(at)) {
            Some(old) if or_replace => {
                function.comment = old.comment.take();
                *old = function;
                Ok(())
            }
            Some(_) => Err(cursor
                .error_at(
                    name.span.clone(),
                    format!(
                        "function `{}` already exists with these arguments",
                        function.name
                    ),
                )
                .help("say `CREATE OR REPLACE` where that is meant")),
            None => {
                places.push(self.catalog.functions.len());
                self.catalog.functions.push(function);
                Ok(())
            }
        }
    }

    /// Takes a function out.
    pub fn take_function(&mut self, at: usize) {
        if at >= self.catalog.functions.len() {
            return;
        }
        let last = self.catalog.functions.len() - 1;
        let function = self.catalog.functions.swap_remove(at);
        if let Some(places) = self.functions.get_mut(&function.name) {
            places.retain(|&place| place != at);
            if places.is_empty() {
                self.functions.remove(&function.name);
            }
        }
        if let Some(moved) = self.catalog.functions.get(at)
            && let Some(places) = self.functions.get_mut(&moved.name)
        {
            for place in places.iter_mut().filter(|place| **place == last) {
                *place = at;
            }
        }
    }

    /// Finds the functions that speak of a type.
    pub fn functions_with_type(&self, ty: &QualifiedName) -> Vec<usize> {
        let of_type = |other: &TypeRef| other.schema == ty.schema && other.name == ty.name;
        self.catalog
            .functions
            .iter()
            .enumerate()
            .filter(|(_, function)| {
                function.returns.as_ref().is_some_and(of_type)
                    || function
                        .arguments
                        .iter()
                        .any(|argument| of_type(&argument.ty))
            })
            .map(|(at, _)| at)
            .collect()
    }
}

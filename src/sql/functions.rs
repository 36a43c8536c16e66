//! Functions and procedures.

use super::comment;
use super::order::Item;
use super::words::{literal, qualified, quote, type_name};
use crate::catalog::{
    Argument, ArgumentMode, Catalog, Function, FunctionBody, FunctionKind, Parallel, Volatility,
};

pub(super) fn items(catalog: &Catalog, items: &mut Vec<Item>) {
    items.extend(catalog.functions.iter().map(function));
}

/// A function as it is called where it is omitted: ``the function `public.f` ``.
pub fn described(function: &Function) -> String {
    let kind = match function.kind {
        FunctionKind::Procedure => "procedure",
        FunctionKind::Aggregate => "aggregate",
        FunctionKind::Function | FunctionKind::Window => "function",
    };
    let types: Vec<String> = inputs(function).map(|it| it.ty.to_string()).collect();
    format!("the {kind} `{}({})`", function.name, types.join(", "))
}

/// Whether the function's body is a string that the server would look into.
pub(super) fn has_text(function: &Function) -> bool {
    matches!(function.body, Some(FunctionBody::Text(_)))
}

/// The arguments that a call gives.
fn inputs(function: &Function) -> impl Iterator<Item = &Argument> {
    let arguments = function.arguments.iter();
    arguments.filter(|it| !matches!(it.mode, ArgumentMode::Out | ArgumentMode::Table))
}

fn function(function: &Function) -> Item {
    let what = described(function);
    let mut item = Item {
        provides: vec![function.name.clone()],
        what: what.clone(),
        ..Item::default()
    };
    for argument in &function.arguments {
        item.needs_type(&argument.ty);
        if let Some(default) = &argument.default {
            item.needs_text(default);
        }
    }
    if let Some(ty) = &function.returns {
        item.needs_type(ty);
    }
    let kind = match function.kind {
        FunctionKind::Procedure => "PROCEDURE",
        _ => "FUNCTION",
    };
    let Some(body) = &function.body else {
        let why = match function.kind {
            FunctionKind::Aggregate => "rowsmith does not know what an aggregate is made of",
            _ => "rowsmith does not understand its body",
        };
        item.omitted = Some((what, why.into()));
        return item;
    };
    let name = qualified(&function.name);
    let arguments = function.arguments.iter();
    let arguments: Vec<String> = arguments
        .filter(|it| it.mode != ArgumentMode::Table)
        .map(argument)
        .collect();
    let mut sql = format!("CREATE {kind} {name}({})", arguments.join(", "));
    if let Some(returns) = returns(function) {
        sql += &format!("\n    RETURNS {returns}");
    }
    sql += &format!("\n    LANGUAGE {}", quote(&function.language));
    for word in attributes(function) {
        sql += &format!(" {word}");
    }
    for setting in &function.settings {
        // A name of an extension's setting has two parts.
        let name: Vec<String> = setting.name.split('.').map(quote).collect();
        let values: Vec<String> = setting.values.iter().map(|it| literal(it)).collect();
        sql += &format!("\n    SET {} TO {}", name.join("."), values.join(", "));
    }
    match body {
        FunctionBody::Text(text) => sql += &format!("\nAS {};\n", text_literal(text)),
        FunctionBody::Sql(body) => {
            item.needs_text(body);
            sql += &format!("\n{body};\n");
        }
        FunctionBody::Library { file, symbol } => {
            sql += &format!("\nAS {}, {};\n", literal(file), literal(symbol));
        }
    }
    let types: Vec<String> = inputs(function).map(|it| type_name(&it.ty)).collect();
    let on = format!("{kind} {name}({})", types.join(", "));
    item.sql = sql + &comment(&on, function.comment.as_deref());
    item
}

fn argument(argument: &Argument) -> String {
    let mut sql = String::from(match argument.mode {
        ArgumentMode::In | ArgumentMode::Table => "",
        ArgumentMode::Out => "OUT ",
        ArgumentMode::InOut => "INOUT ",
        ArgumentMode::Variadic => "VARIADIC ",
    });
    if let Some(name) = &argument.name {
        sql += &format!("{} ", quote(name));
    }
    sql += &type_name(&argument.ty);
    if let Some(default) = &argument.default {
        sql += &format!(" DEFAULT {default}");
    }
    sql
}

/// What follows `RETURNS`; nothing where `OUT` arguments say it.
fn returns(function: &Function) -> Option<String> {
    let arguments = &function.arguments;
    if arguments.iter().any(|it| it.mode == ArgumentMode::Table) {
        let columns = arguments.iter().filter(|it| it.mode == ArgumentMode::Table);
        let columns: Vec<String> = columns.map(argument).collect();
        return Some(format!("TABLE ({})", columns.join(", ")));
    }
    let out = |it: &Argument| matches!(it.mode, ArgumentMode::Out | ArgumentMode::InOut);
    if !function.returns_set && arguments.iter().any(out) {
        return None;
    }
    let set = if function.returns_set { "SETOF " } else { "" };
    Some(format!("{set}{}", type_name(function.returns.as_ref()?)))
}

fn attributes(function: &Function) -> Vec<&'static str> {
    let mut words = Vec::new();
    if function.kind == FunctionKind::Window {
        words.push("WINDOW");
    }
    match function.volatility {
        Volatility::Immutable => words.push("IMMUTABLE"),
        Volatility::Stable => words.push("STABLE"),
        Volatility::Volatile => {}
    }
    if function.strict {
        words.push("STRICT");
    }
    if function.leakproof {
        words.push("LEAKPROOF");
    }
    match function.parallel {
        Parallel::Safe => words.push("PARALLEL SAFE"),
        Parallel::Restricted => words.push("PARALLEL RESTRICTED"),
        Parallel::Unsafe => {}
    }
    if function.security_definer {
        words.push("SECURITY DEFINER");
    }
    words
}

/// The body between dollars, with a word between them where it holds some itself.
fn text_literal(text: &str) -> String {
    let hidden = |c: char| c.is_control() && c != '\n' && c != '\t';
    if text.contains(hidden) {
        return literal(text);
    }
    let mut tag = String::from("$$");
    let mut number = 1;
    // A dollar at the end would join the one after it.
    while text.contains(&tag) || text.ends_with('$') && tag == "$$" {
        tag = format!("$body{number}$");
        number += 1;
    }
    format!("{tag}{text}{tag}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_end_where_they_end() {
        assert_eq!(text_literal("SELECT 1"), "$$SELECT 1$$");
        assert_eq!(text_literal("a $$ b"), "$body1$a $$ b$body1$");
        assert_eq!(text_literal("a$"), "$body1$a$$body1$");
        assert_eq!(text_literal("a $body1$ $$"), "$body2$a $body1$ $$$body2$");
        assert_eq!(text_literal("a\r\nb"), "E'a\\u000D\nb'");
    }
}

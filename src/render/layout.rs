//! Where rustfmt breaks lines.
//!
//! Nothing formats the generated files afterwards: they are written the way rustfmt's defaults keep them, in
//! both the 2021 and the 2024 style. This module knows as much of rustfmt as the templates' expressions,
//! types and signatures need. Text that no layout makes fit stays on one line, and rustfmt leaves it alone.
//!
//! Every function returns text without the indentation of its first line, which the template has.

mod expr;

pub use self::expr::Expr;

/// rustfmt's `max_width`.
const MAX_WIDTH: usize = 100;
/// rustfmt's `struct_lit_width`.
const STRUCT_WIDTH: usize = 18;
/// rustfmt's `tab_spaces`.
const TAB: usize = 4;

/// How wide a text is, as rustfmt counts: by terminal columns.
trait Width {
    fn width(&self) -> usize;
}

impl Width for str {
    fn width(&self) -> usize {
        match self.is_ascii() {
            true => self.len(),
            false => unicode_width::UnicodeWidthStr::width(self),
        }
    }
}

/// A place in a file where text is to stand.
#[derive(Clone, Copy)]
struct Place {
    /// The indentation of the line.
    indent: usize,
    /// How much of the line is taken, indentation included.
    used: usize,
    /// How much must follow on the last line.
    after: usize,
}

impl Place {
    /// A line of its own, followed by a comma.
    fn line(indent: usize) -> Self {
        Self {
            indent,
            used: indent,
            after: 1,
        }
    }

    /// The place after a bracket that is closed in the end.
    fn behind(self, open: &str) -> Self {
        Self {
            used: self.used + open.width(),
            after: self.after + 1,
            ..self
        }
    }

    fn nested(self) -> Self {
        Self::line(self.indent + TAB)
    }

    fn fits(self, text: &str) -> bool {
        let mut lines = text.split('\n');
        let first = lines.next().unwrap_or_default();
        match lines.next_back() {
            None => self.used + first.width() + self.after <= MAX_WIDTH,
            Some(last) => {
                self.used + first.width() <= MAX_WIDTH
                    && lines.all(|line| line.width() <= MAX_WIDTH)
                    && last.width() + self.after <= MAX_WIDTH
            }
        }
    }
}

/// Begins a line. Indentation comes in tabs.
pub fn new_line(text: &mut String, indent: usize) {
    text.push('\n');
    for _ in 0..indent / TAB {
        text.push_str("    ");
    }
}

/// A type as rustfmt lays it out: generic arguments go on lines of their own.
fn ty(text: &str, place: Place) -> Option<String> {
    // rustfmt does not count these.
    if let Some(bound) = text.strip_prefix("impl ") {
        return Some(format!("impl {}", ty(bound, place)?));
    }
    // And of a slice it counts both brackets twice.
    let slice = if text.starts_with("&[") { 2 } else { 0 };
    let place = Place {
        after: place.after + slice,
        ..place
    };
    if place.fits(text) {
        return Some(text.to_owned());
    }
    let open = text.find('<')?;
    let close = text.rfind('>')?;
    let (head, tail) = (&text[..=open], &text[close..]);
    // rustfmt does not count the bracket.
    if place.used + head.width() - 1 + place.after > MAX_WIDTH {
        return None;
    }
    let mut out = head.to_owned();
    for argument in arguments(&text[open + 1..close]) {
        new_line(&mut out, place.indent + TAB);
        out.push_str(&ty(argument, place.nested())?);
        out.push(',');
    }
    new_line(&mut out, place.indent);
    out.push_str(tail);
    Some(out)
}

/// Generic arguments, split at the commas that are not inside others.
fn arguments(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    text.split(|c| {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    })
    .map(str::trim)
    .collect()
}

/// `name: ty,` in a struct; `head` is `pub name`.
pub fn field(head: &str, text: &str, indent: usize) -> String {
    let used = indent + head.width() + 2;
    let same = ty(
        text,
        Place {
            used,
            ..Place::line(indent)
        },
    );
    let next = || ty(text, Place::line(indent + TAB));
    format!(
        "{}{},",
        assigned(&format!("{head}:"), same, next, indent, text),
        ""
    )
}

/// `const NAME: ty = value;`; `head` is `pub const NAME`.
pub fn constant(head: &str, text: &str, value: &Expr, indent: usize) -> String {
    // rustfmt counts a name's bytes here, and so below for the names of a struct's fields.
    let used = indent + head.len() + 2;
    let after = 2;
    let mut typed = format!("{head}:");
    if let Some(text) = ty(
        text,
        Place {
            indent,
            used,
            after,
        },
    ) {
        typed.push(' ');
        typed.push_str(&text);
    } else {
        // rustfmt does not count the equals sign here.
        let indent = indent + TAB;
        let laid_out = ty(
            text,
            Place {
                after: 0,
                ..Place::line(indent)
            },
        );
        new_line(&mut typed, indent);
        typed.push_str(laid_out.as_deref().unwrap_or(text));
    }
    assignment(&typed, value, indent)
}

/// `place = value;`.
pub fn assignment(place: &str, value: &Expr, indent: usize) -> String {
    let used = match place.rsplit_once('\n') {
        Some((_, last)) => last.width() + 2,
        None => indent + place.width() + 2,
    };
    let same = value.layout(Place {
        used: used + 1,
        ..Place::line(indent)
    });
    // rustfmt forgets the semicolon when there was no room for anything before it.
    let after = usize::from(used + 2 <= MAX_WIDTH);
    let next = || {
        value.layout(Place {
            after,
            ..Place::line(indent + TAB)
        })
    };
    let head = format!("{place} =");
    assigned(&head, same, next, indent, &value.to_line()) + ";"
}

/// Chooses between what stands on the same line as `head` and what stands on the next.
fn assigned(
    head: &str,
    same: Option<String>,
    next: impl Fn() -> Option<String>,
    indent: usize,
    otherwise: &str,
) -> String {
    let newlines = |text: &str| text.matches('\n').count();
    let opens = |text: &str, bracket: char| {
        let first = text.lines().next().unwrap_or_default();
        first.ends_with(bracket)
    };
    let on_next = |text: String| {
        let mut out = head.to_owned();
        new_line(&mut out, indent + TAB);
        out + &text
    };
    match same {
        Some(same) if !same.contains('\n') => format!("{head} {same}"),
        Some(same) => match next() {
            Some(next)
                if !next.contains('\n')
                    || newlines(&same) > newlines(&next) + 1
                    || ['(', '[']
                        .iter()
                        .any(|bracket| opens(&same, *bracket) && !opens(&next, *bracket)) =>
            {
                on_next(next)
            }
            _ => format!("{head} {same}"),
        },
        None => match next() {
            Some(next) => on_next(next),
            None => format!("{head} {otherwise}"),
        },
    }
}

/// `name: value,` in a struct literal, or the shorthand.
pub fn field_value(name: &str, value: &Expr, indent: usize) -> String {
    if matches!(value, Expr::Atom(text) if text == name) {
        return format!("{name},");
    }
    let used = indent + name.len() + 2;
    if let Some(value) = value.layout(Place {
        used,
        ..Place::line(indent)
    }) {
        return format!("{name}: {value},");
    }
    // rustfmt does not count the comma here.
    let next = Place {
        after: 0,
        ..Place::line(indent + TAB)
    };
    let Some(value) = value.layout(next) else {
        return format!("{name}: {},", value.to_line());
    };
    let mut text = format!("{name}:");
    new_line(&mut text, indent + TAB);
    text + &value + ","
}

/// `Self { name: value }`, the struct that `new` gives.
pub fn struct_literal(fields: &[(&str, Expr)], indent: usize) -> String {
    let fits = |text: &str| text.width() <= STRUCT_WIDTH;
    let line = fields
        .iter()
        .map(|(name, value)| field_value(name, value, 0))
        .collect::<Vec<_>>()
        .join(" ");
    if let Some(line) = line.strip_suffix(',').filter(|line| fits(line)) {
        return format!("Self {{ {line} }}");
    }
    let mut text = String::from("Self {");
    for (name, value) in fields {
        new_line(&mut text, indent + TAB);
        text.push_str(&field_value(name, value, indent + TAB));
    }
    new_line(&mut text, indent);
    text.push('}');
    text
}

/// An expression at the end of a block.
pub fn tail(value: &Expr, indent: usize) -> String {
    value
        .layout(Place {
            after: 0,
            ..Place::line(indent)
        })
        .unwrap_or_else(|| value.to_line())
}

/// A match arm: `pattern => "value",`.
pub fn arm(pattern: &str, value: &str, indent: usize) -> String {
    let line = format!("{pattern} => {value},");
    if indent + line.width() <= MAX_WIDTH || indent + TAB + value.width() > MAX_WIDTH {
        return line;
    }
    let mut text = format!("{pattern} => {{");
    new_line(&mut text, indent + TAB);
    text.push_str(value);
    new_line(&mut text, indent);
    text.push('}');
    text
}

/// `if condition {`, where the condition is a chain.
pub fn condition(value: &Expr, indent: usize) -> String {
    let place = Place {
        indent,
        used: indent + 3,
        after: 2,
    };
    let one_line = |after| {
        let text = value.layout(Place { after, ..place });
        text.filter(|text| !text.contains('\n'))
    };
    if let Some(text) = one_line(2) {
        return format!("if {text} {{");
    }
    // The brace goes to a line of its own, also where the condition alone has room.
    match one_line(0).or_else(|| value.layout(place)) {
        Some(text) => braced(format!("if {text}"), indent),
        None => format!("if {} {{", value.to_line()),
    }
}

/// `if left operator right {`.
pub fn comparison(left: &str, operator: &str, right: &str, indent: usize) -> String {
    let line = format!("if {left} {operator} {right}");
    match MAX_WIDTH.checked_sub(indent + line.width()) {
        Some(2..) => line + " {",
        Some(_) => braced(line, indent),
        None => {
            let mut text = format!("if {left}");
            new_line(&mut text, indent + TAB);
            text.extend([operator, " ", right]);
            braced(text, indent)
        }
    }
}

/// With the opening brace on a line of its own.
fn braced(mut text: String, indent: usize) -> String {
    new_line(&mut text, indent);
    text + "{"
}

/// A function's head up to the opening brace; `head` is `pub fn name`.
pub fn signature(head: &str, params: &[String], returns: &str, indent: usize) -> String {
    // rustfmt decides with the arrow alone in mind whether the returned type is broken.
    let broken_returns = indent + 3 + returns.width() > MAX_WIDTH;
    let line = format!("{head}({}) -> {returns} {{", params.join(", "));
    if !broken_returns && indent + line.width() <= MAX_WIDTH {
        return line;
    }
    let mut text = format!("{head}(");
    for param in params {
        new_line(&mut text, indent + TAB);
        match param.split_once(": ") {
            Some((name, of_type)) => {
                let used = indent + TAB + name.width() + 2;
                let place = Place {
                    used,
                    ..Place::line(indent + TAB)
                };
                let laid_out = ty(of_type, place);
                text.push_str(name);
                text.push_str(": ");
                text.push_str(laid_out.as_deref().unwrap_or(of_type));
            }
            None => text.push_str(param),
        }
        text.push(',');
    }
    new_line(&mut text, indent);
    text.push_str(") -> ");
    if broken_returns {
        let place = Place {
            indent,
            used: 2 * indent + 5,
            after: 0,
        };
        text.push_str(ty(returns, place).as_deref().unwrap_or(returns));
        return text + " {";
    }
    text.push_str(returns);
    // And it counts the indentation twice when it comes to the brace.
    if 2 * indent + 5 + returns.width() + 2 <= MAX_WIDTH {
        return text + " {";
    }
    new_line(&mut text, indent);
    text + "{"
}

/// `impl Trait for Type {`.
pub fn impl_header(implemented: &str, name: &str) -> String {
    let line = format!("impl {implemented} for {name} {{");
    if line.width() <= MAX_WIDTH {
        return line;
    }
    format!("impl {implemented}\n    for {name}\n{{")
}

/// `#[derive(…)]`.
pub fn derive<'a>(traits: impl IntoIterator<Item = &'a str>) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in traits {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let line = names.join(", ");
    // rustfmt counts the brackets and a comma twice.
    if "#[derive()]".len() + line.width() + 4 <= MAX_WIDTH {
        return format!("#[derive({line})]");
    }
    if TAB + line.width() <= MAX_WIDTH {
        return format!("#[derive(\n    {line},\n)]");
    }
    format!("#[derive(\n    {},\n)]", names.join(",\n    "))
}

/// `#[name(argument)]`.
pub fn attribute(name: &str, argument: &str, indent: usize) -> String {
    let line = format!("#[{name}({argument})]");
    if indent + line.width() < MAX_WIDTH {
        return line;
    }
    let mut text = format!("#[{name}(");
    new_line(&mut text, indent + TAB);
    text.push_str(argument);
    new_line(&mut text, indent);
    text + ")]"
}

/// `pub struct Name(pub ty);`; `head` is all before the parenthesis.
pub fn tuple_struct(head: &str, visibility: &str, text: &str) -> String {
    let line = format!("{head}({visibility}{text});");
    if line.width() <= MAX_WIDTH {
        return line;
    }
    let place = Place {
        used: TAB + visibility.width(),
        ..Place::line(TAB)
    };
    let laid_out = ty(text, place);
    let text = laid_out.as_deref().unwrap_or(text);
    // rustfmt puts a second blank before a type that it breaks.
    let blank = match text.contains('\n') && !visibility.is_empty() {
        true => " ",
        false => "",
    };
    format!("{head}(\n    {visibility}{blank}{text},\n);")
}

/// `path! { argument }`, in which rustfmt touches nothing.
pub fn macro_block(path: &str, argument: &str) -> String {
    format!("{path}! {{\n    {argument}\n}}")
}

/// `path!(argument);`.
pub fn macro_call(path: &str, argument: &str) -> String {
    let line = format!("{path}!({argument});");
    if line.width() <= MAX_WIDTH {
        return line;
    }
    format!("{path}!(\n    {argument}\n);")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_have_their_brace_on_the_line_where_there_is_room() {
        for (length, expected) in [
            (78, "if value == VALUE {"),
            (79, "if value == VALUE\n        {"),
            (80, "if value == VALUE\n        {"),
            (81, "if value\n            == VALUE\n        {"),
        ] {
            let value = "a".repeat(length);
            let text = comparison("value", "==", &value, 8).replace(&value, "VALUE");
            assert_eq!(text, expected, "{length}");
        }
    }

    #[test]
    fn types_that_are_broken_stand_behind_two_blanks() {
        let inner = format!("::a::B<::c::{}>", "D".repeat(85));
        let expected = format!(
            "pub struct A(\n    pub  ::a::B<\n        ::c::{},\n    >,\n);",
            "D".repeat(85)
        );
        assert_eq!(tuple_struct("pub struct A", "pub ", &inner), expected);
    }

    #[test]
    fn generic_arguments_break_from_the_outside() {
        let name = "A".repeat(56);
        let text = field("pub a", &format!("::std::option::Option<{name}<i32>>"), 4);
        assert_eq!(text, format!("pub a: ::std::option::Option<{name}<i32>>,"));
        let text = field(
            "pub a",
            &format!("::std::option::Option<{name}<i32, bool>>"),
            4,
        );
        assert_eq!(
            text,
            format!("pub a:\n        ::std::option::Option<{name}<i32, bool>>,")
        );
        let text = field(
            "pub a",
            &format!("::std::option::Option<{name}<i32, [String; 10]>>"),
            4,
        );
        assert_eq!(
            text,
            format!("pub a: ::std::option::Option<\n        {name}<i32, [String; 10]>,\n    >,")
        );
    }

    #[test]
    fn calls_break_at_sixty() {
        let arg = |width: usize| Expr::atom("x".repeat(width));
        let call = |width| {
            tail(
                &Expr::call("f", vec![Expr::atom("db"), arg(width)]).link(".await"),
                8,
            )
        };
        assert!(!call(56).contains('\n'));
        assert_eq!(
            call(57),
            format!(
                "f(\n            db,\n            {},\n        )\n        .await",
                "x".repeat(57)
            )
        );
    }

    #[test]
    fn short_elements_are_filled() {
        let list = Expr::List("&[", vec![Expr::atom("&abcdef"); 12]);
        let line = "&abcdef, ".repeat(9);
        let expected = format!(
            "&[\n            {}\n            {}\n        ]",
            line.trim_end(),
            "&abcdef, ".repeat(3).trim_end()
        );
        assert_eq!(tail(&list, 8), expected);
    }

    #[test]
    fn a_short_struct_literal_is_one_line() {
        let field = |name| (name, Expr::atom(name).link(".into()"));
        assert_eq!(
            struct_literal(&[field("name")], 8),
            "Self { name: name.into() }"
        );
        assert_eq!(
            struct_literal(&[field("names")], 8),
            "Self {\n            names: names.into(),\n        }"
        );
    }

    #[test]
    fn derives_are_given_once() {
        assert_eq!(
            derive(["Clone", "Debug", "Clone"]),
            "#[derive(Clone, Debug)]"
        );
    }

    #[test]
    fn what_never_fits_stays_on_its_line() {
        let long = "x".repeat(200);
        assert_eq!(
            constant("const A", "&str", &Expr::atom(&long), 4),
            format!("const A: &str = {long};")
        );
        assert_eq!(
            signature("fn f", &[format!("{long}: i32")], "bool", 4),
            format!("fn f(\n        {long}: i32,\n    ) -> bool {{")
        );
    }
}

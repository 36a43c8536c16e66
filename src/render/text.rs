//! Text from the database inside Rust source: doc comments and string literals that it can't break out of.

use std::borrow::Cow;

use super::layout::new_line;

/// Lines of plain text as a doc comment. Lines after the first are indented.
pub fn doc(lines: &[String], indent: usize) -> String {
    let mut out = String::new();
    let mut blank = false;
    for line in lines.iter().flat_map(|line| line.split('\n')) {
        let line = escape(line);
        if line.is_empty() {
            blank = !out.is_empty();
            continue;
        }
        if std::mem::take(&mut blank) {
            push_line(&mut out, "", indent);
        }
        push_line(&mut out, &line, indent);
    }
    if out.is_empty() {
        push_line(&mut out, "Not described.", indent);
    }
    out
}

fn push_line(out: &mut String, line: &str, indent: usize) {
    if !out.is_empty() {
        new_line(out, indent);
    }
    out.push_str("///");
    if !line.is_empty() {
        out.push(' ');
        out.push_str(line);
    }
}

/// A name as code in a doc line, or in quotes where backticks could not hold it.
pub fn code(name: &str) -> String {
    let name = clean(name);
    match name.contains('`') || name.trim().is_empty() {
        true => format!("\"{name}\""),
        false => format!("`{name}`"),
    }
}

/// The text on one line, without what a terminal would act on or nobody would see.
fn clean(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let space = |c: char| c.is_whitespace() || matches!(c, '\u{2028}' | '\u{2029}');
    text.chars()
        .map(|c| if space(c) { ' ' } else { c })
        .filter(|c| !c.is_control() && !is_bidi_control(*c) && !is_invisible(*c))
        .collect()
}

/// One line of plain text as Markdown that shows just this text. Single backticks that pair up make code
/// spans, and web addresses links; nothing else in it is markup.
fn escape(line: &str) -> String {
    let clean = clean(line);
    let line = clean.trim();
    let spans = has_code_spans(line);
    let mut out = String::with_capacity(line.len() + 8);
    let mut rest = escape_start(line, &mut out);
    let mut in_code = false;
    loop {
        let special = match in_code {
            true => rest.find('`'),
            false => rest.find(['`', '\\', '*', '[', '<', '~', '_', '&', 'h']),
        };
        let (plain, from_special) = rest.split_at(special.unwrap_or(rest.len()));
        out.push_str(plain);
        let Some(c) = from_special.chars().next() else {
            return out;
        };
        let after = &from_special[c.len_utf8()..];
        rest = after;
        let word = |c: char| c.is_alphanumeric();
        let is_markup = match c {
            '`' if spans => {
                in_code = !in_code;
                false
            }
            'h' => {
                let link = address(from_special);
                if !link.is_empty() {
                    out.extend(["<", link, ">"]);
                    rest = &from_special[link.len()..];
                    continue;
                }
                false
            }
            '_' => !(out.ends_with(word) && after.starts_with(word)),
            '&' => after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '#'),
            _ => true,
        };
        if is_markup {
            out.push('\\');
        }
        out.push(c);
    }
}

/// Escapes what would make the line's start a heading, quote, list item, rule or row of a table; returns
/// what is left.
fn escape_start<'a>(line: &'a str, out: &mut String) -> &'a str {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let (number, _) = line.split_at(line.len() - rest.len());
    let item = rest.strip_prefix(['.', ')']);
    let item = item.is_some_and(|text| text.is_empty() || text.starts_with(' '));
    let marked = match number.is_empty() {
        true => rest.starts_with(['#', '>', '-', '+', '=', '|', ':']),
        false => item,
    };
    out.push_str(number);
    if !marked {
        return rest;
    }
    let (mark, rest) = rest.split_at(1);
    out.push('\\');
    out.push_str(mark);
    rest
}

/// Whether the line's backticks stand alone and pair up.
fn has_code_spans(line: &str) -> bool {
    !line.contains("``") && line.matches('`').count().is_multiple_of(2)
}

/// The web address that the text begins with, which may be empty.
fn address(text: &str) -> &str {
    let Some(rest) = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
    else {
        return "";
    };
    let scheme = text.len() - rest.len();
    let part = |c: char| c.is_ascii_alphanumeric() || "-@:%._+~#=?&/".contains(c);
    let end = rest.find(|c| !part(c)).unwrap_or(rest.len());
    text[..scheme + end].trim_end_matches(['.', ':', '?'])
}

/// Characters that reorder the text around them (Unicode Bidirectional Algorithm, section 2).
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters that take no room and join nothing.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}')
}

/// Characters that must not stand in a literal as they are: rustc or clippy refuse them, or nobody sees them.
fn needs_escape(c: char) -> bool {
    c.is_control()
        || is_bidi_control(c)
        || is_invisible(c)
        || matches!(c, '\u{200c}' | '\u{200d}' | '\u{2028}' | '\u{2029}')
}

/// A string literal: raw where that spares escapes, and escaped where raw can't be.
pub fn str_literal(text: &str) -> String {
    if text.contains("\"#") || text.contains(needs_escape) {
        return escaped(text);
    }
    if text.contains(['"', '\\']) {
        return format!("r#\"{text}\"#");
    }
    format!("\"{text}\"")
}

/// Statement lines as a string literal over several lines, indented.
pub fn sql_literal(lines: &[String], indent: usize) -> String {
    if lines
        .iter()
        .any(|line| line.contains("\"#") || line.contains(needs_escape))
    {
        return escaped(&lines.join("\n"));
    }
    let mut out = String::from("r#\"");
    for line in lines {
        new_line(&mut out, indent);
        out.push_str(line);
    }
    out.push_str("\"#");
    out
}

/// A longer text as a string literal that begins and ends on lines of its own; raw where that can be, and
/// otherwise with a line for each of its lines all the same.
pub fn script_literal(lines: &[String]) -> String {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    if text.contains(|c| !matches!(c, '\n' | '\t') && needs_escape(c)) {
        let lines = text.lines().map(|line| {
            let escaped = escaped(line);
            let inner = &escaped[1..escaped.len() - 1];
            // What a line begins with would be skipped with the line end.
            match inner.strip_prefix(' ') {
                Some(rest) => format!("\\x20{rest}\\n\\\n"),
                None => format!("{inner}\\n\\\n"),
            }
        });
        return format!("\"\\\n{}\"", lines.collect::<String>());
    }
    let mut hashes = String::from("#");
    while text.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    format!("r{hashes}\"\n{text}\"{hashes}")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if needs_escape(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_doc(text: &str, expected: &str) {
        assert_eq!(doc(&[text.to_owned()], 4), expected);
    }

    #[test]
    fn plain_text_stays_as_it_is() {
        check_doc(
            "People who write; 50 % don't (yet).",
            "/// People who write; 50 % don't (yet).",
        );
        check_doc(
            "snake_case, 1.5 ms, a - b, x > y",
            "/// snake_case, 1.5 ms, a - b, x > y",
        );
        check_doc("Größe, 数, 🦀", "/// Größe, 数, 🦀");
    }

    #[test]
    fn code_spans_stay_when_backticks_pair_up() {
        check_doc("`a_*[b]`, not [c]", r"/// `a_*[b]`, not \[c]");
        check_doc("`a` and `b", r"/// \`a\` and \`b");
        check_doc("``a``", r"/// \`\`a\`\`");
        check_doc("```rust", r"/// \`\`\`rust");
    }

    #[test]
    fn markup_is_escaped() {
        check_doc("# a", r"/// \# a");
        check_doc("1. a", r"/// 1\. a");
        check_doc("12) a", r"/// 12\) a");
        check_doc("> a", r"/// \> a");
        check_doc("- a", r"/// \- a");
        check_doc("* a *b*", r"/// \* a \*b\*");
        check_doc("====", r"/// \====");
        check_doc("| a | b |", r"/// \| a | b |");
        check_doc("<b> [a](b) _c_", r"/// \<b> \[a](b) \_c\_");
        check_doc(r"a \", r"/// a \\");
        check_doc("&lt; & R&D", r"/// \&lt; & R\&D");
    }

    #[test]
    fn addresses_become_links() {
        check_doc("See https://a.org/b_c.", "/// See <https://a.org/b_c>.");
        check_doc("`https://a.org`", "/// `https://a.org`");
    }

    #[test]
    fn lines_are_indented_and_blank_ones_single() {
        check_doc("\n  a  \n\n\n\tb\r\n", "/// a\n    ///\n    /// b");
        check_doc("\n \n", "/// Not described.");
    }

    #[test]
    fn what_a_terminal_would_act_on_is_left_out() {
        check_doc(
            "\u{1b}[31ma\u{202e}b\u{0}\u{feff}\u{2028}c",
            r"/// \[31mab c",
        );
    }

    #[test]
    fn names_are_code_where_they_can_be() {
        assert_eq!(code("users"), "`users`");
        assert_eq!(code("a\nb"), "`a b`");
        assert_eq!(code("a`b"), "\"a`b\"");
        assert_eq!(code("\u{0}"), "\"\"");
    }

    #[test]
    fn literals_are_raw_only_where_it_helps() {
        assert_eq!(str_literal("users"), r#""users""#);
        assert_eq!(str_literal(r#""users""#), r##"r#""users""#"##);
        assert_eq!(str_literal(r"a\b"), r##"r#"a\b"#"##);
        assert_eq!(str_literal(r##"a"#b\"##), r##""a\"#b\\""##);
        assert_eq!(
            str_literal("a\r\n\t\0\u{202e}"),
            r#""a\r\n\t\u{0}\u{202e}""#
        );
    }

    #[test]
    fn statements_stand_over_several_lines() {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            sql_literal(&lines("SELECT \"id\"\nFROM \"users\""), 4),
            "r#\"\n    SELECT \"id\"\n    FROM \"users\"\"#"
        );
        assert_eq!(
            sql_literal(&lines("SELECT \"#\"\n;"), 4),
            r##""SELECT \"#\"\n;""##
        );
    }
}

//! Text from the database inside Rust source: doc comments and string literals that it can't break out of.

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
    out
}

fn push_line(out: &mut String, line: &str, indent: usize) {
    if !out.is_empty() {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', indent));
    }
    out.push_str("///");
    if !line.is_empty() {
        out.push(' ');
        out.push_str(line);
    }
}

/// A name as code in a doc line, or in quotes where backticks could not hold it.
pub fn code(name: &str) -> String {
    match name.contains('`') || name.trim().is_empty() {
        true => format!("\"{name}\""),
        false => format!("`{name}`"),
    }
}

/// One line of plain text as Markdown that shows just this text. Single backticks that pair up make code
/// spans, and web addresses links; nothing else in it is markup.
fn escape(line: &str) -> String {
    let clean: String = line
        .chars()
        .map(|c| {
            if c.is_whitespace() || matches!(c, '\u{2028}' | '\u{2029}') {
                ' '
            } else {
                c
            }
        })
        .filter(|c| !c.is_control() && !is_bidi_control(*c))
        .collect();
    let line = clean.trim();
    let spans = has_code_spans(line);
    let mut out = String::with_capacity(line.len() + 8);
    let mut rest = escape_start(line, &mut out);
    let mut in_code = false;
    while let Some(c) = rest.chars().next() {
        let (before, after) = rest.split_at(c.len_utf8());
        if c == '`' && spans {
            in_code = !in_code;
        } else if !in_code {
            let link = address(rest);
            if !link.is_empty() {
                out.push('<');
                out.push_str(link);
                out.push('>');
                rest = &rest[link.len()..];
                continue;
            }
            let word = |c: char| c.is_alphanumeric();
            let markup = match c {
                '\\' | '`' | '*' | '[' | ']' | '<' | '|' | '~' => true,
                '_' => !(out.ends_with(word) && after.starts_with(word)),
                '&' => after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '#'),
                _ => false,
            };
            if markup {
                out.push('\\');
            }
        }
        out.push_str(before);
        rest = after;
    }
    out
}

/// Escapes what would be a heading, quote, list item or rule at the start of a line; returns what is left.
fn escape_start<'a>(line: &'a str, out: &mut String) -> &'a str {
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, rest) = line.split_at(digits);
    out.push_str(number);
    let marks: &[char] = if number.is_empty() {
        &['#', '>', '-', '+', '=', ':', '!', '/']
    } else {
        &['.', ')']
    };
    match rest.chars().next() {
        Some(c) if marks.contains(&c) => {
            out.push('\\');
            out.push(c);
            &rest[1..]
        }
        _ => rest,
    }
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

/// Characters that must not stand in a literal as they are: rustc or clippy refuse them, or nobody sees them.
fn needs_escape(c: char) -> bool {
    c.is_control()
        || is_bidi_control(c)
        || matches!(
            c,
            '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2028}' | '\u{2029}' | '\u{2060}' | '\u{feff}'
        )
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
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', indent));
        out.push_str(line);
    }
    out.push_str("\"#");
    out
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

//! Constants of the extension `hstore`.

use std::iter::Peekable;
use std::str::Chars;

/// `hstore_out`: all in quotes, short keys before long ones.
pub(super) fn canonical(text: &str) -> Option<String> {
    let mut pairs = Vec::new();
    let mut rest = text.trim_start().chars().peekable();
    while rest.peek().is_some() {
        let (key, _) = word(&mut rest)?;
        skip_space(&mut rest);
        if (rest.next()?, rest.next()?) != ('=', '>') {
            return None;
        }
        skip_space(&mut rest);
        let (value, quoted) = word(&mut rest)?;
        let null = !quoted && value.eq_ignore_ascii_case("null");
        pairs.push((key, (!null).then_some(value)));
        skip_space(&mut rest);
        match rest.next() {
            None => break,
            Some(',') => skip_space(&mut rest),
            Some(_) => return None,
        }
    }
    pairs.sort_by(|(a, _), (b, _)| (a.len(), a).cmp(&(b.len(), b)));
    // Which one of two with the same key is kept is not certain.
    if pairs
        .windows(2)
        .any(|two| matches!(two, [a, b] if a.0 == b.0))
    {
        return None;
    }
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(key, value)| {
            let value = value.as_deref().map_or("NULL".to_owned(), quote);
            format!("{}=>{value}", quote(key))
        })
        .collect();
    Some(pairs.join(", "))
}

fn quote(word: &str) -> String {
    format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))
}

fn skip_space(rest: &mut Peekable<Chars<'_>>) {
    while rest.next_if(|c| c.is_ascii_whitespace()).is_some() {}
}

/// A key or a value, and whether it stands in quotes.
fn word(rest: &mut Peekable<Chars<'_>>) -> Option<(String, bool)> {
    let quoted = rest.next_if_eq(&'"').is_some();
    let mut word = String::new();
    loop {
        match rest.peek() {
            Some('"') if quoted => {
                rest.next();
                return Some((word, true));
            }
            None if quoted => return None,
            Some(c) if quoted || !(c.is_ascii_whitespace() || matches!(c, '=' | ',' | '"')) => {}
            _ => return (!word.is_empty()).then_some((word, false)),
        }
        match rest.next()? {
            '\\' => word.push(rest.next()?),
            c => word.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn pairs_are_quoted_and_sorted() {
        let check = |text, expected| assert_eq!(canonical(text).as_deref(), expected, "{text}");
        check("", Some(""));
        check("a=>1", Some(r#""a"=>"1""#));
        check(
            r#" long => "x y" , b=>NULL,"a"=>"NULL" "#,
            Some(r#""a"=>"NULL", "b"=>NULL, "long"=>"x y""#),
        );
        check(r#"a=>"\"\\""#, Some(r#""a"=>"\"\\""#));
        check("a=>1, a=>2", None);
        check("a", None);
        check(r#""a"#, None);
    }
}

//! JSON paths that only go down: `$.a[0].b` (manual, section 9.16.2).

/// The path with its keys between quotes, as the server writes it.
pub(super) fn canonical(text: &str) -> Option<String> {
    let text = text.trim();
    let (mode, path) = match text.strip_prefix("strict ") {
        Some(path) => ("strict ", path),
        None => ("", text.strip_prefix("lax ").unwrap_or(text)),
    };
    let mut rest = path.trim().strip_prefix('$')?;
    let mut out = format!("{mode}$");
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            let (key, after) = member(after)?;
            out.push('.');
            out.push_str(&key);
            rest = after;
        } else {
            let (index, after) = rest.strip_prefix('[')?.split_once(']')?;
            let index = index.trim();
            let plain =
                index == "*" || (!index.is_empty() && index.bytes().all(|b| b.is_ascii_digit()));
            if !plain || index.starts_with('0') && index.len() > 1 {
                return None;
            }
            out.push_str(&format!("[{index}]"));
            rest = after;
        }
    }
    Some(out)
}

/// The key after a point, between quotes, and what follows it.
fn member(text: &str) -> Option<(String, &str)> {
    if let Some(after) = text
        .strip_prefix('*')
        .filter(|after| !after.starts_with('*'))
    {
        return Some(("*".to_owned(), after));
    }
    if let Some(quoted) = text.strip_prefix('"') {
        let (key, after) = quoted.split_once('"')?;
        return (!key.contains('\\')).then(|| (format!("\"{key}\""), after));
    }
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(text.len());
    let (key, after) = text.split_at_checked(end)?;
    let plain = key.starts_with(|c: char| c.is_alphabetic() || c == '_');
    // A call, such as `.size()`, has no quotes.
    (plain && !after.starts_with('(')).then(|| (format!("\"{key}\""), after))
}

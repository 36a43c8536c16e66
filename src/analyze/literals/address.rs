//! Addresses of networks and of their cards.

use std::fmt::Write;

/// A host's address is shown without its full mask.
pub(super) fn inet(text: &str) -> Option<String> {
    let text = text.trim();
    let (address, mask) = text.split_once('/').unwrap_or((text, ""));
    let parsed: std::net::IpAddr = address.parse().ok()?;
    let full = if parsed.is_ipv4() { "32" } else { "128" };
    Some(if mask.is_empty() || mask == full {
        parsed.to_string()
    } else {
        format!("{parsed}/{mask}")
    })
}

/// A network has its mask always, and may be written without its last bytes.
pub(super) fn cidr(text: &str) -> Option<String> {
    let text = text.trim();
    let (address, mask) = text.split_once('/').unwrap_or((text, ""));
    let missing = 3_usize.checked_sub(address.matches('.').count());
    let parsed: std::net::IpAddr = match missing {
        Some(missing) if missing > 0 && !address.contains(':') && !mask.is_empty() => {
            format!("{address}{}", ".0".repeat(missing)).parse().ok()?
        }
        _ => address.parse().ok()?,
    };
    let mask = match mask {
        "" if parsed.is_ipv4() => "32",
        "" => "128",
        mask => mask,
    };
    Some(format!("{parsed}/{mask}"))
}

/// `08002b:010203`, `08-00-2b-01-02-03` and the like, as pairs between colons. The longer kind takes six
/// bytes too.
pub(super) fn macaddr(text: &str, bytes: usize) -> Option<String> {
    let digits: String = text
        .trim()
        .chars()
        .filter(|c| !matches!(c, ':' | '-' | '.'))
        .collect();
    let digits = match digits.len() {
        12 if bytes == 8 => format!("{}fffe{}", digits.get(..6)?, digits.get(6..)?),
        _ => digits,
    };
    let right = digits.len() == bytes * 2 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    right.then(|| {
        let mut out = String::new();
        for (i, c) in digits.to_ascii_lowercase().chars().enumerate() {
            let colon = if i > 0 && i % 2 == 0 { ":" } else { "" };
            let _ = write!(out, "{colon}{c}");
        }
        out
    })
}

//! libpq's files: passwords (manual, "The Password File") and services ("The Connection Service File").

use std::fs;
use std::path::Path;

use super::conninfo::Parameter;

/// Whom a password is for.
pub(super) struct PasswordFor<'a> {
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) database: &'a str,
    pub(super) user: &'a str,
}

/// What a password file says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PasswordFile {
    /// The password.
    Password(Vec<u8>),
    /// Nothing: there is no such file, or no line of it fits.
    Nothing,
    /// The file was not looked into, as others than its owner could do so.
    Unsafe,
}

/// Looks a password up.
pub(super) fn password(path: &Path, whom: &PasswordFor<'_>) -> PasswordFile {
    let Ok(metadata) = fs::metadata(path) else {
        return PasswordFile::Nothing;
    };
    if !metadata.is_file() {
        return PasswordFile::Nothing;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if metadata.permissions().mode() & 0o077 != 0 {
            return PasswordFile::Unsafe;
        }
    }
    let Ok(text) = fs::read(path) else {
        return PasswordFile::Nothing;
    };
    text.split(|byte| *byte == b'\n')
        .find_map(|line| password_in_line(line.trim_ascii_end(), whom))
        .map_or(PasswordFile::Nothing, PasswordFile::Password)
}

/// `host:port:database:user:password`, where `*` fits everything and a backslash takes the meaning
/// from a `:` or a backslash.
fn password_in_line(line: &[u8], whom: &PasswordFor<'_>) -> Option<Vec<u8>> {
    if line.starts_with(b"#") {
        return None;
    }
    let port = whom.port.to_string();
    let rest = after_field(line, whom.host)?;
    let rest = after_field(rest, &port)?;
    let rest = after_field(rest, whom.database)?;
    let rest = after_field(rest, whom.user)?;
    let mut password = Vec::with_capacity(rest.len());
    let mut bytes = rest.iter().copied();
    while let Some(byte) = bytes.next() {
        password.push(match byte {
            b'\\' => bytes.next().unwrap_or(byte),
            _ => byte,
        });
    }
    Some(password).filter(|password| !password.is_empty())
}

/// What is behind the first field of a line, when that fits.
fn after_field<'a>(line: &'a [u8], expected: &str) -> Option<&'a [u8]> {
    if let Some(rest) = line.strip_prefix(b"*:") {
        return Some(rest);
    }
    let mut rest = line;
    for byte in expected.bytes() {
        rest = rest.strip_prefix(b"\\").unwrap_or(rest);
        rest = rest.strip_prefix(&[byte])?;
    }
    rest.strip_prefix(b":")
}

/// A service's parameters in the text of a service file; `None` when it is not in there.
///
/// # Errors
///
/// The number of a line that can't be read.
pub(super) fn service(text: &str, name: &str) -> Result<Option<Vec<Parameter>>, usize> {
    let mut found: Option<Vec<Parameter>> = None;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(section) = line.strip_prefix('[') {
            if found.is_some() {
                break;
            }
            if section.strip_suffix(']') == Some(name) {
                found = Some(Vec::new());
            }
        } else if let Some(parameters) = &mut found {
            let (key, value) = line.split_once('=').ok_or(number + 1)?;
            parameters.push((key.trim().to_owned(), value.trim().to_owned()));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: PasswordFor<'_> = PasswordFor {
        host: "::1",
        port: 5433,
        database: "shop",
        user: "ada",
    };

    #[track_caller]
    fn check(line: &str, expected: Option<&str>) {
        let password = password_in_line(line.as_bytes(), &ADA);
        assert_eq!(password.as_deref(), expected.map(str::as_bytes), "{line}");
    }

    #[test]
    fn password_lines() {
        check(r"\:\:1:5433:shop:ada:secret", Some("secret"));
        check("*:*:*:*:secret", Some("secret"));
        check(r"*:*:*:*:a\:b\\c:d", Some(r"a:b\c:d"));
        check("*:5432:*:*:secret", None);
        check("*:*:shopping:*:secret", None);
        check("*:*:sho:*:secret", None);
        check("*:*:*:ad\\a:secret", Some("secret"));
        check("#*:*:*:*:secret", None);
        check("*:*:*:*:", None);
        check("*:*:*:*", None);
        check("", None);
    }

    #[cfg(unix)]
    #[test]
    fn password_files() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pgpass");
        assert_eq!(password(&path, &ADA), PasswordFile::Nothing);
        fs::write(
            &path,
            "# ours\r\nother:*:*:*:no\n*:*:*:ada:yes\r\n*:*:*:*:late\n",
        )
        .unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(password(&path, &ADA), PasswordFile::Unsafe);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(
            password(&path, &ADA),
            PasswordFile::Password(b"yes".to_vec())
        );
    }

    #[test]
    fn services() {
        let text = "# all\n[one]\nhost=a\n\n[two]\nhost = b \npassword=x=y\n[three]\nbroken\n";
        let two = vec![
            ("host".to_owned(), "b".to_owned()),
            ("password".to_owned(), "x=y".to_owned()),
        ];
        assert_eq!(service(text, "two"), Ok(Some(two)));
        assert_eq!(service(text, "three"), Err(9));
        assert_eq!(service(text, "four"), Ok(None));
    }
}

//! The account that the server runs as.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// An unprivileged account, to be used when this process is root's: PostgreSQL refuses to run as
/// root.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account {
    uid: u32,
    gid: u32,
}

impl Account {
    /// The account to change to: `postgres`, else `nobody`, or none when this process is not
    /// root's. `owned` is a file or folder that this process has made.
    pub(crate) fn unprivileged(owned: &Path) -> Result<Option<Self>, String> {
        use std::os::unix::fs::MetadataExt;

        let metadata = std::fs::metadata(owned)
            .map_err(|error| format!("can't read `{}`: {error}", owned.display()))?;
        if metadata.uid() != 0 {
            return Ok(None);
        }
        let passwd = std::fs::read_to_string("/etc/passwd")
            .map_err(|error| format!("can't read `/etc/passwd`: {error}"))?;
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| Self::find(&passwd, name))
            .map(Some)
            .ok_or_else(|| {
                "PostgreSQL does not run as root, and there is no account `postgres` or `nobody`\n\
                 help: create one: useradd --system postgres"
                    .to_owned()
            })
    }

    /// Looks a name up in the text of `/etc/passwd`: `name:password:uid:gid:…`.
    fn find(passwd: &str, name: &str) -> Option<Self> {
        passwd.lines().find_map(|line| {
            let mut fields = line.split(':');
            let found = fields.next() == Some(name);
            let uid = fields.nth(1)?.parse().ok()?;
            let gid = fields.next()?.parse().ok()?;
            found.then_some(Self { uid, gid })
        })
    }

    /// Makes the command run as this account.
    pub(crate) fn run_as(self, command: &mut Command) {
        command.uid(self.uid).gid(self.gid);
    }

    /// Gives a file or folder to this account.
    pub(crate) fn give(self, path: &Path) -> Result<(), String> {
        std::os::unix::fs::chown(path, Some(self.uid), Some(self.gid))
            .map_err(|error| format!("can't change the owner of `{}`: {error}", path.display()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let passwd = "post:x:1:2::/:/bin/sh\npostgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash";
        let account = Account::find(passwd, "postgres").unwrap();
        assert_eq!((account.uid, account.gid), (101, 104));
        assert!(Account::find(passwd, "nobody").is_none());
    }
}

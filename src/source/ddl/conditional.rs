//! psql's `\if`, `\elif`, `\else` and `\endif` (manual, psql).

/// Which statements stand where they are read.
#[derive(Debug, Default)]
pub(super) struct Conditional {
    branches: Vec<Branch>,
}

#[derive(Debug, Clone, Copy)]
struct Branch {
    /// Whether what follows is read.
    read: bool,
    /// Whether a branch of the same `\if` was read.
    taken: bool,
}

impl Conditional {
    /// Whether what follows is read.
    pub fn reads(&self) -> bool {
        self.branches.iter().all(|branch| branch.read)
    }

    /// Carries out a meta-command, and gives what is not certain about it. A condition that is not known is
    /// taken to hold.
    pub fn apply(&mut self, command: &str) -> Option<&'static str> {
        let (name, condition) = command
            .split_once(char::is_whitespace)
            .unwrap_or((command, ""));
        let truth = truth(condition.trim());
        match name {
            "\\if" => {
                let read = truth != Some(false);
                self.branches.push(Branch { read, taken: read });
            }
            "\\elif" | "\\else" => {
                let branch = self.branches.last_mut()?;
                branch.read = !branch.taken && (name == "\\else" || truth != Some(false));
                branch.taken |= branch.read;
            }
            "\\endif" => {
                self.branches.pop();
            }
            _ => {}
        }
        let unknown = truth.is_none() && matches!(name, "\\if" | "\\elif") && self.reads();
        unknown.then_some("this condition is not known, and was taken to hold")
    }
}

/// A truth value as psql reads it, which may be cut short (`ParseVariableBool`).
fn truth(text: &str) -> Option<bool> {
    let text = text.to_ascii_lowercase();
    let is = |word: &str, least: usize| text.len() >= least && word.starts_with(&text);
    if is("true", 1) || is("yes", 1) || is("on", 2) || text == "1" {
        return Some(true);
    }
    if is("false", 1) || is("no", 1) || is("off", 2) || text == "0" {
        return Some(false);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_branch_of_each_condition_is_read() {
        let mut conditional = Conditional::default();
        let mut read = |command: &str| {
            let said = conditional.apply(command).is_some();
            (conditional.reads(), said)
        };
        for (command, expected) in [
            ("\\if false", (false, false)),
            ("\\if :x", (false, false)),
            ("\\endif", (false, false)),
            ("\\elif :x", (true, true)),
            ("\\elif true", (false, false)),
            ("\\else", (false, false)),
            ("\\endif", (true, false)),
            ("\\if on", (true, false)),
            ("\\else", (false, false)),
            ("\\endif", (true, false)),
            ("\\endif", (true, false)),
        ] {
            assert_eq!(read(command), expected, "{command}");
        }
    }
}

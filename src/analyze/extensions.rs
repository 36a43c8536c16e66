//! What well-known extensions bring: types, casts, operators and functions, in the extension's schema.
//!
//! They stand in `extensions.txt`, as `extension.sql` reads them from a server; an extension that is not
//! listed there brings nothing that is known.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::OnceLock;

use super::names::{Names, UserFunction, UserKind};
use super::types::*;
use crate::catalog::QualifiedName;

/// The lines about one extension. They are understood where it is installed, as its schema names its types.
#[derive(Default)]
pub(super) struct Extension {
    types: Vec<(&'static str, &'static str)>,
    casts: Vec<&'static str>,
    operators: HashMap<&'static str, Vec<&'static str>>,
    functions: HashMap<&'static str, Vec<BuiltinFunction>>,
}

/// The extension of that name.
pub(super) fn extension(name: &str) -> Option<&'static Extension> {
    static EXTENSIONS: OnceLock<HashMap<&'static str, Extension>> = OnceLock::new();
    EXTENSIONS
        .get_or_init(|| {
            let text = include_str!("extensions.txt");
            let parts = text.split("extension ").skip(1);
            parts
                .filter_map(|part| part.split_once('\n'))
                .map(|(name, lines)| (name, Extension::read(lines)))
                .collect()
        })
        .get(name)
}

impl Extension {
    fn read(lines: &'static str) -> Self {
        let mut this = Self::default();
        for line in lines.lines() {
            let Some((word, rest)) = line.split_once(' ') else {
                continue;
            };
            match word {
                "type" | "domain" | "composite" => this.types.push((word, rest)),
                "cast" => this.casts.push(rest),
                "operator" => {
                    let name = rest.split(' ').next().unwrap_or_default();
                    this.operators.entry(name).or_default().push(rest);
                }
                _ => {
                    if let Some((name, function)) = BuiltinFunction::read(line) {
                        this.functions.entry(name).or_default().push(function);
                    }
                }
            }
        }
        this
    }
}

/// An extension that is there, and in which schema.
pub(super) struct Installed {
    schema: Rc<str>,
    extension: &'static Extension,
}

impl Names {
    /// Adds the types and casts of an extension; operators and functions are looked up when they are named.
    pub(super) fn install(&mut self, name: &str, schema: &Rc<str>) {
        let Some(extension) = extension(name) else {
            return;
        };
        self.installed.push(Installed {
            schema: Rc::clone(schema),
            extension,
        });
        let names = extension.types.iter().filter_map(|(_, line)| {
            let name = line.split(' ').next()?;
            Some(QualifiedName::new(&**schema, name))
        });
        for name in names {
            self.declare(&name, UserKind::Foreign);
        }
    }

    /// What the extensions' types are, and which casts there are, once the names of all are known.
    pub(super) fn describe_installed(&mut self) {
        for installed in &self.installed {
            for (word, line) in &installed.extension.types {
                let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
                let kind = match *word {
                    "domain" => self.base(rest).map(|base| UserKind::Domain(base.plain())),
                    "composite" => Some(UserKind::Composite(
                        fields(rest, &|name| self.base(name))
                            .unwrap_or_default()
                            .into_iter()
                            .map(|(name, base)| (name, base.plain()))
                            .collect(),
                    )),
                    _ => described(rest),
                };
                if let Some(kind) = kind {
                    self.declare(&QualifiedName::new(&*installed.schema, name), kind);
                }
            }
        }
        let casts = self.installed.iter().flat_map(|it| &it.extension.casts);
        self.casts = casts
            .filter_map(|line| read_cast(line, &|name| self.base(name)))
            .collect();
    }

    /// `text` or `text[]`, or a type of an extension that is there.
    fn base(&self, name: &str) -> Option<Base> {
        let (element, array) = match name.strip_suffix("[]") {
            Some(element) => (element, true),
            None => (name, false),
        };
        let id = builtins().by_name.get(element).copied().or_else(|| {
            let mut installed = self.installed.iter();
            installed.find_map(|it| self.find_type(Some(&it.schema), element, &[]))
        })?;
        Some(Base { id, array })
    }

    /// The cast from one type to the other (`pg_cast`).
    pub(super) fn cast(&self, from: Base, to: Base) -> Option<BuiltinCast> {
        let cast = builtins().casts.get(&(from, to));
        cast.or_else(|| self.casts.get(&(from, to))).copied()
    }

    /// The operators of that name, PostgreSQL's own first.
    pub(super) fn operators(&self, name: &str) -> Cow<'static, [BuiltinOperator]> {
        let own = builtins().operators.get(name);
        let mut operators = Cow::Borrowed(own.map_or(&[][..], Vec::as_slice));
        for installed in &self.installed {
            if let Some(lines) = installed.extension.operators.get(name) {
                let brought = lines
                    .iter()
                    .filter_map(|line| read_operator(line, &|name| self.base(name)));
                operators
                    .to_mut()
                    .extend(brought.map(|(_, operator)| operator));
            }
        }
        operators
    }

    /// The functions of that name that extensions have brought.
    pub(super) fn brought_functions(&self, name: &str) -> impl Iterator<Item = UserFunction> {
        self.installed.iter().flat_map(move |it| {
            let functions = it.extension.functions.get(name).into_iter().flatten();
            functions.filter_map(|function| {
                Some(UserFunction {
                    schema: Rc::clone(&it.schema),
                    signature: function.signature(&|name| self.base(name))?,
                    brought: true,
                })
            })
        })
    }

    /// Whether it is the type of that name that an extension has brought.
    pub(super) fn is_brought(&self, id: TypeId, name: &str) -> bool {
        self.user_name(id).is_some_and(|own| own.name == name)
            && matches!(
                self.user_kind(id).as_deref(),
                Some(UserKind::Brought { .. })
            )
    }

    /// Whether an extension has brought a function of that name.
    pub(super) fn has_brought_function(&self, name: &str) -> bool {
        let mut installed = self.installed.iter();
        installed.any(|it| it.extension.functions.contains_key(name))
    }
}

/// The rest of a line `type name …`.
fn described(rest: &str) -> Option<UserKind> {
    let mut words = rest.split(' ');
    Some(UserKind::Brought {
        category: *words.next()?.as_bytes().first()?,
        preferred: words.next()? != "-",
        collatable: words.next()? != "-",
    })
}

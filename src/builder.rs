//! The library's front: what a `build.rs` calls.

use std::env;
use std::path::{Path, PathBuf};

use crate::catalog::Catalog;
use crate::config::{Config, RelationNames};
use crate::diagnostics::{Diagnostic, Errors, Severity};
use crate::output::{self, Difference, Written};
use crate::render::File;
use crate::source::{self, Source};

/// Collects what is to be generated, with the options of the configuration file.
///
/// # Example
///
/// ```
/// let schema = std::env::temp_dir().join("rowsmith-builder-example.sql");
/// std::fs::write(&schema, "CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);")?;
///
/// let generated = rowsmith::Builder::new().schema(&schema).serde(true).generate()?;
/// assert!(generated.files().iter().any(|file| file.path.ends_with("users.rs")));
/// # std::fs::remove_file(&schema)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Builder {
    config: Config,
    #[cfg(feature = "live")]
    database_url: Option<String>,
}

impl Builder {
    /// A builder with every option at its default.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes all options from a configuration file, in place of those given so far.
    ///
    /// # Errors
    ///
    /// When the file can't be read, is not TOML, or holds an unknown key.
    pub fn config_file(mut self, path: impl AsRef<Path>) -> Result<Self, Errors> {
        rerun_if_changed(path.as_ref());
        self.config = Config::read(path.as_ref())?;
        Ok(self)
    }

    /// Takes all options from a configuration, in place of those given so far.
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// Adds a SQL file, or a folder of them, to the schema.
    pub fn schema(mut self, path: impl Into<PathBuf>) -> Self {
        self.config.schema.push(path.into());
        self
    }

    /// Reads the schema from this database and not from files.
    #[cfg(feature = "live")]
    pub fn database_url(mut self, url: impl Into<String>) -> Self {
        self.database_url = Some(url.into());
        self
    }

    /// Takes what matches a pattern on `schema.name`; without any call, everything is taken.
    pub fn include(mut self, pattern: impl Into<String>) -> Self {
        self.config.include.push(pattern.into());
        self
    }

    /// Leaves out what matches a pattern on `schema.name`.
    pub fn exclude(mut self, pattern: impl Into<String>) -> Self {
        self.config.exclude.push(pattern.into());
        self
    }

    /// Takes what of the schema could not be read, like a block of code, for an error.
    pub fn strict(mut self, on: bool) -> Self {
        self.config.strict = on;
        self
    }

    /// The schema whose tables are at the root of the tree; `public` if nothing else is said.
    pub fn default_schema(mut self, schema: impl Into<String>) -> Self {
        self.config.default_schema = schema.into();
        self
    }

    /// Derives serde's `Serialize` and `Deserialize` on structs and enums.
    pub fn serde(mut self, on: bool) -> Self {
        self.config.serde = on;
        self
    }

    /// Adds a derive to what matches a pattern on `schema.name`.
    pub fn derive(mut self, pattern: impl Into<String>, derive: impl Into<String>) -> Self {
        let derives = self.config.derives.entry(pattern.into()).or_default();
        derives.push(derive.into());
        self
    }

    /// Adds an attribute, whole (`#[non_exhaustive]`), to what matches a pattern on `schema.name`.
    pub fn attribute(mut self, pattern: impl Into<String>, attribute: impl Into<String>) -> Self {
        let attributes = self.config.attributes.entry(pattern.into()).or_default();
        attributes.push(attribute.into());
        self
    }

    /// Names the Rust item of a table or type (`public.people`) or of a column or label
    /// (`public.people.e-mail`).
    pub fn name(mut self, key: impl Into<String>, name: impl Into<String>) -> Self {
        self.config.names.insert(key.into(), name.into());
        self
    }

    /// Names the relations that rest on a foreign key, by its `schema.table.constraint`.
    pub fn relation(mut self, key: impl Into<String>, names: RelationNames) -> Self {
        self.config.relations.insert(key.into(), names);
        self
    }

    /// Locks a table's rows (`public.users`) optimistically: by a column that counts up with each change,
    /// or by `xmin`, PostgreSQL's own version of a row.
    pub fn locking(mut self, table: impl Into<String>, column: impl Into<String>) -> Self {
        self.config.locking.insert(table.into(), column.into());
        self
    }

    /// Reads the schema and makes the files, in memory.
    ///
    /// In a build script it also tells Cargo which files the result depends on.
    ///
    /// # Errors
    ///
    /// Every problem of the input, together, each with its place and a way out.
    pub fn generate(self) -> Result<Generated, Errors> {
        let source = self.source();
        for path in source.paths() {
            rerun_if_changed(path);
            for file in source::sql_files(path).unwrap_or_default() {
                rerun_if_changed(&file);
            }
        }
        let (catalog, mut diagnostics) = crate::read_catalog(&self.config, &source)?;
        let (files, more) = crate::generate(&catalog, &self.config)?;
        diagnostics.extend(more);
        warn_cargo(&diagnostics);
        Ok(Generated {
            catalog,
            files,
            diagnostics,
        })
    }

    fn source(&self) -> Source {
        #[cfg(feature = "live")]
        if self.database_url.is_some() || self.config.schema.is_empty() {
            return Source::Database(self.database_url.clone());
        }
        Source::Files(self.config.schema.clone())
    }
}

/// The generated files, in memory.
#[derive(Debug, Clone)]
pub struct Generated {
    catalog: Catalog,
    files: Vec<File>,
    diagnostics: Vec<Diagnostic>,
}

impl Generated {
    /// The Catalog they were made from.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The files.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// What is worth knowing: collisions of names, types that travel as text.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Brings a folder up to date: writes what changed, removes generated files that are no longer
    /// produced, and touches nothing else.
    ///
    /// # Errors
    ///
    /// When a file that Rowsmith did not write is in the way, or the disk refuses. Nothing is changed then.
    pub fn write(&self, dir: impl AsRef<Path>) -> Result<Written, Errors> {
        Ok(output::write(dir.as_ref(), &self.files)?)
    }

    /// What [`Generated::write`] would change in a folder.
    ///
    /// # Errors
    ///
    /// When a file that Rowsmith did not write is in the way, or the disk refuses.
    pub fn check(&self, dir: impl AsRef<Path>) -> Result<Vec<Difference>, Errors> {
        Ok(output::check(dir.as_ref(), &self.files)?)
    }
}

/// Cargo runs build scripts, and nothing else, with all of these set.
fn in_build_script() -> bool {
    ["OUT_DIR", "TARGET", "HOST"]
        .iter()
        .all(|name| env::var_os(name).is_some())
}

fn rerun_if_changed(path: &Path) {
    if in_build_script() {
        println!("cargo::rerun-if-changed={}", path.display());
    }
}

fn warn_cargo(diagnostics: &[Diagnostic]) {
    if !in_build_script() {
        return;
    }
    for diagnostic in diagnostics {
        if diagnostic.severity == Severity::Warning {
            println!("cargo::warning={}", diagnostic.summary());
        }
    }
}

//! What a user asks for: `rowsmith.toml`, the command line's flags and [`crate::Builder`] as one plain struct.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use crate::diagnostics::{Diagnostic, SourceFile};

/// The name of the configuration file.
pub const CONFIG_FILE: &str = "rowsmith.toml";

/// Everything that can be configured. Each key is optional in the file; unknown keys are refused.
///
/// ```toml
/// schema = ["schema.sql"]      # files or folders; without it the database is read
/// out = "src/db"
/// include = ["public.*"]
/// exclude = ["*.tmp_*"]
/// serde = true
///
/// [names]
/// "public.people" = "Human"    # a table, view or type
/// "public.people.e-mail" = "email"   # a column, label or attribute
///
/// [relations."public.posts.posts_author_id_fkey"]
/// name = "writer"              # post.writer(&db)
/// inverse = "written"          # user.written(&db)
///
/// [derives]
/// "public.tags" = ["Eq", "Hash"]
///
/// [locking]
/// "public.users" = "version"   # a column that counts up with each change
/// "public.posts" = "xmin"      # or PostgreSQL's own version of a row
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// SQL files, or folders of them, in the order in which they are read.
    pub schema: Vec<PathBuf>,
    /// The folder that the generated tree is written to.
    pub out: Option<PathBuf>,
    /// Patterns on `schema.name` of what is taken; without any, everything.
    pub include: Vec<String>,
    /// Patterns on `schema.name` of what is left out.
    pub exclude: Vec<String>,
    /// The schema whose tables are at the root of the tree.
    pub default_schema: String,
    /// Derive serde's `Serialize` and `Deserialize` on structs and enums.
    pub serde: bool,
    /// More derives, by a pattern on `schema.name`.
    pub derives: BTreeMap<String, Vec<String>>,
    /// More attributes, whole (`#[non_exhaustive]`), by a pattern on `schema.name`.
    pub attributes: BTreeMap<String, Vec<String>>,
    /// Rust names: of a struct or enum by `schema.name`, of a field or variant by `schema.name.member`.
    pub names: BTreeMap<String, String>,
    /// Relation names, by `schema.table.constraint` of the foreign key.
    pub relations: BTreeMap<String, RelationNames>,
    /// Optimistic locking, by `schema.table`: the column that counts up with each change, or `xmin`.
    pub locking: BTreeMap<String, String>,
}

/// The names of the relations that rest on one foreign key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RelationNames {
    /// From the referencing row to the referenced one: `author`.
    pub name: Option<String>,
    /// From the referenced row back: `posts`.
    pub inverse: Option<String>,
    /// Through a junction table, to the table that this key of the junction references: `tags`.
    pub many_to_many: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            schema: Vec::new(),
            out: None,
            include: Vec::new(),
            exclude: Vec::new(),
            default_schema: "public".into(),
            serde: false,
            derives: BTreeMap::new(),
            attributes: BTreeMap::new(),
            names: BTreeMap::new(),
            relations: BTreeMap::new(),
            locking: BTreeMap::new(),
        }
    }
}

impl Config {
    /// Reads a configuration file. Paths in it are relative to the file's folder.
    ///
    /// # Errors
    ///
    /// When the file can't be read, is not TOML, or holds an unknown key.
    pub fn read(path: &Path) -> Result<Self, Diagnostic> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Diagnostic::error(format!("can't read `{}`: {error}", path.display()))
                .help("give the configuration file with `--config PATH`")
        })?;
        let mut config: Self = toml::from_str(&text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            let file = Arc::new(SourceFile {
                path: path.to_owned(),
                text: text.clone(),
            });
            Diagnostic::error(error.message().to_owned())
                .at(&file, span)
                .help("the README lists the configuration's keys")
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for schema in &mut config.schema {
            *schema = folder.join(&schema);
        }
        config.out = config.out.map(|out| folder.join(out));
        Ok(config)
    }
}

//! The options that several commands share.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::config::{CONFIG_FILE, Config};
use crate::diagnostics::{Diagnostic, Errors};
use crate::source::Source;

/// Where the schema comes from, and what of it is taken.
#[derive(Debug, Args)]
pub(super) struct SchemaOptions {
    /// A SQL file, or a folder of them in the order of their names; may be given several times
    #[arg(long, value_name = "PATH")]
    schema: Vec<PathBuf>,

    /// The database to read, as `postgres://user@host/database`; otherwise DATABASE_URL, `.env` or
    /// libpq's own variables, service and password files name it
    #[cfg(feature = "live")]
    #[arg(long, value_name = "URL", conflicts_with = "schema")]
    database_url: Option<String>,

    /// Take what of the schema could not be read, like a block of code, for an error
    #[arg(long)]
    strict: bool,

    /// Say what in the SQL files was passed over, and why
    #[arg(long)]
    explain: bool,

    /// The configuration file [default: rowsmith.toml, where there is one]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Take only what matches this pattern on `schema.name`; may be given several times
    #[arg(long, value_name = "PATTERN")]
    include: Vec<String>,

    /// Leave out what matches this pattern on `schema.name`; may be given several times
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,
}

impl SchemaOptions {
    /// The configuration file's options with the flags laid over them, and the source they name.
    pub(super) fn load(self) -> Result<(Config, Source), Errors> {
        let mut config = match &self.config {
            Some(path) => Config::read(path)?,
            None if Path::new(CONFIG_FILE).exists() => Config::read(Path::new(CONFIG_FILE))?,
            None => Config::default(),
        };
        config.strict |= self.strict;
        config.explain = self.explain;
        if !self.include.is_empty() {
            config.include = self.include;
        }
        if !self.exclude.is_empty() {
            config.exclude = self.exclude;
        }
        if !self.schema.is_empty() {
            config.schema = self.schema;
        }
        #[cfg(feature = "live")]
        if self.database_url.is_some() || config.schema.is_empty() {
            return Ok((config, Source::Database(self.database_url)));
        }
        let source = Source::Files(config.schema.clone());
        Ok((config, source))
    }
}

/// The folder that generated code goes to: the flag's, or the configuration's.
pub(super) fn out_dir(flag: Option<PathBuf>, config: &Config) -> Result<PathBuf, Diagnostic> {
    flag.or_else(|| config.out.clone()).ok_or_else(|| {
        Diagnostic::error("there is no folder to write to")
            .help("give one with `--out DIR`, or as `out` in `rowsmith.toml`")
    })
}

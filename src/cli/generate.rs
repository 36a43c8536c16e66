//! `rowsmith generate`

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::options::{SchemaOptions, out_dir};
use super::{Outcome, report};
use crate::diagnostics::Errors;
use crate::output;

/// Write the code.
#[derive(Debug, Args)]
pub(super) struct Generate {
    #[command(flatten)]
    schema: SchemaOptions,

    /// The folder to write to, or `-` to print everything
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Generate {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let (config, source) = self.schema.load()?;
        let out = out_dir(self.out, &config).map_err(Errors::from)?;
        let (catalog, diagnostics) = crate::read_catalog(&config, &source)?;
        report(&diagnostics);
        let (files, diagnostics) = crate::generate(&catalog, &config)?;
        report(&diagnostics);
        if out == Path::new("-") {
            let mut stdout = io::stdout().lock();
            for file in &files {
                write!(stdout, "// {}\n\n{}\n", file.path.display(), file.contents)?;
            }
            stdout.flush()?;
            return Ok(Outcome::Fine);
        }
        let done = output::write(&out, &files).map_err(Errors::from)?;
        for path in &done.removed {
            eprintln!("{}: removed {}", out.display(), path.display());
        }
        eprintln!(
            "{}: {} written, {} removed, {} unchanged",
            out.display(),
            done.written.len(),
            done.removed.len(),
            done.unchanged
        );
        Ok(Outcome::Fine)
    }
}

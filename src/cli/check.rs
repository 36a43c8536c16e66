//! `rowsmith check`

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::options::{SchemaOptions, out_dir};
use super::{Outcome, report};
use crate::diagnostics::{Errors, printable};
use crate::output::{self, Difference, DifferenceKind};

/// Print a diff and exit with 1 when the code is out of date with the schema.
#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    schema: SchemaOptions,

    /// The folder that holds the generated code
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// How differences are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// A unified diff
    Text,
    /// A list of paths, kinds and diffs
    Json,
}

#[derive(Serialize)]
struct JsonDifference<'a> {
    path: String,
    kind: &'static str,
    diff: &'a str,
}

impl Check {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let (config, source) = self.schema.load()?;
        let out = out_dir(self.out, &config).map_err(Errors::from)?;
        let (catalog, diagnostics) = crate::read_catalog(&config, &source)?;
        report(&diagnostics);
        let (files, _) = crate::generate(&catalog, &config)?;
        let differences = output::check(&out, &files).map_err(Errors::from)?;
        print(&differences, self.format)?;
        if differences.is_empty() {
            return Ok(Outcome::Fine);
        }
        eprintln!(
            "{}: {} of the generated files are out of date with the schema\nhelp: run `rowsmith generate`",
            out.display(),
            differences.len()
        );
        Ok(Outcome::DifferencesFound)
    }
}

fn print(differences: &[Difference], format: Format) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match format {
        Format::Text => {
            for difference in differences {
                write!(stdout, "{}", printable(&difference.diff))?;
            }
        }
        Format::Json => {
            let list: Vec<JsonDifference> = differences
                .iter()
                .map(|difference| JsonDifference {
                    path: difference.path.display().to_string(),
                    kind: match difference.kind {
                        DifferenceKind::Missing => "missing",
                        DifferenceKind::Changed => "changed",
                        DifferenceKind::Stale => "stale",
                    },
                    diff: &difference.diff,
                })
                .collect();
            serde_json::to_writer_pretty(&mut stdout, &list)?;
            writeln!(stdout)?;
        }
    }
    stdout.flush()
}

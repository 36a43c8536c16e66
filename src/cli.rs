//! The command line. Exit codes are those of `diff`: 0 fine, 1 differences found, 2 trouble.

mod check;
mod completions;
mod generate;
mod inspect;
mod options;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::diagnostics::{Diagnostic, Errors, printable};

/// Reads a PostgreSQL schema, from SQL files or a live database, and writes a typed, async Rust data layer.
#[derive(Debug, Parser)]
#[command(name = "rowsmith", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write the code.
    Generate(generate::Generate),
    /// Print a diff and exit with 1 when the code is out of date with the schema.
    Check(check::Check),
    /// Print what was read, as a table or as JSON, or the schema of that JSON.
    Inspect(inspect::Inspect),
    /// Print the completions for a shell.
    Completions(completions::Completions),
}

/// How a command ends when nothing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Fine,
    DifferencesFound,
}

/// Runs the command line: parses, runs, prints.
pub fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Generate(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::Inspect(command) => command.run(),
        Command::Completions(command) => command.run(),
    };
    match outcome {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::DifferencesFound) => ExitCode::from(1),
        Err(error) => {
            report_failure(&error);
            ExitCode::from(2)
        }
    }
}

fn report_failure(error: &anyhow::Error) {
    if let Some(errors) = error.downcast_ref::<Errors>() {
        report(&errors.0);
    } else if !is_broken_pipe(error) {
        eprintln!("error: {}", printable(&format!("{error:#}")));
    }
}

/// Whoever reads our output, as in `rowsmith inspect | head`, may stop when they have enough.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Prints diagnostics to standard error, in colour on a terminal.
fn report(diagnostics: &[Diagnostic]) {
    let color = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let mut stderr = io::stderr().lock();
    for diagnostic in diagnostics {
        // There is nobody left to tell when standard error is gone.
        let _ = writeln!(stderr, "{}\n", diagnostic.render(color));
    }
}

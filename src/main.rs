#![forbid(unsafe_code)]
//! `rowsmith` on the command line: see [`rowsmith::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    rowsmith::cli::main()
}

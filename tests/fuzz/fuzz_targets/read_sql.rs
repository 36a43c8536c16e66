//! SQL that nobody would write: whatever it is, it is read, or reported, in a short time.

#![no_main]

use std::path::PathBuf;
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use rowsmith::diagnostics::SourceFile;
use rowsmith::{analyze, source::ddl};

fuzz_target!(|text: &str| {
    let file = Arc::new(SourceFile {
        path: PathBuf::from("fuzz.sql"),
        text: text.to_owned(),
    });
    let mut diagnostics = Vec::new();
    let mut catalog = ddl::parse_explaining(&[file], &mut diagnostics);
    for diagnostic in &diagnostics {
        diagnostic.render(false);
    }
    analyze::normalize(&mut catalog);
});

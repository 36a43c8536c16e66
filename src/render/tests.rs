//! Whole trees, as rustfmt sees them.

#![allow(clippy::unwrap_used)]

mod samples;

use std::path::Path;
use std::process::Command;

use super::*;
use samples::*;

/// Writes the tree and has rustfmt look at all of it, in both styles that editions stand for.
#[track_caller]
fn check_format(model: &Model) {
    let folder = tempfile::tempdir().unwrap();
    write(&render(model), folder.path());
    for style in ["2021", "2024"] {
        let output = Command::new("rustfmt")
            .args([
                "--check",
                "--edition",
                "2021",
                "--config",
                &format!("style_edition={style}"),
            ])
            .arg(folder.path().join("mod.rs"))
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let trouble = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "style {style}:\n{text}\n{trouble}");
    }
}

fn write(files: &[File], folder: &Path) {
    for file in files {
        let path = folder.join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &file.contents).unwrap();
    }
}

#[test]
fn ordinary_names_are_formatted() {
    check_format(&ordinary(false));
    check_format(&ordinary(true));
}

#[test]
fn names_of_any_length_are_formatted() {
    check_format(&every_length((1..=70).step_by(6), true));
}

#[test]
fn hostile_names_are_formatted() {
    check_format(&hostile(false));
    check_format(&hostile(true));
}

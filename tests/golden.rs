//! SQL → files: what is generated for each fixture, byte by byte, and what is said about it.
//!
//! `ROWSMITH_BLESS=1 cargo test --test golden` accepts what differs; read `git diff` afterwards.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rowsmith::catalog::Catalog;
use rowsmith::diagnostics::Diagnostic;
use rowsmith::{Builder, Generated};
use support::{Fixture, blessing, check_all, diff, diff_trees, files_below, tree};

const BLESS: &str =
    "help: when this is as it should be, accept it: ROWSMITH_BLESS=1 cargo test --test golden";

#[test]
fn fixtures_give_their_goldens() {
    check_all(&Fixture::all(), |fixture| {
        let generated = generate(fixture)?;
        let golden = fixture.golden();
        let new = tree(generated.files());
        let said = said(generated.diagnostics());
        let said_path = golden.with_extension("stderr");
        if blessing() {
            write_tree(&golden, &new);
            write_or_remove(&said_path, &said);
            return Ok(());
        }
        let old_said = fs::read_to_string(&said_path).unwrap_or_default();
        let name = golden.display().to_string();
        let mut differences = diff_trees(&name, &files_below(&golden), "generated", &new);
        if old_said != said {
            differences += &diff(&said_path.display().to_string(), &old_said, "said", &said);
        }
        if differences.is_empty() {
            return Ok(());
        }
        Err(format!("`{}`:\n{differences}\n{BLESS}", fixture.name))
    });
}

#[test]
fn files_that_cannot_be_read_give_their_messages() {
    let mut paths: Vec<PathBuf> = fs::read_dir("fixtures/errors")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .collect();
    paths.sort();
    check_all(&paths, |path| {
        let said = match Builder::new().schema(path).generate() {
            Ok(_) => return Err(format!("`{}` can be read", path.display())),
            Err(errors) => format!("{errors}\n"),
        };
        let expected = path.with_extension("stderr");
        if blessing() {
            fs::write(&expected, &said).unwrap();
        }
        let old = fs::read_to_string(&expected).unwrap_or_default();
        if old == said {
            return Ok(());
        }
        let difference = diff(&expected.display().to_string(), &old, "said", &said);
        Err(format!("{difference}\n{BLESS}"))
    });
}

#[test]
fn a_catalog_has_one_order() {
    check_all(&Fixture::all(), |fixture| {
        let generated = generate(fixture)?;
        let expected = tree(generated.files());
        let mut catalog = generated.catalog().clone();
        let (files, said_of_sorted) = render(&catalog, fixture)?;
        for seed in 1..=3 {
            shuffle(&mut catalog, seed);
            catalog.sort();
            let (shuffled, said_of_shuffled) = render(&catalog, fixture)?;
            for other in [&files, &shuffled] {
                let difference = diff_trees("first", &expected, "then", other);
                if !difference.is_empty() {
                    return Err(format!("`{}`:\n{difference}", fixture.name));
                }
            }
            if said_of_sorted != said_of_shuffled {
                let difference = diff("sorted", &said_of_sorted, "shuffled", &said_of_shuffled);
                return Err(format!("`{}`:\n{difference}", fixture.name));
            }
        }
        Ok(())
    });
}

/// In the style of both editions, with the default settings of both.
#[test]
fn goldens_are_formatted() {
    let files: Vec<PathBuf> = files_below(Path::new("tests/golden"))
        .into_keys()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| Path::new("tests/golden").join(path))
        .collect();
    assert!(!files.is_empty());
    for edition in ["2021", "2024"] {
        let output = Command::new("rustfmt")
            .args(["--check", "--edition", edition, "--style-edition", edition])
            .args(&files)
            .output()
            .expect("the tests need `rustfmt`: rustup component add rustfmt");
        assert!(
            output.status.success(),
            "in the style of {edition}:\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

fn generate(fixture: &Fixture) -> Result<Generated, String> {
    Builder::new()
        .config(fixture.config.clone())
        .schema(&fixture.schema)
        .generate()
        .map_err(|errors| format!("`{}`:\n{errors}", fixture.name))
}

fn render(
    catalog: &Catalog,
    fixture: &Fixture,
) -> Result<(BTreeMap<PathBuf, String>, String), String> {
    let (files, diagnostics) = rowsmith::generate(catalog, &fixture.config)
        .map_err(|errors| format!("`{}`:\n{errors}", fixture.name))?;
    Ok((tree(&files), said(&diagnostics)))
}

/// The warnings and notes, as they are printed.
fn said(diagnostics: &[Diagnostic]) -> String {
    let rendered: Vec<String> = diagnostics
        .iter()
        .map(|diagnostic| diagnostic.render(false) + "\n")
        .collect();
    rendered.join("\n")
}

fn write_tree(folder: &Path, files: &BTreeMap<PathBuf, String>) {
    if folder.exists() {
        fs::remove_dir_all(folder).unwrap();
    }
    for (path, contents) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }
}

fn write_or_remove(path: &Path, text: &str) {
    if !text.is_empty() {
        fs::write(path, text).unwrap();
    } else if path.exists() {
        fs::remove_file(path).unwrap();
    }
}

/// Puts every list whose order means nothing into another order, the same one for the same seed.
fn shuffle(catalog: &mut Catalog, seed: u64) {
    let mut random = Random(seed);
    random.shuffle(&mut catalog.schemas);
    random.shuffle(&mut catalog.extensions);
    random.shuffle(&mut catalog.enums);
    random.shuffle(&mut catalog.domains);
    random.shuffle(&mut catalog.composites);
    random.shuffle(&mut catalog.ranges);
    random.shuffle(&mut catalog.sequences);
    random.shuffle(&mut catalog.tables);
    random.shuffle(&mut catalog.views);
    random.shuffle(&mut catalog.functions);
    for domain in &mut catalog.domains {
        random.shuffle(&mut domain.checks);
    }
    for table in &mut catalog.tables {
        random.shuffle(&mut table.unique_keys);
        random.shuffle(&mut table.foreign_keys);
        random.shuffle(&mut table.checks);
        random.shuffle(&mut table.exclusions);
        random.shuffle(&mut table.indexes);
    }
    for view in &mut catalog.views {
        random.shuffle(&mut view.indexes);
    }
}

/// Numbers that look random enough (xorshift64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            let j = usize::try_from(self.next() % (i as u64 + 1)).unwrap();
            list.swap(i, j);
        }
    }
}

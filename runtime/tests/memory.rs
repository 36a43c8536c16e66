//! How much memory a large answer takes. A process of its own, of which the system keeps the peak.

#![cfg(all(feature = "pool", target_os = "linux"))]
#![allow(clippy::unwrap_used)]

mod common;

use futures_util::TryStreamExt;
use rowsmith_runtime::CopyFormat;
use rowsmith_test_trees::blog::Tag;

const ROWS: i32 = 1_000_000;
const MEBIBYTE: u64 = 1 << 20;

/// The most memory that this process has had (`VmHWM`), in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().nth(1));
    kibibytes.unwrap().parse::<u64>().unwrap() * 1024
}

#[tokio::test]
async fn a_million_rows_are_never_in_memory_at_once() {
    let schema = format!(
        "{}; INSERT INTO tags (name) SELECT 'a tag with a long name, number ' || n
         FROM generate_series(1, {ROWS}) AS n",
        include_str!("../../fixtures/blog/schema.sql")
    );
    let (_database, db) = common::database_with(&schema).await;
    let before = peak();

    let mut tags = Tag::select().stream(&db).await.unwrap();
    let mut seen = 0;
    while let Some(tag) = tags.try_next().await.unwrap() {
        assert!(tag.name.starts_with("a tag"));
        seen += 1;
        // A reader that is slower than the server.
        if seen % 100_000 == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
    assert_eq!(seen, ROWS);
    drop(tags);

    let mut copy = Tag::copy_out(&db, CopyFormat::Text).await.unwrap();
    let mut bytes = 0;
    while let Some(piece) = copy.try_next().await.unwrap() {
        bytes += piece.len();
    }
    assert!(bytes > 40 << 20, "{bytes}");

    let grown = peak() - before;
    println!(
        "{ROWS} rows, {} MiB as text: the peak grew by {} KiB",
        bytes as u64 / MEBIBYTE,
        grown / 1024
    );
    assert!(
        grown < 16 * MEBIBYTE,
        "the peak grew by {} MiB",
        grown / MEBIBYTE
    );
}

//! Promise: nothing that a user gave leaves the process in the clear. Markers of 32 bytes stand in rows, names, SQL text, vectors, parameters
//! and the passphrase; after all kinds of work, with crashes and without, no file of the folder and no temporary file holds one, in
//! UTF-8, in UTF-16 or as floats.

mod markers;
mod scanner;
mod spill;
mod workload;

use std::path::Path;
use std::process::{Command, Stdio};

use scanner::Scanner;
use workload::{FOLDER, Part};

/// Runs a part of the workload in a process of its own, whose temporary files are in the folder too; it succeeds, or aborts
/// if it is the part that shall.
fn run(part: Part, folder: &Path) {
    let status = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "work_in_another_process",
            "--ignored",
            "--nocapture",
        ])
        .env(FOLDER, folder)
        .env(Part::VARIABLE, part.name())
        .env("TMPDIR", folder)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    let expected = if part == Part::Crash { None } else { Some(0) };
    assert_eq!(status.code(), expected, "{}: {status}", part.name());
}

#[test]
#[ignore = "a part of the tests below, run by them in another process"]
fn work_in_another_process() {
    workload::run();
}

fn assert_clean(folder: &Path, at: &str, files_min: usize) {
    let scan = Scanner::new(&markers::all()).scan(folder);
    assert!(scan.hits.is_empty(), "{at}: {:?}", scan.hits);
    assert!(
        scan.files >= files_min && scan.bytes > 100_000,
        "{at}: {scan:?}"
    );
}

#[test]
fn no_marker_leaves_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    run(Part::Crash, folder);
    assert_clean(
        folder,
        "after a crash in the midst of a large transaction",
        1,
    );
    run(Part::Reopen, folder);
    assert_clean(folder, "after recovery, more work and closing", 1);
    run(Part::Copies, folder);
    assert_clean(folder, "after backups and compact copies", 3);
}

/// The scanner can find what it looks for: in each coding, at any place, torn in two, and in a database that keeps no secrets.
#[test]
fn the_scanner_finds_markers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    for marker in markers::all() {
        for coded in marker.codings() {
            let (first, second) = coded.split_at(coded.len() / 2);
            for part in [&coded[..], first, second] {
                let bytes = [&[7; 4_099][..], part, &[9; 77]].concat();
                std::fs::write(&path, bytes).unwrap();
                let scan = Scanner::new(&markers::all()).scan(folder.path());
                assert!(
                    scan.hits.iter().any(|hit| hit.marker == marker.name),
                    "{}",
                    marker.name
                );
            }
        }
    }
    std::fs::write(&path, [5; 10_000]).unwrap();
    assert!(
        Scanner::new(&markers::all())
            .scan(folder.path())
            .hits
            .is_empty()
    );
}

#[test]
fn the_scanner_finds_markers_in_an_open_database() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = rusqlite::Connection::open(folder.path().join("open.db")).unwrap();
    sqlite
        .execute_batch(&format!(
            "CREATE TABLE {} ({} TEXT)",
            markers::TABLE,
            markers::COLUMN
        ))
        .unwrap();
    let vector: Vec<u8> = markers::VECTOR
        .iter()
        .flat_map(|v| v.to_le_bytes())
        .collect();
    let insert = format!("INSERT INTO {} VALUES (?1), (?2)", markers::TABLE);
    sqlite.execute(&insert, (markers::ROW, vector)).unwrap();
    drop(sqlite);
    let scan = Scanner::new(&markers::all()).scan(folder.path());
    for name in ["row", "table", "column", "vector"] {
        assert!(
            scan.hits.iter().any(|hit| hit.marker == name),
            "{name}: {:?}",
            scan.hits
        );
    }
}

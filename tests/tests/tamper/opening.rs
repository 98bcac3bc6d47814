//! Promise: what keeps a file from being opened is told apart: something is there already, the key is wrong, the file is
//! cut, it is another program's, another process writes it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use citadel_sql::{Connection, Database, Error, FileStorage, Kdf, Key, Options};

/// Tells the test that runs as another process which file to hold.
const HOLD: &str = "CITADEL_TESTS_HOLD";

fn key() -> Key {
    Key::raw([5; 32])
}

fn options() -> Options {
    Options::default().kdf(Kdf::lightest()).create(false)
}

fn made(folder: &Path) -> PathBuf {
    let path = folder.join("made.db");
    let connection = Connection::open_with(&path, key(), options().create(true)).unwrap();
    connection
        .execute_batch("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (2)")
        .unwrap();
    path
}

fn refusal(path: &Path, key: Key) -> Error {
    match Connection::open_with(path, key, options()) {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => error,
    }
}

#[test]
fn five_reasons_are_five_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = made(folder.path());
    let before = std::fs::read(&path).unwrap();

    let storage = FileStorage::create(&path);
    let exists = storage.expect_err("something is there").to_string();

    let wrong = refusal(&path, Key::raw([6; 32]));
    assert!(wrong.is_wrong_key() && !wrong.is_corrupt(), "{wrong}");

    let cut = folder.path().join("cut.db");
    let mut texts = Vec::new();
    for len in [0, 1, 100, 5_000, 9_000, 24_576] {
        std::fs::write(&cut, &before[..len]).unwrap();
        let error = refusal(&cut, key());
        assert!(!error.is_wrong_key() && !error.is_io(), "{len}: {error}");
        texts.push(error.to_string());
    }
    let truncated = texts.pop().unwrap();

    let foreign = folder.path().join("foreign.db");
    let sqlite = rusqlite::Connection::open(&foreign).unwrap();
    sqlite
        .execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(50000))")
        .unwrap();
    drop(sqlite);
    let not_ours = refusal(&foreign, key());
    assert!(
        !not_ours.is_wrong_key() && !not_ours.is_corrupt(),
        "{not_ours}"
    );

    assert_eq!(std::fs::read(&path).unwrap(), before, "nothing was touched");
    let holder = Holder::start(&path);
    let held = std::fs::read(&path).unwrap();
    let locked = refusal(&path, key());
    assert!(locked.is_busy(), "{locked}");
    let reader = Connection::open_with(&path, key(), options().read_only(true)).unwrap();
    let count: i64 = reader.query_value("SELECT COUNT(*) FROM t", ()).unwrap();
    assert_eq!(count, 2, "a reader needs no lock");
    drop(holder);

    let mut all = vec![
        exists,
        wrong.to_string(),
        truncated,
        not_ours.to_string(),
        locked.to_string(),
    ];
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 5, "{all:#?}");
    assert_eq!(
        std::fs::read(&path).unwrap(),
        held,
        "nobody but the holder wrote"
    );
}

#[test]
fn creating_never_touches_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("precious");
    std::fs::write(&path, "precious").unwrap();
    assert!(FileStorage::create(&path).is_err());
    assert!(Connection::open_with(&path, key(), options().create(true)).is_err());
    assert_eq!(std::fs::read(&path).unwrap(), b"precious");
}

#[test]
fn the_lock_ends_with_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = made(folder.path());
    drop(Holder::start(&path));
    Connection::open_with(&path, key(), options()).unwrap();
}

/// Another process that has a file open for writing; killed when dropped.
struct Holder(Child);

impl Holder {
    fn start(path: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "opening::hold_as_another_process", "--nocapture"])
            .env(HOLD, path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let holds = output
            .lines()
            .map(Result::unwrap)
            .any(|line| line.contains("holding"));
        assert!(holds, "the other process ended before it held the file");
        Self(child)
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        // It may have ended by itself.
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// What the other process runs; as a test of its own it does nothing.
#[test]
#[expect(clippy::print_stdout, reason = "how the parent learns of it")]
fn hold_as_another_process() {
    let Some(path) = std::env::var_os(HOLD) else {
        return;
    };
    let storage = Arc::new(FileStorage::open(path).unwrap());
    let _database = Database::open_on(storage, &key(), options()).unwrap();
    println!("holding");
    // Until the parent kills it or ends.
    _ = std::io::stdin().read_line(&mut String::new());
}

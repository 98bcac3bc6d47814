//! All kinds of work, with markers wherever a user can put something.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use citadel_sql::{Connection, Kdf, Key, Options, params};
use citadel_txn::{Database, FileStorage, Quiet};

use super::markers::{
    BLOB, COLUMN, DELETED, INDEX, LARGE, NEW_PASSPHRASE, PARAMETER, PASSPHRASE, ROLLED_BACK, ROW,
    TABLE, TEXT, TOPIC, VECTOR,
};

/// The environment variable that names the folder.
pub(crate) const FOLDER: &str = "CITADEL_CANARY_FOLDER";

/// A part of the workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Creates the database, works, and crashes.
    Crash,
    /// Recovers, works on, and closes.
    Reopen,
    /// Copies in every way there is, and changes the keys.
    Copies,
}

impl Part {
    /// The environment variable that names it.
    pub(crate) const VARIABLE: &'static str = "CITADEL_CANARY_PART";

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::Reopen => "reopen",
            Self::Copies => "copies",
        }
    }
}

/// Runs the part that the environment names.
pub(crate) fn run() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
    let part = std::env::var(Part::VARIABLE).unwrap();
    let path = folder.join("vault.citadel");
    match part.as_str() {
        "crash" => crash(&path),
        "reopen" => reopen(&path),
        _ => copies(&folder, &path),
    }
}

fn open(path: &Path) -> Connection {
    let options = Options::default().kdf(Kdf::lightest()).cache_bytes(1 << 20);
    Connection::open_with(path, Key::passphrase(PASSPHRASE), options).unwrap()
}

fn crash(path: &Path) {
    let db = open(path);
    db.execute_batch(&format!(
        "CREATE TABLE {TABLE} (id INTEGER PRIMARY KEY, {COLUMN} TEXT DEFAULT '{ROW}', body BLOB);
         CREATE UNIQUE INDEX {INDEX} ON {TABLE} ({COLUMN});
         CREATE TABLE docs (id INTEGER PRIMARY KEY, topic TEXT, emb VECTOR(8), wide VECTOR(400));
         CREATE INDEX docs_emb ON docs USING ann (emb) WITH (metric = 'l2', filters = 'topic')"
    ))
    .unwrap();
    rows(&db);
    vectors(&db);
    queries(&db);
    failures(&db);
    // Larger than the cache, so that it is written before it is committed; and then it never is.
    db.execute_batch("BEGIN").unwrap();
    for number in 0..400 {
        let body = format!("{ROLLED_BACK} {number} ").repeat(400);
        let insert = format!("INSERT INTO {TABLE} ({COLUMN}, body) VALUES (?, ?)");
        let name = format!("{ROLLED_BACK} {number}");
        db.execute(&insert, params![name, body.as_bytes()]).unwrap();
    }
    std::process::abort();
}

fn rows(db: &Connection) {
    let insert = format!("INSERT INTO {TABLE} ({COLUMN}, body) VALUES (?, ?)");
    for number in 0..200 {
        let name = format!("{PARAMETER} {number}");
        let body = BLOB.repeat(1 + number % 7);
        db.execute(&insert, params![name, body.as_bytes()]).unwrap();
    }
    db.execute(&format!("INSERT INTO {TABLE} (id) VALUES (9000)"), ())
        .unwrap();
    let large = LARGE.repeat(10_000);
    db.execute(&insert, params!["large", large.as_bytes()])
        .unwrap();
    db.execute_batch(&format!(
        "INSERT INTO {TABLE} ({COLUMN}) VALUES ('{DELETED}'), ('{DELETED} 2'), ('{ROW} 2');
         DELETE FROM {TABLE} WHERE {COLUMN} LIKE '{DELETED}%';
         BEGIN; INSERT INTO {TABLE} ({COLUMN}) VALUES ('{ROLLED_BACK}'); ROLLBACK;
         UPDATE {TABLE} SET {COLUMN} = {COLUMN} || ' updated' WHERE id % 3 = 0"
    ))
    .unwrap();
}

fn vectors(db: &Connection) {
    let wide: Vec<f32> = VECTOR.iter().copied().cycle().take(400).collect();
    for number in 0..300 {
        let near: Vec<f32> = VECTOR.iter().map(|v| v + (number % 17) as f32).collect();
        db.execute(
            "INSERT INTO docs (topic, emb, wide) VALUES (?, ?, ?)",
            params![TOPIC, near, wide],
        )
        .unwrap();
    }
    db.persist_ann_index("docs", "emb").unwrap();
    let update = "UPDATE docs SET emb = ? WHERE id % 5 = 0";
    db.execute(update, params![VECTOR]).unwrap();
    db.persist_ann_index("docs", "emb").unwrap();
    let nearest = "SELECT id FROM docs WHERE topic = ? ORDER BY emb <-> ? LIMIT 5";
    let found = db.query_map(nearest, params![TOPIC, VECTOR], |row| row.get::<_, i64>(0));
    assert_eq!(found.unwrap().len(), 5);
}

/// Sorts, groups and joins of everything, and a text that is a marker itself.
fn queries(db: &Connection) {
    let sql = format!(
        "SELECT a.{COLUMN}, count(*), max(b.body) /* {TEXT} */ FROM {TABLE} a JOIN {TABLE} b ON a.id <= b.id
         WHERE b.{COLUMN} <> '{TEXT}' GROUP BY a.{COLUMN} ORDER BY 1 DESC"
    );
    let rows = db
        .query_map(&sql, (), |row| row.get::<_, String>(0))
        .unwrap();
    assert!(rows.len() > 100);
}

/// Statements that fail, by their text and by their values.
fn failures(db: &Connection) {
    for sql in [
        format!("SELEKT '{TEXT}'"),
        format!("SELECT {TEXT} FROM nowhere"),
        format!("INSERT INTO {TABLE} ({COLUMN}) VALUES ('{ROW} 2')"),
        format!("SELECT CAST('{TEXT}' AS INTEGER)"),
    ] {
        assert!(db.execute_batch(&sql).is_err(), "{sql}");
    }
}

fn reopen(path: &Path) {
    let db = open(path);
    assert!(db.check().unwrap().is_ok());
    rows_again(&db);
    db.execute_batch(&format!(
        "CREATE INDEX {INDEX}_2 ON {TABLE} ({COLUMN}, id);
         DELETE FROM {TABLE} WHERE id % 2 = 0;
         DROP INDEX {INDEX}_2"
    ))
    .unwrap();
    db.persist_ann_index("docs", "emb").unwrap();
    queries(&db);
}

/// A transaction that is larger than the cache, and is committed.
fn rows_again(db: &Connection) {
    db.execute_batch("BEGIN").unwrap();
    let insert = format!("INSERT INTO {TABLE} ({COLUMN}, body) VALUES (?, ?)");
    for number in 0..300 {
        let body = format!("{LARGE} {number} ").repeat(300);
        let name = format!("{PARAMETER} again {number}");
        db.execute(&insert, params![name, body.as_bytes()]).unwrap();
    }
    db.execute_batch("COMMIT").unwrap();
}

fn copies(folder: &Path, path: &Path) {
    let storage = Arc::new(FileStorage::open(path).unwrap());
    let key = Key::passphrase(PASSPHRASE);
    let database = Database::open(storage, &key, citadel_txn::Options::default()).unwrap();
    let target = |name: &str| Arc::new(FileStorage::create_partial(folder.join(name)).unwrap());
    database
        .backup(target("backup.citadel"), &mut Quiet)
        .unwrap();
    database
        .vacuum_into(target("compact.citadel"), &mut Quiet)
        .unwrap();
    let new = Key::passphrase(NEW_PASSPHRASE);
    database.rekey(&new, &Kdf::lightest(), &mut Quiet).unwrap();
    assert!(database.check().unwrap().problems.is_empty());
}

//! Encrypted tables: the key is the database's, and whoever has it opens the table elsewhere.

use super::{Lab, error, rows, try_rows};
use crate::{Connection, Database, Kdf, Key, Options, Quiet};

const TABLE: &str = "
    CREATE TABLE t (id INTEGER NOT NULL, s TEXT, v VECTOR(2)) USING iceberg
      WITH (location = '{lake}/t', encryption = 'parquet', metric = 'cosine');
    INSERT INTO t VALUES (1, 'marked-Zq8', '[1, 2]'), (2, 'two', '[3, 4]'), (3, NULL, NULL);";

fn key(db: &Connection) -> String {
    rows(db, "SELECT key FROM lake_key('t')").remove(0)
}

/// Another database that has nothing of the first.
fn stranger() -> Connection {
    Database::open_in_memory().unwrap().connect()
}

fn opening(lab: &Lab, options: &str) -> String {
    lab.sql(&format!(
        "CREATE TABLE t USING iceberg WITH (location = '{{lake}}/t'{options})"
    ))
}

#[test]
fn the_database_that_made_a_table_has_its_key() {
    has_its_key("filesystem");
}

#[test]
fn the_database_that_keeps_the_pointer_has_the_key_as_well() {
    has_its_key("embedded");
}

fn has_its_key(catalog: &str) {
    let options = format!("catalog = '{catalog}', encryption");
    let (mut lab, db) = Lab::after(&TABLE.replace("encryption", &options));
    let expected = ["1|marked-Zq8", "2|two", "3|NULL"];
    let all = "SELECT id, s FROM t ORDER BY id";
    assert_eq!(rows(&db, all), expected);
    let told = key(&db);
    drop(db);
    lab.reopen();
    let db = lab.connect();
    assert_eq!(rows(&db, all), expected);
    assert_eq!(key(&db), told);
    assert_eq!(
        rows(&db, "SELECT id FROM t ORDER BY v <=> '[1, 2]' LIMIT 1"),
        ["1"]
    );
    db.execute_batch("DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (4, 'four', NULL)")
        .unwrap();
    assert_eq!(rows(&db, "SELECT id FROM t ORDER BY id"), ["1", "3", "4"]);
    for call in [
        "CALL lake_compact('t')",
        "CALL lake_build_indexes('t')",
        "CALL lake_expire('t', '2999-01-01', 1)",
        "CALL lake_remove_orphans('t', 1)",
    ] {
        rows(&db, call);
    }
    assert_eq!(rows(&db, "SELECT id FROM t ORDER BY id"), ["1", "3", "4"]);
    assert_eq!(rows(&db, "PRAGMA integrity_check"), ["ok"]);
    let mut left = vec![lab.lake()];
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(
                std::fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        for secret in [b"marked-Zq8".as_slice(), told.as_bytes()] {
            let is_there = bytes.windows(secret.len()).any(|window| window == secret);
            assert!(!is_there, "{}", path.display());
        }
    }
}

#[test]
fn another_database_opens_it_with_the_key_alone() {
    let (lab, db) = Lab::after(TABLE);
    let other = stranger();
    let told = error(&other, &opening(&lab, ""));
    assert!(told.contains("encrypted, and no key was given"), "{told}");
    let state = |sql: &str| {
        let failed = other.execute_batch(sql).unwrap_err();
        failed.sqlstate().unwrap().as_str()
    };
    assert_eq!(state(&opening(&lab, "")), "28000");
    let told = error(&other, &opening(&lab, ", encryption = 'parquet'"));
    assert!(told.contains("encryption_key"), "{told}");
    let wrong = format!(
        ", encryption = 'parquet', encryption_key = '{}'",
        "ab".repeat(32)
    );
    let told = error(&other, &opening(&lab, &wrong));
    assert!(told.contains("encrypted under the key"), "{told}");
    assert!(!told.contains(&"ab".repeat(32)), "{told}");
    let alone = format!(", encryption_key = '{}'", key(&db));
    let told = error(&other, &opening(&lab, &alone));
    assert!(told.contains("without encryption"), "{told}");

    let given = format!(", encryption = 'parquet'{alone}");
    other.execute_batch(&opening(&lab, &given)).unwrap();
    assert_eq!(rows(&other, "SELECT count(*) FROM t"), ["3"]);
    other
        .execute_batch("INSERT INTO t VALUES (9, 'there', NULL)")
        .unwrap();
    assert_eq!(rows(&db, "SELECT s FROM t WHERE id = 9"), ["there"]);
    assert_eq!(key(&other), key(&db));
    // What it is told as has no key.
    let sql = rows(&other, "SELECT sql FROM sqlite_schema WHERE name = 't'").remove(0);
    assert!(sql.contains("encryption = 'parquet'"), "{sql}");
    assert!(!sql.contains("encryption_key"), "{sql}");
}

#[test]
fn a_table_in_the_clear_takes_no_key_and_tells_none() {
    let (lab, db) =
        Lab::after("CREATE TABLE t (id INTEGER) USING iceberg WITH (location = '{lake}/t');");
    assert!(rows(&db, "SELECT * FROM lake_key('t')").is_empty());
    let other = stranger();
    let told = error(&other, &opening(&lab, ", encryption = 'parquet'"));
    assert!(told.contains("not encrypted"), "{told}");
    let given = format!(
        ", encryption = 'parquet', encryption_key = '{}'",
        "ab".repeat(32)
    );
    let told = error(&other, &opening(&lab, &given));
    assert!(told.contains("not encrypted"), "{told}");
}

#[test]
fn a_table_is_made_under_a_key_that_is_given() {
    let lab = Lab::new();
    let db = lab.connect();
    let made = lab.sql(&format!(
        "CREATE TABLE t (id INTEGER) USING iceberg WITH (location = '{{lake}}/t', encryption = 'parquet', encryption_key = '{}')",
        "AB".repeat(32)
    ));
    db.execute_batch(&made).unwrap();
    assert_eq!(key(&db), "ab".repeat(32));
}

#[test]
fn what_is_dropped_is_opened_by_its_key() {
    let (lab, db) = Lab::after(TABLE);
    let told = key(&db);
    db.execute_batch("DROP TABLE t").unwrap();
    let lost = error(&db, &opening(&lab, ", encryption = 'parquet'"));
    assert!(lost.contains("no key was given"), "{lost}");
    let given = format!(", encryption = 'parquet', encryption_key = '{told}'");
    db.execute_batch(&opening(&lab, &given)).unwrap();
    assert_eq!(rows(&db, "SELECT count(*) FROM t"), ["3"]);
}

#[test]
fn a_file_that_was_exchanged_is_an_error() {
    let (lab, db) = Lab::after(TABLE);
    // The same rows, so that both files are of one size and nothing but the seal can tell.
    db.execute_batch(
        "INSERT INTO t VALUES (1, 'marked-Zq8', '[1, 2]'), (2, 'two', '[3, 4]'), (3, NULL, NULL)",
    )
    .unwrap();
    let data = lab.lake().join("t/data");
    let entries = std::fs::read_dir(&data).unwrap();
    let files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 2);
    std::fs::copy(&files[0], &files[1]).unwrap();
    let fresh = stranger();
    let given = format!(", encryption = 'parquet', encryption_key = '{}'", key(&db));
    fresh.execute_batch(&opening(&lab, &given)).unwrap();
    let failed = try_rows(&fresh, "SELECT * FROM t").unwrap_err();
    assert_eq!(failed.sqlstate().unwrap().as_str(), "XX001", "{failed}");
    assert!(failed.to_string().contains("another file"), "{failed}");
}

#[test]
fn a_salvaged_database_still_has_the_key() {
    let (mut lab, db) = Lab::after(TABLE);
    let told = key(&db);
    drop(db);
    lab.database = None;
    let (old, new) = (lab.file("t.citadel"), lab.file("new.citadel"));
    let own = Key::raw([7; 32]);
    crate::salvage(&old, &own, &new, &own, Options::default(), &mut Quiet).unwrap();
    let database = Database::open(&new, own).unwrap();
    let db = database.connect();
    assert_eq!(key(&db), told);
    assert_eq!(rows(&db, "SELECT count(*) FROM t"), ["3"]);
}

#[test]
fn a_rekeyed_database_and_its_copy_have_the_key() {
    let (mut lab, db) = Lab::after(TABLE);
    let told = key(&db);
    let copy = lab.file("copy.citadel");
    db.execute_batch(&format!("VACUUM INTO '{}'", copy.display()))
        .unwrap();
    drop(db);
    let other = Database::open(&copy, Key::raw([7; 32])).unwrap().connect();
    assert_eq!(key(&other), told);
    assert_eq!(rows(&other, "SELECT count(*) FROM t"), ["3"]);
    lab.reopen();
    lab.connect()
        .rekey(&Key::raw([7; 32]), &Kdf::default(), &mut Quiet)
        .unwrap();
    lab.reopen();
    let db = lab.connect();
    assert_eq!(key(&db), told);
    assert_eq!(rows(&db, "SELECT count(*) FROM t"), ["3"]);
}

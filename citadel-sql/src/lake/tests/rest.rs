//! Tables that a server of the Iceberg REST protocol keeps.

use citadel_lake::{RestCatalog, RestOptions};

use super::rest_server::{Fate, Server};
use super::{Lab, error, rows, try_rows};
use crate::lake::commit::Step;
use crate::{Connection, Database, Key, Options, Quiet};

const TOKEN: &str = "hush-Zq8";
const SHOP: [&str; 2] = ["shop", "by day"];

const TABLE: &str = "
    CREATE TABLE here (id INTEGER PRIMARY KEY);
    CREATE TABLE t (id INTEGER NOT NULL, s TEXT, v VECTOR(2)) USING iceberg
      WITH (location = '{lake}/t', metric = 'cosine');
    INSERT INTO t VALUES (1, 'one', '[1, 2]'), (2, 'two', '[3, 4]'), (3, NULL, NULL);";

/// The beginning of the options of a table that a server keeps, in a namespace that is there then.
pub(super) fn with(server: &Server, token: &str) -> String {
    let options = match token {
        "" => RestOptions::new(),
        token => RestOptions::new().token(token),
    };
    let catalog = RestCatalog::connect(&server.uri(), options).unwrap();
    catalog.create_namespace(&SHOP).unwrap();
    let token = match token {
        "" => String::new(),
        token => format!("token = '{token}', "),
    };
    let uri = server.uri();
    format!("WITH (catalog = 'rest', uri = '{uri}', namespace = 'shop.by day', {token}")
}

/// A lab with a table on a server that wants a token.
fn lab() -> (Server, Lab, Connection) {
    let server = Server::start_with(0, Some(TOKEN));
    let (lab, db) = Lab::after(&TABLE.replace("WITH (", &with(&server, TOKEN)));
    (server, lab, db)
}

/// A statement that opens the table under its name on the server.
fn opening(server: &Server, token: &str, more: &str) -> String {
    let uri = server.uri();
    format!(
        "CREATE TABLE u USING iceberg WITH (catalog = 'rest', uri = '{uri}', namespace = 'shop.by day', name = 't'{token}{more})"
    )
}

fn stranger() -> Connection {
    Database::open_in_memory().unwrap().connect()
}

#[test]
fn a_table_lives_on_a_server() {
    let (server, mut lab, db) = lab();
    assert_eq!(
        rows(&db, "SELECT id, s FROM t ORDER BY id"),
        ["1|one", "2|two", "3|NULL"]
    );
    assert_eq!(
        rows(&db, "SELECT id FROM t ORDER BY v <=> '[1, 2]' LIMIT 1"),
        ["1"]
    );
    assert_eq!(
        rows(&db, "SELECT catalog FROM lake_metadata('t')"),
        ["rest"]
    );
    db.execute_batch("DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (4, 'four', NULL)")
        .unwrap();
    drop(db);
    lab.reopen();
    let db = lab.connect();
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
    // Another database finds it by the server alone, and writes it as well.
    let other = stranger();
    let token = format!(", token = '{TOKEN}'");
    other.execute_batch(&opening(&server, &token, "")).unwrap();
    other
        .execute_batch("INSERT INTO u VALUES (5, 'five', '[0, 1]')")
        .unwrap();
    assert_eq!(rows(&db, "SELECT s FROM t WHERE id = 5"), ["five"]);
    // It is forgotten here, and is there for whoever asks the server.
    db.execute_batch("DROP TABLE t").unwrap();
    assert_eq!(rows(&other, "SELECT count(*) FROM u"), ["4"]);
    db.execute_batch(&opening(&server, &token, "")).unwrap();
    assert_eq!(rows(&db, "SELECT count(*) FROM u"), ["4"]);
}

#[test]
fn what_does_not_fit_the_server_is_an_error() {
    let (server, lab, _db) = lab();
    let other = stranger();
    let token = format!(", token = '{TOKEN}'");
    for (sql, wanted) in [
        (opening(&server, "", ""), "401"),
        (opening(&server, ", token = 'wrong'", ""), "401"),
        (
            opening(&server, &token, ", location = '/elsewhere/t'"),
            "not at '/elsewhere/t'",
        ),
        (
            opening(&server, &token, ", encryption = 'parquet'"),
            "not encrypted",
        ),
        (
            opening(&server, &token, "").replace("'t'", "'none'"),
            "no table at",
        ),
        (
            opening(&server, &token, "").replace("shop.by day", "nowhere"),
            "no table at",
        ),
        (
            opening(&server, &token, "")
                .replace("'t'", "'none'")
                .replace("TABLE u", "TABLE u (id INTEGER)"),
            "says where it is to be made",
        ),
        (
            lab.sql(&opening(&server, &token, ", location = '{lake}/n'"))
                .replace("'t'", "'none'")
                .replace("shop.by day", "nowhere")
                .replace("TABLE u", "TABLE u (id INTEGER)"),
            "NoSuchNamespace",
        ),
        (
            opening(&server, &token, "")
                .replace("TABLE u", "TABLE u (id TEXT, s TEXT, v VECTOR(2))"),
            "\"id\" is INTEGER in the lake",
        ),
    ] {
        let failed = other.execute_batch(&sql).unwrap_err();
        let told = format!("{failed} {:?}", failed.hint_text());
        assert!(told.contains(wanted), "{sql}: {told}");
        assert!(!told.contains(TOKEN) && !told.contains("'wrong'"), "{told}");
    }
    let nobody = "CREATE TABLE u USING iceberg WITH (catalog = 'rest', uri = 'http://127.0.0.1:1', namespace = 'a')";
    assert!(error(&other, nobody).contains("lake: asking the catalog"));
    assert!(rows(&other, "SELECT name FROM sqlite_schema").is_empty());
}

#[test]
fn the_token_is_told_to_the_server_alone() {
    let (_server, lab, db) = lab();
    let sql = rows(&db, "SELECT sql FROM sqlite_schema WHERE name = 't'").remove(0);
    assert!(
        sql.contains("namespace = 'shop.by day', name = 't'"),
        "{sql}"
    );
    assert!(!sql.contains("token"), "{sql}");
    let mut told = rows(&db, "SELECT * FROM sqlite_schema");
    told.extend(rows(&db, "EXPLAIN SELECT id FROM t WHERE id = 1"));
    told.extend(rows(
        &db,
        "EXPLAIN ANALYZE SELECT id FROM t ORDER BY v <=> '[1, 2]' LIMIT 1",
    ));
    told.extend(rows(&db, "SELECT * FROM lake_metadata('t')"));
    assert!(!told.join("\n").contains(TOKEN), "{told:?}");
    // A copy of the database has it nevertheless, and so has what is salvaged of that.
    let (copy, saved) = (lab.file("copy.citadel"), lab.file("saved.citadel"));
    let key = Key::raw([7; 32]);
    db.execute_batch(&format!("VACUUM INTO '{}'", copy.display()))
        .unwrap();
    crate::salvage(&copy, &key, &saved, &key, Options::default(), &mut Quiet).unwrap();
    for file in [copy, saved] {
        let bytes = std::fs::read(&file).unwrap();
        let mut windows = bytes.windows(TOKEN.len());
        assert!(!windows.any(|bytes| bytes == TOKEN.as_bytes()));
        let db = Database::open(&file, Key::raw([7; 32])).unwrap().connect();
        assert_eq!(rows(&db, "SELECT count(*) FROM t"), ["3"]);
    }
}

#[test]
fn rows_are_there_once_whatever_becomes_of_the_servers_answers() {
    for fate in [Fate::Unanswered, Fate::TimedOut, Fate::Twice, Fate::Refused] {
        let (server, _lab, db) = lab();
        server.plan(move |number| match number {
            0 => fate,
            _ => Fate::Done,
        });
        db.execute_batch(
            "BEGIN; INSERT INTO here VALUES (1); INSERT INTO t VALUES (9, 'nine', NULL); COMMIT",
        )
        .unwrap();
        assert_eq!(
            rows(&db, "SELECT count(*) FROM t WHERE id = 9"),
            ["1"],
            "{fate:?}"
        );
        assert_eq!(rows(&db, "SELECT id FROM here"), ["1"], "{fate:?}");
    }
}

#[test]
fn what_waits_for_a_server_is_done_when_it_is_back() {
    let (server, mut lab, db) = lab();
    // It is away before the local commit: nothing was done.
    server.plan(|_| Fate::Down);
    assert!(try_rows(&db, "SELECT * FROM lake_snapshots('t')").is_ok());
    let change =
        "BEGIN; INSERT INTO here VALUES (1); INSERT INTO t VALUES (9, 'nine', NULL); COMMIT";
    let told = error(&db, change);
    // The server answers until it is asked to commit: that comes after the local commit.
    assert!(told.contains("is committed"), "{told}");
    assert_eq!(rows(&db, "SELECT id FROM here"), ["1"]);
    let told = error(&db, "SELECT * FROM t");
    assert!(
        told.contains("cannot be read before what was committed"),
        "{told}"
    );
    // Now it is away from the beginning.
    let told = error(&db, "INSERT INTO t VALUES (10, 'ten', NULL)");
    assert!(told.contains("503"), "{told}");
    drop(db);
    lab.reopen();
    let db = lab.connect();
    assert_eq!(rows(&db, "SELECT id FROM here"), ["1"]);
    server.plan(|_| Fate::Done);
    assert_eq!(
        rows(&db, "SELECT id FROM t ORDER BY id"),
        ["1", "2", "3", "9"]
    );
    // A commit that ends behind the local one is carried out when the database is opened.
    lab.crash_at(Step::Committed);
    assert!(
        db.execute_batch("INSERT INTO t VALUES (11, 'eleven', NULL)")
            .is_err()
    );
    drop(db);
    lab.reopen();
    let other = lab.connect();
    assert_eq!(rows(&other, "SELECT count(*) FROM t WHERE id = 11"), ["1"]);
    assert_eq!(
        rows(&other, "SELECT count(*) FROM lake_snapshots('t')"),
        ["3"]
    );
}

#[test]
fn an_encrypted_table_may_be_a_servers() {
    let server = Server::start();
    let options = format!("{}encryption = 'parquet', ", with(&server, ""));
    let (mut lab, db) = Lab::after(&TABLE.replace("WITH (", &options));
    let key = rows(&db, "SELECT key FROM lake_key('t')").remove(0);
    drop(db);
    lab.reopen();
    let db = lab.connect();
    assert_eq!(rows(&db, "SELECT count(*) FROM t"), ["3"]);
    let other = stranger();
    let told = error(&other, &opening(&server, "", ""));
    assert!(told.contains("no key was given"), "{told}");
    let given = format!(", encryption = 'parquet', encryption_key = '{key}'");
    other.execute_batch(&opening(&server, "", &given)).unwrap();
    assert_eq!(rows(&other, "SELECT count(*) FROM u"), ["3"]);
}

//! A new database from a damaged one.

use std::sync::Arc;

use citadel_txn::MemoryStorage;

use crate::{Connection, Database, Key, Options, PageSize, Quiet, SalvageReport, salvage_storage};

fn key() -> Key {
    Key::raw([7; 32])
}

const PAGE: usize = 1024;
const ROWS: i64 = 120;

/// The bytes of a closed database.
fn sample() -> Vec<u8> {
    let storage = MemoryStorage::new();
    let options = Options::default().page_size(PageSize::new(PAGE as u32).unwrap());
    let database = Database::create_on(Arc::new(storage.clone()), &key(), options).unwrap();
    let db = database.connect();
    db.execute_batch(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, emb VECTOR(300));
         CREATE INDEX t_emb ON t USING ann (emb) WITH (filters = 'name');
         CREATE TABLE plain (a TEXT, b INTEGER);
         CREATE INDEX plain_b ON plain (b)",
    )
    .unwrap();
    for id in 0..ROWS {
        let vector: Vec<f32> = (0..300).map(|at| ((id * 7 + at) % 13) as f32).collect();
        let vector = (id % 10 != 0).then_some(vector);
        db.execute(
            "INSERT INTO t VALUES (?, ?, ?)",
            crate::params![id, format!("name {id}"), vector],
        )
        .unwrap();
    }
    db.execute("INSERT INTO plain SELECT name || name, id % 5 FROM t", ())
        .unwrap();
    db.execute("DELETE FROM plain WHERE rowid <= 20", ())
        .unwrap();
    db.persist_ann_index("t", "emb").unwrap();
    drop((db, database));
    storage.snapshot()
}

fn rescue(bytes: Vec<u8>) -> crate::Result<(SalvageReport, Connection)> {
    let new = MemoryStorage::new();
    let report = salvage_storage(
        Arc::new(MemoryStorage::from_bytes(bytes)),
        &key(),
        Arc::new(new.clone()),
        &Key::raw([8; 32]),
        Options::default(),
        &mut Quiet,
    )?;
    let database = Database::open_on(Arc::new(new), &Key::raw([8; 32]), Options::default())?;
    Ok((report, database.connect()))
}

fn rows(db: &Connection, sql: &str) -> Vec<String> {
    db.query_map(sql, (), |row| {
        Ok(format!("{:?} {:?}", row.get_ref(0)?, row.get_ref(1)?))
    })
    .unwrap()
}

#[test]
fn a_sound_database_is_salvaged_whole() {
    let bytes = sample();
    let storage = Arc::new(MemoryStorage::from_bytes(bytes.clone()));
    let before = Database::open_on(storage, &key(), Options::default())
        .unwrap()
        .connect();
    let (report, after) = rescue(bytes).unwrap();
    assert!(report.is_complete(), "{report}");
    assert_eq!(report.rows() as i64, 2 * ROWS - 20);
    for sql in [
        "SELECT rowid, a FROM plain ORDER BY rowid",
        "SELECT id, emb FROM t ORDER BY id",
        "SELECT id, name FROM t ORDER BY emb <-> (CAST('[' || repeat('1,', 299) || '1]' AS VECTOR(300))) LIMIT 200",
    ] {
        assert_eq!(rows(&before, sql), rows(&after, sql), "{sql}");
    }
    assert_eq!(before.tables().unwrap(), after.tables().unwrap());
    assert!(after.check().unwrap().is_ok());
}

#[test]
fn whatever_page_is_damaged_the_rest_is_saved_and_the_loss_is_named() {
    let bytes = sample();
    let (mut salvaged, mut lossy) = (0, 0);
    for page in (24..bytes.len() / PAGE).step_by(2) {
        let mut damaged = bytes.clone();
        damaged[page * PAGE + 300] ^= 0x40;
        let Ok((report, after)) = rescue(damaged) else {
            continue;
        };
        salvaged += 1;
        let check = after.check().unwrap();
        assert!(check.is_ok(), "page {page}: {check}");
        let found: i64 = report
            .tables
            .iter()
            .map(|table| {
                let sql = format!("SELECT COUNT(*) FROM {}", table.name);
                after.query_value::<i64, _>(&sql, ()).unwrap()
            })
            .sum();
        assert_eq!(found as u64, report.rows(), "page {page}");
        if report.rows() as i64 != 2 * ROWS - 20 {
            lossy += 1;
            assert!(
                !report.is_complete() && report.loss_count() > 0,
                "page {page}: {report}"
            );
        }
    }
    assert!(
        salvaged > 50 && lossy > 2,
        "{salvaged} salvaged, {lossy} with losses"
    );
}

#[test]
fn a_wrong_key_salvages_nothing_and_leaves_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let (damaged, new) = (dir.path().join("a"), dir.path().join("b"));
    std::fs::write(&damaged, sample()).unwrap();
    let wrong = Key::raw([9; 32]);
    let error = crate::salvage(
        &damaged,
        &wrong,
        &new,
        &wrong,
        Options::default(),
        &mut Quiet,
    )
    .unwrap_err();
    assert!(error.is_wrong_key(), "{error}");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    let report = crate::salvage(
        &damaged,
        &key(),
        &new,
        &wrong,
        Options::default(),
        &mut Quiet,
    );
    assert!(report.unwrap().is_complete());
    assert!(
        Connection::open(&new, wrong)
            .unwrap()
            .check()
            .unwrap()
            .is_ok()
    );
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2);
}

#[test]
fn sequences_and_foreign_keys_are_salvaged_as_well() {
    let storage = MemoryStorage::new();
    let database =
        Database::create_on(Arc::new(storage.clone()), &key(), Options::default()).unwrap();
    let db = database.connect();
    db.execute_batch(
        "CREATE SEQUENCE s INCREMENT 10;
         CREATE TABLE a (id SERIAL PRIMARY KEY, b INTEGER, n INTEGER DEFAULT nextval('s'));
         CREATE TABLE b (id INTEGER GENERATED ALWAYS AS IDENTITY (START 100) PRIMARY KEY, a INTEGER REFERENCES a DEFERRABLE);
         ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b ON DELETE SET NULL;
         INSERT INTO a (b) VALUES (NULL), (NULL);
         INSERT INTO b (a) VALUES (1), (2), (NULL);
         UPDATE a SET b = 101 WHERE id = 1",
    )
    .unwrap();
    drop((db, database));
    let (report, after) = rescue(storage.snapshot()).unwrap();
    assert!(report.is_complete(), "{report}");
    after
        .execute_batch("INSERT INTO a (b) VALUES (102); INSERT INTO b (a) VALUES (3); DELETE FROM b WHERE id = 101")
        .unwrap();
    assert_eq!(
        rows(&after, "SELECT id * 1000 + n, b FROM a ORDER BY id"),
        [
            "Integer(1001) Null",
            "Integer(2011) Null",
            "Integer(3021) Integer(102)"
        ]
    );
    assert_eq!(
        rows(&after, "SELECT max(id), count(*) FROM b"),
        ["Integer(103) Integer(3)"]
    );
    assert!(after.execute("DELETE FROM a WHERE id = 2", ()).is_ok());
    assert!(after.execute("DELETE FROM a WHERE id = 1", ()).is_err());
    after
        .execute("ALTER TABLE a DROP COLUMN id CASCADE", ())
        .unwrap();
    assert!(after.execute("SELECT nextval('a_id_seq')", ()).is_err());
}

fn texts(db: &Connection, sql: &str) -> Vec<String> {
    db.query_map(sql, (), |row| row.get(0)).unwrap()
}

#[test]
fn labels_and_arrays_are_salvaged() {
    let storage = MemoryStorage::new();
    let database =
        Database::create_on(Arc::new(storage.clone()), &key(), Options::default()).unwrap();
    let db = database.connect();
    db.execute_batch(
        "CREATE TYPE none AS ENUM ('a');
         CREATE TYPE mood AS ENUM ('sad', 'happy');
         CREATE TABLE p (m mood, past mood[] DEFAULT '{sad}', short VARCHAR(3)[], n INTEGER[]);
         INSERT INTO p VALUES ('happy', '{happy,sad}', '{abc}', '[0:1]={1,NULL}'), (NULL, NULL, NULL, '{{1},{2}}');
         DROP TYPE none;
         ALTER TYPE mood ADD VALUE 'ok' AFTER 'sad';
         INSERT INTO p (m) VALUES ('ok');
         ALTER TYPE mood RENAME TO \"How it is\";
         ALTER TABLE p ADD COLUMN later INTEGER DEFAULT 7",
    )
    .unwrap();
    let sql = "SELECT m::TEXT || coalesce(past::TEXT, '-') FROM p WHERE m IS NOT NULL ORDER BY m";
    let before = texts(&db, sql);
    assert_eq!(before, ["ok{sad}", "happy{happy,sad}"]);
    drop((db, database));
    let (report, db) = rescue(storage.snapshot()).unwrap();
    assert!(report.is_complete(), "{report}");
    assert_eq!(texts(&db, sql), before);
    assert_eq!(
        texts(
            &db,
            "SELECT n::TEXT || later FROM p WHERE n IS NOT NULL ORDER BY n"
        ),
        ["{{1},{2}}7", "[0:1]={1,NULL}7"]
    );
    db.execute("INSERT INTO p (m, short) VALUES ('sad', '{abc}')", ())
        .unwrap();
    assert!(
        db.execute("INSERT INTO p (short) VALUES ('{abcd}')", ())
            .is_err()
    );
    db.execute_batch("CREATE TYPE other AS ENUM ('x'); ALTER TYPE \"How it is\" ADD VALUE 'y'")
        .unwrap();
}

#[test]
fn domains_materialized_views_and_what_autoincrement_has_given_are_salvaged() {
    let storage = MemoryStorage::new();
    let database =
        Database::create_on(Arc::new(storage.clone()), &key(), Options::default()).unwrap();
    let db = database.connect();
    db.execute_batch(
        "CREATE DOMAIN even AS INTEGER CHECK (VALUE % 2 = 0);
         CREATE DOMAIN small AS even CHECK (VALUE < 100);
         CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, e small, l even[]);
         INSERT INTO t (e, l) VALUES (2, '{4}'), (4, NULL), (6, NULL);
         DELETE FROM t WHERE id = 3;
         CREATE MATERIALIZED VIEW above AS SELECT 1 AS x;
         DROP MATERIALIZED VIEW above;
         CREATE VIEW v AS SELECT e FROM t;
         CREATE MATERIALIZED VIEW m AS SELECT e, count(*) AS n FROM v GROUP BY e;
         CREATE UNIQUE INDEX m_e ON m (e);
         CREATE MATERIALIZED VIEW above AS SELECT n FROM m;
         CREATE MATERIALIZED VIEW empty AS SELECT n FROM above WITH NO DATA;
         COMMENT ON COLUMN m.n IS 'how many';
         COMMENT ON DOMAIN small IS 'up to 100'",
    )
    .unwrap();
    drop((db, database));
    let (report, db) = rescue(storage.snapshot()).unwrap();
    assert!(report.is_complete(), "{report}");
    assert_eq!(report.rows(), 2);
    let ids = "INSERT INTO t (e) VALUES (8) RETURNING id";
    assert_eq!(db.query_value::<i64, _>(ids, ()).unwrap(), 4);
    for refused in [
        "INSERT INTO t (e) VALUES (9)",
        "INSERT INTO t (e) VALUES (100)",
        "UPDATE t SET l = '{1}'",
        "SELECT * FROM empty",
    ] {
        assert!(db.execute_batch(refused).is_err(), "{refused}");
    }
    assert_eq!(
        rows(&db, "SELECT e, n FROM m ORDER BY e"),
        ["Integer(2) Integer(1)", "Integer(4) Integer(1)"]
    );
    let said = "SELECT obj_description('small') || ', ' || col_description('m', 2)";
    assert_eq!(texts(&db, said), ["up to 100, how many"]);
    db.execute_batch("REFRESH MATERIALIZED VIEW CONCURRENTLY m; REFRESH MATERIALIZED VIEW empty")
        .unwrap();
    assert_eq!(
        db.query_value::<i64, _>("SELECT count(*) FROM m", ())
            .unwrap(),
        3
    );
    assert!(db.check().unwrap().is_ok());
}

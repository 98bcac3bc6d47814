//! What a keeper does: checking, copying, compacting, keys, space.

use std::ops::ControlFlow;
use std::sync::Arc;

use citadel_txn::{MemoryStorage, TreeOptions};

use crate::schema::Catalog;
use crate::{Connection, Database, Kdf, Key, ObjectKind, Options, PageSize, Phase, Quiet, Step};

fn key() -> Key {
    Key::raw([7; 32])
}

/// A database with a bit of everything, and its bytes.
fn sample() -> (Connection, MemoryStorage) {
    let storage = MemoryStorage::new();
    let options = Options::default().page_size(PageSize::new(1024).unwrap());
    let database = Database::create_on(Arc::new(storage.clone()), &key(), options).unwrap();
    let db = database.connect();
    db.execute_batch(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, emb VECTOR(300));
         CREATE INDEX t_emb ON t USING ann (emb) WITH (filters = 'name');
         CREATE TABLE plain (a, b INTEGER);
         CREATE INDEX plain_b ON plain (b);"
            .replace("(a, b INTEGER)", "(a TEXT, b INTEGER)")
            .as_str(),
    )
    .unwrap();
    let mut insert = db.prepare("INSERT INTO t VALUES (?, ?, ?)").unwrap();
    for id in 0..40_i64 {
        let vector: Vec<f32> = (0..300).map(|at| ((id * 7 + at) % 13) as f32).collect();
        insert
            .execute(crate::params![id, format!("name {id}"), vector])
            .unwrap();
    }
    db.execute("INSERT INTO plain SELECT name, id % 5 FROM t", ())
        .unwrap();
    (db, storage)
}

fn reopen(db: Connection, storage: MemoryStorage) -> Connection {
    drop(db);
    Database::open_on(Arc::new(storage), &key(), Options::default())
        .unwrap()
        .connect()
}

fn faults(db: &Connection) -> Vec<String> {
    db.check().unwrap().faults().to_vec()
}

#[test]
fn a_check_reads_everything_tells_and_can_be_stopped() {
    let (db, _) = sample();
    db.persist_ann_index("t", "emb").unwrap();
    let mut phases = Vec::new();
    let report = db
        .check_with(&mut |step: Step| {
            phases.push(step.phase);
            assert!(step.done <= step.total);
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(report.is_ok(), "{report}");
    assert_eq!((report.tables, report.rows), (2, 80));
    assert!(phases.contains(&Phase::Read) && phases.contains(&Phase::Rows));
    let stopped = db.check_with(&mut |_: Step| ControlFlow::Break(()));
    assert!(stopped.unwrap_err().is_interrupted());
    assert!(db.check().unwrap().is_ok());
}

#[test]
fn a_tree_without_an_owner_and_an_owner_without_its_tree_are_found() {
    let (db, storage) = sample();
    let below = &db.database().shared().storage;
    let mut txn = below.begin_write().unwrap();
    let leaked = txn.create_tree(TreeOptions::default()).unwrap();
    txn.insert(leaked, b"x", b"y").unwrap();
    txn.commit().unwrap();
    let expected = format!("tree {leaked} with 1 entries belongs to no table");
    assert_eq!(faults(&db), [expected]);

    let catalog = Catalog::load(&below.begin_read().unwrap()).unwrap();
    let rows = catalog.table("plain").unwrap().rows;
    let mut txn = below.begin_write().unwrap();
    txn.drop_tree(leaked).unwrap();
    txn.drop_tree(rows).unwrap();
    txn.commit().unwrap();
    let db = reopen(db, storage);
    let expected = format!("tree {rows} (rows of table \"plain\") is not there");
    assert_eq!(faults(&db), [expected]);
}

#[test]
fn a_segment_of_other_vectors_is_found_by_its_fingerprint() {
    let (db, _) = sample();
    db.persist_ann_index("t", "emb").unwrap();
    let below = &db.database().shared().storage;
    let catalog = Catalog::load(&below.begin_read().unwrap()).unwrap();
    let table = catalog.table("t").unwrap();
    let crate::schema::ColumnStorage::Tree(vectors) = table.columns[2].storage else {
        panic!("wide vectors have a tree");
    };
    let mut txn = below.begin_write().unwrap();
    let key = crate::store::row_key::encode(crate::schema::RowId(5));
    txn.insert(vectors, &key, &[0; 1200]).unwrap();
    txn.commit().unwrap();
    let faults = faults(&db);
    assert!(
        faults.len() == 1 && faults[0].contains("built from other vectors"),
        "{faults:?}"
    );
}

#[test]
fn damage_is_told_with_the_name_of_its_table() {
    let (db, storage) = sample();
    let space = db.space().unwrap();
    let rows = space
        .objects
        .iter()
        .find(|object| object.table == "plain" && object.kind == ObjectKind::Rows);
    assert_eq!(rows.map(|rows| rows.entries), Some(40));
    // Small commits leave their rows in the record; a vacuum writes all into pages.
    db.execute("VACUUM", ()).unwrap();
    drop(db);
    let whole = storage.snapshot();
    // Every page is changed in turn, until one is met that holds rows of "plain".
    let named = (24..whole.len() / 1024).any(|page| {
        let mut bytes = whole.clone();
        bytes[page * 1024 + 100] ^= 1;
        let storage = Arc::new(MemoryStorage::from_bytes(bytes));
        match Database::open_on(storage, &key(), Options::default()) {
            Err(error) => {
                assert!(error.is_corrupt(), "{error}");
                false
            }
            Ok(database) => match database.connect().check() {
                Ok(report) => report
                    .faults()
                    .iter()
                    .any(|fault| fault.contains("rows of table \"plain\"")),
                Err(error) => panic!("damage is a fault, not an error: {error}"),
            },
        }
    });
    assert!(named);
}

#[test]
fn space_is_told_by_table_and_index() {
    let (db, _) = sample();
    let report = db.space().unwrap();
    let kinds: Vec<_> = report
        .objects
        .iter()
        .map(|object| (object.table.as_str(), object.name.as_str(), object.kind))
        .collect();
    for expected in [
        ("", "", ObjectKind::Schema),
        ("plain", "", ObjectKind::Rows),
        ("plain", "plain_b", ObjectKind::Index),
        ("t", "emb", ObjectKind::Vectors),
        ("t", "t_emb", ObjectKind::AnnDelta),
        ("t", "t_emb", ObjectKind::AnnSegments),
    ] {
        assert!(kinds.contains(&expected), "{kinds:?}");
    }
    let pages: u64 = report.objects.iter().map(|object| object.pages).sum();
    let pages = pages + report.pages_free + report.pages_internal;
    assert!(pages * report.page_bytes <= report.file_bytes);
    assert!(
        !report
            .objects
            .iter()
            .any(|object| object.kind == ObjectKind::Unowned)
    );
}

#[test]
fn a_backup_is_the_database_and_writers_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("copy.citadel");
    let (db, _) = sample();
    let other = db.database().connect();
    let mut steps = 0_i64;
    let report = db
        .backup(&path, &mut |_: Step| {
            other
                .execute("INSERT INTO plain VALUES ('later', ?)", [steps])
                .unwrap();
            steps += 1;
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(report.pages > 0 && steps > 10);
    let copy = Connection::open(&path, key()).unwrap();
    let count = "SELECT COUNT(*) FROM plain";
    assert_eq!(copy.query_value::<i64, _>(count, ()).unwrap(), 40);
    assert!(copy.check().unwrap().is_ok());
    let again = db.backup(&path, &mut Quiet).unwrap_err();
    assert!(again.to_string().contains("already exists"), "{again}");
}

#[test]
fn an_interrupted_backup_leaves_no_database_and_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("copy.citadel");
    let (db, _) = sample();
    let handle = db.interrupt_handle();
    let mut steps = 0;
    let stopped = db.backup(&path, &mut |_: Step| {
        steps += 1;
        if steps == 20 {
            handle.interrupt();
        }
        ControlFlow::Continue(())
    });
    assert!(stopped.unwrap_err().is_interrupted());
    assert!(!path.exists());
    let report = db.backup(&path, &mut Quiet).unwrap();
    assert!(report.pages_copied < report.pages);
    assert!(
        Connection::open(&path, key())
            .unwrap()
            .check()
            .unwrap()
            .is_ok()
    );
}

#[test]
fn keys_are_added_changed_and_removed() {
    let (db, storage) = sample();
    let (second, third) = (Key::raw([8; 32]), Key::raw([9; 32]));
    let kdf = Kdf::default();
    let first = db.list_keys()[0].index;
    let slot = db.add_key(&second, &kdf).unwrap();
    assert_eq!(db.list_keys().len(), 2);
    db.change_key(slot, &third, &kdf).unwrap();
    db.remove_key(first).unwrap();
    assert!(db.remove_key(slot).unwrap_err().is_misuse());
    drop(db);
    let open = |key: &Key| Database::open_on(Arc::new(storage.clone()), key, Options::default());
    for wrong in [&key(), &second] {
        assert!(open(wrong).unwrap_err().is_wrong_key());
    }
    assert!(open(&third).is_ok());
}

#[test]
fn vacuum_gives_space_back_and_keeps_every_row() {
    let dir = tempfile::tempdir().unwrap();
    let (db, _) = sample();
    for round in 0..6 {
        db.execute(
            "INSERT INTO plain SELECT a, b + 10 FROM plain WHERE b < 10",
            (),
        )
        .unwrap();
        db.execute("INSERT INTO plain SELECT a || 'x', b FROM plain", ())
            .unwrap();
        if round % 2 == 1 {
            db.execute("DELETE FROM plain WHERE b >= 10", ()).unwrap();
        }
    }
    db.execute("DELETE FROM plain WHERE rowid > 40", ())
        .unwrap();
    let pages = |db: &Connection| db.query_value::<i64, _>("PRAGMA page_count", ()).unwrap();
    let (before, rows) = (pages(&db), "SELECT COUNT(*), SUM(LENGTH(a)) FROM plain");
    let sum = |db: &Connection| {
        db.query_row(rows, (), |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
        })
        .unwrap()
    };
    let expected = sum(&db);
    let path = dir.path().join("compact.citadel");
    db.execute("VACUUM INTO ?", [path.to_str().unwrap()])
        .unwrap();
    let copy = Connection::open(&path, key()).unwrap();
    assert_eq!(sum(&copy), expected);
    assert!(copy.check().unwrap().is_ok());
    db.execute("VACUUM", ()).unwrap();
    assert!(pages(&db) < before / 2, "{} of {before}", pages(&db));
    assert!(pages(&copy) <= pages(&db));
    assert_eq!(sum(&db), expected);
    let report = db.check().unwrap();
    assert!(report.is_ok(), "{report}");
    db.execute_batch("BEGIN").unwrap();
    let inside = db.execute("VACUUM", ()).unwrap_err();
    assert_eq!(inside.sqlstate().unwrap().as_str(), "25001");
}

#[test]
fn a_rekey_changes_what_opens_and_can_be_stopped_and_resumed() {
    let (db, storage) = sample();
    let new = Key::raw([9; 32]);
    let handle = db.interrupt_handle();
    let stopped = db.rekey(&new, &Kdf::default(), &mut |_: Step| {
        handle.interrupt();
        ControlFlow::Continue(())
    });
    assert!(stopped.unwrap_err().is_interrupted());
    assert!(db.rekey_state().is_some());
    db.execute("INSERT INTO plain VALUES ('between', 0)", ())
        .unwrap();
    drop(db);
    let open = |key: &Key| Database::open_on(Arc::new(storage.clone()), key, Options::default());
    assert!(open(&key()).unwrap_err().is_wrong_key());
    let db = open(&new).unwrap().connect();
    let report = db.rekey_resume(&mut Quiet).unwrap();
    assert!(report.pages_proven > 0);
    assert_eq!(db.rekey_state(), None);
    let count = "SELECT COUNT(*) FROM plain";
    assert_eq!(db.query_value::<i64, _>(count, ()).unwrap(), 41);
    assert!(db.check().unwrap().is_ok());
}

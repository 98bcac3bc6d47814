//! Tables whose pointer is in this database: rows, vectors and lake snapshots are one commit.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::{Lab, error, rows};
use crate::lake::commit::Step;
use crate::{Connection, Database, Key, Options, Quiet, salvage};

const TABLES: &str = "
    CREATE TABLE here (id INTEGER PRIMARY KEY);
    CREATE TABLE a (id INTEGER, name TEXT) USING iceberg WITH (location = '{lake}/a', catalog = 'embedded');
    CREATE TABLE b (id INTEGER, v VECTOR(2)) USING iceberg WITH (location = '{lake}/b', catalog = 'embedded');
    INSERT INTO a VALUES (1, 'one'), (2, 'two');";

const CHANGE: &str = "
    BEGIN;
    INSERT INTO here VALUES (10);
    DELETE FROM a WHERE id = 1;
    INSERT INTO a VALUES (3, 'three');
    INSERT INTO b VALUES (4, '[1, 0]'), (5, '[0, 1]');
    COMMIT;";

fn state(db: &Connection) -> [Vec<String>; 3] {
    [
        rows(db, "SELECT id FROM here"),
        rows(db, "SELECT id FROM a ORDER BY id"),
        rows(db, "SELECT id FROM b ORDER BY v <-> '[1, 0]'"),
    ]
}

fn before() -> [Vec<String>; 3] {
    [owned(&[]), owned(&["1", "2"]), owned(&[])]
}

fn after() -> [Vec<String>; 3] {
    [owned(&["10"]), owned(&["2", "3"]), owned(&["4", "5"])]
}

fn owned(rows: &[&str]) -> Vec<String> {
    rows.iter().map(|row| (*row).to_owned()).collect()
}

/// The newest metadata of a table.
fn metadata(db: &Connection, table: &str) -> PathBuf {
    let told = rows(db, &format!("SELECT path FROM lake_metadata('{table}')"));
    PathBuf::from(told[0].strip_prefix("file://").unwrap())
}

fn snapshots(db: &Connection, table: &str) -> Vec<String> {
    let sql = format!("SELECT operation FROM lake_snapshots('{table}') ORDER BY sequence");
    rows(db, &sql)
}

#[test]
fn rows_here_and_in_lakes_become_visible_in_one_commit() {
    let (mut lab, db) = Lab::after(TABLES);
    let other = lab.connect();
    other.execute_batch("BEGIN READ ONLY").unwrap();
    assert_eq!(state(&other), before());
    db.execute_batch(CHANGE).unwrap();
    // An older snapshot of the database has the older snapshots of its lakes, however often it is asked.
    assert_eq!(state(&other), before());
    assert_eq!(snapshots(&other, "a"), ["append"]);
    assert_eq!(state(&db), after());
    assert_eq!(snapshots(&db, "a"), ["append", "delete", "append"]);
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(state(&other), after());
    drop((db, other));
    lab.reopen();
    let db = lab.connect();
    assert_eq!(state(&db), after());
    assert_eq!(rows(&db, "PRAGMA integrity_check"), ["ok"]);
}

#[test]
fn a_snapshot_that_is_first_asked_late_sees_the_lake_of_its_moment() {
    let (lab, db) = Lab::after(TABLES);
    let other = lab.connect();
    other.execute_batch("BEGIN READ ONLY").unwrap();
    // Only the local table is read: that takes the snapshot for all.
    assert!(rows(&other, "SELECT id FROM here").is_empty());
    db.execute_batch(CHANGE).unwrap();
    assert_eq!(rows(&other, "SELECT id FROM a ORDER BY id"), ["1", "2"]);
    assert_eq!(rows(&other, "SELECT count(*) FROM b"), ["0"]);
}

#[test]
fn a_process_that_ends_before_the_local_commit_leaves_only_files() {
    let (mut lab, db) = Lab::after(TABLES);
    let newest = metadata(&db, "a");
    lab.crash_at(Step::Staged);
    let told = db.execute_batch(CHANGE).unwrap_err();
    assert!(told.to_string().contains("the process ends"), "{told}");
    drop(db);
    lab.reopen();
    let db = lab.connect();
    assert_eq!(state(&db), before());
    assert_eq!(metadata(&db, "a"), newest);
    // Metadata was written for the delete and the append, and data files.
    let left = lab.metadata_files("a");
    assert_eq!(left.len(), 4, "{left:?}");
    assert_eq!(lab.data_files("b"), 1);
    db.execute_batch(CHANGE).unwrap();
    assert_eq!(state(&db), after());
    lab.age_files("a");
    lab.age_files("b");
    let removed: Vec<i64> = ["a", "b"]
        .map(|table| {
            let removed = rows(&db, &format!("CALL lake_remove_orphans('{table}', 1)"));
            removed[0].parse().unwrap()
        })
        .into();
    assert!(removed.iter().all(|removed| *removed > 0), "{removed:?}");
    assert_eq!(lab.data_files("b"), 1);
    // Of the first, that of the append and the two of the commit that came through.
    assert_eq!(lab.metadata_files("a").len(), 4);
    assert_eq!(state(&db), after());
    assert_eq!(rows(&db, "CALL lake_remove_orphans('a', 1)"), ["0"]);
    assert_eq!(rows(&db, "PRAGMA integrity_check"), ["ok"]);
}

#[test]
fn a_process_that_ends_after_the_local_commit_has_done_all() {
    let (mut lab, db) = Lab::after(TABLES);
    lab.crash_at(Step::Committed);
    assert!(db.execute_batch(CHANGE).is_err());
    drop(db);
    lab.reopen();
    assert_eq!(state(&lab.connect()), after());
}

#[test]
fn embedded_tables_and_others_are_committed_together() {
    let (mut lab, db) = Lab::after(TABLES);
    db.execute_batch(&lab.sql(
        "CREATE TABLE f (id INTEGER) USING iceberg WITH (location = '{lake}/f', catalog = 'file')",
    ))
    .unwrap();
    for (step, id) in [(Step::Staged, 0), (Step::Committed, 1), (Step::Carried, 2)] {
        lab.crash_at(step);
        let sql =
            format!("BEGIN; INSERT INTO f VALUES ({id}); INSERT INTO b (id) VALUES ({id}); COMMIT");
        assert!(lab.connect().execute_batch(&sql).is_err());
        lab.reopen();
    }
    let db = lab.connect();
    assert_eq!(rows(&db, "SELECT id FROM f ORDER BY id"), ["1", "2"]);
    assert_eq!(rows(&db, "SELECT id FROM b ORDER BY id"), ["1", "2"]);
}

#[test]
fn rollback_and_savepoints_move_no_pointer() {
    let (lab, db) = Lab::after(TABLES);
    let (newest, files) = (metadata(&db, "a"), lab.metadata_files("a"));
    db.execute_batch("BEGIN; INSERT INTO a VALUES (8, 'no'); ROLLBACK")
        .unwrap();
    db.execute_batch("BEGIN; DELETE FROM a; ROLLBACK").unwrap();
    assert_eq!(metadata(&db, "a"), newest);
    assert_eq!(lab.metadata_files("a"), files);
    db.execute_batch(
        "BEGIN; INSERT INTO a VALUES (3, 'yes'); SAVEPOINT s; INSERT INTO a VALUES (4, 'no'); INSERT INTO here VALUES (4);
         ROLLBACK TO s; INSERT INTO a VALUES (5, 'yes'); COMMIT",
    )
    .unwrap();
    assert_eq!(
        rows(&db, "SELECT id FROM a ORDER BY id"),
        ["1", "2", "3", "5"]
    );
    assert!(rows(&db, "SELECT id FROM here").is_empty());
    assert_eq!(snapshots(&db, "a").len(), 2);
    db.execute_batch("BEGIN; SAVEPOINT s; DELETE FROM a WHERE id = 1; ROLLBACK TO s; COMMIT")
        .unwrap();
    assert_eq!(rows(&db, "SELECT count(*) FROM a"), ["4"]);
}

#[test]
fn a_transaction_whose_keys_do_not_hold_moves_no_pointer() {
    let (lab, db) = Lab::after(TABLES);
    db.execute_batch(
        "CREATE TABLE child (id INTEGER REFERENCES here DEFERRABLE INITIALLY DEFERRED)",
    )
    .unwrap();
    db.execute_batch("BEGIN; INSERT INTO a VALUES (9, 'no'); INSERT INTO child VALUES (77)")
        .unwrap();
    let told = error(&db, "COMMIT");
    assert!(told.contains("foreign key"), "{told}");
    assert_eq!(rows(&db, "SELECT id FROM a ORDER BY id"), ["1", "2"]);
    drop(lab);
}

#[test]
fn of_two_connections_the_second_waits_for_the_first() {
    let (lab, db) = Lab::after(TABLES);
    db.execute_batch("BEGIN IMMEDIATE; INSERT INTO a VALUES (3, 'first')")
        .unwrap();
    let other = lab.connect();
    other.execute_batch("SET busy_timeout = 50").unwrap();
    let told = other.execute_batch("INSERT INTO a VALUES (4, 'second')");
    assert!(told.unwrap_err().is_busy());
    other.execute_batch("SET busy_timeout = 60000").unwrap();
    let second = thread::spawn(move || {
        other
            .execute_batch("INSERT INTO a VALUES (4, 'second')")
            .unwrap();
        other
    });
    db.execute_batch("COMMIT").unwrap();
    let other = second.join().unwrap();
    assert_eq!(
        rows(&db, "SELECT id FROM a ORDER BY id"),
        ["1", "2", "3", "4"]
    );
    assert_eq!(snapshots(&db, "a").len(), 3);
    // Who has read, and then writes after somebody else's commit, is told.
    other
        .execute_batch("BEGIN; SELECT count(*) FROM a")
        .unwrap();
    db.execute_batch("INSERT INTO a VALUES (5, 'between')")
        .unwrap();
    let told = other.execute_batch("INSERT INTO a VALUES (6, 'late')");
    assert!(told.unwrap_err().is_busy());
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(rows(&db, "SELECT count(*) FROM a"), ["5"]);
}

#[test]
fn writers_readers_and_upkeep_at_once_lose_nothing() {
    const WRITERS: usize = 3;
    const APPENDS: usize = 12;
    let (lab, db) = Lab::after(TABLES);
    let over = AtomicUsize::new(0);
    let is_over = || over.load(Ordering::SeqCst) == WRITERS;
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let db = lab.connect();
            let ended = Ended(&over);
            scope.spawn(move || {
                let _ended = ended;
                db.execute_batch("SET busy_timeout = 60000").unwrap();
                for append in 0..APPENDS {
                    let id = 100 + writer * APPENDS + append;
                    db.execute_batch(&format!(
                        "BEGIN IMMEDIATE; INSERT INTO here VALUES ({id}); INSERT INTO a VALUES ({id}, 'x'); COMMIT"
                    ))
                    .unwrap();
                }
            });
        }
        let keeper = lab.connect();
        let is_over = &is_over;
        scope.spawn(move || {
            keeper.execute_batch("SET busy_timeout = 60000").unwrap();
            let mut compacted = 0;
            while !is_over() || compacted == 0 {
                // A compaction works beside the writers, and begins again where one was faster.
                let report = rows(&keeper, "CALL lake_compact('a')");
                compacted += usize::from(!report[0].ends_with("|0|0"));
            }
        });
        let reader = lab.connect();
        while !is_over() {
            // The rows here and those in the lake are of one moment.
            let apart = rows(
                &reader,
                "SELECT (SELECT count(*) FROM here) + 2 - (SELECT count(*) FROM a)",
            );
            assert_eq!(apart, ["0"]);
        }
    });
    let mut counts = BTreeMap::new();
    for id in rows(&db, "SELECT id FROM a") {
        *counts.entry(id.parse::<usize>().unwrap()).or_insert(0) += 1;
    }
    let expected = [1, 2].into_iter().chain(100..100 + WRITERS * APPENDS);
    assert_eq!(counts, expected.map(|id| (id, 1)).collect());
    assert_eq!(rows(&db, "PRAGMA integrity_check"), ["ok"]);
}

#[test]
fn files_are_joined_and_old_states_expire() {
    let (mut lab, db) = Lab::after(
        "CREATE TABLE t (id INTEGER) USING iceberg WITH (location = '{lake}/t', catalog = 'embedded');
         INSERT INTO t VALUES (1); INSERT INTO t VALUES (2); INSERT INTO t VALUES (3); DELETE FROM t WHERE id = 2;",
    );
    let first = rows(
        &db,
        "SELECT snapshot_id FROM lake_snapshots('t') ORDER BY sequence LIMIT 1",
    )
    .remove(0);
    let old = format!("SELECT id FROM t FOR SYSTEM_VERSION AS OF {first}");
    assert_eq!(rows(&db, &old), ["1"]);
    let other = lab.connect();
    other.execute_batch("BEGIN READ ONLY").unwrap();
    assert_eq!(rows(&other, "SELECT count(*) FROM t"), ["2"]);
    assert!(rows(&db, "CALL lake_compact('t')")[0].ends_with("|1"));
    assert_eq!(rows(&db, "CALL lake_expire('t', '2999-01-01', 1)"), ["4"]);
    let told = error(&db, &old);
    assert!(told.contains("no snapshot"), "{told}");
    // In the older state of the database nothing has expired.
    assert_eq!(rows(&other, &old), ["1"]);
    assert_eq!(snapshots(&other, "t").len(), 4);
    other.execute_batch("COMMIT").unwrap();
    lab.age_files("t");
    assert_ne!(rows(&db, "CALL lake_remove_orphans('t', 1)"), ["0"]);
    assert_eq!(lab.data_files("t"), 1);
    drop((db, other));
    lab.reopen();
    let db = lab.connect();
    assert_eq!(rows(&db, "SELECT id FROM t ORDER BY id"), ["1", "3"]);
    db.execute_batch("BEGIN").unwrap();
    let told = error(&db, "CALL lake_compact('t')");
    assert!(told.contains("inside a transaction"), "{told}");
}

#[test]
fn indexes_are_built_and_searched() {
    let (_lab, db) = Lab::after(
        "CREATE TABLE t (id INTEGER, v VECTOR(2)) USING iceberg WITH (location = '{lake}/t', catalog = 'embedded', metric = 'l2');
         INSERT INTO t SELECT g, CAST('[' || g || ', 1]' AS VECTOR(2)) FROM generate_series(1, 1500) AS s(g);",
    );
    assert_eq!(
        rows(&db, "SELECT state FROM lake_indexes('t')"),
        ["to be built"]
    );
    assert_eq!(rows(&db, "CALL lake_build_indexes('t')"), ["1"]);
    assert_eq!(rows(&db, "SELECT state FROM lake_indexes('t')"), ["ready"]);
    let sql = "SELECT id FROM t ORDER BY v <-> '[700.2, 1]' LIMIT 3";
    assert_eq!(rows(&db, sql), ["700", "701", "699"]);
    db.execute_batch("INSERT INTO t VALUES (9000, '[700.2, 1]')")
        .unwrap();
    assert_eq!(rows(&db, sql), ["9000", "700", "701"]);
}

#[test]
fn a_batch_is_stored_once() {
    let (_lab, db) = Lab::after(TABLES);
    for _ in 0..3 {
        db.execute_batch("SET lake_batch_id = 'monday'; INSERT INTO b (id) VALUES (1)")
            .unwrap();
        assert_eq!(rows(&db, "SHOW lake_batch_id"), ["NULL"]);
    }
    assert_eq!(rows(&db, "SELECT id FROM b"), ["1"]);
}

#[test]
fn others_find_the_table_by_its_metadata() {
    let (lab, db) = Lab::after(TABLES);
    assert_eq!(
        rows(&db, "SELECT catalog FROM lake_metadata('a')"),
        ["embedded"]
    );
    let newest = metadata(&db, "a");
    let name = newest.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("00001-"), "{name}");
    // As a file of another catalog.
    let store = citadel_lake::LakeStore::local(lab.lake()).unwrap();
    let below = newest.strip_prefix(lab.lake()).unwrap().to_str().unwrap();
    let table = citadel_lake::LakeTable::open_metadata(&store, below).unwrap();
    let found: usize = table
        .scan()
        .collect()
        .unwrap()
        .iter()
        .map(|b| b.num_rows())
        .sum();
    assert_eq!(found, 2);
    // Whoever asks the folder is told that another catalog keeps the table.
    let told = error(
        &db,
        &lab.sql("CREATE TABLE again USING iceberg WITH (location = '{lake}/a')"),
    );
    assert!(told.contains("another catalog"), "{told}");
    let told = error(
        &db,
        &lab.sql("CREATE TABLE again (id INTEGER) USING iceberg WITH (location = '{lake}/a', catalog = 'embedded')"),
    );
    assert!(told.contains("there is a table at"), "{told}");
    assert!(told.contains("metadata"), "{told}");
}

#[test]
fn a_dropped_table_goes_on_from_its_metadata() {
    let (mut lab, db) = Lab::after(TABLES);
    let newest = metadata(&db, "a");
    db.execute_batch("BEGIN; DROP TABLE a; ROLLBACK").unwrap();
    assert_eq!(rows(&db, "SELECT count(*) FROM a"), ["2"]);
    db.execute_batch("DROP TABLE a").unwrap();
    assert_eq!(rows(&db, "PRAGMA integrity_check"), ["ok"]);
    db.execute_batch(&lab.sql(&format!(
        "CREATE TABLE again USING iceberg WITH (location = '{{lake}}/a', catalog = 'embedded', metadata = '{}');
         INSERT INTO again VALUES (3, 'three')",
        newest.display()
    )))
    .unwrap();
    assert_eq!(
        rows(&db, "SELECT id FROM again ORDER BY id"),
        ["1", "2", "3"]
    );
    drop(db);
    lab.reopen();
    let db = lab.connect();
    assert_eq!(
        rows(&db, "SELECT id FROM again ORDER BY id"),
        ["1", "2", "3"]
    );
    for (metadata, wanted) in [
        (
            "{lake}/b/metadata/none.metadata.json".to_owned(),
            "no table",
        ),
        (newest.display().to_string(), "is not below"),
    ] {
        let told = error(
            &db,
            &lab.sql(&format!(
                "CREATE TABLE n USING iceberg WITH (location = '{{lake}}/b', catalog = 'embedded', metadata = '{metadata}')"
            )),
        );
        assert!(told.contains(wanted), "{told}");
    }
}

#[test]
fn a_table_that_is_not_committed_is_taken_back() {
    let (lab, db) = Lab::after("CREATE TABLE here (id INTEGER); INSERT INTO here VALUES (1), (0);");
    let create = lab.sql("CREATE TABLE t (id INTEGER) USING iceberg WITH (location = '{lake}/t', catalog = 'embedded')");
    let create_as = lab.sql(
        "CREATE TABLE t USING iceberg WITH (location = '{lake}/t', catalog = 'embedded') AS SELECT 5 / id AS id FROM here",
    );
    db.execute_batch(&format!(
        "BEGIN; {create}; INSERT INTO t VALUES (1); ROLLBACK"
    ))
    .unwrap();
    assert!(lab.metadata_files("t").is_empty());
    let told = error(&db, &create_as);
    assert!(told.contains("zero"), "{told}");
    assert!(lab.metadata_files("t").is_empty());
    let other = lab.connect();
    other.execute_batch(&format!("BEGIN; {create}")).unwrap();
    assert_eq!(lab.metadata_files("t").len(), 1);
    drop(other);
    assert!(lab.metadata_files("t").is_empty());
    db.execute_batch(&format!(
        "BEGIN; {create}; INSERT INTO t VALUES (1); COMMIT"
    ))
    .unwrap();
    assert_eq!(rows(&db, "SELECT id FROM t"), ["1"]);
    let told = error(&lab.connect(), &create);
    assert!(told.contains("already exists"), "{told}");
    assert_eq!(rows(&db, "SELECT id FROM t"), ["1"]);
}

#[test]
fn a_database_is_written_down_and_made_anew() {
    let (lab, db) = Lab::after(TABLES);
    db.execute_batch("INSERT INTO a VALUES (3, 'three')")
        .unwrap();
    let tables = db.tables().unwrap();
    let table = tables.iter().find(|table| table.name == "a").unwrap();
    assert!(
        table.sql.ends_with("catalog = 'embedded')"),
        "{}",
        table.sql
    );
    assert!(
        table.sql_alone.contains("metadata = 'file://"),
        "{}",
        table.sql_alone
    );
    let anew = Lab::new();
    let db = anew.connect();
    db.execute_batch(&table.sql_alone).unwrap();
    assert_eq!(rows(&db, "SELECT id FROM a ORDER BY id"), ["1", "2", "3"]);
    drop(lab);
}

#[test]
fn a_backup_has_the_lake_of_its_moment() {
    let (lab, db) = Lab::after(TABLES);
    let copy = lab.lake().with_file_name("copy.citadel");
    db.backup(&copy, &mut Quiet).unwrap();
    db.execute_batch(CHANGE).unwrap();
    let copied = Database::open(&copy, Key::raw([7; 32])).unwrap();
    assert_eq!(state(&copied.connect()), before());
    assert_eq!(rows(&copied.connect(), "PRAGMA integrity_check"), ["ok"]);
    db.execute_batch("VACUUM").unwrap();
    assert_eq!(state(&db), after());
}

#[test]
fn a_salvaged_database_finds_its_lakes() {
    let (mut lab, db) = Lab::after(TABLES);
    db.execute_batch(CHANGE).unwrap();
    drop(db);
    lab.database = None;
    let file = |name: &str| lab.lake().with_file_name(name);
    let (damaged, rescued) = (file("t.citadel"), file("rescued.citadel"));
    let key = Key::raw([7; 32]);
    let options = Options::default();
    salvage(&damaged, &key, &rescued, &key, options, &mut Quiet).unwrap();
    let rescued = Database::open(&rescued, key).unwrap().connect();
    assert_eq!(state(&rescued), after());
    assert_eq!(rows(&rescued, "PRAGMA integrity_check"), ["ok"]);
}

#[test]
fn a_pointer_that_is_gone_is_told() {
    use crate::lake::{INTENT_TREE, pointer_key};
    let (lab, db) = Lab::after(TABLES);
    let storage = lab.database.as_ref().unwrap().shared().storage.clone();
    let id = crate::schema::Catalog::load(&storage.begin_read().unwrap())
        .unwrap()
        .table("a")
        .unwrap()
        .id;
    let mut txn = storage.begin_write().unwrap();
    txn.remove(INTENT_TREE, &pointer_key(id)).unwrap();
    txn.insert(INTENT_TREE, &pointer_key(crate::schema::TableId(999)), b"x")
        .unwrap();
    txn.commit().unwrap();
    let told = error(&db, "SELECT * FROM a");
    assert!(told.contains("pointer"), "{told}");
    let faults = rows(&db, "PRAGMA integrity_check").join("\n");
    assert!(faults.contains("\"a\""), "{faults}");
    assert!(faults.contains("belongs to no table"), "{faults}");
    assert_eq!(rows(&db, "SELECT count(*) FROM b"), ["0"]);
}

#[test]
fn what_the_folder_lacks_is_an_error_and_no_empty_table() {
    let (lab, db) = Lab::after(TABLES);
    let newest = metadata(&db, "a");
    let away = lab.lake().join("away");
    std::fs::rename(&newest, &away).unwrap();
    let told = error(&db, "SELECT * FROM a");
    assert!(told.contains("missing"), "{told}");
    db.execute_batch("BEGIN; INSERT INTO here VALUES (1); INSERT INTO a VALUES (4, 'four')")
        .unwrap();
    let told = error(&db, "COMMIT");
    assert!(told.contains("missing"), "{told}");
    assert!(rows(&db, "SELECT id FROM here").is_empty());
    std::fs::rename(&away, &newest).unwrap();
    assert_eq!(rows(&db, "SELECT id FROM a ORDER BY id"), ["1", "2"]);
}

/// Tells that a writer has ended, however it did.
struct Ended<'a>(&'a AtomicUsize);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Lab {
    /// The metadata files in a table's folder, by name.
    fn metadata_files(&self, table: &str) -> Vec<PathBuf> {
        let mut found = files_of(&self.lake().join(table).join("metadata"));
        found.retain(|path| path.to_str().unwrap().ends_with(".metadata.json"));
        found.sort();
        found
    }

    /// Makes all files of a table two days old.
    fn age_files(&self, table: &str) {
        let then = std::time::SystemTime::now() - std::time::Duration::from_secs(48 * 3_600);
        for folder in ["metadata", "data", "index"] {
            for path in files_of(&self.lake().join(table).join(folder)) {
                let file = std::fs::File::options().append(true).open(path).unwrap();
                file.set_modified(then).unwrap();
            }
        }
    }
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    entries.map(|entry| entry.unwrap().path()).collect()
}

//! Statements that are interrupted in the middle, and what they tell on their way.

use std::sync::{Arc, Mutex};

use super::{Lab, rows};
use crate::{BuildProgress, Connection, LakeProgress, LakeStage};

const TABLES: &str = "
    CREATE TABLE t (id INTEGER NOT NULL, v VECTOR(2)) USING iceberg WITH (location = '{lake}/t', catalog = 'filesystem');
    INSERT INTO t SELECT g, CAST('[' || g % 101 || ',' || g % 89 || ']' AS VECTOR(2)) FROM generate_series(1, 6000) AS g;";

type Told = Arc<Mutex<Vec<LakeProgress>>>;

/// Notes what is told, and interrupts the connection in the middle of a stage.
fn listen(db: &Connection, interrupted: Option<LakeStage>) -> Told {
    let told = Told::default();
    let (notes, handle) = (Arc::clone(&told), db.interrupt_handle());
    db.on_lake_progress(Some(move |progress: LakeProgress| {
        notes.lock().unwrap().push(progress);
        if Some(progress.stage) == interrupted && progress.done < progress.total {
            handle.interrupt();
        }
    }));
    told
}

fn quiet(db: &Connection) {
    db.on_lake_progress(None::<fn(LakeProgress)>);
}

fn interrupted(db: &Connection, sql: &str) {
    let error = db.execute_batch(sql).expect_err(sql);
    assert!(error.is_interrupted(), "{sql}: {error}");
}

/// Every row is told once, up to the last one.
fn assert_whole(told: &Told, stage: LakeStage, rows: u64) {
    let told: Vec<LakeProgress> = std::mem::take(&mut *told.lock().unwrap());
    let steps: Vec<u64> = told
        .iter()
        .filter(|progress| progress.stage == stage)
        .map(|progress| {
            assert_eq!(progress.total, rows, "{stage:?}");
            progress.done
        })
        .collect();
    assert!(steps.len() > 1 && steps.is_sorted(), "{stage:?}: {steps:?}");
    assert_eq!(steps.last(), Some(&rows), "{stage:?}");
}

#[test]
fn reading_tells_how_far_it_is_and_is_ended_by_an_interrupt() {
    let (_lab, db) = Lab::after(TABLES);
    let told = listen(&db, Some(LakeStage::Read));
    for sql in [
        "SELECT sum(id) FROM t",
        "SELECT id FROM t ORDER BY v <-> '[1, 2]', id LIMIT 3",
        "CREATE TABLE here AS SELECT * FROM t",
        "DELETE FROM t WHERE id > 5",
    ] {
        interrupted(&db, sql);
    }
    assert!(!told.lock().unwrap().is_empty());
    assert_eq!(
        rows(&db, "SELECT name FROM sqlite_schema ORDER BY name"),
        ["t"]
    );
    let told = listen(&db, None);
    db.execute_batch("CREATE TABLE here AS SELECT * FROM t")
        .unwrap();
    assert_whole(&told, LakeStage::Read, 6_000);
    quiet(&db);
    assert_eq!(rows(&db, "SELECT count(*) FROM here"), ["6000"]);
    assert!(told.lock().unwrap().is_empty());
}

#[test]
fn a_commit_that_is_interrupted_while_it_writes_files_is_rolled_back() {
    for catalog in ["filesystem", "embedded"] {
        let (lab, db) = Lab::after(&TABLES.replace("filesystem", catalog));
        db.execute_batch("CREATE TABLE here AS SELECT id FROM t")
            .unwrap();
        let files = lab.data_files("t");
        listen(&db, Some(LakeStage::Write));
        let insert = "INSERT INTO t SELECT id + 6000, NULL FROM here";
        interrupted(&db, insert);
        db.execute_batch(&format!("BEGIN; INSERT INTO here VALUES (0); {insert}"))
            .unwrap();
        interrupted(&db, "COMMIT");
        assert!(db.is_autocommit());
        assert_eq!(lab.data_files("t"), files, "{catalog}");
        let told = listen(&db, None);
        assert_eq!(rows(&db, "SELECT count(*) FROM here"), ["6000"]);
        db.execute_batch(insert).unwrap();
        assert_whole(&told, LakeStage::Write, 6_000);
        let made = lab.sql(
            "CREATE TABLE n USING iceberg WITH (location = '{lake}/n') AS SELECT id FROM here",
        );
        db.execute_batch(&made).unwrap();
        assert_whole(&told, LakeStage::Write, 6_000);
        quiet(&db);
        assert_eq!(rows(&db, "SELECT count(*) FROM t"), ["12000"]);
        assert_eq!(rows(&db, "PRAGMA integrity_check"), ["ok"]);
    }
}

#[test]
fn the_care_of_a_table_is_ended_by_an_interrupt() {
    for catalog in ["filesystem", "embedded"] {
        let (lab, db) = Lab::after(&TABLES.replace("filesystem", catalog));
        db.execute_batch("INSERT INTO t SELECT g, NULL FROM generate_series(6001, 12000) AS g")
            .unwrap();
        let files = lab.data_files("t");
        listen(&db, Some(LakeStage::Compact));
        interrupted(&db, "CALL lake_compact('t')");
        assert_eq!(lab.data_files("t"), files);
        let told = listen(&db, None);
        rows(&db, "CALL lake_compact('t')");
        assert_whole(&told, LakeStage::Compact, 12_000);
        let handle = db.interrupt_handle();
        db.on_index_build(Some(move |_: BuildProgress| handle.interrupt()));
        interrupted(&db, "CALL lake_build_indexes('t')");
        assert_eq!(
            rows(&db, "SELECT state FROM lake_indexes('t')"),
            ["to be built"]
        );
        let seen = Arc::new(Mutex::new(0));
        let count = Arc::clone(&seen);
        db.on_index_build(Some(move |_: BuildProgress| *count.lock().unwrap() += 1));
        assert_eq!(rows(&db, "CALL lake_build_indexes('t')"), ["1"]);
        assert!(*seen.lock().unwrap() > 0);
        assert_eq!(rows(&db, "SELECT state FROM lake_indexes('t')"), ["ready"]);
        assert_eq!(rows(&db, "SELECT count(*) FROM t"), ["12000"]);
    }
}

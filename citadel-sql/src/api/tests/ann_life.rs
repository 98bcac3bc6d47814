//! The life of a vector index: whatever is written and folded, by whomever, answers are those of the exact plan.

use std::time::{Duration, Instant};

use citadel_txn::{MemoryStorage, Quiet};

use crate::{Connection, Database, Kdf, Key, Options, PageSize, params};

const DIM: usize = 8;

fn key() -> Key {
    Key::raw([5; 32])
}

fn options() -> Options {
    Options::default().page_size(PageSize::new(1024).unwrap())
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 >> 1).unwrap() % bound
    }

    fn vector(&mut self) -> Vec<f32> {
        (0..DIM)
            .map(|_| self.below(2_001) as f32 / 1e3 - 1.0)
            .collect()
    }
}

fn fill(db: &Connection, dice: &mut Dice, rows: i64) {
    db.execute_batch(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, cat INTEGER, note TEXT, emb VECTOR(8))",
    )
    .unwrap();
    let tx = db.unchecked_transaction().unwrap();
    for id in 0..rows {
        put(&tx, dice, id);
    }
    tx.commit().unwrap();
}

fn put(db: &Connection, dice: &mut Dice, id: i64) {
    let row = params![id, dice.below(5), "x", dice.vector()];
    db.execute("INSERT INTO t VALUES (?, ?, ?, ?)", row)
        .unwrap();
}

/// A random change of one row.
fn change(db: &Connection, dice: &mut Dice, rows: i64) {
    let id = dice.below(rows);
    match dice.below(5) {
        0 => {
            db.execute("DELETE FROM t WHERE id = ?", [id]).unwrap();
        }
        1 => {
            let cat = dice.below(5);
            db.execute("UPDATE t SET cat = ? WHERE id = ?", [cat, id])
                .unwrap();
        }
        2 => {
            let vector = params![dice.vector(), id];
            db.execute("UPDATE t SET emb = ? WHERE id = ?", vector)
                .unwrap();
        }
        3 => {
            db.execute("UPDATE t SET emb = NULL WHERE id = ?", [id])
                .unwrap();
        }
        _ => {
            db.execute("DELETE FROM t WHERE id = ?", [id]).unwrap();
            put(db, dice, id);
        }
    }
}

/// Distances of an answer; `wrap`: computed in a way that no index serves.
fn distances(db: &Connection, filter: &str, order: &str, query: &[f32]) -> Vec<Option<f64>> {
    let sql = format!("SELECT emb <-> :q FROM t {filter} ORDER BY {order} LIMIT 10");
    db.query_map(&sql, &[(":q", query)], |row| row.get(0))
        .unwrap()
}

/// The share of an exact answer that the index gives. Both are as long, and no distance is better than the exact one.
fn recall(db: &Connection, dice: &mut Dice) -> (usize, usize) {
    let query = dice.vector();
    let filters = [
        "",
        "WHERE cat = 2",
        "WHERE cat <> 1 AND note = 'x'",
        "WHERE cat IN (0, 4)",
    ];
    let filter = filters[usize::try_from(dice.below(4)).unwrap()];
    let found = distances(db, filter, "emb <-> :q", &query);
    let exact = distances(db, filter, "(emb <-> :q) + 0", &query);
    assert_eq!(found.len(), exact.len(), "{filter}");
    let same = found.iter().filter(|one| exact.contains(one)).count();
    assert!(
        found
            .iter()
            .zip(&exact)
            .all(|(found, exact)| found >= exact || found.is_none())
    );
    (same, found.len())
}

fn assert_sound(db: &Connection) {
    let report = db.check().unwrap();
    assert!(report.is_ok(), "{report}");
}

fn folds(db: &Connection) -> u64 {
    let status = db.ann_index_status("t", "emb").unwrap();
    status.segments.first().map_or(0, |segment| segment.id)
}

#[test]
fn answers_are_exact_while_rows_change_and_the_background_folds() {
    let db = Connection::open_in_memory().unwrap();
    let mut dice = Dice(42);
    fill(&db, &mut dice, 600);
    db.execute_batch(
        "CREATE INDEX t_emb ON t USING ann (emb) INCLUDE (cat) WITH (merge_threshold = 60)",
    )
    .unwrap();
    db.persist_ann_index("t", "emb").unwrap();
    let (mut same, mut asked) = (0, 0);
    for round in 0..150 {
        let within = dice.below(3) == 0;
        let tx = within.then(|| db.unchecked_transaction().unwrap());
        for _ in 0..dice.below(12) {
            change(&db, &mut dice, 700);
        }
        for _ in 0..3 {
            let (found, all) = recall(&db, &mut dice);
            same += found;
            asked += all;
        }
        match tx {
            Some(tx) if round % 2 == 0 => tx.rollback().unwrap(),
            Some(tx) => tx.commit().unwrap(),
            None => {}
        }
    }
    assert!(asked > 3_000);
    assert!(same * 1_000 >= asked * 995, "{same} of {asked}");
    let end = Instant::now() + Duration::from_secs(30);
    while folds(&db) < 2 && Instant::now() < end {
        change(&db, &mut dice, 700);
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(folds(&db) >= 2, "nothing was folded in the background");
    assert_sound(&db);
}

#[test]
fn old_readers_keep_their_answers_through_changes_and_folds() {
    let db = Connection::open_in_memory().unwrap();
    let mut dice = Dice(7);
    fill(&db, &mut dice, 500);
    db.execute_batch("CREATE INDEX t_emb ON t USING ann (emb)")
        .unwrap();
    db.persist_ann_index("t", "emb").unwrap();
    let reader = db.database().connect();
    let queries: Vec<_> = (0..5).map(|_| dice.vector()).collect();
    let ask = |db: &Connection| -> Vec<_> {
        let ask = |query: &Vec<f32>| distances(db, "", "emb <-> :q", query);
        queries.iter().map(ask).collect()
    };
    for _ in 0..30 {
        change(&db, &mut dice, 500);
    }
    reader.execute_batch("BEGIN READ ONLY").unwrap();
    let before = ask(&reader);
    for _ in 0..4 {
        for _ in 0..40 {
            change(&db, &mut dice, 500);
        }
        assert_ne!(ask(&db), before);
        assert_eq!(ask(&reader), before);
        db.persist_ann_index("t", "emb").unwrap();
        assert_eq!(ask(&reader), before);
    }
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(ask(&reader), ask(&db));
}

#[test]
fn segments_stay_as_they_are_through_vacuum_rekey_and_copies() {
    let storage = MemoryStorage::new();
    let database =
        Database::create_on(std::sync::Arc::new(storage.clone()), &key(), options()).unwrap();
    let db = database.connect();
    let mut dice = Dice(3);
    fill(&db, &mut dice, 400);
    db.execute_batch(
        "CREATE INDEX t_emb ON t USING ann (emb) INCLUDE (cat);
         CREATE INDEX t_cos ON t USING ann (emb) WITH (metric = 'cosine', auto_merge = off)",
    )
    .unwrap();
    db.persist_ann_index("t", "emb").unwrap();
    for _ in 0..20 {
        change(&db, &mut dice, 400);
    }
    let known = |db: &Connection| {
        ["t_emb", "t_cos"].map(|index| {
            let status = db.ann_index_status("t", index).unwrap();
            assert_eq!(status.segments.len(), 1);
            (status.segments[0].blake3, status.delta_rows)
        })
    };
    let before = known(&db);
    let query = dice.vector();
    let answer = distances(&db, "WHERE cat > 1", "emb <-> :q", &query);
    let same = |db: &Connection| {
        assert_eq!(known(db), before);
        assert_eq!(distances(db, "WHERE cat > 1", "emb <-> :q", &query), answer);
        assert_sound(db);
    };
    db.vacuum(&mut Quiet).unwrap();
    same(&db);
    let new_key = Key::raw([6; 32]);
    db.rekey(&new_key, &Kdf::default(), &mut Quiet).unwrap();
    same(&db);
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("backup");
    db.backup(&backup, &mut Quiet).unwrap();
    same(&Connection::open(&backup, Key::raw([6; 32])).unwrap());
    let copy = folder.path().join("copy");
    db.vacuum_into(&copy, &mut Quiet).unwrap();
    same(&Connection::open(&copy, Key::raw([6; 32])).unwrap());
    drop((db, database));
    let reopened =
        Database::open_on(std::sync::Arc::new(storage), &new_key, Options::default()).unwrap();
    same(&reopened.connect());
}

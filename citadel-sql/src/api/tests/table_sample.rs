//! Parts of tables.

use crate::{Connection, params};

fn database(rows: i64) -> Connection {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT)")
        .unwrap();
    db.execute(
        "INSERT INTO t SELECT n, 'text ' || n FROM generate_series(1, ?) AS g (n)",
        [rows],
    )
    .unwrap();
    db
}

fn ids(db: &Connection, method: &str, percentage: f64, seed: Option<i64>) -> Vec<i64> {
    let clause = match seed {
        Some(_) => "REPEATABLE (?)",
        None => "",
    };
    let sql = format!("SELECT id FROM t TABLESAMPLE {method} (?) {clause} ORDER BY id");
    match seed {
        Some(seed) => db.query_map(&sql, params![percentage, seed], |row| row.get(0)),
        None => db.query_map(&sql, [percentage], |row| row.get(0)),
    }
    .unwrap()
}

#[test]
fn a_part_has_its_share_and_its_seed() {
    let db = database(50_000);
    for method in ["BERNOULLI", "SYSTEM"] {
        for percentage in [1.0, 12.5, 60.0] {
            let found = ids(&db, method, percentage, Some(3));
            let share = found.len() as f64 / 500.0;
            assert!(
                (share - percentage).abs() < percentage.sqrt() * 2.0,
                "{method} {percentage}: {share}"
            );
            assert_eq!(found, ids(&db, method, percentage, Some(3)));
            assert_ne!(found, ids(&db, method, percentage, Some(4)));
        }
        assert_ne!(ids(&db, method, 50.0, None), ids(&db, method, 50.0, None));
    }
}

#[test]
fn system_takes_what_lies_together() {
    let db = database(50_000);
    let found = ids(&db, "SYSTEM", 10.0, Some(1));
    let together = found
        .windows(2)
        .filter(|pair| pair[1] == pair[0] + 1)
        .count();
    assert!(
        together * 10 > found.len() * 9,
        "{together} of {}",
        found.len()
    );
}

#[test]
fn a_write_transaction_samples_its_own_rows() {
    let db = database(10);
    db.execute_batch("BEGIN; INSERT INTO t VALUES (11, 'x')")
        .unwrap();
    for method in ["BERNOULLI", "SYSTEM"] {
        assert_eq!(ids(&db, method, 100.0, Some(1)).len(), 11);
    }
    db.execute_batch("ROLLBACK").unwrap();
}

//! Constants of any type against keys and indexes: as if there were none.

use super::Db;

fn keyed() -> Db {
    Db::after(
        "CREATE TABLE k (id INTEGER PRIMARY KEY, i INTEGER, r REAL, t TEXT);
         INSERT INTO k VALUES (1, 1, 1.0, 'a'), (2, 2, 2.5, 'b'), (8, 8, 8.0, NULL), (9, NULL, NULL, 'b'),
            (9007199254740993, 9007199254740993, 9007199254740992.0, 'z');
         CREATE INDEX k_i ON k (i); CREATE INDEX k_r ON k (r); CREATE INDEX k_t_i ON k (t, i)",
    )
}

#[test]
fn fractions_and_great_numbers_against_integer_keys() {
    let db = keyed();
    for column in ["id", "i"] {
        let ids = |condition: &str| {
            db.rows(&format!(
                "SELECT {column} FROM k WHERE {column} {condition}"
            ))
        };
        assert_eq!(ids("= 8.0"), ["8"]);
        assert_eq!(ids("= 8.5"), [""; 0]);
        assert_eq!(ids("= 9007199254740992.0"), [""; 0]);
        assert_eq!(ids("< 8.5 AND i > 1.5"), ["2", "8"]);
        assert_eq!(ids("BETWEEN 1.5 AND 8.0"), ["2", "8"]);
        assert_eq!(ids("> 9007199254740992.0"), ["9007199254740993"]);
        assert_eq!(ids("> 1e300"), [""; 0]);
        assert_eq!(ids("IN (2.0, 8, 2, NULL, 0.5)"), ["2", "8"]);
        assert_eq!(ids("= NULL"), [""; 0]);
    }
}

#[test]
fn integers_against_real_keys() {
    let db = keyed();
    let found =
        |condition: &str| db.rows(&format!("SELECT id FROM k WHERE r {condition} ORDER BY id"));
    assert_eq!(found("= 1"), ["1"]);
    assert_eq!(found("= 9007199254740993"), [""; 0]);
    assert_eq!(found("< 9007199254740993 AND r > 8"), ["9007199254740993"]);
    assert_eq!(found(">= 9007199254740993"), [""; 0]);
}

#[test]
fn nulls_are_in_no_range_and_in_every_order() {
    let db = keyed();
    assert_eq!(
        db.rows("SELECT i FROM k WHERE i > 5 ORDER BY i"),
        ["8", "9007199254740993"]
    );
    assert_eq!(
        db.rows("SELECT i FROM k WHERE i < 5 ORDER BY i DESC"),
        ["2", "1"]
    );
    assert_eq!(
        db.rows("SELECT i FROM k ORDER BY i LIMIT 10"),
        ["1", "2", "8", "9007199254740993", "NULL"]
    );
    assert_eq!(
        db.rows("SELECT i FROM k ORDER BY i DESC LIMIT 2"),
        ["NULL", "9007199254740993"]
    );
    assert_eq!(
        db.rows("SELECT id FROM k WHERE t = 'b' ORDER BY i LIMIT 9"),
        ["2", "9"]
    );
    assert_eq!(
        db.rows("SELECT id FROM k WHERE t IN ('z', 'b', 'b') AND i > 0 ORDER BY id"),
        ["2", "9007199254740993"]
    );
}

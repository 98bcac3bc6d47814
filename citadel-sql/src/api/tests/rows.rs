//! Reading rows.

use super::sample;
use crate::Error;

#[test]
fn columns_are_read_by_position_and_by_name() {
    let db = sample();
    let mut statement = db
        .prepare("SELECT id, name AS Label FROM t ORDER BY id")
        .unwrap();
    assert_eq!(statement.column_names(), ["id", "Label"]);
    assert_eq!(statement.column_index("label").unwrap(), 1);
    let mut rows = statement.query(()).unwrap();
    let row = rows.next().unwrap().unwrap();
    assert_eq!(row.get::<_, i64>("ID").unwrap(), 1);
    assert_eq!(row.get_ref("Label").unwrap().as_str().unwrap(), "one");
    assert!(row.get::<_, i64>(2).unwrap_err().is_misuse());
    assert!(row.get::<_, i64>("nothing").unwrap_err().is_misuse());
    let wrong = row.get::<_, i64>("Label").unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "column 1 (\"Label\", TEXT): value is of another type"
    );
}

#[test]
fn rows_go_on_past_one_batch() {
    let db = sample();
    let mut insert = db.prepare("INSERT INTO t (id) VALUES (?)").unwrap();
    let tx = db.unchecked_transaction().unwrap();
    for id in 4..=3_000 {
        insert.execute([id]).unwrap();
    }
    tx.commit().unwrap();
    let ids = db
        .query_map("SELECT id FROM t ORDER BY id", (), |row| {
            row.get::<_, i64>(0)
        })
        .unwrap();
    assert!(ids.into_iter().eq(1..=3_000));
}

#[test]
fn no_row_is_an_error_of_its_own_and_one_is_one() {
    let db = sample();
    let first = |sql: &str| {
        db.prepare(sql)
            .unwrap()
            .query_one((), |row| row.get::<_, i64>(0))
    };
    assert!(matches!(
        first("SELECT id FROM t WHERE id = 0"),
        Err(Error::QueryReturnedNoRows)
    ));
    assert_eq!(first("SELECT id FROM t WHERE id = 1").unwrap(), 1);
    assert!(first("SELECT id FROM t").unwrap_err().is_misuse());
    assert!(db.prepare("SELECT 1 FROM t").unwrap().exists(()).unwrap());
}

#[test]
fn an_error_in_the_midst_ends_the_rows() {
    let db = sample();
    let mut statement = db
        .prepare("SELECT 1 / (id - 2) FROM t ORDER BY id")
        .unwrap();
    let mut rows = statement.query(()).unwrap();
    let error = loop {
        match rows.next() {
            Ok(row) => assert!(row.is_some(), "the division by zero was passed over"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.sqlstate().unwrap().as_str(), "22012");
    assert!(rows.next().unwrap().is_none());
}

#[test]
fn the_own_error_of_a_reader_comes_through() {
    #[derive(Debug)]
    enum Mine {
        Odd(i64),
        Other(#[expect(dead_code)] Error),
    }
    impl From<Error> for Mine {
        fn from(error: Error) -> Self {
            Self::Other(error)
        }
    }
    let db = sample();
    let mut statement = db.prepare("SELECT id FROM t ORDER BY id").unwrap();
    let read = |row: &crate::Row<'_>| match row.get(0)? {
        id if id % 2 == 0 => Ok(id),
        id => Err(Mine::Odd(id)),
    };
    let ids: Vec<Result<i64, Mine>> = statement.query_and_then((), read).unwrap().collect();
    assert!(matches!(
        ids[..],
        [Err(Mine::Odd(1)), Ok(2), Err(Mine::Odd(3))]
    ));
}

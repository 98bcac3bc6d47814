//! Arrays between Rust and SQL, through indexes, and beyond one page.

use crate::{Array, Connection, Result, ScalarType, Value, params};

#[test]
fn lists_are_bound_and_read() -> Result<()> {
    let db = Connection::open_in_memory()?;
    db.execute(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, tags TEXT[], marks REAL[], on_off BOOLEAN[])",
        [],
    )?;
    let mut insert = db.prepare("INSERT INTO t VALUES (?, ?, ?, ?)")?;
    for id in 0_i64..100 {
        let tags = vec![Some(format!("t{}", id % 10)), None];
        // Lists of these are vectors where nothing else is wanted.
        insert.execute(params![
            id,
            tags,
            vec![0.5_f32, 1.0],
            vec![id % 2 == 0, true]
        ])?;
    }
    let row = db.query_row(
        "SELECT tags, marks, on_off FROM t WHERE id = 13",
        [],
        |row| {
            Ok((
                row.get::<_, Vec<Option<String>>>(0)?,
                row.get::<_, Vec<f64>>(1)?,
                row.get::<_, Vec<Option<bool>>>(2)?,
            ))
        },
    )?;
    assert_eq!(row.0, [Some("t3".to_owned()), None]);
    assert_eq!(row.1, [0.5, 1.0]);
    assert_eq!(row.2, [Some(false), Some(true)]);
    let mut find = db.prepare("SELECT id FROM t WHERE id = ANY (?) ORDER BY id")?;
    let mut found = |ids: &dyn crate::ToSql| -> Result<Vec<i64>> {
        find.query_map([ids], |row| row.get(0))?.collect()
    };
    assert_eq!(found(&vec![5_i64, 3, 99, 100])?, [3, 5, 99]);
    assert_eq!(found(&vec![Some(7_i64), None])?, [7]);
    assert_eq!(found(&"{1,2}")?, [1, 2]);
    assert_eq!(found(&vec![1.5_f64, 2.0])?, [2]);
    assert!(found(&Vec::<i64>::new())?.is_empty());
    assert!(found(&None::<Vec<i64>>)?.is_empty());
    assert!(found(&7_i64).is_err());
    let plan = db.query_row(
        "EXPLAIN SELECT id FROM t WHERE id = ANY (?)",
        [vec![1_i64]],
        |row| row.get::<_, String>(0),
    )?;
    assert!(plan.starts_with("PkLookup"), "{plan}");
    Ok(())
}

#[test]
fn an_index_finds_elements_of_a_parameter() -> Result<()> {
    let db = Connection::open_in_memory()?;
    db.execute("CREATE TABLE t (a INTEGER, b TEXT)", [])?;
    db.execute(
        "INSERT INTO t SELECT n % 50, 'w' || (n % 7)::TEXT FROM generate_series(1, 2000) AS n",
        [],
    )?;
    let count = |sql: &str| -> Result<i64> {
        let params = params![vec![3_i64, 49, 3], vec!["w1", "w6", "none"]];
        db.query_row(sql, params, |row| row.get(0))
    };
    let sql = "SELECT count(*) FROM t WHERE a = ANY (?1) AND b = ANY (?2)";
    let scanned = count(sql)?;
    assert!(scanned > 0);
    db.execute("CREATE INDEX t_ab ON t (a, b)", [])?;
    let plan: Vec<String> = db
        .prepare("EXPLAIN SELECT count(*) FROM t WHERE a = ANY (?1)")?
        .query_map([vec![3_i64]], |row| row.get(0))?
        .collect::<Result<_>>()?;
    assert!(
        plan.iter().any(|line| line.contains("a = ANY ($1)")),
        "{plan:?}"
    );
    assert_eq!(count(sql)?, scanned);
    assert_eq!(
        count("SELECT count(*) FROM t WHERE a <> ALL (?1) AND b <> ALL (?2)")?
            + count("SELECT count(*) FROM t WHERE a = ANY (?1) OR b = ANY (?2)")?,
        2000
    );
    Ok(())
}

#[test]
fn long_arrays_outgrow_pages_and_memory() -> Result<()> {
    let db = Connection::open_in_memory()?;
    db.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER[])", [])?;
    let long: Vec<i64> = (0..20_000).collect();
    db.execute("INSERT INTO t VALUES (1, ?)", [&long])?;
    db.execute("UPDATE t SET n[20001] = 7, n[1] = -1", [])?;
    let read: Vec<i64> = db.query_row("SELECT n FROM t", [], |row| row.get(0))?;
    assert_eq!((read.len(), read[0], read[20_000]), (20_001, -1, 7));
    db.execute("PRAGMA work_mem = '64kB'", [])?;
    db.execute(
        "INSERT INTO t SELECT i, ARRAY[i % 300, NULL, i] FROM generate_series(2, 5000) AS i",
        [],
    )?;
    let sorted: Vec<Array> = db
        .prepare("SELECT n FROM t WHERE id > 1 ORDER BY n DESC")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_>>()?;
    assert_eq!(sorted.len(), 4999);
    let is_descending = sorted.windows(2).all(|pair| {
        crate::types::compare(pair_ref(&pair[0]), pair_ref(&pair[1])).is_some_and(|o| o.is_ge())
    });
    assert!(is_descending);
    let groups: i64 = db.query_row(
        "SELECT count(*) FROM (SELECT n[1:2], array_agg(n[3]) AS a FROM t WHERE id > 1 GROUP BY 1) AS g WHERE cardinality(a) BETWEEN 16 AND 17",
        [],
        |row| row.get(0),
    )?;
    assert_eq!(groups, 300);
    Ok(())
}

fn pair_ref(array: &Array) -> crate::ValueRef<'_> {
    crate::ValueRef::Array(array.as_ref())
}

#[test]
fn values_of_arrays_are_arrays() -> Result<()> {
    let db = Connection::open_in_memory()?;
    let value: Value = db.query_row("SELECT ARRAY[1, 2]", [], |row| row.get(0))?;
    let expected = Array::new(ScalarType::Integer, [Value::Integer(1), Value::Integer(2)])?;
    assert_eq!(value, Value::Array(expected.clone()));
    let same: bool = db.query_row("SELECT ? = ARRAY[1, 2]", [expected], |row| row.get(0))?;
    assert!(same);
    Ok(())
}

#[test]
fn moments_of_arrays_are_those_of_the_session() -> Result<()> {
    let db = Connection::open_in_memory()?;
    db.execute("SET timezone = 'Europe/Berlin'", [])?;
    let text = |sql: &str| db.query_row(sql, [], |row| row.get::<_, String>(0));
    let array = "ARRAY[TIMESTAMPTZ '2024-06-01 12:00:00+00']";
    assert_eq!(
        text(&format!("SELECT {array}::TEXT"))?,
        "{\"2024-06-01 14:00:00+02\"}"
    );
    assert_eq!(
        text(&format!("SELECT array_to_string({array}, ',')"))?,
        "2024-06-01 14:00:00+02"
    );
    assert_eq!(
        text("SELECT ('{2024-06-01 14:00}'::TIMESTAMPTZ[])[1]::TEXT")?,
        "2024-06-01 14:00:00+02"
    );
    assert_eq!(
        text(&format!("SELECT ({array}::TIMESTAMP[])::TEXT"))?,
        "{\"2024-06-01 14:00:00\"}"
    );
    Ok(())
}

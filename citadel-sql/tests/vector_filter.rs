//! Promise: any WHERE clause gives through an ann index what it gives without one. Random predicates over random rows of
//! every type, with NULLs, duplicates and rows of the delta; the same rows without an index tell what is right.

use std::collections::BTreeMap;

use citadel_sql::{Connection, Result, Row, Value, params};

/// Numbers that look like chance, from a seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }

    fn one_of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len() as u64) as usize]
    }

    fn vector(&mut self) -> Vec<f32> {
        (0..8)
            .map(|_| self.below(2_001) as f32 / 1_000.0 - 1.0)
            .collect()
    }
}

/// Filter columns, and the literals that they are compared with: exact, absent, between two values, of another number type.
const COLUMNS: [(&str, &[&str]); 7] = [
    (
        "i",
        &[
            "0",
            "1",
            "2.5",
            "3.0",
            "-1",
            "9007199254740993",
            "9007199254740992.0",
            "NULL",
        ],
    ),
    (
        "r",
        &[
            "0.0",
            "-0.5",
            "1",
            "1.5",
            "1e300",
            "9007199254740993",
            "NULL",
        ],
    ),
    ("s", &["'a'", "'ab'", "''", "'B'", "'é'", "'zz'", "NULL"]),
    ("b", &["x'00'", "x''", "x'01ff'", "x'ff'", "NULL"]),
    // One value for each row.
    ("u", &["'u100'", "'u15'", "'u2'", "'v'", "NULL"]),
    // Not in the ann index: by row id, and by a btree index.
    ("id", &["5", "150", "299.5", "1e30", "NULL"]),
    ("m", &["'m3'", "'m17'", "'m'", "NULL"]),
];

const PATTERNS: [&str; 8] = [
    "'a%'", "'%b'", "''", "'%'", "'a_'", "'u1%'", "'\\%%'", "'é%'",
];

fn comparison(chance: &mut Chance) -> String {
    let (column, literals) = COLUMNS[chance.below(COLUMNS.len() as u64) as usize];
    let mut literal = || chance.one_of(literals).to_owned();
    let (a, b, c) = (literal(), literal(), literal());
    let not = chance.one_of(&["", "NOT "]);
    match chance.below(6) {
        0 => format!("{column} {not}IN ({a}, {b}, {c})"),
        1 => format!("{column} {not}BETWEEN {a} AND {b}"),
        2 => format!("{column} IS {not}NULL"),
        3 => format!("{column} IS {not}DISTINCT FROM {a}"),
        _ => {
            let operator = chance.one_of(&["=", "<>", "<", "<=", ">", ">="]);
            match chance.below(2) {
                0 => format!("{column} {operator} {a}"),
                _ => format!("{a} {operator} {column}"),
            }
        }
    }
}

fn leaf(chance: &mut Chance) -> String {
    let not = chance.one_of(&["", "NOT "]);
    match chance.below(12) {
        0 => chance
            .one_of(&["f", "NOT f", "f IS TRUE", "f IS NOT FALSE"])
            .to_owned(),
        1 | 2 => {
            let like = chance.one_of(&["LIKE", "ILIKE"]);
            let column = chance.one_of(&["s", "u", "m"]);
            format!("{column} {not}{like} {}", chance.one_of(&PATTERNS))
        }
        3 => format!("i % 3 = {}", chance.below(3)),
        4 => format!("length(s) > {}", chance.below(3)),
        // Two columns: only rows tell.
        5 => "i > x".to_owned(),
        6 => format!("x % 5 = {}", chance.below(6)),
        7 => chance
            .one_of(&["TRUE", "FALSE", "NULL", "1 = 1"])
            .to_owned(),
        _ => comparison(chance),
    }
}

fn predicate(chance: &mut Chance, depth: u32) -> String {
    if depth == 0 || chance.below(4) == 0 {
        return leaf(chance);
    }
    let left = predicate(chance, depth - 1);
    match chance.below(5) {
        0 => format!("NOT ({left})"),
        1 | 2 => format!("({left}) OR ({})", predicate(chance, depth - 1)),
        _ => format!("({left}) AND ({})", predicate(chance, depth - 1)),
    }
}

const ROWS: u64 = 400;

/// The same rows in `t`, which has an ann index, and in `plain`, which has none.
fn tables(chance: &mut Chance) -> Result<Connection> {
    let db = Connection::open_in_memory()?;
    let columns = "(id INTEGER PRIMARY KEY, i INTEGER, r REAL, s TEXT, f BOOLEAN, b BLOB, u TEXT, m TEXT, x INTEGER, emb VECTOR(8))";
    db.execute_batch(&format!(
        "CREATE TABLE t {columns}; CREATE TABLE plain {columns};
         CREATE INDEX t_m ON t (m);
         CREATE INDEX t_emb ON t USING ann (emb) INCLUDE (i, r, s) WITH (filters = 'f,b,u');
         BEGIN"
    ))?;
    put(&db, 1..=ROWS, chance)?;
    db.execute("COMMIT", ())?;
    db.persist_ann_index("t", "emb")?;
    // Rows that the segment has and that are no more, or are others now, and rows that it has not.
    db.execute_batch("DELETE FROM t WHERE id % 41 = 3; DELETE FROM t WHERE id % 37 = 5")?;
    put(&db, ROWS + 1..=ROWS + 15, chance)?;
    db.execute_batch(
        "UPDATE t SET i = 1, s = 'ab' WHERE id % 53 = 7; DELETE FROM plain; INSERT INTO plain SELECT * FROM t",
    )?;
    Ok(db)
}

fn put(db: &Connection, ids: std::ops::RangeInclusive<u64>, chance: &mut Chance) -> Result<()> {
    let mut insert = db.prepare("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?;
    for id in ids {
        let mut value = |values: &[Value]| match chance.below(7) {
            0 => Value::Null,
            _ => values[chance.below(values.len() as u64) as usize].clone(),
        };
        let integers = [0, 1, 2, 3, -1, 1 << 53, (1 << 53) + 1].map(Value::Integer);
        let reals = [0.0, -0.0, -0.5, 1.0, 1.5, 1e300, 9_007_199_254_740_992.0].map(Value::Real);
        let texts = ["a", "ab", "", "B", "%x", "é", "b"].map(|text| Value::Text(text.into()));
        let blobs = [vec![0], vec![], vec![1, 255], vec![255], vec![1]].map(Value::Blob);
        let (i, r, s) = (value(&integers), value(&reals), value(&texts));
        let (f, b) = (value(&[true, false].map(Value::Boolean)), value(&blobs));
        let m = Value::Text(format!("m{}", id % 40));
        let emb = match chance.below(30) {
            0 => Value::Null,
            _ => Value::Vector(chance.vector()),
        };
        let x = Value::Integer(chance.below(20) as i64 - 5);
        let u = Value::Text(format!("u{id}"));
        insert.execute(params![id as i64, i, r, s, f, b, u, m, x, emb])?;
    }
    Ok(())
}

/// Ids, in order, each with its distance.
fn ask(db: &Connection, table: &str, filter: &str, q: &[f32], k: usize) -> Vec<(i64, Option<f64>)> {
    let sql = format!(
        "SELECT id, emb <-> ? AS distance FROM {table} WHERE {filter} ORDER BY distance LIMIT {k}"
    );
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let mut statement = db
        .prepare(&sql)
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    let rows = statement.query_map(params![q], read);
    rows.and_then(Iterator::collect)
        .unwrap_or_else(|error| panic!("{sql}: {error}"))
}

#[test]
fn any_predicate_gives_what_it_gives_without_the_index() -> Result<()> {
    let (mut found, mut wanted, mut answered) = (0, 0, BTreeMap::new());
    for seed in [11, 12] {
        let mut chance = Chance(seed);
        let db = tables(&mut chance)?;
        for _ in 0..150 {
            let filter = predicate(&mut chance, 3);
            let q = chance.vector();
            let all = ask(&db, "plain", &filter, &q, 1_000);
            // All rows that match, in the same order.
            assert_eq!(ask(&db, "t", &filter, &q, 1_000), all, "WHERE {filter}");
            // The nearest, as many as there are.
            let k = chance.below(20) as usize + 1;
            let nearest = ask(&db, "t", &filter, &q, k);
            assert_eq!(nearest.len(), all.len().min(k), "WHERE {filter}");
            assert!(
                nearest.iter().all(|row| all.contains(row)),
                "WHERE {filter}"
            );
            assert!(nearest.is_sorted_by_key(|(_, distance)| distance.unwrap_or(f64::MAX)));
            wanted += nearest.len();
            found += nearest
                .iter()
                .filter(|row| all[..nearest.len()].contains(row))
                .count();
            let explain = format!(
                "EXPLAIN ANALYZE SELECT id FROM t WHERE {filter} ORDER BY emb <-> ? LIMIT {k}"
            );
            let plan: Vec<String> = db
                .prepare(&explain)?
                .query_map(params![q], |row| row.get(0))?
                .collect::<Result<_>>()?;
            let plan = plan.join("\n");
            let by = match plan.contains("AnnTopKPlan") && !plan.contains("Exact Plan") {
                true if plan.contains("Recheck") => "recheck",
                true => "segment",
                false => "exact",
            };
            *answered.entry(by).or_insert(0) += 1;
        }
    }
    assert!(found as f64 >= 0.99 * wanted as f64, "{found} of {wanted}");
    assert!(
        answered["segment"] >= 100 && answered["recheck"] >= 50,
        "{answered:?}"
    );
    Ok(())
}

#[test]
fn a_bound_pattern_or_value_that_the_segment_cannot_take_is_rechecked() -> Result<()> {
    let db = tables(&mut Chance(5))?;
    let q = Chance(6).vector();
    let ask = |table: &str, filter: &str, value: &Value| {
        let sql = format!("SELECT id FROM {table} WHERE {filter} ORDER BY emb <-> ? LIMIT 50");
        db.prepare(&sql)?
            .query_map(params![value.clone(), q], |row| row.get(0))?
            .collect::<Result<Vec<i64>>>()
    };
    for (filter, values) in [
        (
            "u LIKE ?",
            ["u1%", "u%5", "u10_", "%", "u3"].map(|text| Value::Text(text.into())),
        ),
        (
            "s LIKE ?",
            ["a%", "%", "", "_", "\\%%"].map(|text| Value::Text(text.into())),
        ),
        (
            "id >= ?",
            [3.5, 200.0, -1e300, 1e300, 17.0].map(Value::Real),
        ),
        (
            "i = ?",
            [2.5, 2.0, 9_007_199_254_740_992.0, -0.0, 1e19].map(Value::Real),
        ),
        (
            "r < ?",
            [1, 0, i64::MAX, i64::MIN, (1 << 53) + 1].map(Value::Integer),
        ),
    ] {
        for value in values {
            let (with, without) = (ask("t", filter, &value)?, ask("plain", filter, &value)?);
            assert_eq!(with.len(), without.len(), "{filter} {value:?}");
            let shared = with.iter().filter(|id| without.contains(id)).count();
            assert!(shared * 100 >= without.len() * 95, "{filter} {value:?}");
        }
        assert_eq!(ask("t", filter, &Value::Null)?, [0; 0]);
    }
    Ok(())
}

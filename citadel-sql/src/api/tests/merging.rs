//! MERGE keeps what hangs on rows, as other changes do.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Connection, params};

fn vector(n: i64) -> String {
    format!("[{}, {}]", n % 17, n % 23)
}

#[test]
fn indexes_and_vector_indexes_follow() {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE TABLE docs (id INTEGER PRIMARY KEY, k INTEGER UNIQUE, kind TEXT, e VECTOR(2));
         CREATE INDEX docs_kind ON docs (kind);
         CREATE INDEX docs_e ON docs USING ann (e) INCLUDE (kind);
         CREATE TABLE fresh (k INTEGER, kind TEXT, e VECTOR(2));",
    )
    .unwrap();
    for n in 0..2_000i64 {
        let row = params![n, if n % 2 == 0 { "a" } else { "b" }, vector(n)];
        db.execute("INSERT INTO docs (k, kind, e) VALUES (?, ?, ?)", row)
            .unwrap();
    }
    db.execute_batch("REINDEX docs_e").unwrap();
    for n in 1_500..2_500i64 {
        let row = params![n, "c", vector(n + 5)];
        db.execute("INSERT INTO fresh VALUES (?, ?, ?)", row)
            .unwrap();
    }
    let mut merge = db
        .prepare(
            "MERGE INTO docs USING fresh ON docs.k = fresh.k
             WHEN MATCHED AND docs.k % 10 = 0 THEN DELETE
             WHEN MATCHED THEN UPDATE SET kind = fresh.kind, e = fresh.e
             WHEN NOT MATCHED THEN INSERT (k, kind, e) VALUES (fresh.k, fresh.kind, fresh.e)
             WHEN NOT MATCHED BY SOURCE AND docs.k < 100 THEN UPDATE SET kind = 'd'",
        )
        .unwrap();
    assert_eq!(merge.execute(()).unwrap(), 500 + 500 + 100);
    assert!(db.check().unwrap().is_ok());
    let count = |kind: &str| -> i64 {
        db.query_value("SELECT count(*) FROM docs WHERE kind = ?", [kind])
            .unwrap()
    };
    assert_eq!((count("c"), count("d")), (450 + 500, 100));
    let nearest = |exact: &str| -> String {
        db.execute_batch(&format!("SET ann_exact = {exact}"))
            .unwrap();
        db.query_value(
            "SELECT string_agg(d::TEXT, ' ') FROM (SELECT e <-> '[3, 4]' AS d FROM docs WHERE kind = 'c' ORDER BY 1 LIMIT 20)",
            (),
        )
        .unwrap()
    };
    assert_eq!(nearest("on"), nearest("off"));
    // Once more: what was deleted comes back, and the rest is updated.
    assert_eq!(merge.execute(()).unwrap(), 100 + 900 + 100);
    assert!(db.check().unwrap().is_ok());
}

#[test]
fn a_small_source_looks_the_rows_of_a_large_table_up() {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER);
         INSERT INTO t SELECT n, n FROM generate_series(1, 5000) AS s (n)",
    )
    .unwrap();
    let sql = "MERGE INTO t USING (VALUES (1, 2), (6000, 3)) AS v (k, m) ON id = k
               WHEN MATCHED THEN UPDATE SET n = n + m WHEN NOT MATCHED THEN INSERT VALUES (k, m)";
    let mut explain = db.prepare(&format!("EXPLAIN {sql}")).unwrap();
    let lines = explain
        .query_map((), |row| row.get::<_, String>(0))
        .unwrap();
    let plan: Vec<String> = lines.collect::<Result<_, _>>().unwrap();
    assert!(
        plan.iter()
            .any(|line| line.contains("LookupJoin left with t")),
        "{plan:#?}"
    );
    assert_eq!(db.execute(sql, ()).unwrap(), 2);
    let sum: i64 = db.query_value("SELECT sum(n) FROM t", ()).unwrap();
    assert_eq!(sum, 5_000 * 5_001 / 2 + 2 + 3);
    assert_eq!(db.last_insert_rowid(), 6_000);
}

#[test]
fn parameters_stand_in_all_its_parts() {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)")
        .unwrap();
    let mut merge = db
        .prepare(
            "MERGE INTO t USING (SELECT ?1 AS k) AS s ON id = s.k
             WHEN MATCHED AND n > ?2 THEN UPDATE SET n = n - ?2
             WHEN MATCHED THEN DELETE
             WHEN NOT MATCHED THEN INSERT VALUES (s.k, ?3) RETURNING merge_action() || coalesce(new.n, -1)",
        )
        .unwrap();
    let mut run = || -> String { merge.query_row([1, 10, 25], |row| row.get(0)).unwrap() };
    assert_eq!(run(), "INSERT25");
    assert_eq!(run(), "UPDATE15");
    assert_eq!(run(), "UPDATE5");
    assert_eq!(run(), "DELETE-1");
    assert_eq!(run(), "INSERT25");
}

/// Numbers that look random, the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> i64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((self.0 >> 33) % end).unwrap()
    }
}

/// A clause of a MERGE of `t (id, n)` by `s (k, m)`, in SQL and as what it means.
#[derive(Clone, Copy, Debug)]
struct Clause {
    matching: &'static str,
    /// Of `n + m`, with 0 for what is not there.
    modulus: Option<i64>,
    action: &'static str,
}

impl Clause {
    fn some(numbers: &mut Numbers) -> Vec<Self> {
        let mut clauses = Vec::new();
        for (matching, actions) in [
            ("MATCHED", ["DELETE", "UPDATE", "DO NOTHING"]),
            ("NOT MATCHED", ["INSERT", "INSERT", "DO NOTHING"]),
            ("NOT MATCHED BY SOURCE", ["DELETE", "UPDATE", "DO NOTHING"]),
        ] {
            let count = numbers.below(3);
            for at in 0..count {
                clauses.push(Self {
                    matching,
                    modulus: (at + 1 < count || numbers.below(2) == 0)
                        .then(|| numbers.below(3) + 2),
                    action: actions[usize::try_from(numbers.below(3)).unwrap()],
                });
            }
        }
        clauses
    }

    fn sql(&self) -> String {
        let (sum, value) = match self.matching {
            "MATCHED" => ("n + m", "n + m"),
            "NOT MATCHED" => ("m", "m"),
            _ => ("n", "n + 1"),
        };
        let condition = self.modulus.map(|by| format!(" AND ({sum}) % {by} = 0"));
        let action = match self.action {
            "UPDATE" => format!("UPDATE SET n = {value}"),
            "INSERT" => format!("INSERT (id, n) VALUES (k, {value})"),
            other => other.to_owned(),
        };
        format!(
            "WHEN {}{} THEN {action}",
            self.matching,
            condition.unwrap_or_default()
        )
    }

    fn takes(&self, matching: &str, sum: i64) -> bool {
        self.matching == matching && self.modulus.is_none_or(|by| sum % by == 0)
    }
}

/// What a MERGE makes of the rows, and what RETURNING tells of it; none: a row would be changed twice.
fn model(
    rows: &BTreeMap<i64, i64>,
    source: &[(i64, i64)],
    clauses: &[Clause],
) -> Option<(BTreeMap<i64, i64>, Vec<String>)> {
    let (mut after, mut told, mut touched) = (rows.clone(), Vec::new(), BTreeSet::new());
    let mut pairs: Vec<(&str, i64, i64, i64)> = Vec::new();
    for (k, m) in source {
        match rows.get(k) {
            Some(n) => pairs.push(("MATCHED", *k, n + m, n + m)),
            None => pairs.push(("NOT MATCHED", *k, *m, *m)),
        }
    }
    let alone = rows
        .iter()
        .filter(|(id, _)| source.iter().all(|(k, _)| k != *id));
    pairs.extend(alone.map(|(id, n)| ("NOT MATCHED BY SOURCE", *id, *n, n + 1)));
    for (matching, id, sum, value) in pairs {
        let Some(clause) = clauses.iter().find(|clause| clause.takes(matching, sum)) else {
            continue;
        };
        let old = rows.get(&id).map_or("-".to_owned(), i64::to_string);
        match clause.action {
            "DO NOTHING" => continue,
            "DELETE" => drop(after.remove(&id)),
            _ => drop(after.insert(id, value)),
        }
        if !touched.insert(id) {
            return None;
        }
        let new = match clause.action {
            "DELETE" => "-".to_owned(),
            _ => value.to_string(),
        };
        told.push(format!("{} {id} {old} {new}", clause.action));
    }
    told.sort();
    Some((after, told))
}

#[test]
fn it_does_what_its_clauses_say() {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER);
         CREATE TABLE s (k INTEGER, m INTEGER)",
    )
    .unwrap();
    let mut numbers = Numbers(17);
    let (mut done, mut refused) = (0, 0);
    for round in 0..300 {
        let clauses = Clause::some(&mut numbers);
        if clauses.is_empty() {
            continue;
        }
        db.execute_batch("DELETE FROM t; DELETE FROM s").unwrap();
        let mut rows = BTreeMap::new();
        for _ in 0..numbers.below(12) {
            let (id, n) = (numbers.below(16), numbers.below(50));
            if rows.insert(id, n).is_none() {
                db.execute("INSERT INTO t VALUES (?, ?)", [id, n]).unwrap();
            }
        }
        rows = db
            .prepare("SELECT id, n FROM t")
            .and_then(|mut all| {
                all.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?
                    .collect()
            })
            .unwrap();
        let mut source = Vec::new();
        for _ in 0..numbers.below(10) {
            let pair = (numbers.below(24), numbers.below(50));
            // Mostly each key once.
            if round % 5 == 0 || source.iter().all(|(k, _)| *k != pair.0) {
                db.execute("INSERT INTO s VALUES (?, ?)", [pair.0, pair.1])
                    .unwrap();
                source.push(pair);
            }
        }
        let whens: Vec<String> = clauses.iter().map(Clause::sql).collect();
        let sql = format!(
            "MERGE INTO t USING s ON id = k {} RETURNING merge_action() || ' ' || t.id || ' ' || coalesce(old.n::TEXT, '-') || ' ' || coalesce(new.n::TEXT, '-')",
            whens.join(" ")
        );
        let merged = db.prepare(&sql).and_then(|mut merge| {
            let mut told: Vec<String> = merge
                .query_map((), |row| row.get(0))?
                .collect::<crate::Result<_>>()?;
            told.sort();
            Ok(told)
        });
        let after: BTreeMap<i64, i64> = db
            .prepare("SELECT id, n FROM t")
            .and_then(|mut all| {
                all.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?
                    .collect()
            })
            .unwrap();
        match (model(&rows, &source, &clauses), merged) {
            (Some((expected, told)), Ok(merged)) => {
                assert_eq!(
                    (after, merged),
                    (expected, told),
                    "{sql}\n{rows:?} {source:?}"
                );
                done += 1;
            }
            (None, Err(error)) => {
                assert!(error.sqlstate().is_some(), "{error}");
                assert_eq!(after, rows, "{sql}");
                refused += 1;
            }
            (expected, merged) => panic!("{sql}\n{rows:?} {source:?}\n{expected:?}\n{merged:?}"),
        }
    }
    assert!(done > 200 && refused > 0, "{done} {refused}");
}

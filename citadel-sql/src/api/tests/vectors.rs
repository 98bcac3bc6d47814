//! Vectors of every element, ranges of distances, and many queries at once, against plain arithmetic.

use std::collections::BTreeMap;

use super::*;
use crate::error::Result;
use crate::types::Bits;
use crate::{Value, params_from_iter};

/// Numbers that look like chance, from a seed.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) ^ (self.0 >> 50)
    }

    /// Whole numbers from -50 to 50, which every element but bits holds exactly.
    fn vector(&mut self, dim: usize) -> Vec<f32> {
        (0..dim)
            .map(|_| (self.next() % 101) as f32 - 50.0)
            .collect()
    }
}

fn l2(a: &[f32], b: &[f32]) -> f64 {
    let squares = a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2));
    squares.sum::<f64>().sqrt()
}

const DIM: usize = 6;

/// A table with an ann index, most rows in a segment and some in the delta.
struct Points {
    connection: Connection,
    rows: BTreeMap<i64, (i64, Vec<f32>)>,
}

impl Points {
    fn new(element: &str, rows: i64) -> Self {
        let connection = Connection::open_in_memory().unwrap();
        let ddl = format!(
            "CREATE TABLE p (id INTEGER PRIMARY KEY, kind INTEGER, emb VECTOR({DIM}, {element}));
             CREATE TABLE q (id INTEGER PRIMARY KEY, kind INTEGER, emb VECTOR({DIM}, {element}));
             CREATE INDEX p_emb ON p USING ann (emb) WITH (filters = 'kind')"
        );
        connection.execute_batch(&ddl).unwrap();
        let mut points = Self {
            connection,
            rows: BTreeMap::new(),
        };
        let mut chance = Chance(7);
        points.insert(1..=rows, &mut chance);
        points.run("CALL persist_ann_index('p', 'emb')");
        // Some rows leave the segment, and some come to the delta.
        for id in (1..=rows).step_by(50) {
            points.run(&format!("DELETE FROM p WHERE id = {id}"));
            points.rows.remove(&id);
        }
        points.insert(rows + 1..=rows + 40, &mut chance);
        points.run("INSERT INTO q SELECT * FROM p");
        points
    }

    fn run(&self, sql: &str) {
        self.connection.execute_batch(sql).unwrap();
    }

    fn insert(&mut self, ids: std::ops::RangeInclusive<i64>, chance: &mut Chance) {
        let mut insert = self
            .connection
            .prepare("INSERT INTO p VALUES (?, ?, ?)")
            .unwrap();
        for id in ids {
            let (kind, vector) = (id % 4, chance.vector(DIM));
            insert.execute((id, kind, &vector)).unwrap();
            self.rows.insert(id, (kind, vector));
        }
    }

    /// The ids of the rows within a radius, nearest first.
    fn within(&self, query: &[f32], radius: f64, keeps: impl Fn(i64, i64) -> bool) -> Vec<i64> {
        let mut found: Vec<(f64, i64)> = self
            .rows
            .iter()
            .filter(|(id, (kind, _))| keeps(**id, *kind))
            .map(|(id, (_, vector))| (l2(query, vector), *id))
            .filter(|(distance, _)| *distance < radius)
            .collect();
        found.sort_by(|a, b| a.partial_cmp(b).unwrap());
        found.into_iter().map(|(_, id)| id).collect()
    }

    fn ids(&self, sql: &str, params: &[Value]) -> Vec<i64> {
        let mut statement = self.connection.prepare(sql).unwrap();
        let rows = statement.query_map(params_from_iter(params), |row| row.get(0));
        rows.unwrap().collect::<Result<_>>().unwrap()
    }
}

#[test]
fn a_range_gives_the_rows_within_the_radius() {
    let points = Points::new("f32", 3_000);
    let plan: String = points
        .connection
        .query_row(
            "EXPLAIN SELECT id FROM p WHERE emb <-> '[0,0,0,0,0,0]' < 5",
            (),
            |row| row.get(0),
        )
        .unwrap();
    assert!(plan.starts_with("AnnRangePlan on p using p_emb"), "{plan}");
    let mut chance = Chance(99);
    let (mut found, mut expected) = (0, 0);
    for round in 0..30 {
        let query = chance.vector(DIM);
        let radius = f64::from(20 + 3 * round) + 0.01;
        let params = [Value::Vector(query.clone()), Value::Real(radius)];
        for (filter, keeps) in [
            ("", (|_, _| true) as fn(i64, i64) -> bool),
            ("AND kind = 2", |_, kind| kind == 2),
            ("AND id % 3 = 0", |id, _| id % 3 == 0),
            ("AND kind IN (1, 3) AND id > 500", |id, kind| {
                kind % 2 == 1 && id > 500
            }),
        ] {
            let truth = points.within(&query, radius, keeps);
            let all = format!("SELECT id FROM p WHERE emb <-> ?1 < ?2 {filter}");
            let given = points.ids(&all, &params);
            // What is given is true, in order and given once.
            let mut rest = truth.iter();
            assert!(
                given.iter().all(|id| rest.any(|true_id| true_id == id)),
                "{all}"
            );
            found += given.len();
            expected += truth.len();
            let few = format!("{all} ORDER BY emb <-> ?1 LIMIT 5 OFFSET 1");
            let page: Vec<i64> = truth.iter().skip(1).take(5).copied().collect();
            assert_eq!(points.ids(&few, &params).len(), page.len(), "{few}");
            let scan = all.replace("FROM p", "FROM q") + " ORDER BY emb <-> ?1";
            assert_eq!(points.ids(&scan, &params), truth, "{scan}");
        }
    }
    assert!(expected > 1_000);
    assert!(found * 1000 >= expected * 995, "{found} of {expected}");
}

#[test]
fn every_element_is_searched_by_its_numbers() {
    for element in ["f32", "f16", "i8"] {
        let points = Points::new(element, 400);
        let mut chance = Chance(3);
        let mut hits = 0;
        for _ in 0..20 {
            let query = chance.vector(DIM);
            let params = [Value::Vector(query.clone())];
            let truth = points.within(&query, f64::MAX, |_, _| true)[..10].to_vec();
            let exact = points.ids("SELECT id FROM q ORDER BY emb <-> ? LIMIT 10", &params);
            assert_eq!(exact, truth, "{element}");
            let index = points.ids("SELECT id FROM p ORDER BY emb <-> ? LIMIT 10", &params);
            hits += index.iter().filter(|id| truth.contains(id)).count();
        }
        assert!(hits >= 195, "{element}: {hits} of 200");
        let ok: String = points
            .connection
            .query_row("PRAGMA integrity_check", (), |row| row.get(0))
            .unwrap();
        assert_eq!(ok, "ok", "{element}");
    }
}

#[test]
fn bits_are_searched_by_how_many_differ() {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(
            "CREATE TABLE b (id INTEGER PRIMARY KEY, emb VECTOR(100, bit));
             CREATE INDEX b_emb ON b USING ann (emb) WITH (metric = 'hamming')",
        )
        .unwrap();
    let mut chance = Chance(5);
    let mut bits = || -> Bits { (0..100).map(|_| chance.next().is_multiple_of(3)).collect() };
    let rows: Vec<Bits> = (0..500).map(|_| bits()).collect();
    let mut insert = connection.prepare("INSERT INTO b VALUES (?, ?)").unwrap();
    for (id, row) in rows.iter().enumerate() {
        insert.execute((id as i64, row)).unwrap();
    }
    connection
        .execute_batch("CALL persist_ann_index('b', 'emb')")
        .unwrap();
    let differ = |a: &Bits, b: &Bits| {
        a.as_ref()
            .iter()
            .zip(b.as_ref().iter())
            .filter(|(a, b)| a != b)
            .count()
    };
    let mut nearest = connection
        .prepare("SELECT id, emb <~> ?1, emb FROM b ORDER BY emb <~> ?1 LIMIT 5")
        .unwrap();
    for _ in 0..20 {
        let query = bits();
        let found: Vec<(i64, f64, Bits)> = nearest
            .query_map([&query], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .unwrap()
            .collect::<Result<_>>()
            .unwrap();
        let mut all: Vec<usize> = rows.iter().map(|row| differ(row, &query)).collect();
        for (id, distance, row) in &found {
            assert_eq!(
                (&rows[*id as usize], differ(row, &query) as f64),
                (row, *distance)
            );
        }
        all.sort_unstable();
        let near = found
            .iter()
            .filter(|(_, distance, _)| *distance <= all[4] as f64)
            .count();
        assert!(near >= 4, "{found:?}");
    }
}

#[test]
fn many_queries_give_what_each_gives_alone() {
    let points = Points::new("f32", 600);
    let mut chance = Chance(11);
    let sets: Vec<[Value; 2]> = (0..45)
        .map(|at| {
            let query = match at {
                7 => Value::Null,
                _ => Value::Vector(chance.vector(DIM)),
            };
            [query, Value::Integer(at % 3)]
        })
        .collect();
    let check = |connection: &Connection| {
        for sql in [
            "SELECT id, emb <-> ?1 FROM q ORDER BY emb <-> ?1 LIMIT ?2 + 3",
            "SELECT id FROM q ORDER BY emb <-> ?1 LIMIT 4 OFFSET ?2",
            "SELECT id FROM q WHERE kind = 2 AND ?2 >= 0 ORDER BY emb <-> ?1 LIMIT 4",
            "SELECT id FROM q WHERE kind = ?2 ORDER BY emb <-> ?1 DESC LIMIT 4",
            "SELECT id FROM q WHERE emb <-> ?1 < 60 + ?2 ORDER BY emb <-> ?1 LIMIT 50",
            "SELECT id FROM p WHERE kind <> ?2 ORDER BY emb <-> ?1 LIMIT 4",
            "SELECT sum(id) FROM p WHERE emb <-> ?1 < 50 + ?2",
        ] {
            let mut statement = connection.prepare(sql).unwrap();
            let together = statement
                .query_many(sets.iter().map(params_from_iter), |row| {
                    row.get::<_, Value>(0)
                })
                .unwrap();
            assert_eq!(together.len(), sets.len());
            for (set, together) in sets.iter().zip(together) {
                let alone: Vec<Value> = statement
                    .query_map(params_from_iter(set), |row| row.get(0))
                    .unwrap()
                    .collect::<Result<_>>()
                    .unwrap();
                assert_eq!(together, alone, "{sql} {set:?}");
            }
        }
    };
    check(&points.connection);
    points.run("BEGIN; DELETE FROM q WHERE id % 5 = 0; UPDATE p SET kind = 0 WHERE id % 7 = 0");
    check(&points.connection);
    points.run("COMMIT");
    check(&points.connection);
}

#[test]
fn many_queries_fail_as_one() {
    let points = Points::new("f32", 60);
    let mut nearest = points
        .connection
        .prepare("SELECT id FROM q ORDER BY emb <-> ? LIMIT 2")
        .unwrap();
    let good = vec![0.0_f32; DIM];
    let bad = vec![0.0_f32; DIM + 1];
    assert!(
        nearest
            .query_many([[&good], [&bad]], |row| row.get::<_, i64>(0))
            .is_err()
    );
    assert!(
        nearest
            .query_many([(&good, 1)], |row| row.get::<_, i64>(0))
            .is_err()
    );
    assert!(
        nearest
            .query_many([[&good]], |row| row.get::<_, String>(0))
            .is_err()
    );
    let none: [[&Vec<f32>; 1]; 0] = [];
    assert!(
        nearest
            .query_many(none, |row| row.get::<_, i64>(0))
            .unwrap()
            .is_empty()
    );
    let mut delete = points
        .connection
        .prepare("DELETE FROM q WHERE id = ?")
        .unwrap();
    let error = delete
        .query_many([[1]], |row| row.get::<_, i64>(0))
        .unwrap_err();
    assert!(error.is_misuse(), "{error}");
}

#[test]
fn typed_parameters_are_taken_and_read_back() {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, h VECTOR(2, f16), s VECTOR(2, i8), b VECTOR(9, bit))",
        )
        .unwrap();
    let bits = [true, false, false, false, false, false, false, false, true];
    let halves = [0.1, -2.0].map(half::f16::from_f32);
    let mut insert = connection
        .prepare("INSERT INTO t (h, s, b) VALUES (?, ?, ?)")
        .unwrap();
    insert.execute((halves, [-128_i8, 127], bits)).unwrap();
    let numbers: Vec<f32> = bits.iter().map(|bit| f32::from(u8::from(*bit))).collect();
    insert
        .execute(([0.1_f32, -2.0], [-128.0_f32, 127.0], &numbers))
        .unwrap();
    let blob: Vec<u8> = halves.iter().flat_map(|c| c.to_le_bytes()).collect();
    insert
        .execute((blob, [0x80_u8, 0x7F], [0x80_u8, 0x80]))
        .unwrap();
    let mut all = connection.prepare("SELECT h, s, b FROM t").unwrap();
    let rows: Vec<(Vec<half::f16>, Vec<i8>, Vec<bool>)> = all
        .query_map((), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .collect::<Result<_>>()
        .unwrap();
    assert_eq!(rows.len(), 3);
    for row in rows {
        assert_eq!(row, (halves.to_vec(), vec![-128, 127], bits.to_vec()));
    }
    for (set, what) in [
        ([0.1_f32, f32::NAN], "not a finite number"),
        ([70_000.0, 0.0], "at most 65504"),
    ] {
        let error = insert.execute((set, [0_i8; 2], bits)).unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
    }
    let error = insert
        .execute((halves, [300.0_f32, 0.0], bits))
        .unwrap_err();
    assert!(error.to_string().contains("from -128 to 127"), "{error}");
    assert!(insert.execute((halves, [0_i8; 2], [true; 8])).is_err());
    assert!(
        insert
            .execute((halves, [0_i8; 2], [0x80_u8, 0x81]))
            .is_err()
    );
}

//! Promise: an ann index is always right. Whatever was written, folded, rolled back or reopened before, a nearest
//! neighbour query gives `min(k, matching)` rows that are there now, that match, with their exact distances, in order;
//! and of the nearest it misses next to none.

use std::collections::BTreeMap;
use std::sync::Arc;

use citadel_sql::{Connection, Database, Kdf, Key, MemoryStorage, Options, PageSize, params};
use citadel_tests::sim::Random;

const DIM: usize = 8;
const K: usize = 10;

type Vector = [f32; DIM];

/// What a row must be.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    topic: String,
    size: i64,
    emb: Option<Vector>,
}

type Model = BTreeMap<i64, Row>;

/// A condition in SQL and on the model.
struct Condition {
    sql: &'static str,
    passes: fn(&Row) -> bool,
}

const CONDITIONS: [Condition; 6] = [
    Condition {
        sql: "",
        passes: |_| true,
    },
    Condition {
        sql: "WHERE topic = 'b'",
        passes: |row| row.topic == "b",
    },
    Condition {
        sql: "WHERE topic IN ('a', 'd') AND size < 50",
        passes: |row| matches!(row.topic.as_str(), "a" | "d") && row.size < 50,
    },
    Condition {
        sql: "WHERE size BETWEEN 10 AND 12",
        passes: |row| (10..=12).contains(&row.size),
    },
    Condition {
        sql: "WHERE size > 10.5 AND size % 2 = 0",
        passes: |row| row.size >= 11 && row.size % 2 == 0,
    },
    Condition {
        sql: "WHERE topic = 'nosuch'",
        passes: |_| false,
    },
];

struct World {
    storage: MemoryStorage,
    connection: Option<Connection>,
    random: Random,
    model: Model,
    next_id: i64,
    hits: usize,
    wanted: usize,
}

fn options() -> Options {
    Options::default()
        .page_size(PageSize::new(1024).unwrap())
        .kdf(Kdf::lightest())
}

fn key() -> Key {
    Key::raw([1; 32])
}

impl World {
    fn new(seed: u64) -> Self {
        let storage = MemoryStorage::new();
        let database = Database::create_on(Arc::new(storage.clone()), &key(), options()).unwrap();
        let connection = database.connect();
        connection
            .execute_batch(&format!(
                "CREATE TABLE docs (id INTEGER PRIMARY KEY, topic TEXT, size INTEGER, emb VECTOR({DIM}));
                 CREATE INDEX docs_emb ON docs USING ann (emb) WITH (metric = 'l2', filters = 'topic,size')"
            ))
            .unwrap();
        Self {
            storage,
            connection: Some(connection),
            random: Random::new(seed),
            model: Model::new(),
            next_id: 1,
            hits: 0,
            wanted: 0,
        }
    }

    fn db(&self) -> &Connection {
        self.connection.as_ref().expect("open")
    }

    fn vector(&mut self) -> Vector {
        std::array::from_fn(|_| self.random.below(2_000) as f32 / 100.0 - 10.0)
    }

    fn row(&mut self) -> Row {
        let topic = ["a", "b", "c", "d"][self.random.below(4)].to_owned();
        let size = self.random.below(100) as i64;
        let emb = (!self.random.one_in(20)).then(|| self.vector());
        Row { topic, size, emb }
    }

    fn some_id(&mut self) -> Option<i64> {
        let at = self.random.below(self.model.len().max(1));
        self.model.keys().nth(at).copied()
    }

    fn insert(&mut self) {
        let (id, row) = (self.next_id, self.row());
        self.next_id += 1;
        let emb = row.emb.map(|emb| emb.to_vec());
        self.db()
            .execute(
                "INSERT INTO docs VALUES (?, ?, ?, ?)",
                params![id, row.topic, row.size, emb],
            )
            .unwrap();
        self.model.insert(id, row);
    }

    fn update(&mut self) {
        let (Some(id), new) = (self.some_id(), self.row()) else {
            return;
        };
        let row = self.model.get_mut(&id).expect("an id of the model");
        let whole = new.size % 2 == 0;
        if whole {
            *row = new.clone();
        } else {
            row.topic = new.topic.clone();
        }
        let emb = new.emb.map(|emb| emb.to_vec());
        let changed = if whole {
            self.db().execute(
                "UPDATE docs SET topic = ?2, size = ?3, emb = ?4 WHERE id = ?1",
                params![id, new.topic, new.size, emb],
            )
        } else {
            self.db().execute(
                "UPDATE docs SET topic = ?2 WHERE id = ?1",
                params![id, new.topic],
            )
        };
        assert_eq!(changed.unwrap(), 1);
    }

    fn delete(&mut self) {
        let Some(id) = self.some_id() else { return };
        let changed = self
            .db()
            .execute("DELETE FROM docs WHERE id = ?", params![id]);
        assert_eq!(changed.unwrap(), 1);
        self.model.remove(&id);
    }

    fn change(&mut self) {
        match self.random.below(10) {
            0..=4 => self.insert(),
            5..=7 => self.update(),
            _ => self.delete(),
        }
    }

    fn transaction(&mut self) {
        let before = self.model.clone();
        self.db().execute_batch("BEGIN").unwrap();
        for _ in 0..self.random.below(12) {
            self.change();
        }
        // Inside of the transaction, its own rows are found.
        self.ask();
        if self.random.one_in(3) {
            self.db().execute_batch("ROLLBACK").unwrap();
            self.model = before;
        } else {
            self.db().execute_batch("COMMIT").unwrap();
        }
    }

    fn reopen(&mut self) {
        self.connection = None;
        let storage = Arc::new(self.storage.clone());
        let database = Database::open_on(storage, &key(), options()).unwrap();
        self.connection = Some(database.connect());
    }

    fn ask(&mut self) {
        let place = self.vector();
        for condition in &CONDITIONS {
            self.judge(condition, &place);
        }
    }

    fn judge(&mut self, condition: &Condition, place: &Vector) {
        let sql = format!(
            "SELECT id, emb <-> ?1 AS d FROM docs {} ORDER BY d LIMIT {K}",
            condition.sql
        );
        let plan: String = self
            .db()
            .query_map(
                &format!("EXPLAIN {sql}"),
                params![place.as_slice()],
                |row| row.get::<_, String>(0),
            )
            .unwrap()
            .join("\n");
        assert!(plan.contains("AnnTopKPlan"), "{sql}\n{plan}");
        let found: Vec<(i64, Option<f64>)> = self
            .db()
            .query_map(&sql, params![place.as_slice()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        let mut exact: Vec<Option<f64>> = self
            .model
            .values()
            .filter(|row| (condition.passes)(row))
            .map(|row| row.emb.map(|emb| distance(&emb, place)))
            .collect();
        exact.sort_by(|a, b| a.unwrap_or(f64::MAX).total_cmp(&b.unwrap_or(f64::MAX)));
        exact.truncate(K);
        assert_eq!(found.len(), exact.len(), "{sql}: a full answer");
        for (id, d) in &found {
            let row = self
                .model
                .get(id)
                .unwrap_or_else(|| panic!("{sql}: row {id} is gone"));
            assert!((condition.passes)(row), "{sql}: row {id} is {row:?}");
            let now = row.emb.map(|emb| distance(&emb, place));
            assert!(near(*d, now), "{sql}: row {id} is at {now:?}, not {d:?}");
        }
        let order = |(id, d): &(i64, Option<f64>)| (d.map_or(f64::MAX, |d| d), *id);
        assert!(
            found
                .windows(2)
                .all(|pair| order(&pair[0]) < order(&pair[1])),
            "{sql}: out of order: {found:?}"
        );
        let farthest = exact.last().copied().flatten().unwrap_or(f64::MAX) + 1e-4;
        self.wanted += exact.len();
        self.hits += found
            .iter()
            .filter(|(_, d)| d.unwrap_or(f64::MAX) <= farthest)
            .count();
    }
}

fn distance(a: &Vector, b: &Vector) -> f64 {
    let square = |(a, b): (&f32, &f32)| (f64::from(*a) - f64::from(*b)).powi(2);
    a.iter().zip(b).map(square).sum::<f64>().sqrt()
}

fn near(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-4,
        (a, b) => a == b,
    }
}

fn holds(seed: u64) {
    let mut world = World::new(seed);
    for _ in 0..300 {
        world.insert();
    }
    for _ in 0..60 {
        match world.random.below(12) {
            0..=5 => world.change(),
            6..=8 => world.transaction(),
            9 => world.reopen(),
            _ => {
                let report = world.db().persist_ann_index("docs", "emb").unwrap();
                assert_eq!(report.rows, world.model.len() as u64);
            }
        }
        world.ask();
    }
    let report = world.db().check().unwrap();
    assert!(report.is_ok(), "{report}");
    assert!(world.wanted > 2_000);
    let recall = world.hits as f64 / world.wanted as f64;
    assert!(recall > 0.97, "seed {seed}: recall {recall}");
}

#[test]
fn an_index_is_right_whatever_was_written_before() {
    for seed in 1..=3 {
        holds(seed);
    }
}

#[test]
fn a_snapshot_keeps_its_answer_while_others_write_and_fold() {
    let mut world = World::new(9);
    for _ in 0..200 {
        world.insert();
    }
    world.db().persist_ann_index("docs", "emb").unwrap();
    let place = world.vector();
    let sql = "SELECT id FROM docs ORDER BY emb <-> ?1 LIMIT 10";
    let ask = |db: &Connection| -> Vec<i64> {
        db.query_map(sql, params![place.as_slice()], |row| row.get(0))
            .unwrap()
    };
    let other = world.db().database().connect();
    other.execute_batch("BEGIN READ ONLY").unwrap();
    let before = ask(&other);
    for id in &before {
        world
            .db()
            .execute("DELETE FROM docs WHERE id = ?", params![*id])
            .unwrap();
    }
    assert_eq!(ask(&other), before);
    world.db().persist_ann_index("docs", "emb").unwrap();
    assert_eq!(ask(&other), before);
    let after = ask(world.db());
    assert!(after.len() == 10 && after.iter().all(|id| !before.contains(id)));
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(ask(&other), after);
}

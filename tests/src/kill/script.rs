//! What the n-th transaction of a thread does: a function of the seed, and of nothing else.

use citadel_sql::{Connection, Error, Result};

use super::mix::Mix;
use super::setup::Setup;
use crate::sim::Random;
use crate::text;

/// Rows that a thread's table may have.
const IDS: usize = 120;
/// Every so many transactions, a large one.
const LARGE_EVERY: u64 = 12;

/// A transaction.
#[derive(Clone, Debug, Default)]
pub(super) struct Script {
    /// Runs by itself before the transaction, and changes no row.
    pub(super) before: Option<String>,
    /// Statements that succeed.
    pub(super) statements: Vec<String>,
    /// A statement in their midst that fails and leaves no trace.
    pub(super) fails: Option<String>,
}

/// The tables that a thread begins with.
pub(super) fn schema(setup: &Setup, thread: u32) -> String {
    let t = thread;
    let mut sql = format!(
        "BEGIN;
         CREATE TABLE rows_{t} (id INTEGER PRIMARY KEY, name TEXT NOT NULL, v INTEGER NOT NULL, body TEXT);
         CREATE INDEX rows_{t}_v ON rows_{t} (v);
         CREATE UNIQUE INDEX rows_{t}_name ON rows_{t} (name);"
    );
    if setup.mix == Mix::Vectors {
        sql.push_str(&format!(
            "CREATE TABLE docs_{t} (id INTEGER PRIMARY KEY, topic TEXT, emb VECTOR(8));
             CREATE INDEX docs_{t}_emb ON docs_{t} USING ann (emb) WITH (metric = 'l2', filters = 'topic');"
        ));
    }
    sql.push_str(&format!(
        "CREATE TABLE progress_{t} (id INTEGER PRIMARY KEY, n INTEGER, entries INTEGER, total INTEGER);
         INSERT INTO progress_{t} VALUES (1, 0, 0, 0);
         COMMIT;"
    ));
    sql
}

/// The n-th transaction of a thread.
pub(super) fn transaction(setup: &Setup, thread: u32, n: u64) -> Script {
    let seed = setup.seed ^ (u64::from(thread) << 48) ^ n.wrapping_mul(0x9E37_79B9);
    let mut draw = Draw {
        thread,
        n,
        random: Random::new(seed),
        script: Script::default(),
    };
    // Warm up: close seeds begin alike.
    draw.random.bits();
    draw.rows();
    match setup.mix {
        Mix::Rows | Mix::Upkeep | Mix::Rekey => draw.failing(),
        Mix::Definitions => draw.definitions(),
        Mix::Vectors => draw.vectors(),
        Mix::Large => draw.large(),
    }
    draw.script
}

struct Draw {
    thread: u32,
    n: u64,
    random: Random,
    script: Script,
}

impl Draw {
    fn add(&mut self, statement: String) {
        self.script.statements.push(statement);
    }

    fn rows(&mut self) {
        let t = self.thread;
        for at in 0..1 + self.random.below(4) {
            let id = 1 + self.random.below(IDS);
            let v = self.random.below(1000);
            match self.random.below(8) {
                0..5 => {
                    let n = self.n;
                    let body = "lorem ".repeat(self.random.below(30));
                    self.add(format!("DELETE FROM rows_{t} WHERE id = {id}"));
                    self.add(format!(
                        "INSERT INTO rows_{t} VALUES ({id}, 'name {n}.{at}', {v}, '{body}')"
                    ));
                }
                5 => self.add(format!("UPDATE rows_{t} SET v = v + {v} WHERE id <= {id}")),
                6 => self.add(format!("UPDATE rows_{t} SET body = NULL WHERE v < {v}")),
                _ => self.add(format!(
                    "DELETE FROM rows_{t} WHERE id BETWEEN {id} AND {}",
                    id + 10
                )),
            }
        }
    }

    /// Two rows of one name: the second violates the unique index, after the first was written.
    fn failing(&mut self) {
        if self.random.one_in(4) {
            let (t, n) = (self.thread, self.n);
            self.script.fails = Some(format!(
                "INSERT INTO rows_{t} (name, v) VALUES ('twice {n}', 1), ('twice {n}', 2)"
            ));
        }
    }

    fn definitions(&mut self) {
        let (t, n) = (self.thread, self.n);
        self.add(format!(
            "CREATE TABLE extra_{t}_{n} (k TEXT PRIMARY KEY, v REAL)"
        ));
        self.add(format!(
            "INSERT INTO extra_{t}_{n} VALUES ('a {n}', 0.5), ('b {n}', {n})"
        ));
        if n > 3 {
            let old = n - 3;
            self.add(format!("DROP TABLE extra_{t}_{old}"));
        }
        if n.is_multiple_of(4) {
            self.add(format!(
                "CREATE INDEX rows_{t}_body_{n} ON rows_{t} (body, v)"
            ));
        }
        if n > 4 && (n - 2).is_multiple_of(4) {
            let old = n - 2;
            self.add(format!("DROP INDEX rows_{t}_body_{old}"));
        }
    }

    fn vectors(&mut self) {
        let t = self.thread;
        for _ in 0..1 + self.random.below(6) {
            let id = 1 + self.random.below(IDS);
            let topic = ["x", "y", "z"][self.random.below(3)];
            self.add(format!("DELETE FROM docs_{t} WHERE id = {id}"));
            if !self.random.one_in(5) {
                let emb: Vec<String> = (0..8).map(|_| self.random.below(100).to_string()).collect();
                let emb = emb.join(",");
                self.add(format!(
                    "INSERT INTO docs_{t} VALUES ({id}, '{topic}', '[{emb}]')"
                ));
            }
        }
        let fold = format!("CALL persist_ann_index('docs_{t}', 'emb')");
        match self.random.below(10) {
            0 => self.add(fold),
            1 => self.script.before = Some(fold),
            _ => {}
        }
    }

    fn large(&mut self) {
        let (t, n) = (self.thread, self.n);
        let id = 1 + self.random.below(IDS);
        let len = 1 + self.random.below(3_000);
        self.add(format!(
            "UPDATE rows_{t} SET body = repeat('large {n} ', {len}) WHERE id = {id}"
        ));
        if n % LARGE_EVERY == LARGE_EVERY - 1 {
            // Larger than the cache of a megabyte.
            self.add(format!(
                "UPDATE rows_{t} SET body = repeat('all {n} ', 3000)"
            ));
            let values: Vec<String> = (0..300)
                .map(|at| format!("('bulk {n}.{at}', {at}, repeat('bulk {n} ', 500))"))
                .collect();
            let values = values.join(", ");
            self.add(format!(
                "INSERT INTO rows_{t} (name, v, body) VALUES {values}"
            ));
            self.add(format!("DELETE FROM rows_{t} WHERE name LIKE 'bulk {n}.%'"));
        }
    }
}

/// Runs a transaction up to its commit.
pub(super) fn run(connection: &Connection, script: &Script, thread: u32, n: u64) -> Result<()> {
    if let Some(before) = &script.before {
        connection.execute_batch(before)?;
    }
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let half = script.statements.len() / 2;
    for (at, statement) in script.statements.iter().enumerate() {
        if let Some(fails) = script.fails.as_ref().filter(|_| at == half) {
            must_fail(connection.execute_batch(fails))?;
        }
        connection.execute_batch(statement)?;
    }
    let (entries, total) = sums(connection, thread)?;
    connection.execute(
        &format!("UPDATE progress_{thread} SET n = ?, entries = ?, total = ?"),
        citadel_sql::params![n as i64, entries, total],
    )?;
    Ok(())
}

fn must_fail(result: Result<()>) -> Result<()> {
    match result {
        Err(error) if error.is_constraint() => Ok(()),
        Err(error) => Err(error),
        Ok(()) => Err(Error::Misuse(
            "a constraint let two equal rows pass".to_owned(),
        )),
    }
}

/// Rows of a thread's table, and the sum of a column.
pub(super) fn sums(connection: &Connection, thread: u32) -> Result<(i64, i64)> {
    connection.query_row(
        &format!("SELECT count(*), coalesce(sum(v), 0) FROM rows_{thread}"),
        (),
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// How many transactions of a thread are there, with the sums that the last one noted; none before its tables are there.
pub(super) fn progress(connection: &Connection, thread: u32) -> Result<Option<(u64, i64, i64)>> {
    let table = format!("progress_{thread}");
    if !connection.table_exists(&table)? {
        return Ok(None);
    }
    let read =
        |row: &citadel_sql::Row<'_>| Ok((row.get::<_, i64>(0)? as u64, row.get(1)?, row.get(2)?));
    let sql = format!("SELECT n, entries, total FROM {table}");
    connection.query_row(&sql, (), read).map(Some)
}

/// All rows of a thread's tables by whatever plan, and what its vector index finds.
pub(super) fn dump(connection: &Connection, setup: &Setup, thread: u32) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    let mut tables: Vec<String> = connection.tables()?.into_iter().map(|t| t.name).collect();
    tables.sort_unstable();
    for table in tables {
        if table.split('_').nth(1) != Some(&thread.to_string()) {
            continue;
        }
        lines.push(format!("table {table}"));
        lines.extend(text::rows(
            connection,
            &format!("SELECT * FROM {table} ORDER BY 1"),
        )?);
    }
    let by_index = format!("SELECT v, id FROM rows_{thread} WHERE v >= 500 ORDER BY v, id");
    lines.extend(text::rows(connection, &by_index)?);
    if setup.mix == Mix::Vectors {
        for place in ["[0,0,0,0,0,0,0,0]", "[50,50,50,50,50,50,50,50]"] {
            let nearest = format!(
                "SELECT id, emb <-> '{place}' FROM docs_{thread} WHERE topic <> 'y' ORDER BY emb <-> '{place}' LIMIT 5"
            );
            lines.extend(text::rows(connection, &nearest)?);
        }
    }
    Ok(lines)
}

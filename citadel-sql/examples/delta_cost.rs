//! What rows written since the last fold cost a query: the time of one with a delta of 0, 1 and 5 % of the rows, of the first
//! one after a write, and after folding.
//!
//! `cargo run --release -p citadel-sql --example delta_cost [rows] [dimensions]`

#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::time::Instant;

use citadel_sql::{Connection, Database, Result, params};

const QUERIES: usize = 400;

/// Numbers around centres that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn vector(&mut self, dim: usize) -> Vec<f32> {
        let centre = self.next() % 64;
        (0..dim as u64)
            .map(|at| {
                let noise = (self.next() >> 40) as f32 / 16_777_216.0 - 0.5;
                ((centre * 31 + at * 17) % 97) as f32 / 97.0 + noise * 0.6
            })
            .collect()
    }
}

fn main() -> Result<()> {
    let mut numbers = std::env::args()
        .skip(1)
        .filter_map(|word| word.parse().ok());
    let rows: usize = numbers.next().unwrap_or(60_000);
    let dim: usize = numbers.next().unwrap_or(384);
    let db = Database::open_in_memory()?.connect();
    let mut dice = Dice(7);
    db.execute_batch(&format!(
        "PRAGMA ann_auto_merge = off;
         CREATE TABLE t (id INTEGER PRIMARY KEY, cat INTEGER, emb VECTOR({dim}))"
    ))?;
    update(
        &db,
        &mut dice,
        dim,
        0..rows,
        "INSERT INTO t (emb, cat, id) VALUES (?, ?, ?)",
    )?;
    db.execute_batch("CREATE INDEX t_emb ON t USING ann (emb) INCLUDE (cat)")?;
    println!("delta      plain us   filtered us   first after a write us");
    let clean = report(&db, &mut dice, dim, "0 %", None)?;
    for (share, name) in [(100, "1 %"), (20, "5 %")] {
        update(
            &db,
            &mut dice,
            dim,
            0..rows / share,
            "UPDATE t SET emb = ?, cat = ? WHERE id = ?",
        )?;
        report(&db, &mut dice, dim, name, Some(clean))?;
    }
    db.persist_ann_index("t", "emb")?;
    report(&db, &mut dice, dim, "folded", Some(clean))?;
    Ok(())
}

fn update(
    db: &Connection,
    dice: &mut Dice,
    dim: usize,
    rows: std::ops::Range<usize>,
    sql: &str,
) -> Result<()> {
    db.execute_batch("BEGIN")?;
    let mut statement = db.prepare(sql)?;
    for row in rows {
        let cat = (dice.next() % 50) as i64;
        statement.execute(params![dice.vector(dim), cat, row as i64])?;
    }
    drop(statement);
    db.execute_batch("COMMIT")
}

/// Medians in microseconds: of a plain query, a filtered one, and the first one after another row was written.
fn report(
    db: &Connection,
    dice: &mut Dice,
    dim: usize,
    name: &str,
    clean: Option<[f64; 3]>,
) -> Result<[f64; 3]> {
    let plain = "SELECT id FROM t ORDER BY emb <-> ? LIMIT 10";
    let filtered = "SELECT id FROM t WHERE cat < 5 ORDER BY emb <-> ? LIMIT 10";
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for round in 0..QUERIES {
        let query = dice.vector(dim);
        for (sql, times) in [plain, filtered].iter().zip(&mut times) {
            times.push(ask(db, sql, &query)?);
        }
        if round % 20 == 19 {
            let id = (dice.next() % 100) as i64;
            db.execute(
                "UPDATE t SET emb = ? WHERE id = ?",
                params![dice.vector(dim), id],
            )?;
            times[2].push(ask(db, plain, &query)?);
        }
    }
    let medians = times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    });
    let ratio = |at: usize| clean.map_or(1.0, |clean| medians[at] / clean[at]);
    println!(
        "{name:<8} {:>7.1} ({:.2})  {:>7.1} ({:.2})  {:>7.1} ({:.2})",
        medians[0],
        ratio(0),
        medians[1],
        ratio(1),
        medians[2],
        ratio(2)
    );
    Ok(medians)
}

fn ask(db: &Connection, sql: &str, query: &[f32]) -> Result<f64> {
    let mut statement = db.prepare(sql)?;
    let begun = Instant::now();
    let ids: Vec<i64> = statement
        .query_map([query], |row| row.get(0))?
        .collect::<Result<_>>()?;
    black_box(ids);
    Ok(begun.elapsed().as_secs_f64() * 1e6)
}

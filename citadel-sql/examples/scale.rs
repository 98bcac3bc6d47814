//! A vector index beside its memory, on real embeddings and on more rows made from them.
//!
//! `scale make FILE DIRECTORY ROWS [CACHE MIB]` writes a file with a table of so many rows, `scale index FILE [CACHE MIB]` makes its index, and
//! `scale ask FILE DIRECTORY [CACHE MIB] [QUERIES]` opens it with so large a cache and tells the time to the first answer, queries a
//! second, recall and memory. Each is a process of its own, so that memory is that of what it did.
//!
//! A row beyond the set is a random mix of a row and one of its near neighbours, with a little noise, brought to length one: the local
//! dimension stays what it was.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use citadel_sql::{Connection, Database, Key, Options, Statement};

const DIM: usize = 384;
const K: usize = 10;
/// Neighbours that a row is mixed with.
const NEAR: usize = 8;
/// Length of the noise, about: as far as rows of a set so large would be from each other. With less, rows lie on lines between others,
/// and the local dimension is lost.
const NOISE: f32 = 0.25;
/// Times that all queries are asked.
const ROUNDS: usize = 5;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["make", file, directory, rows, rest @ ..] => make(file, directory, rows.parse()?, rest),
        ["index", file, rest @ ..] => index(file, rest),
        ["ask", file, directory, rest @ ..] => ask(file, directory, rest),
        _ => Err(
            "scale make FILE DIRECTORY ROWS, or scale ask FILE DIRECTORY [CACHE MIB] [QUERIES]"
                .into(),
        ),
    }
}

fn open(file: &str, mib: usize) -> Outcome<Connection> {
    let options = Options::default().cache_bytes(mib << 20);
    Ok(Database::open_with(file, Key::raw([7; 32]), options)?.connect())
}

fn make(file: &str, directory: &str, rows: usize, rest: &[&str]) -> Outcome<()> {
    let mib = rest.first().map_or(Ok(256), |mib| mib.parse())?;
    let db = open(file, mib)?;
    let base = read(&Path::new(directory).join("pkgs_base.f16.bin"), rows)?;
    db.execute_batch(
        "CREATE TABLE near (id INTEGER PRIMARY KEY, v VECTOR(384));
         CREATE TABLE t (id INTEGER PRIMARY KEY, part INTEGER, v VECTOR(384))",
    )?;
    load(
        &db,
        "INSERT INTO near VALUES (?1, CASE WHEN ?2 IS NULL THEN NULL ELSE ?3 END)",
        base.len(),
        |row, out| {
            out.copy_from_slice(&base[row]);
            Ok(())
        },
    )?;
    db.execute("CREATE INDEX near_v ON near USING ann (v)", ())?;
    let mut random = Random(rows as u64);
    let mut near = db.prepare("SELECT id FROM near ORDER BY v <-> ? LIMIT 9")?;
    let start = Instant::now();
    load(
        &db,
        "INSERT INTO t VALUES (?1, ?2, ?3)",
        rows,
        |row, out| {
            if row < base.len() {
                out.copy_from_slice(&base[row]);
                return Ok(());
            }
            let one = &base[random.below(base.len())];
            let found = ids(&mut near, one)?;
            let other = &base[found[1 + random.below(NEAR)] as usize];
            let share = random.unit();
            for ((out, a), b) in out.iter_mut().zip(one).zip(other) {
                *out = a + share * (b - a) + NOISE / (DIM as f32).sqrt() * random.normal();
            }
            let length = out.iter().map(|value| value * value).sum::<f32>().sqrt();
            out.iter_mut().for_each(|value| *value /= length);
            Ok(())
        },
    )?;
    println!(
        "load    {:8.1} s, {} rows",
        start.elapsed().as_secs_f64(),
        rows
    );
    drop(near);
    db.execute("DROP TABLE near", ())?;
    db.execute("CREATE INDEX t_v ON t USING ann (v) WITH (metric = 'cosine', filters = 'part', deferred = on)", ())?;
    Ok(())
}

fn index(file: &str, rest: &[&str]) -> Outcome<()> {
    let db = open(file, rest.first().map_or(Ok(256), |mib| mib.parse())?)?;
    let before = memory();
    let start = Instant::now();
    db.persist_ann_index("t", "v")?;
    println!(
        "index   {:8.1} s, {before} MB before it, at most {} MB",
        start.elapsed().as_secs_f64(),
        peak_memory()
    );
    Ok(())
}

fn ask(file: &str, directory: &str, rest: &[&str]) -> Outcome<()> {
    let mib = rest.first().map_or(Ok(256), |mib| mib.parse())?;
    let count = rest.get(1).map_or(Ok(200), |count| count.parse())?;
    let queries = read(&Path::new(directory).join("pkgs_query.f16.bin"), count)?;
    let start = Instant::now();
    let db = open(file, mib)?;
    let opened = start.elapsed();
    let mut asked = db.prepare("SELECT id FROM t ORDER BY v <=> ? LIMIT 10")?;
    ids(&mut asked, &queries[0])?;
    let first = start.elapsed();
    println!(
        "cold    {:8.1} ms to the first answer, {:.1} ms of them to open the file; {} MB",
        first.as_secs_f64() * 1e3,
        opened.as_secs_f64() * 1e3,
        memory()
    );
    for round in 0..ROUNDS {
        let start = Instant::now();
        for query in &queries {
            ids(&mut asked, query)?;
        }
        let rate = queries.len() as f64 / start.elapsed().as_secs_f64();
        println!("round {round} {rate:8.0} q/s, {} MB", memory());
    }
    println!("peak    {:8} MB", peak_memory());
    let mut status = db.prepare(
        "SELECT state, memory_bytes, file_bytes, table_rows FROM ann_index_status('t', 'v')",
    )?;
    let (state, held, bytes, rows): (String, i64, i64, i64) = status.query_row((), |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    })?;
    println!(
        "index   {state}, {} MB of {} in memory, {rows} rows",
        held >> 20,
        bytes >> 20
    );
    for recall in ["0.8", "0.9", "0.95", "0.98", "0.99"] {
        db.execute(&format!("SET ann_recall = {recall}"), ())?;
        explain(&db, &queries[1])?;
    }
    db.execute("RESET ann_recall", ())?;
    recall(&db, &queries[..queries.len().min(50)])
}

/// What a search does.
fn explain(db: &Connection, query: &Vec<f32>) -> Outcome<()> {
    let mut explain = db.prepare("EXPLAIN ANALYZE SELECT id FROM t ORDER BY v <=> ? LIMIT 10")?;
    let lines = explain.query_map([query], |row| row.get::<_, String>(0))?;
    for line in lines {
        let line = line?;
        if line.contains("Segment") {
            println!("{}", line.trim());
        }
    }
    Ok(())
}

/// Recall by distance, against the exact plan.
fn recall(db: &Connection, queries: &[Vec<f32>]) -> Outcome<()> {
    let sql = "SELECT v <=> ?1 FROM t ORDER BY v <=> ?1 LIMIT 10";
    let mut hits = 0;
    for query in queries {
        let mut given = db.prepare(sql)?;
        let given = distances(&mut given, query)?;
        db.execute("SET ann_exact = on", ())?;
        let mut exact = db.prepare(sql)?;
        let exact = distances(&mut exact, query)?;
        db.execute("SET ann_exact = off", ())?;
        let farthest = exact.last().copied().unwrap_or(0.0) + 1e-6;
        hits += given
            .iter()
            .filter(|distance| **distance <= farthest)
            .count();
    }
    println!("recall  {:.4}", hits as f64 / (K * queries.len()) as f64);
    Ok(())
}

fn ids(statement: &mut Statement<'_>, query: &Vec<f32>) -> Outcome<Vec<i64>> {
    let rows = statement.query_map([query], |row| row.get(0))?;
    Ok(rows.collect::<citadel_sql::Result<_>>()?)
}

fn distances(statement: &mut Statement<'_>, query: &Vec<f32>) -> Outcome<Vec<f64>> {
    let rows = statement.query_map([query], |row| row.get(0))?;
    Ok(rows.collect::<citadel_sql::Result<_>>()?)
}

fn load(
    db: &Connection,
    sql: &str,
    rows: usize,
    mut vector: impl FnMut(usize, &mut Vec<f32>) -> Outcome<()>,
) -> Outcome<()> {
    const TOGETHER: usize = 20_000;
    let mut out = vec![0.0; DIM];
    let mut insert = db.prepare(sql)?;
    for first in (0..rows).step_by(TOGETHER) {
        db.execute_batch("BEGIN")?;
        for row in first..(first + TOGETHER).min(rows) {
            vector(row, &mut out)?;
            insert.execute((row as i64, row as i64 % 100, &out))?;
        }
        db.execute_batch("COMMIT")?;
    }
    Ok(())
}

/// Vectors of half floats, as f32.
fn read(path: &Path, rows: usize) -> Outcome<Vec<Vec<f32>>> {
    let bytes = std::fs::read(path)?;
    let row = |row: &[u8]| {
        let (components, _) = row.as_chunks::<2>();
        components
            .iter()
            .map(|c| half::f16::from_le_bytes(*c).to_f32())
            .collect()
    };
    Ok(bytes.chunks_exact(DIM * 2).take(rows).map(row).collect())
}

/// Megabytes that the process has in memory now, where the system tells.
fn memory() -> u64 {
    status_line("VmRSS:")
}

/// The most that it had.
fn peak_memory() -> u64 {
    status_line("VmHWM:")
}

fn status_line(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) / 1_000
}

/// Numbers that look random, the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut state = self.0;
        state = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ state >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        state ^ state >> 31
    }

    fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 24) as f32
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// A sum of twelve is as good as normal.
    fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.unit()).sum::<f32>() - 6.0
    }
}

//! Measures vectors through SQL on the real set: `vectors DIRECTORY [ROWS]`.
//!
//! Exact queries on columns of each element; many queries together beside one by one; ranges of distances through the
//! index beside a scan. Pairs are measured in turns, since the machine may be shared: only ratios mean something.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use citadel_sql::{Connection, Database, Key, MemoryStorage, Options, Statement};

const DIM: usize = 384;
const QUERIES: usize = 64;
/// All tables fit.
const CACHE_BYTES: usize = 1 << 30;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().ok_or("which directory?")?;
    let rows: usize = arguments.next().map_or(Ok(20_000), |rows| rows.parse())?;
    let base = read(&Path::new(&directory).join("pkgs_base.f16.bin"), rows)?;
    let queries = read(&Path::new(&directory).join("pkgs_query.f16.bin"), QUERIES)?;
    let options = Options::default().cache_bytes(CACHE_BYTES);
    let storage = Arc::new(MemoryStorage::default());
    let database = Database::create_on(storage, &Key::raw([7; 32]), options)?;
    let db = database.connect();
    load(&db, &base)?;
    println!("{} rows, {} queries", base.len(), queries.len());
    elements(&db, &queries)?;
    together(&db, &queries)?;
    ranges(&db, &queries)
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

fn load(db: &Connection, base: &[Vec<f32>]) -> Outcome<()> {
    db.execute_batch(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, f VECTOR(384), h VECTOR(384, f16), s VECTOR(384, i8), b VECTOR(384, bit));
         CREATE TABLE u (id INTEGER PRIMARY KEY, f VECTOR(384));
         BEGIN",
    )?;
    let mut insert = db.prepare(
        "INSERT INTO t VALUES (?1, ?2, ?2, ?3, binary_quantize(CAST(?2 AS VECTOR(384))))",
    )?;
    let mut plain = db.prepare("INSERT INTO u VALUES (?1, ?2)")?;
    for (id, vector) in base.iter().enumerate() {
        let bytes: Vec<i8> = vector.iter().map(|c| (c * 256.0).round() as i8).collect();
        insert.execute((id as i64, vector, &bytes))?;
        plain.execute((id as i64, vector))?;
    }
    db.execute_batch("COMMIT; CREATE INDEX t_f ON t USING ann (f)")?;
    Ok(())
}

fn ids<P: citadel_sql::Params>(statement: &mut Statement<'_>, params: P) -> Outcome<Vec<i64>> {
    let rows = statement.query_map(params, |row| row.get(0))?;
    Ok(rows.collect::<citadel_sql::Result<_>>()?)
}

/// Exact queries a second on each element, and how many of the ten nearest by f32 they find.
fn elements(db: &Connection, queries: &[Vec<f32>]) -> Outcome<()> {
    let mut truth = db.prepare("SELECT id FROM u ORDER BY f <-> ? LIMIT 10")?;
    let truth: Vec<Vec<i64>> = queries
        .iter()
        .map(|query| ids(&mut truth, [query]))
        .collect::<Outcome<_>>()?;
    for (name, sql) in [
        ("f32", "SELECT id FROM u ORDER BY f <-> ? LIMIT 10"),
        ("f16", "SELECT id FROM t ORDER BY h <-> ? LIMIT 10"),
        ("i8", "SELECT id FROM t ORDER BY s <-> ? LIMIT 10"),
        (
            "bit",
            "SELECT id FROM t ORDER BY b <~> binary_quantize(CAST(? AS VECTOR(384))) LIMIT 10",
        ),
    ] {
        let mut statement = db.prepare(sql)?;
        let (mut spent, mut hits) = (Duration::ZERO, 0);
        for (query, truth) in queries.iter().zip(&truth) {
            let scale = if name == "i8" { 256.0 } else { 1.0 };
            let query: Vec<f32> = query.iter().map(|c| c * scale).collect();
            let start = Instant::now();
            let found = ids(&mut statement, [query])?;
            spent += start.elapsed();
            hits += found.iter().filter(|id| truth.contains(id)).count();
        }
        let per_second = queries.len() as f64 / spent.as_secs_f64();
        let recall = hits as f64 / (10 * queries.len()) as f64;
        println!("exact {name:4} {per_second:8.0} q/s, {recall:.3} of the ten nearest by f32");
    }
    Ok(())
}

/// Many queries together beside one by one.
fn together(db: &Connection, queries: &[Vec<f32>]) -> Outcome<()> {
    for (name, sql) in [
        ("exact", "SELECT id FROM u ORDER BY f <-> ? LIMIT 10"),
        ("index", "SELECT id FROM t ORDER BY f <-> ? LIMIT 10"),
    ] {
        let mut statement = db.prepare(sql)?;
        let (mut alone, mut many) = (Duration::ZERO, Duration::ZERO);
        for _ in 0..5 {
            let start = Instant::now();
            for query in queries {
                ids(&mut statement, [query])?;
            }
            alone += start.elapsed();
            let start = Instant::now();
            statement.query_many(queries.iter().map(|q| [q]), |row| row.get::<_, i64>(0))?;
            many += start.elapsed();
        }
        let ratio = alone.as_secs_f64() / many.as_secs_f64();
        println!("{name}: query_many answers {ratio:.2} x as many as one by one");
    }
    Ok(())
}

/// Ranges that hold about so many rows: through the index beside a scan, and what the index finds of them.
fn ranges(db: &Connection, queries: &[Vec<f32>]) -> Outcome<()> {
    let mut radius = db.prepare("SELECT f <-> ?1 FROM u ORDER BY f <-> ?1 LIMIT 1 OFFSET ?2")?;
    let mut scan = db.prepare("SELECT id FROM u WHERE f <-> ?1 < ?2")?;
    let mut index = db.prepare("SELECT id FROM t WHERE f <-> ?1 < ?2")?;
    for rows in [10_i64, 100, 1_000] {
        let (mut by_scan, mut by_index) = (Duration::ZERO, Duration::ZERO);
        let (mut found, mut expected) = (0, 0);
        for query in queries {
            let radius: f64 = radius.query_row((query, rows), |row| row.get(0))?;
            let start = Instant::now();
            expected += ids(&mut scan, (query, radius))?.len();
            by_scan += start.elapsed();
            let start = Instant::now();
            found += ids(&mut index, (query, radius))?.len();
            by_index += start.elapsed();
        }
        println!(
            "range of {rows:5} rows: {:7.3} ms through the index, {:7.3} ms by scan, recall {:.4}",
            by_index.as_secs_f64() * 1e3 / queries.len() as f64,
            by_scan.as_secs_f64() * 1e3 / queries.len() as f64,
            found as f64 / expected as f64
        );
    }
    Ok(())
}

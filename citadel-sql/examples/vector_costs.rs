//! What one vector query costs through SQL, on the real set: `vector_costs DIRECTORY FILE CASE [QUERIES] [ROUNDS]`.
//!
//! The file is loaded, and its index built, if it is not there yet. Each case is one prepared statement that is run for each
//! query vector, `ROUNDS` times; `load` loads the rows into a fresh file. For counting instructions, run a case with two
//! numbers of rounds and take the difference. `…_alone` is on one thread.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use citadel_sql::{Connection, Key, Options, params};

const DIM: usize = 384;
/// Everything fits.
const CACHE_BYTES: usize = 1 << 30;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Case and statement. `?1` is the vector.
const CASES: &[(&str, &str)] = &[
    ("exact", "SELECT id FROM plain ORDER BY emb <-> ?1 LIMIT 10"),
    (
        "exact_cosine",
        "SELECT id FROM plain ORDER BY emb <=> ?1 LIMIT 10",
    ),
    (
        "exact_half",
        "SELECT id FROM plain WHERE size < 200 ORDER BY emb <-> ?1 LIMIT 10",
    ),
    (
        "exact_few",
        "SELECT id FROM plain WHERE section = 'games' ORDER BY emb <-> ?1 LIMIT 10",
    ),
    (
        "exact_alone",
        "SELECT id FROM plain ORDER BY emb <-> ?1 LIMIT 10",
    ),
    (
        "exact_half_alone",
        "SELECT id FROM plain WHERE size < 200 ORDER BY emb <-> ?1 LIMIT 10",
    ),
    ("codes", "SELECT id FROM pkgs ORDER BY emb <-> ?1 LIMIT 10"),
    (
        "codes_half",
        "SELECT id FROM pkgs WHERE size < 200 ORDER BY emb <-> ?1 LIMIT 10",
    ),
    ("ann", "SELECT id FROM pkgs ORDER BY emb <-> ?1 LIMIT 10"),
    (
        "ann_distance",
        "SELECT id, emb <-> ?1 FROM pkgs ORDER BY emb <-> ?1 LIMIT 10",
    ),
    (
        "ann_columns",
        "SELECT id, section, size FROM pkgs ORDER BY emb <-> ?1 LIMIT 10",
    ),
    (
        "ann_filter",
        "SELECT id FROM pkgs WHERE section = 'games' ORDER BY emb <-> ?1 LIMIT 10",
    ),
    (
        "ann_range",
        "SELECT id FROM pkgs WHERE size < 200 ORDER BY emb <-> ?1 LIMIT 10",
    ),
    ("point", "SELECT size FROM pkgs WHERE id = 17"),
];

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [directory, file, case, rest @ ..] = &arguments[..] else {
        return Err("DIRECTORY FILE CASE [QUERIES] [ROUNDS]".into());
    };
    let count = |at: usize, default| {
        rest.get(at)
            .map_or(Ok(default), |word| word.parse::<usize>())
    };
    let (queries, rounds) = (count(0, 60)?, count(1, 5)?);
    let directory = Path::new(directory);
    if case == "load" {
        let db = load(directory, Path::new(file))?;
        drop(db);
        return Ok(());
    }
    let file = Path::new(file);
    let db = if file.exists() {
        Connection::open_with(file, Key::raw([7; 32]), options())?
    } else {
        let db = load(directory, file)?;
        db.execute_batch("CREATE INDEX pkgs_emb ON pkgs USING ann (emb) WITH (metric = 'l2', filters = 'section,size')")?;
        db
    };
    let queries = read(&directory.join("pkgs_query.f16.bin"), queries)?;
    for (name, sql) in CASES {
        if case == "all" || case == name {
            measure(&db, name, sql, &queries, rounds)?;
        }
    }
    if case == "all" || case == "together" {
        together(&db, &queries, rounds)?;
    }
    Ok(())
}

fn options() -> Options {
    Options::default().cache_bytes(CACHE_BYTES)
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

/// A table with an index to come, and one without.
fn load(directory: &Path, file: &Path) -> Outcome<Connection> {
    let base = read(&directory.join("pkgs_base.f16.bin"), usize::MAX)?;
    let meta = std::fs::read_to_string(directory.join("pkgs_meta.csv"))?;
    let rows: Vec<(&str, i64)> = meta
        .lines()
        .skip(1)
        .map(|line| {
            let mut fields = line.split(',').skip(2);
            let section = fields.next().unwrap_or("");
            (
                section,
                fields
                    .nth(1)
                    .and_then(|size| size.parse().ok())
                    .unwrap_or(0),
            )
        })
        .collect();
    let db = Connection::open_with(file, Key::raw([7; 32]), options())?;
    for (table, appended) in [("plain", false), ("pkgs", true)] {
        db.execute_batch(&format!(
            "CREATE TABLE {table} (id INTEGER PRIMARY KEY, section TEXT, size INTEGER, emb VECTOR({DIM})); BEGIN"
        ))?;
        let start = Instant::now();
        let all = base.iter().zip(&rows).zip(0i64..);
        let mut all = all.map(|((vector, (section, size)), id)| (id, *section, *size, vector));
        if appended {
            let mut appender = db.appender(table)?;
            appender.append_rows(all)?;
            appender.finish()?;
        } else {
            let mut insert = db.prepare(&format!("INSERT INTO {table} VALUES (?1, ?2, ?3, ?4)"))?;
            all.try_for_each(|row| insert.execute(row).map(drop))?;
        }
        let before = start.elapsed();
        db.execute_batch("COMMIT")?;
        let (all, rows) = (start.elapsed(), base.len() as f64);
        println!(
            "load {}: {:.0} rows/s, {:.3} s of {:.3} s in the commit",
            if appended { "by appender" } else { "by INSERT" },
            rows / all.as_secs_f64(),
            (all - before).as_secs_f64(),
            all.as_secs_f64()
        );
    }
    Ok(db)
}

fn measure(
    db: &Connection,
    name: &str,
    sql: &str,
    queries: &[Vec<f32>],
    rounds: usize,
) -> Outcome<()> {
    if name.starts_with("codes") {
        db.execute_batch("SET ann_recall = 1")?;
    }
    if name.ends_with("_alone") {
        db.execute_batch("SET threads = 1")?;
    }
    let mut statement = db.prepare(sql)?;
    let mut best = f64::INFINITY;
    for _ in 0..=rounds {
        let start = Instant::now();
        for query in queries {
            let mut rows = if statement.parameter_count() == 0 {
                statement.query(())?
            } else {
                statement.query(params![query.as_slice()])?
            };
            while let Some(row) = rows.next()? {
                black_box(row.get::<_, i64>(0)?);
            }
        }
        best = best.min(start.elapsed().as_secs_f64() / queries.len() as f64);
    }
    println!(
        "{name:14} {:10.1} us a query, {:8.0} a second",
        best * 1e6,
        1.0 / best
    );
    db.execute_batch("RESET ann_recall; RESET threads")?;
    Ok(())
}

/// Many queries together beside one by one, in turns.
fn together(db: &Connection, queries: &[Vec<f32>], rounds: usize) -> Outcome<()> {
    for (name, table) in [("exact", "plain"), ("index", "pkgs")] {
        let mut statement = db.prepare(&format!(
            "SELECT id FROM {table} ORDER BY emb <-> ? LIMIT 10"
        ))?;
        let (mut alone, mut many) = (f64::INFINITY, f64::INFINITY);
        for _ in 0..=rounds {
            let start = Instant::now();
            for query in queries {
                let rows = statement.query_map([query], |row| row.get::<_, i64>(0))?;
                black_box(rows.collect::<citadel_sql::Result<Vec<_>>>()?);
            }
            alone = alone.min(start.elapsed().as_secs_f64());
            let start = Instant::now();
            black_box(
                statement.query_many(queries.iter().map(|q| [q]), |row| row.get::<_, i64>(0))?,
            );
            many = many.min(start.elapsed().as_secs_f64());
        }
        println!(
            "{name}: query_many {:.2} x as fast, {:.0} a second",
            alone / many,
            queries.len() as f64 / many
        );
    }
    Ok(())
}

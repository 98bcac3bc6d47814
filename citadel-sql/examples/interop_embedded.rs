//! Writes a table whose pointer is in a database (`catalog = 'embedded'`), for other engines to read by the metadata file that
//! `lake_metadata` names: `cargo xtask interop` runs it, then `citadel-lake/interop/check.py`.
//!
//! The rows that it must have are made from a table of the database that had the same changes.

use std::path::Path;

use citadel_sql::{Database, Key};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const COLUMNS: &str =
    "id INTEGER NOT NULL, kind TEXT, good BOOLEAN, day DATE, price NUMERIC(9, 2), emb VECTOR(8)";

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).ok_or("give a folder")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    let db = Database::open(folder.join("t.citadel"), Key::raw([7; 32]))?.connect();
    let location = folder.join("t");
    db.execute_batch(&format!(
        "CREATE TABLE here ({COLUMNS});
         CREATE TABLE t ({COLUMNS}) USING iceberg
           WITH (location = '{}', catalog = 'embedded', metric = 'cosine', precision = 'f16')",
        location.display()
    ))?;
    for from in [0, 1_500, 3_000] {
        db.execute_batch(&format!(
            "INSERT INTO here SELECT g, CASE WHEN g % 7 > 0 THEN 'kind ' || g % 7 END, g % 3 = 0, DATE '2026-01-01' + g % 400,
               CAST(g AS NUMERIC(9, 2)) / 4, CASE WHEN g % 50 > 0 THEN CAST('[' || sin(g) || ',' || cos(g) || ',' || sin(g * 2) || ',' ||
               cos(g * 2) || ',' || sin(g * 3) || ',' || cos(g * 3) || ',' || sin(g * 5) || ',' || cos(g * 5) || ']' AS VECTOR(8)) END
             FROM generate_series({from}, {from} + 1499) AS g;
             INSERT INTO t SELECT * FROM here WHERE id >= {from}"
        ))?;
    }
    // What is rolled back leaves files that nothing names.
    db.execute_batch("BEGIN; INSERT INTO t SELECT * FROM here; DELETE FROM here; ROLLBACK")?;
    for table in ["here", "t"] {
        db.execute_batch(&format!("DELETE FROM {table} WHERE id BETWEEN 20 AND 29"))?;
    }
    db.execute_batch("CALL lake_build_indexes('t')")?;
    for table in ["here", "t"] {
        db.execute_batch(&format!("DELETE FROM {table} WHERE kind = 'kind 3'"))?;
    }
    let one = |sql: &str| db.query_row(sql, (), |row| row.get::<_, String>(0));
    let metadata = one("SELECT path FROM lake_metadata('t')")?;
    let snapshots = one("SELECT CAST(count(*) AS TEXT) FROM lake_snapshots('t')")?;
    let expected = folder.join("embedded.expected.parquet");
    db.execute_batch(&format!("COPY here TO '{}'", expected.display()))?;
    std::fs::write(
        folder.join("tables.json"),
        format!(
            "[{{\"name\": \"embedded\", \"metadata\": \"{metadata}\", \"snapshots\": {snapshots}}}]"
        ),
    )?;
    Ok(())
}

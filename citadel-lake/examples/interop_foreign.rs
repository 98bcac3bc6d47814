//! Reads and searches tables that PyIceberg wrote (`interop/write.py`), and compares: a part of `cargo xtask interop`.

use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, RecordBatch};
use citadel_lake::{Filter, LakeStore, LakeTable, Metric};
use serde::Deserialize;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What a table must hold.
#[derive(Deserialize)]
struct Expected {
    name: String,
    metadata: String,
    /// Ids and texts, by id.
    rows: Vec<(i64, Option<String>)>,
    query: Vec<f32>,
    /// The ids nearest to the query by cosine.
    nearest: Vec<i64>,
}

#[expect(clippy::print_stdout, reason = "a command talks to its user")]
fn main() -> Result<()> {
    let folder = std::env::args().nth(1).ok_or("give a folder")?;
    let folder = Path::new(&folder);
    let store = LakeStore::local(folder.join("warehouse"))?;
    let text = std::fs::read_to_string(folder.join("foreign.json"))?;
    let tables: Vec<Expected> = serde_json::from_str(&text)?;
    for expected in &tables {
        check(&store, expected).map_err(|error| format!("{}: {error}", expected.name))?;
    }
    println!("{} tables of PyIceberg read and searched", tables.len());
    match tables.is_empty() {
        true => Err("no table".into()),
        false => Ok(()),
    }
}

fn check(store: &LakeStore, expected: &Expected) -> Result<()> {
    let table = LakeTable::open_metadata(store, &expected.metadata)?;
    let text = match table.schema()?.field_with_name("text") {
        Ok(_) => "text",
        Err(_) => "label",
    };
    let found = rows(&table.scan().columns(&["id", text]).collect()?);
    equal("rows", &found, &expected.rows)?;
    let middle = expected.rows[expected.rows.len() / 2].0;
    let below = table
        .scan()
        .columns(&["id", text])
        .filter(Filter::less("id", middle));
    let wanted = expected.rows.iter().filter(|row| row.0 < middle).cloned();
    equal(
        "rows with a filter",
        &rows(&below.collect()?),
        &wanted.collect::<Vec<_>>(),
    )?;
    let search = table.search("emb", &expected.query).metric(Metric::Cosine);
    let nearest = search.columns(&["id"]).run()?;
    let nearest = nearest.column(0).as_primitive::<Int64Type>().values();
    equal("nearest rows", &nearest[..], &expected.nearest[..])
}

fn rows(batches: &[RecordBatch]) -> Vec<(i64, Option<String>)> {
    let mut rows = Vec::new();
    for batch in batches {
        let ids = batch.column(0).as_primitive::<Int64Type>();
        let texts = batch.column(1).as_string::<i32>();
        rows.extend((0..batch.num_rows()).map(|row| {
            let text = texts.is_valid(row).then(|| texts.value(row).to_owned());
            (ids.value(row), text)
        }));
    }
    rows.sort_unstable();
    rows
}

fn equal<T: PartialEq + std::fmt::Debug + ?Sized>(what: &str, found: &T, wanted: &T) -> Result<()> {
    match found == wanted {
        true => Ok(()),
        false => Err(format!("{what}: found {found:?}, wanted {wanted:?}").into()),
    }
}

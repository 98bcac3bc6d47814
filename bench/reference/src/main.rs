//! The published reference crates as peers of `citadel-bench`: `citadeldb-sql` 1.9.0 and 2.7.0, `prism-ann` 0.3.1.
//!
//! A child process that answers one JSON object per line; what it understands is told in `bench/src/engine/child.rs`.

mod prism;
mod rows;
mod sql;

use std::collections::BTreeMap;
use std::io::{BufRead as _, Write as _};
use std::path::Path;

use rows::Rows;
use serde_json::{Value, json};

/// An error is text for the other side.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Row ids, nearest first.
type Answer = Vec<i64>;

/// What building cost.
struct Built {
    load_seconds: Option<f64>,
    seconds: f64,
    file_bytes: Option<u64>,
}

/// A round of queries at one setting.
struct Ask<'a> {
    filter: &'a str,
    setting: &'a str,
    from: usize,
    count: usize,
}

/// Something that finds nearest rows.
trait Peer {
    /// Loads the rows and builds the index.
    fn build(&mut self, rows: &Rows, folder: &Path) -> Result<Built>;

    /// The settings worth trying, least effort first.
    fn settings(&self, filter: &str) -> Vec<String>;

    /// Seconds that the queries took, and what they found.
    fn query(&mut self, rows: &Rows, ask: &Ask<'_>) -> Result<(f64, Vec<Answer>)>;

    /// Milliseconds of a query before one UPDATE and of the first one after it.
    fn update(&mut self, rows: &Rows) -> Result<Option<(f64, f64)>>;

    /// Milliseconds from a closed file to the first answer.
    fn open(&mut self, rows: &Rows) -> Result<Option<f64>>;
}

fn main() -> Result<()> {
    let mut session = Session::default();
    for line in std::io::stdin().lock().lines() {
        let answer = session
            .answer(&serde_json::from_str(&line?)?)
            .unwrap_or_else(|error| json!({"error": error.to_string()}));
        let mut out = std::io::stdout().lock();
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

#[derive(Default)]
struct Session {
    rows: Option<Rows>,
    folder: String,
    peers: BTreeMap<String, Box<dyn Peer>>,
}

impl Session {
    fn answer(&mut self, request: &Value) -> Result<Value> {
        let text = |name: &str| request[name].as_str().unwrap_or_default();
        let number = |name: &str| request[name].as_u64().unwrap_or_default() as usize;
        if text("do") == "hello" {
            self.folder = text("folder").to_owned();
            self.rows = Some(Rows::read(Path::new(&self.folder))?);
            self.peers = peers();
            return Ok(json!({"engines": introductions(), "absent": []}));
        }
        let rows = self.rows.as_ref().ok_or("no hello before")?;
        let name = text("engine");
        let peer = self.peers.get_mut(name).ok_or("no such engine")?;
        match text("do") {
            "build" => {
                let folder = Path::new(&self.folder).join(name);
                std::fs::create_dir_all(&folder)?;
                let built = peer.build(rows, &folder)?;
                Ok(json!({
                    "load_seconds": built.load_seconds,
                    "seconds": built.seconds,
                    "file_bytes": built.file_bytes,
                    "memory_bytes": null,
                }))
            }
            "settings" => Ok(json!({"settings": peer.settings(text("filter"))})),
            "query" => {
                let ask = Ask {
                    filter: text("filter"),
                    setting: text("setting"),
                    from: number("from"),
                    count: number("count"),
                };
                let (seconds, answers) = peer.query(rows, &ask)?;
                let told = request["answers"].as_bool() == Some(true);
                Ok(json!({"seconds": seconds, "answers": told.then_some(answers)}))
            }
            "update" => Ok(match peer.update(rows)? {
                Some((before, after)) => json!({"before_ms": before, "after_ms": after}),
                None => json!({}),
            }),
            "open" => Ok(json!({"ms": peer.open(rows)?})),
            "drop" => {
                self.peers.remove(name);
                Ok(json!({}))
            }
            other => Err(format!("what is '{other}'?").into()),
        }
    }
}

fn peers() -> BTreeMap<String, Box<dyn Peer>> {
    BTreeMap::from([
        ("reference-1.9".to_owned(), sql::v1::peer()),
        ("reference-2.7".to_owned(), sql::v2::peer()),
        (
            "prism-ann".to_owned(),
            Box::new(prism::Prism::default()) as _,
        ),
    ])
}

fn introductions() -> Value {
    json!([
        {"name": "reference-1.9", "version": "citadeldb-sql 1.9.0", "params": "filters section, priority"},
        {"name": "reference-2.7", "version": "citadeldb-sql 2.7.0", "params": "filters section, priority"},
        {"name": "prism-ann", "version": "prism-ann 0.3.1", "params": "section, priority, size < 200 as a class made beforehand"},
    ])
}

//! The engines: two in this process, one in a child.

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use super::client::{self, Call, Client, Durable, Rows, Value};
use super::data::Scale;
use super::questions::Questions;
use crate::Result;
use crate::arguments::Arguments;
use crate::engine::{Child, Hello};
use crate::report::complain;

/// Bytes of cache of each side: all rows fit.
const CACHE_BYTES: usize = 512 << 20;

/// An engine with its tables.
pub(super) enum Lane {
    Here(Box<dyn Client>),
    Child { child: Child, folder: PathBuf },
}

/// Those that were asked for and are there; says who is not.
pub(super) fn all(arguments: &Arguments, folder: &Path) -> Result<Vec<Lane>> {
    let here = client::all(folder, Durable::Off, CACHE_BYTES)?;
    let mut lanes: Vec<Lane> = here.into_iter().map(Lane::Here).collect();
    match &arguments.python {
        None => complain("no DuckDB: --python is not given"),
        Some(python) => {
            let mut script = Command::new(python);
            script.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/peers/peers.py"));
            script.env("PYTHONDONTWRITEBYTECODE", "1");
            let hello = Hello {
                suite: "tpch",
                folder,
                threads: 1,
                postgres: None,
            };
            let (present, absent) = Child::start(&mut script, &hello)?;
            lanes.extend(present.into_iter().map(|child| Lane::Child {
                child,
                folder: folder.to_owned(),
            }));
            for (name, reason) in absent {
                complain(&format!("{name} is not there: {reason}"));
            }
        }
    }
    lanes.retain(|lane| arguments.wants_engine(lane.name()));
    Ok(lanes)
}

impl Lane {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Here(client) => client.name(),
            Self::Child { child, .. } => child.called(),
        }
    }

    pub(super) fn version(&self) -> String {
        match self {
            Self::Here(client) => client.params().to_owned(),
            Self::Child { child, .. } => child.introduction(),
        }
    }

    /// Makes the tables, fills them, then makes the indexes and statistics.
    pub(super) fn load(&mut self, questions: &Questions, scale: Scale) -> Result<()> {
        match self {
            Self::Here(client) => {
                questions
                    .tables
                    .iter()
                    .try_for_each(|sql| client.batch(sql))?;
                for (table, mut rows) in scale.tables() {
                    client.load(table, &mut rows)?;
                }
                questions
                    .indexes
                    .iter()
                    .try_for_each(|sql| client.batch(sql))?;
                client.batch("ANALYZE")
            }
            Self::Child { child, folder } => {
                let mut files = Vec::new();
                for (table, rows) in scale.tables() {
                    let path = folder.join(format!("{table}.csv"));
                    write(&path, rows)?;
                    files.push(json!([table, path]));
                }
                child.tell(json!({
                    "do": "load",
                    "tables": questions.tables,
                    "files": files,
                }))?;
                Ok(())
            }
        }
    }

    /// The rows that a query gives, and how long that took.
    pub(super) fn ask(&mut self, sql: &str) -> Result<(f64, Rows)> {
        match self {
            Self::Here(client) => {
                let (seconds, mut answers) = client.calls(&[sql], &[Call::new(0, [])])?;
                Ok((seconds, answers.pop().unwrap_or_default()))
            }
            Self::Child { child, .. } => {
                let answer = child.tell(json!({"do": "ask", "sql": sql}))?;
                let seconds = answer["seconds"]
                    .as_f64()
                    .ok_or("an answer without its time")?;
                let rows: Vec<Vec<serde_json::Value>> =
                    serde_json::from_value(answer["rows"].clone())?;
                let rows = rows.into_iter();
                Ok((
                    seconds,
                    rows.map(|row| row.into_iter().map(value).collect())
                        .collect(),
                ))
            }
        }
    }
}

fn value(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::String(text) => Value::Text(text),
        number if number.is_i64() => Value::Integer(number.as_i64().unwrap_or_default()),
        number if number.is_f64() => Value::Real(number.as_f64().unwrap_or_default()),
        _ => Value::Null,
    }
}

/// Rows as CSV; no text of them has a comma.
fn write(path: &Path, rows: impl Iterator<Item = Vec<Value>>) -> Result<()> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    for row in rows {
        for (at, value) in row.iter().enumerate() {
            if at > 0 {
                file.write_all(b",")?;
            }
            match value {
                Value::Null | Value::Blob(_) => {}
                Value::Integer(number) => write!(file, "{number}")?,
                Value::Real(number) => write!(file, "{number}")?,
                Value::Text(text) => file.write_all(text.as_bytes())?,
            }
        }
        file.write_all(b"\n")?;
    }
    Ok(file.flush()?)
}

//! sqlite-vec: exact search in an unencrypted SQLite file.
#![expect(unsafe_code, reason = "an extension of SQLite is a C function")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, params};

use super::{AfterWrite, Answer, Ask, Built, EXACT, Engine, K, Outcome};
use crate::Result;
use crate::data::{DIM, DataSet, Filter, Query};
use crate::timing::{Samples, timed};

/// A file with one virtual table.
pub(crate) struct SqliteVec {
    data: Arc<DataSet>,
    connection: Connection,
    path: PathBuf,
}

impl SqliteVec {
    pub(crate) fn new(path: &Path, data: &Arc<DataSet>) -> Result<Self> {
        register();
        Ok(Self {
            data: Arc::clone(data),
            connection: opened(path)?,
            path: path.to_owned(),
        })
    }

    fn load(&mut self) -> Result<()> {
        self.connection.execute_batch(&format!(
            "CREATE VIRTUAL TABLE pkgs USING vec0(id INTEGER PRIMARY KEY, section TEXT, priority TEXT, installed_size INTEGER, emb FLOAT[{DIM}])"
        ))?;
        let transaction = self.connection.transaction()?;
        {
            let mut insert = transaction.prepare("INSERT INTO pkgs VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for (row, attributes) in self.data.attributes.iter().enumerate() {
                insert.execute(params![
                    row as i64,
                    attributes.section,
                    attributes.priority,
                    attributes.installed_size,
                    bytes(self.data.vector(row)),
                ])?;
            }
        }
        Ok(transaction.commit()?)
    }
}

fn opened(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.execute_batch("PRAGMA cache_size = -4194304")?;
    Ok(connection)
}

fn find(connection: &Connection, queries: &[Query], filter: Filter) -> Result<Vec<Answer>> {
    let condition = filter
        .condition()
        .map_or(String::new(), |c| format!(" AND {c}"));
    let sql = format!("SELECT id FROM pkgs WHERE emb MATCH ?1 AND k = {K}{condition}");
    let mut select = connection.prepare_cached(&sql)?;
    let mut answers = Vec::with_capacity(queries.len());
    for query in queries {
        let read = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
        let found: rusqlite::Result<Answer> = if select.parameter_count() == 2 {
            select
                .query_map(params![bytes(&query.vector), query.section], read)?
                .collect()
        } else {
            select
                .query_map(params![bytes(&query.vector)], read)?
                .collect()
        };
        answers.push(found?);
    }
    Ok(answers)
}

impl Engine for SqliteVec {
    fn name(&self) -> &str {
        "sqlite-vec"
    }

    fn version(&self) -> String {
        let version = self
            .connection
            .query_row("SELECT vec_version()", (), |row| row.get(0));
        let version: String = version.unwrap_or_default();
        format!(
            "sqlite-vec {version}, SQLite {}: metadata columns",
            rusqlite::version()
        )
    }

    fn build(&mut self) -> Result<Built> {
        let (seconds, loaded) = timed(|| self.load());
        loaded?;
        Ok(Built {
            load_seconds: Some(seconds),
            file_bytes: Some(std::fs::metadata(&self.path)?.len() as f64),
            ..Built::default()
        })
    }

    fn settings(&mut self, _: Filter) -> Result<Vec<String>> {
        Ok(vec![EXACT.into()])
    }

    fn ask(&mut self, ask: &Ask<'_>) -> Result<Outcome> {
        let (seconds, answers) = timed(|| find(&self.connection, ask.queries, ask.filter));
        Ok(Outcome {
            seconds,
            answers: answers?,
        })
    }

    fn writes(&mut self) -> Result<Vec<AfterWrite>> {
        let queries = self.data.queries.clone();
        let ask = |query: usize| {
            timed(|| {
                find(
                    &self.connection,
                    &queries[query..=query],
                    Filter::Unfiltered,
                )
            })
        };
        let mut before = Samples::default();
        for query in 0..5 {
            let (seconds, answer) = ask(query);
            answer?;
            before.push(seconds * 1_000.0);
        }
        self.connection.execute(
            "UPDATE pkgs SET emb = ?1 WHERE id = 7",
            params![bytes(&queries[9].vector)],
        )?;
        let (seconds, answer) = ask(9);
        if !answer?[0].contains(&7) {
            return Err("the first answer after an update did not know of it".into());
        }
        Ok(AfterWrite::update(before.median(), seconds * 1_000.0))
    }

    fn open_ms(&mut self) -> Result<Option<f64>> {
        let query = &self.data.queries[..1];
        let (seconds, found) = timed(|| find(&opened(&self.path)?, query, Filter::Unfiltered));
        found?;
        Ok(Some(seconds * 1_000.0))
    }
}

fn bytes(vector: &[f32]) -> Vec<u8> {
    vector
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

/// Makes the extension part of every connection that is opened from now on.
fn register() {
    type Init = unsafe extern "C" fn(
        *mut rusqlite::ffi::sqlite3,
        *mut *mut std::ffi::c_char,
        *const rusqlite::ffi::sqlite3_api_routines,
    ) -> std::ffi::c_int;
    // SAFETY: the function has SQLite's signature of an extension's entry; its crate declares it without one.
    let init: Init = unsafe { std::mem::transmute(sqlite_vec::sqlite3_vec_init as *const ()) };
    // SAFETY: an entry point may be registered at any time, and more than once.
    unsafe { rusqlite::ffi::sqlite3_auto_extension(Some(init)) };
}

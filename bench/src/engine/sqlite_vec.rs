//! sqlite-vec: exact search in an unencrypted SQLite file.
#![expect(unsafe_code, reason = "an extension of SQLite is a C function")]

use std::path::Path;

use rusqlite::{Connection, params};

use super::{Answer, Engine};
use crate::Result;
use crate::data::{DIM, DataSet, Filter, Query};

/// A file with one virtual table.
pub(crate) struct SqliteVec {
    connection: Connection,
}

impl SqliteVec {
    pub(crate) fn load(path: &Path, data: &DataSet) -> Result<Self> {
        register();
        let mut connection = Connection::open(path)?;
        connection.execute_batch(&format!(
            "PRAGMA cache_size = -1048576;
             CREATE VIRTUAL TABLE pkgs USING vec0(id INTEGER PRIMARY KEY, section TEXT, priority TEXT, installed_size INTEGER, emb FLOAT[{DIM}])"
        ))?;
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction.prepare("INSERT INTO pkgs VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for (row, attributes) in data.attributes.iter().enumerate() {
                insert.execute(params![
                    row as i64,
                    attributes.section,
                    attributes.priority,
                    attributes.installed_size,
                    bytes(data.vector(row)),
                ])?;
            }
        }
        transaction.commit()?;
        Ok(Self { connection })
    }
}

impl Engine for SqliteVec {
    fn name(&self) -> &'static str {
        "sqlite-vec"
    }

    fn params(&self) -> String {
        "exact".into()
    }

    fn answer(&mut self, queries: &[Query], filter: Filter, k: usize) -> Result<Vec<Answer>> {
        let condition = filter
            .condition()
            .map_or(String::new(), |c| format!(" AND {c}"));
        let sql = format!("SELECT id FROM pkgs WHERE emb MATCH ?1 AND k = {k}{condition}");
        let mut select = self.connection.prepare(&sql)?;
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

//! Loading many rows: values in, no text and no plan between.

use std::sync::Arc;
use std::thread;

use citadel_txn::WriteTxn;
use parking_lot::Mutex;

use crate::api::Params;
use crate::api::connection::Connection;
use crate::api::params::Binder;
use crate::api::session::Done;
use crate::batch::{BATCH_ROWS, Batch};
use crate::bind::bound::Parameters;
use crate::error::{Error, Result, SqlState};
use crate::execute::{Append, ExecContext, Txn};
use crate::functions::SequenceUse;
use crate::schema::{Catalog, TableDef};
use crate::types::{SqlType, Value};

/// Rows wait until so many bytes of them, or [`BATCH_ROWS`], are there.
const WAITING_BYTES_MAX: usize = 4 << 20;

/// Appends rows to a table, many at a time: see [`Connection::appender`].
#[derive(Debug)]
pub struct Appender<'conn> {
    connection: &'conn Connection,
    table: Arc<TableDef>,
    /// The columns, as places for values.
    places: Parameters,
    append: Append,
    waiting: Batch,
    waiting_bytes: usize,
    appended: u64,
}

impl Connection {
    /// A way to load many rows into a table. A row is a value for each column, in the order of the table; NULL in an
    /// `INTEGER PRIMARY KEY` takes the next number, and only NULL stands for a computed column. Values are taken and checked as those of `INSERT` are.
    ///
    /// Rows wait in memory and are written a thousand or so at a time, each time as one statement: all of them or, with an
    /// error, none. In a transaction that is all; outside of one, each such write is a commit. So rows that belong together are
    /// appended in a transaction:
    ///
    /// ```
    /// # fn main() -> citadel_sql::Result<()> {
    /// let mut db = citadel_sql::Connection::open_in_memory()?;
    /// db.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, emb VECTOR(2))")?;
    /// let tx = db.transaction()?;
    /// let mut rows = tx.appender("t")?;
    /// rows.append_row((1, "one", [0.5_f32, 1.5]))?;
    /// rows.append_row((None::<i64>, "two", None::<Vec<f32>>))?;
    /// assert_eq!(rows.finish()?, 2);
    /// tx.commit()?;
    /// let last: String = db.query_value("SELECT name FROM t WHERE id = 2", ())?;
    /// assert_eq!(last, "two");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// There is no such table.
    pub fn appender(&self, table: &str) -> Result<Appender<'_>> {
        let (table, append) = self.session().look(|_, catalog| {
            let table = known_table(catalog, table)?;
            Ok((Arc::clone(table), Append::new(table, catalog)))
        })?;
        Ok(Appender {
            connection: self,
            places: Parameters {
                names: vec![None; table.columns.len()],
                types: table.columns.iter().map(|column| column.ty).collect(),
                compared: vec![false; table.columns.len()],
                zone: self.bind_context().zone.clone(),
                ..Parameters::default()
            },
            append,
            waiting: empty(&table),
            waiting_bytes: 0,
            appended: 0,
            table,
        })
    }
}

impl Appender<'_> {
    /// Appends a row, given as the parameters of a statement are, by position.
    ///
    /// # Errors
    /// The values are not as many as the columns, or one is not of its column's type: the row is not appended. Or rows that
    /// waited cannot be written, as for [`flush`](Appender::flush).
    pub fn append_row<P: Params>(&mut self, row: P) -> Result<()> {
        let values = Binder::collect(&self.places, row)?;
        let computed = self.table.columns.iter().zip(&values);
        for (column, value) in computed {
            if column.generated.is_some() && !value.is_null() {
                return Err(Error::sql(
                    SqlState::GENERATED_ALWAYS,
                    format!(
                        "column \"{}\" is computed, and takes NULL here",
                        column.name
                    ),
                ));
            }
        }
        for (column, value) in self.waiting.columns.iter_mut().zip(&values) {
            if let Err(error) = column.push(value.as_ref()) {
                self.take_back();
                return Err(error);
            }
        }
        self.waiting.rows += 1;
        self.waiting_bytes += values.iter().map(bytes_of).sum::<usize>();
        if self.waiting.rows >= BATCH_ROWS || self.waiting_bytes >= WAITING_BYTES_MAX {
            self.flush()?;
        }
        Ok(())
    }

    /// Appends rows.
    ///
    /// # Errors
    /// As [`append_row`](Appender::append_row), at the first row that fails; those before it stay.
    pub fn append_rows<P: Params>(&mut self, rows: impl IntoIterator<Item = P>) -> Result<()> {
        rows.into_iter().try_for_each(|row| self.append_row(row))
    }

    /// Writes the rows that wait.
    ///
    /// # Errors
    /// A constraint refuses one of them, the table was changed, or another reason that a write has to fail. None of those that
    /// waited is written then, and none waits any more.
    pub fn flush(&mut self) -> Result<()> {
        if self.waiting.rows == 0 {
            return Ok(());
        }
        let connection = self.connection;
        connection.arm_interrupt();
        let binding = connection.bind_context();
        let began = connection.session().clock();
        let written = connection.session().write(|txn, catalog, pins| {
            self.follow(catalog)?;
            let late = Mutex::default();
            let firing = connection.triggering(catalog, &binding.zone, &began, &late);
            let fires = self.append.fires();
            if fires {
                began.statement();
            }
            let mut run = |txn: &mut WriteTxn| {
                let context = &mut ExecContext {
                    triggers: Some(firing),
                    ..connection.context(Txn::Write(txn), &[], pins)
                };
                self.append.run(&self.waiting, context)
            };
            let mut appended = match fires {
                false => run(txn)?,
                true => connection.with_sequences(&SequenceUse::Any, txn, catalog, run)?,
            };
            appended.late.append(&mut late.into_inner());
            Ok(Done {
                late: std::mem::take(&mut appended.late),
                value: (appended.rows, appended.last_rowid),
                redefined: false,
            })
        });
        self.waiting.columns.iter_mut().for_each(|c| c.clear());
        (self.waiting.rows, self.waiting_bytes) = (0, 0);
        let (rows, last_rowid) = written?;
        connection.note_changes(rows, last_rowid);
        self.appended += rows;
        Ok(())
    }

    /// Writes the rows that wait, and tells how many were appended in all.
    ///
    /// # Errors
    /// As [`flush`](Appender::flush).
    pub fn finish(mut self) -> Result<u64> {
        self.flush()?;
        Ok(self.appended)
    }

    /// Goes on with the table as it is now, if its columns are what they were.
    fn follow(&mut self, catalog: &Catalog) -> Result<()> {
        let now = known_table(catalog, &self.table.name)?;
        if Arc::ptr_eq(now, &self.table) {
            return Ok(());
        }
        let columns = |table: &TableDef| -> Vec<(String, SqlType)> {
            let columns = table.columns.iter();
            columns
                .map(|column| (column.name.clone(), column.ty))
                .collect()
        };
        if now.id != self.table.id || columns(now) != columns(&self.table) {
            return Err(Error::Misuse(format!(
                "table \"{}\" was changed while rows were appended to it",
                now.name
            )));
        }
        self.table = Arc::clone(now);
        self.append = Append::new(now, catalog);
        Ok(())
    }

    /// Forgets what there is of a row that was not taken in as a whole.
    fn take_back(&mut self) {
        let rows = self.waiting.rows;
        for column in &mut self.waiting.columns {
            column.truncate(rows);
        }
    }
}

impl Drop for Appender<'_> {
    /// Rows that still wait are written, unless a panic is why; [`finish`](Appender::finish) tells whether they could be.
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        if let Err(error) = self.flush() {
            tracing::error!(table = %self.table.name, %error, "appended rows are lost");
        }
    }
}

fn known_table<'c>(catalog: &'c Catalog, name: &str) -> Result<&'c Arc<TableDef>> {
    let table = catalog.table(name);
    let table = table.filter(|table| table.materialized.is_none());
    table.ok_or_else(|| {
        Error::sql(
            SqlState::UNDEFINED_TABLE,
            format!("table \"{name}\" does not exist"),
        )
    })
}

/// No rows of a table.
fn empty(table: &TableDef) -> Batch {
    let types: Vec<SqlType> = table.columns.iter().map(|column| column.ty).collect();
    let mut batch = Batch::default();
    batch.reset(&types);
    batch
}

/// About how many bytes a value takes while it waits.
fn bytes_of(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Blob(bytes) => bytes.len(),
        Value::Vector(vector) => size_of_val(&vector[..]),
        _ => size_of::<u64>(),
    }
}

//! The rows of a running statement.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::api::Row;
use crate::api::connection::Connection;
use crate::api::prepared::Prepared;
use crate::api::run::{Cursor, Started};
use crate::batch::Batch;
use crate::error::{Error, Result};

/// The rows of a running statement, computed as they are asked for.
///
/// They are those of one snapshot, whatever is committed meanwhile. Only rows read inside of a transaction that has written
/// see what it writes while they are read; they end with an error when that transaction ends.
#[derive(Debug)]
#[must_use = "rows are computed as they are asked for"]
pub struct Rows<'stmt> {
    connection: &'stmt Connection,
    prepared: Arc<Prepared>,
    cursor: Cursor,
    row: Row<'stmt>,
}

impl<'stmt> Rows<'stmt> {
    pub(crate) fn new(connection: &'stmt Connection, started: Started) -> Self {
        connection.count_open_rows(1);
        let mut cursor = started.cursor;
        let batch = match &mut cursor {
            Cursor::Lazy { run, .. } => std::mem::take(&mut run.batch),
            Cursor::Ready(_) => Batch::default(),
        };
        Self {
            connection,
            row: Row::before_first(Arc::clone(&started.prepared.names), batch),
            prepared: started.prepared,
            cursor,
        }
    }

    /// The next row, or `None` after the last. A row lives until the next one is asked for.
    ///
    /// After an error there are no more rows.
    ///
    /// # Errors
    /// Computing the row fails; the statement is interrupted; the transaction that it reads has ended.
    // An iterator cannot lend its items.
    #[expect(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Option<&Row<'stmt>>> {
        if self.row.advance() {
            return Ok(Some(&self.row));
        }
        loop {
            let batch = self.row.refill();
            match self.connection.next_batch(&mut self.cursor, batch) {
                Ok(true) if batch.rows == 0 => {}
                Ok(true) => return Ok(Some(&self.row)),
                Ok(false) => {
                    self.end();
                    return Ok(None);
                }
                Err(error) => {
                    // What has failed does not run again.
                    self.cursor = Cursor::Ready(VecDeque::new());
                    self.row.leave();
                    return Err(error);
                }
            }
        }
    }

    /// Reads each row by a function.
    pub fn mapped<T, F>(self, read: F) -> MappedRows<'stmt, F>
    where
        F: FnMut(&Row<'_>) -> Result<T>,
    {
        MappedRows { rows: self, read }
    }

    /// Reads each row by a function with an error type of its own.
    pub fn and_then<T, E, F>(self, read: F) -> AndThenRows<'stmt, F>
    where
        E: From<Error>,
        F: FnMut(&Row<'_>) -> Result<T, E>,
    {
        AndThenRows { rows: self, read }
    }

    /// Lets go of what the rows were read from.
    fn end(&mut self) {
        let batch = self.row.leave();
        let cursor = std::mem::replace(&mut self.cursor, Cursor::Ready(VecDeque::new()));
        if let Cursor::Lazy { mut run, .. } = cursor {
            run.batch = batch;
            self.prepared.finish(run);
        }
    }
}

impl Drop for Rows<'_> {
    fn drop(&mut self) {
        self.end();
        self.connection.count_open_rows(-1);
    }
}

/// Rows read by a function, as an iterator: see [`Statement::query_map`](crate::Statement::query_map).
#[derive(Debug)]
#[must_use = "rows are computed as they are asked for"]
pub struct MappedRows<'stmt, F> {
    rows: Rows<'stmt>,
    read: F,
}

impl<T, F> Iterator for MappedRows<'_, F>
where
    F: FnMut(&Row<'_>) -> Result<T>,
{
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.rows.next() {
            Ok(row) => row.map(&mut self.read),
            Err(error) => Some(Err(error)),
        }
    }
}

/// Rows read by a function with an error type of its own: see
/// [`Statement::query_and_then`](crate::Statement::query_and_then).
#[derive(Debug)]
#[must_use = "rows are computed as they are asked for"]
pub struct AndThenRows<'stmt, F> {
    rows: Rows<'stmt>,
    read: F,
}

impl<T, E, F> Iterator for AndThenRows<'_, F>
where
    E: From<Error>,
    F: FnMut(&Row<'_>) -> Result<T, E>,
{
    type Item = Result<T, E>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.rows.next() {
            Ok(row) => row.map(&mut self.read),
            Err(error) => Some(Err(error.into())),
        }
    }
}

//! A prepared statement.

use std::sync::Arc;

use crate::api::connection::{Connection, gives_rows};
use crate::api::copy::{CopyWay, Stream};
use crate::api::params::Binder;
use crate::api::prepared::Prepared;
use crate::api::row::column_position;
use crate::api::rows::{AndThenRows, MappedRows, Rows};
use crate::api::run::Started;
use crate::api::{Params, Row};
use crate::batch::Batch;
use crate::error::{Error, Result};

/// A prepared statement of a connection. Its plan is made anew when the schema has changed, and only then.
#[derive(Debug)]
pub struct Statement<'conn> {
    connection: &'conn Connection,
    prepared: Arc<Prepared>,
}

/// A table in a lake that a statement makes or opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewLakeTable<'s> {
    /// Its name here.
    pub name: &'s str,
    /// Its folder; empty where the server that keeps the table tells it.
    pub location: &'s str,
    /// Whether its files are encrypted.
    pub is_encrypted: bool,
}

impl<'conn> Statement<'conn> {
    pub(crate) fn new(connection: &'conn Connection, prepared: Arc<Prepared>) -> Self {
        Self {
            connection,
            prepared,
        }
    }

    /// Runs a statement that gives no rows, and returns how many rows it inserted, updated or deleted.
    ///
    /// # Errors
    /// The statement fails, and then leaves no trace; it gives rows; the parameters are not those of the statement.
    pub fn execute<P: Params>(&mut self, params: P) -> Result<usize> {
        if self.prepared.is_query() {
            return Err(gives_rows());
        }
        let started = self.start(params)?;
        Ok(usize::try_from(started.changed).unwrap_or(usize::MAX))
    }

    /// Inserts one row and returns its row id.
    ///
    /// # Errors
    /// As [`execute`](Statement::execute); the statement did not change exactly one row.
    pub fn insert<P: Params>(&mut self, params: P) -> Result<i64> {
        match self.execute(params)? {
            1 => Ok(self.connection.last_insert_rowid()),
            rows => Err(Error::Misuse(format!(
                "the statement changed {rows} rows, not one"
            ))),
        }
    }

    /// Runs the statement; its rows are computed as they are asked for. A statement that writes is done when this returns.
    ///
    /// # Errors
    /// The statement fails; the parameters are not those of the statement.
    pub fn query<P: Params>(&mut self, params: P) -> Result<Rows<'_>> {
        let started = self.start(params)?;
        Ok(Rows::new(self.connection, started))
    }

    /// Which way it copies, if it is a COPY.
    pub fn copy_way(&self) -> Option<CopyWay> {
        self.prepared.copy_way()
    }

    /// Runs a COPY from or to a stream; gives how many rows there were.
    pub(crate) fn copy<P: Params>(&mut self, params: P, stream: Stream<'_>) -> Result<u64> {
        Ok(self.start_with(params, stream)?.changed)
    }

    /// Starts the statement, which does all of it if it writes.
    fn start<P: Params>(&mut self, params: P) -> Result<Started> {
        self.start_with(params, Stream::None)
    }

    fn start_with<P: Params>(&mut self, params: P, stream: Stream<'_>) -> Result<Started> {
        let params = Binder::collect(&self.prepared.parameters, params)?;
        let started = self.connection.start_with(&self.prepared, params, stream)?;
        self.adopt(Arc::clone(&started.prepared));
        Ok(started)
    }

    /// Goes on with the statement as it was run, if it was planned anew.
    fn adopt(&mut self, run: Arc<Prepared>) {
        if !Arc::ptr_eq(&run, &self.prepared) {
            self.prepared = run;
            self.connection
                .remember(self.prepared.text(), &self.prepared);
        }
    }

    /// Runs a query; each row is read by `read` as it is asked for.
    ///
    /// # Errors
    /// As [`query`](Statement::query).
    pub fn query_map<T, P, F>(&mut self, params: P, read: F) -> Result<MappedRows<'_, F>>
    where
        P: Params,
        F: FnMut(&Row<'_>) -> Result<T>,
    {
        self.query(params).map(|rows| rows.mapped(read))
    }

    /// The same with an error type of one's own.
    ///
    /// # Errors
    /// As [`query`](Statement::query).
    pub fn query_and_then<T, E, P, F>(&mut self, params: P, read: F) -> Result<AndThenRows<'_, F>>
    where
        P: Params,
        E: From<Error>,
        F: FnMut(&Row<'_>) -> Result<T, E>,
    {
        self.query(params).map(|rows| rows.and_then(read))
    }

    /// Runs a query once for each set of parameters, all in one snapshot, and gives the rows of each, read by `read`.
    ///
    /// Made for searching with many vectors: an exact search measures a block of them in each pass over the rows, where the sets
    /// agree in what WHERE reads, and other plans run on all cores. All rows are computed before the first is read.
    ///
    /// ```
    /// # fn main() -> citadel_sql::Result<()> {
    /// let db = citadel_sql::Connection::open_in_memory()?;
    /// db.execute_batch(
    ///     "CREATE TABLE t (id INTEGER PRIMARY KEY, emb VECTOR(2));
    ///      INSERT INTO t VALUES (1, '[0,0]'), (2, '[3,0]'), (3, '[0,4]');",
    /// )?;
    /// let mut nearest = db.prepare("SELECT id FROM t ORDER BY emb <-> :q LIMIT 2")?;
    /// let queries = [[0.0_f32, 0.0], [0.0, 5.0]];
    /// let found: Vec<Vec<i64>> =
    ///     nearest.query_many(queries.iter().map(|q| [q]), |row| row.get(0))?;
    /// assert_eq!(found, [[1, 2], [3, 1]]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The statement is no query; a set is not one of the statement's parameters; a run or `read` fails.
    pub fn query_many<P, T, F>(
        &mut self,
        sets: impl IntoIterator<Item = P>,
        mut read: F,
    ) -> Result<Vec<Vec<T>>>
    where
        P: Params,
        F: FnMut(&Row<'_>) -> Result<T>,
    {
        let sets = sets
            .into_iter()
            .map(|params| Binder::collect(&self.prepared.parameters, params))
            .collect::<Result<Vec<_>>>()?;
        let (run, given) = self.connection.run_many(&self.prepared, sets)?;
        let names = Arc::clone(&run.names);
        self.adopt(run);
        let mut row = Row::before_first(names, Batch::default());
        let mut all = Vec::with_capacity(given.len());
        for batches in given {
            let mut rows = Vec::with_capacity(batches.iter().map(|batch| batch.rows).sum());
            for batch in batches.into_iter().filter(|batch| batch.rows > 0) {
                *row.refill() = batch;
                rows.push(read(&row)?);
                while row.advance() {
                    rows.push(read(&row)?);
                }
            }
            all.push(rows);
        }
        Ok(all)
    }

    /// Runs a query and reads its first row; what may come after it is not computed.
    ///
    /// # Errors
    /// As [`query`](Statement::query); there is no row; `read` fails.
    pub fn query_row<T, P, F>(&mut self, params: P, read: F) -> Result<T>
    where
        P: Params,
        F: FnOnce(&Row<'_>) -> Result<T>,
    {
        let mut rows = self.query(params)?;
        match rows.next()? {
            Some(row) => read(row),
            None => Err(Error::QueryReturnedNoRows),
        }
    }

    /// Runs a query that must give exactly one row, and reads it.
    ///
    /// # Errors
    /// As [`query_row`](Statement::query_row); there is more than one row.
    pub fn query_one<T, P, F>(&mut self, params: P, read: F) -> Result<T>
    where
        P: Params,
        F: FnOnce(&Row<'_>) -> Result<T>,
    {
        let mut rows = self.query(params)?;
        let value = match rows.next()? {
            Some(row) => read(row)?,
            None => return Err(Error::QueryReturnedNoRows),
        };
        match rows.next()? {
            None => Ok(value),
            Some(_) => Err(Error::Misuse("the query gave more than one row".to_owned())),
        }
    }

    /// Does the query give any row?
    ///
    /// # Errors
    /// As [`query`](Statement::query).
    pub fn exists<P: Params>(&mut self, params: P) -> Result<bool> {
        Ok(self.query(params)?.next()?.is_some())
    }

    /// Runs a statement without parameters to its end, whatever it gives.
    pub(crate) fn run_through(&mut self) -> Result<()> {
        let mut rows = self.query(())?;
        while rows.next()?.is_some() {}
        Ok(())
    }

    /// The names of the result's columns in order; none for a statement that gives no rows.
    pub fn column_names(&self) -> &[String] {
        &self.prepared.names
    }

    /// Columns of the result.
    pub fn column_count(&self) -> usize {
        self.prepared.names.len()
    }

    /// The position of a column by its name.
    ///
    /// # Errors
    /// There is no such column.
    pub fn column_index(&self, name: &str) -> Result<usize> {
        column_position(&self.prepared.names, name)
            .ok_or_else(|| Error::Misuse(format!("the result has no column named \"{name}\"")))
    }

    /// Parameters of the statement.
    pub fn parameter_count(&self) -> usize {
        self.prepared.parameters.types.len()
    }

    /// The name of a parameter with its sign (`:q`), by position from 0; `None` if it has none.
    pub fn parameter_name(&self, index: usize) -> Option<&str> {
        self.prepared.parameters.names.get(index)?.as_deref()
    }

    /// The position of a parameter by its name, from 0.
    pub fn parameter_index(&self, name: &str) -> Option<usize> {
        self.prepared.parameters.position(name)
    }

    /// Is the statement an INSERT, UPDATE, DELETE or MERGE, so that the number of rows it changed means something?
    pub fn changes_rows(&self) -> bool {
        self.prepared.changes_rows()
    }

    /// The Iceberg table that the statement makes or opens, if it is a `CREATE TABLE … USING iceberg`: what is then written to it leaves the
    /// database, and can be read by anyone who can read the folder, unless it is encrypted.
    pub fn creates_lake_table(&self) -> Option<NewLakeTable<'_>> {
        self.prepared.creates_lake_table()
    }

    /// Does the statement leave the database as it is?
    pub fn is_read_only(&self) -> bool {
        self.prepared.is_read_only()
    }
}

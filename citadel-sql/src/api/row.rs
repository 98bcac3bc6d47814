//! One row of a result, and how its columns are named.

use std::sync::Arc;

use crate::api::from_sql::FromSql;
use crate::batch::Batch;
use crate::error::{Error, Result};
use crate::types::ValueRef;

/// One row of a result. It lives until the next row is asked for.
#[derive(Debug)]
pub struct Row<'stmt> {
    batch: Batch,
    at: usize,
    names: Arc<[String]>,
    /// Ties the row to its statement, which must not run anew while the row is looked at.
    statement: std::marker::PhantomData<&'stmt ()>,
}

impl Row<'_> {
    /// A place for rows, before the first. The batch has no rows.
    pub(crate) fn before_first(names: Arc<[String]>, batch: Batch) -> Self {
        Self {
            batch,
            at: 0,
            names,
            statement: std::marker::PhantomData,
        }
    }

    /// Goes to the next row of the batch at hand; `false` at its end.
    pub(crate) fn advance(&mut self) -> bool {
        self.at = self.at.saturating_add(1);
        self.at < self.batch.rows
    }

    /// The batch, to be filled with the next rows; the row at hand is then the first of them.
    pub(crate) fn refill(&mut self) -> &mut Batch {
        self.at = 0;
        &mut self.batch
    }

    /// Gives the batch away: there are no more rows.
    pub(crate) fn leave(&mut self) -> Batch {
        std::mem::take(&mut self.batch)
    }

    /// The value of a column, by position from 0 or by name, as a Rust type.
    ///
    /// # Errors
    /// There is no such column, or its value is of another type, or does not fit.
    pub fn get<I: RowIndex, T: FromSql>(&self, column: I) -> Result<T> {
        let at = column.index(self)?;
        let value = self.value(at);
        T::column_result(value).map_err(|source| Error::ColumnType {
            index: at,
            name: self.names[at].clone(),
            found: value.type_name(),
            source,
        })
    }

    /// The value of a column as it is, without copying.
    ///
    /// # Errors
    /// There is no such column.
    pub fn get_ref<I: RowIndex>(&self, column: I) -> Result<ValueRef<'_>> {
        column.index(self).map(|at| self.value(at))
    }

    /// The names of the columns in order.
    pub fn column_names(&self) -> &[String] {
        &self.names
    }

    /// Columns in the row.
    pub fn column_count(&self) -> usize {
        self.names.len()
    }

    fn value(&self, column: usize) -> ValueRef<'_> {
        self.batch.columns[column].get(self.at)
    }
}

/// What names a column of a row: its position from 0, or its name (exact match first, then without regard
/// to ASCII case; the first of equal names).
pub trait RowIndex {
    /// The position.
    ///
    /// # Errors
    /// There is no such column.
    fn index(&self, row: &Row<'_>) -> Result<usize>;
}

impl RowIndex for usize {
    fn index(&self, row: &Row<'_>) -> Result<usize> {
        if *self < row.column_count() {
            return Ok(*self);
        }
        let count = row.column_count();
        Err(Error::Misuse(format!(
            "there is no column {self}: the row has {count} columns, numbered from 0"
        )))
    }
}

impl RowIndex for &str {
    fn index(&self, row: &Row<'_>) -> Result<usize> {
        column_position(row.column_names(), self)
            .ok_or_else(|| Error::Misuse(format!("the row has no column named \"{self}\"")))
    }
}

/// The position of a column by name.
pub(crate) fn column_position(names: &[String], name: &str) -> Option<usize> {
    let exact = names.iter().position(|n| n == name);
    exact.or_else(|| names.iter().position(|n| n.eq_ignore_ascii_case(name)))
}

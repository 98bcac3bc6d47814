//! An expression of a row's columns, computed for one row at a time.

use std::cell::RefCell;

use super::row_text;
use crate::batch::Batch;
use crate::error::Result;
use crate::expression::{CompiledExpr, Rows};
use crate::schema::{ColumnNo, RowText, TableDef};
use crate::types::{SqlType, Value, ValueRef};

/// Ready to be computed.
#[derive(Debug)]
pub(super) struct RowExpr {
    columns: Vec<ColumnNo>,
    types: Vec<SqlType>,
    expr: CompiledExpr,
    /// Memory for the columns of a row.
    row: RefCell<Batch>,
}

impl RowExpr {
    /// That of a text.
    ///
    /// # Errors
    /// It means nothing to this version.
    pub(super) fn of(table: &TableDef, text: &RowText) -> Result<Self> {
        let columns = text.columns();
        Ok(Self {
            types: columns.iter().map(|no| table.column(*no).ty).collect(),
            expr: row_text::compile(table, text, &columns)?,
            row: RefCell::default(),
            columns,
        })
    }

    /// The columns that it reads, each once.
    pub(super) fn columns(&self) -> &[ColumnNo] {
        &self.columns
    }

    /// Its value for a row, of which `value` tells the columns.
    ///
    /// # Errors
    /// What computing it says; what `value` says.
    pub(super) fn value<'v>(
        &self,
        value: impl Fn(ColumnNo) -> Result<ValueRef<'v>>,
    ) -> Result<Value> {
        let row = &mut *self.row.borrow_mut();
        row.reset(&self.types);
        row.rows = 1;
        for (no, column) in self.columns.iter().zip(&mut row.columns) {
            column.push(value(*no)?)?;
        }
        let values = self.expr.evaluate(row, Rows::All(1))?;
        let value = values.get(0).to_owned();
        drop(values);
        row.rest();
        Ok(value)
    }
}

//! An expression of a row's columns, computed for one row at a time.

use super::row_text;
use crate::batch::{Batch, Column};
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
        let mut row = Batch {
            columns: Vec::with_capacity(self.columns.len()),
            rows: 1,
        };
        for (no, ty) in self.columns.iter().zip(&self.types) {
            let mut column = Column::new(*ty, 1);
            column.push(value(*no)?)?;
            row.columns.push(column);
        }
        let values = self.expr.evaluate(&row, Rows::All(1))?;
        Ok(values.get(0).to_owned())
    }
}

//! GENERATED: columns that are computed from others of their row.

use citadel_txn::WriteTxn;

use super::TableWriter;
use crate::error::Result;
use crate::schema::{ColumnNo, TableDef};
use crate::store::row_expr::RowExpr;
use crate::types::{Value, ValueRef, assign};

/// The computed columns of a table, ready to be computed.
#[derive(Debug)]
pub(super) struct Generated(Vec<Computed>);

#[derive(Debug)]
struct Computed {
    no: ColumnNo,
    value: RowExpr,
}

impl Generated {
    fn of(table: &TableDef) -> Result<Self> {
        let mut all = Vec::new();
        for (no, column) in (0..).map(ColumnNo).zip(&table.columns) {
            if let Some(text) = &column.generated {
                all.push(Computed {
                    no,
                    value: RowExpr::of(table, text)?,
                });
            }
        }
        Ok(Self(all))
    }
}

impl TableWriter {
    /// The values of computed columns for a row that is to be inserted, each with its column.
    ///
    /// # Errors
    /// One cannot be computed, or is not one that its column may hold.
    pub(crate) fn generate(
        &mut self,
        txn: &WriteTxn,
        row: &[ValueRef<'_>],
    ) -> Result<Vec<(ColumnNo, Value)>> {
        let id = self.choose_row_id(txn, row)?;
        let generated = match &mut self.generated {
            Some(generated) => generated,
            none => none.insert(Generated::of(&self.table)?),
        };
        let table = &*self.table;
        let mut values = Vec::with_capacity(generated.0.len());
        for computed in &generated.0 {
            let value = computed.value.value(|no| {
                Ok(match table.rowid_column == Some(no) {
                    true => ValueRef::Integer(id.0),
                    false => row[usize::from(no.0)],
                })
            })?;
            let column = table.column(computed.no);
            let mut value = assign(value, column.ty)?;
            if let (Value::Text(text), Some(limit)) = (&mut value, column.limit) {
                text.truncate(limit.fitted(text).len());
            }
            values.push((computed.no, value));
        }
        Ok(values)
    }
}

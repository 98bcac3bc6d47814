//! CHECK: conditions that no row may be FALSE for.

use crate::batch::{Batch, Column};
use crate::error::{Error, Result, SqlState};
use crate::expression::{CompiledExpr, Rows};
use crate::schema::{ColumnNo, TableDef};
use crate::store::row_text;
use crate::types::ValueRef;

/// The conditions of a table, ready to be computed.
#[derive(Debug)]
pub(crate) struct Checks(Vec<Check>);

#[derive(Debug)]
struct Check {
    name: String,
    columns: Vec<ColumnNo>,
    condition: CompiledExpr,
}

impl Checks {
    /// Those of a table.
    ///
    /// # Errors
    /// One has no meaning any more.
    pub(crate) fn of(table: &TableDef) -> Result<Self> {
        let checks = table.checks.iter().map(|check| {
            let columns = check.condition.columns();
            Ok(Check {
                name: check.name.clone(),
                condition: row_text::compile(table, &check.condition, &columns)?,
                columns,
            })
        });
        checks.collect::<Result<_>>().map(Self)
    }

    /// Looks at one row. `value` tells its columns; conditions on columns that did not change hold already.
    ///
    /// # Errors
    /// A condition is FALSE, or fails.
    pub(crate) fn look<'v>(
        &self,
        table: &TableDef,
        changes: impl Fn(ColumnNo) -> bool,
        value: impl Fn(ColumnNo) -> Result<ValueRef<'v>>,
    ) -> Result<()> {
        for check in &self.0 {
            let is_new = |no: &ColumnNo| changes(*no);
            if !check.columns.is_empty() && !check.columns.iter().any(is_new) {
                continue;
            }
            let mut row = Batch {
                columns: Vec::with_capacity(check.columns.len()),
                rows: 1,
            };
            for no in &check.columns {
                let mut column = Column::new(table.column(*no).ty, 1);
                column.push(value(*no)?)?;
                row.columns.push(column);
            }
            let result = check.condition.evaluate(&row, Rows::All(1))?;
            if result.get(0) == ValueRef::Boolean(false) {
                return Err(violated(table, &check.name));
            }
        }
        Ok(())
    }
}

fn violated(table: &TableDef, name: &str) -> Error {
    Error::sql(
        SqlState::CHECK_VIOLATION,
        format!(
            "a row of table \"{}\" violates check constraint \"{name}\"",
            table.name
        ),
    )
}

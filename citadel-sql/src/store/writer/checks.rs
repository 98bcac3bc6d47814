//! CHECK: conditions that no row may be FALSE for.

use crate::error::{Error, Result, SqlState};
use crate::schema::{ColumnNo, TableDef};
use crate::store::row_expr::RowExpr;
use crate::types::{Value, ValueRef};

/// The conditions of a table, ready to be computed.
#[derive(Debug)]
pub(crate) struct Checks(Vec<Check>);

#[derive(Debug)]
struct Check {
    name: String,
    condition: RowExpr,
}

impl Checks {
    /// Those of a table.
    ///
    /// # Errors
    /// One has no meaning any more.
    pub(crate) fn of(table: &TableDef) -> Result<Self> {
        let checks = table.checks.iter().map(|check| {
            Ok(Check {
                name: check.name.clone(),
                condition: RowExpr::of(table, &check.condition)?,
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
            let columns = check.condition.columns();
            if !columns.is_empty() && !columns.iter().any(is_new) {
                continue;
            }
            if check.condition.value(&value)? == Value::Boolean(false) {
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

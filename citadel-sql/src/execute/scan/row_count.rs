//! `count(*)` of a whole table, from its tree's own count.

use citadel_txn::TreeId;

use crate::batch::Batch;
use crate::error::{Error, Result, SqlState};
use crate::execute::context::ExecContext;
use crate::execute::operator::Operator;
use crate::plan::RowCount;
use crate::types::SqlType;

/// Gives one row: the number of rows, in each column.
pub(in crate::execute) struct RowCountOp {
    rows: TreeId,
    types: Vec<SqlType>,
    given: bool,
}

impl RowCountOp {
    pub(in crate::execute) fn new(plan: &RowCount) -> Self {
        Self {
            rows: plan.table.rows,
            types: vec![SqlType::Integer; plan.layout.len()],
            given: false,
        }
    }
}

impl Operator for RowCountOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        _wanted: usize,
    ) -> Result<bool> {
        out.reset(&self.types);
        if std::mem::replace(&mut self.given, true) {
            return Ok(false);
        }
        let rows = i64::try_from(context.view().tree_len(self.rows)?)
            .map_err(|_| Error::sql(SqlState::NUMERIC_OUT_OF_RANGE, "more than 2^63 rows"))?;
        for column in &mut out.columns {
            column.push_integer(rows)?;
        }
        out.rows = 1;
        Ok(true)
    }
}

//! Rows by row ids that are known when execution starts.

use std::sync::Arc;

use super::TableRows;
use crate::batch::{BATCH_ROWS, Batch};
use crate::error::Result;
use crate::execute::bounds;
use crate::execute::context::ExecContext;
use crate::execute::operator::Operator;
use crate::plan::PkLookup;
use crate::schema::RowId;
use crate::store::RowReader;
use crate::types::Value;

/// Rows of a table by known row ids.
pub(in crate::execute) struct PkLookupOp {
    plan: Arc<PkLookup>,
    ids: Vec<RowId>,
    at: usize,
    reader: RowReader,
    rows: TableRows,
}

impl PkLookupOp {
    pub(in crate::execute) fn new(plan: &Arc<PkLookup>, params: &[Value]) -> Result<Self> {
        let rows = TableRows::new(&plan.source, params)?;
        let mut operator = Self {
            plan: Arc::clone(plan),
            ids: Vec::new(),
            at: 0,
            reader: RowReader::new(&plan.source.table, rows.stored()),
            rows,
        };
        operator.choose(params)?;
        Ok(operator)
    }

    /// Finds out which rows to read.
    fn choose(&mut self, params: &[Value]) -> Result<()> {
        self.at = 0;
        self.ids.clear();
        if !self.rows.is_never() {
            bounds::row_ids(&self.plan.keys, params, &mut self.ids)?;
        }
        if self.plan.descending {
            self.ids.reverse();
        }
        Ok(())
    }
}

impl Operator for PkLookupOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        _wanted: usize,
    ) -> Result<bool> {
        while self.at < self.ids.len() {
            context.check_interrupt()?;
            let end = self.ids.len().min(self.at + BATCH_ROWS);
            let ids = &self.ids[self.at..end];
            self.at = end;
            let reader = &self.reader;
            self.rows.fill(out, |mut row_ids, columns| {
                let mut found = 0;
                for id in ids {
                    if reader.fetch(context.view(), *id, columns)? {
                        if let Some(row_ids) = &mut row_ids {
                            row_ids.push_integer(id.0)?;
                        }
                        found += 1;
                    }
                }
                Ok(found)
            })?;
            if self.rows.finish(context.view(), out)? {
                return Ok(true);
            }
        }
        out.rows = 0;
        Ok(false)
    }

    fn rest(&mut self) -> bool {
        self.ids.len() == 1 && self.rows.rest()
    }

    fn restart(&mut self, params: &[Value]) -> Result<()> {
        self.rows.restart(&self.plan.source, params)?;
        self.choose(params)
    }
}

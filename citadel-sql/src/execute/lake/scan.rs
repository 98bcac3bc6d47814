//! The rows of one snapshot of a lake table, and then those that wait in the transaction.

use std::sync::Arc;

use super::state;
use crate::batch::Batch;
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::execute::operator::Operator;
use crate::execute::scan::{SeqScanOp, TableRows};
use crate::lake::{LakeRows, LakeStage, Read};
use crate::plan::{LakeScan, Range, SeqScan, TableSource};
use crate::schema::{ColumnStorage, TableDef};
use crate::types::{SqlType, Value};

/// A scan of a lake table.
pub(in crate::execute) struct LakeScanOp {
    plan: Arc<LakeScan>,
    /// Filters what comes from the lake by what the lake did not check.
    rows: TableRows,
    reader: Reader,
    /// The rows that wait; none in an older state.
    waiting: Option<SeqScanOp>,
    report: Vec<(String, String)>,
    /// Rows that came from the lake.
    read: u64,
}

enum Reader {
    NotBegun,
    Within(Box<dyn LakeRows>),
    Ended,
}

impl LakeScanOp {
    pub(in crate::execute) fn new(plan: &Arc<LakeScan>, params: &[Value]) -> Result<Self> {
        let source = TableSource {
            table: Arc::new(as_it_comes(&plan.source.table)),
            filter: plan.residual.clone(),
            ..plan.source.clone()
        };
        let waiting = SeqScan {
            source: plan.source.clone(),
            range: Range::default(),
            descending: false,
        };
        Ok(Self {
            rows: TableRows::new(&source, params)?,
            reader: Reader::NotBegun,
            waiting: match plan.as_of {
                None => Some(SeqScanOp::new(&waiting, params)?),
                Some(_) => None,
            },
            plan: Arc::clone(plan),
            report: Vec::new(),
            read: 0,
        })
    }

    fn begin(&self, context: &ExecContext<'_>) -> Result<Reader> {
        let plan = &self.plan;
        let table = &plan.source.table;
        let snapshot = state::snapshot(table, plan.as_of.as_ref(), context)?;
        let (Some(snapshot), false) = (snapshot, self.rows.is_never()) else {
            return Ok(Reader::Ended);
        };
        let columns = self.rows.stored().iter().map(|no| {
            let column = table.column(*no);
            (column.name.as_str(), column.ty)
        });
        let columns: Vec<(&str, SqlType)> = columns.collect();
        let condition = plan.pushed.condition.as_ref();
        let condition = condition.map(|condition| state::condition(condition, context.params));
        let condition = condition.transpose()?;
        let read = Read {
            snapshot,
            columns: &columns,
            condition: condition.as_ref(),
            deleted: &state::deleted(table, plan.as_of.as_ref(), context)?,
        };
        let face = context.lake.lakes.get()?;
        let reader = face.read(&state::site(table, context)?, &read)?;
        Ok(Reader::Within(reader))
    }
}

/// A table whose vectors all come with their rows.
pub(super) fn as_it_comes(table: &TableDef) -> TableDef {
    let mut table = table.clone();
    for column in &mut table.columns {
        column.storage = ColumnStorage::Row;
    }
    table
}

impl Operator for LakeScanOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        if matches!(self.reader, Reader::NotBegun) {
            self.reader = self.begin(context)?;
        }
        while let Reader::Within(reader) = &mut self.reader {
            context.check_interrupt()?;
            let chunk = self.rows.first_chunk(wanted);
            let read = self
                .rows
                .fill(out, |_, columns| reader.next(columns, chunk))?;
            self.read += read as u64;
            let watch = context.lake.watch;
            watch.tell(LakeStage::Read, self.read, reader.total());
            if read == 0 {
                self.report = reader.report();
                self.reader = Reader::Ended;
            } else if self.rows.finish(context.view(), out)? {
                return Ok(true);
            }
        }
        match &mut self.waiting {
            Some(waiting) => waiting.next(context, out, wanted),
            None => {
                out.rows = 0;
                Ok(false)
            }
        }
    }

    fn report(&self) -> Vec<(String, String)> {
        match &self.reader {
            Reader::Within(reader) => reader.report(),
            _ => self.report.clone(),
        }
    }
}

//! The nearest rows of a lake table.
//!
//! A search gives rows that have a distance, and perhaps not all of them. Where it gives fewer than are asked for, or rows of the table wait
//! in the transaction, the exact plan gives the rows instead: the answer is full in any case.

use std::sync::Arc;

use super::state;
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::bind::bound::ColumnId;
use crate::error::{Error, Result, SqlState};
use crate::execute::bounds::LimitRows;
use crate::execute::build;
use crate::execute::context::ExecContext;
use crate::execute::operator::{BoxedOperator, Operator};
use crate::expression::constant;
use crate::lake::{Found, LakeRows, Read, Search};
use crate::plan::LakeTopK;
use crate::schema::{ColumnNo, Recall};
use crate::types::{SqlType, Value};

/// More rows than these are not searched for.
const SEARCH_ROWS_MAX: u64 = 1 << 16;

/// A search.
pub(in crate::execute) struct LakeTopKOp {
    plan: Arc<LakeTopK>,
    limit: LimitRows,
    source: Source,
    /// For each column of the output its place in what was found.
    output: Vec<usize>,
    types: Vec<SqlType>,
    report: Vec<(String, String)>,
}

enum Source {
    NotBegun,
    Found {
        rows: Box<dyn LakeRows>,
        read: Batch,
    },
    Exact(BoxedOperator),
    Ended,
}

impl LakeTopKOp {
    pub(in crate::execute) fn new(plan: &Arc<LakeTopK>, params: &[Value]) -> Result<Self> {
        let stored = &plan.source.columns;
        let table = &plan.source.table;
        let mut types = Vec::with_capacity(stored.len() + 1);
        for id in stored {
            types.push(table.column(column_no(*id)?).ty);
        }
        types.push(SqlType::Real);
        let place = |id: &ColumnId| stored.iter().position(|known| known == id);
        let output = plan.layout.iter();
        Ok(Self {
            limit: LimitRows::evaluate(&plan.limit, params)?,
            // What is not stored is the distance, which comes last.
            output: output.map(|id| place(id).unwrap_or(stored.len())).collect(),
            types,
            source: Source::NotBegun,
            plan: Arc::clone(plan),
            report: Vec::new(),
        })
    }

    fn begin(&mut self, context: &ExecContext<'_>) -> Result<Source> {
        match self.search(context)? {
            Some(source) => Ok(source),
            None => {
                let exact = "by the exact plan".to_owned();
                self.report.push(("Answered".to_owned(), exact));
                build(&self.plan.exact, context.params).map(Source::Exact)
            }
        }
    }

    /// What a search finds; `None` if the exact plan is to be asked.
    fn search(&mut self, context: &ExecContext<'_>) -> Result<Option<Source>> {
        let plan = &self.plan;
        let table = &plan.source.table;
        let snapshot = state::snapshot(table, plan.as_of.as_ref(), context)?;
        let is_waiting = plan.as_of.is_none() && context.view().tree_len(table.rows)? > 0;
        let Value::Vector(query) = constant(&plan.query, context.params)? else {
            return Ok(None);
        };
        let (Some(snapshot), false, Some(total)) = (snapshot, is_waiting, self.limit.total())
        else {
            return Ok(None);
        };
        if self.limit.limit == Some(0) {
            return Ok(Some(Source::Ended));
        }
        if total > SEARCH_ROWS_MAX {
            return Ok(None);
        }
        let mut columns = Vec::with_capacity(plan.source.columns.len());
        for id in &plan.source.columns {
            let column = table.column(column_no(*id)?);
            columns.push((column.name.as_str(), column.ty));
        }
        let condition = plan.pushed.condition.as_ref();
        let condition = condition.map(|condition| state::condition(condition, context.params));
        let condition = condition.transpose()?;
        let search = Search {
            read: Read {
                snapshot,
                columns: &columns,
                condition: condition.as_ref(),
                deleted: &state::deleted(table, plan.as_of.as_ref(), context)?,
            },
            vector: &table.column(plan.vector).name,
            metric: plan.metric,
            query: &query,
            k: usize::try_from(total).unwrap_or(usize::MAX),
            exact: context.ann.exact || context.ann.recall == Some(Recall::EXACT),
        };
        let face = context.lake.lakes.get()?;
        let Found { count, mut rows } = face.nearest(&state::site(table, context)?, &search)?;
        self.report.extend(rows.report());
        if (count as u64) < total {
            return Ok(None);
        }
        let mut read = Batch::default();
        skip(&mut *rows, &self.types, self.limit.offset, &mut read)?;
        Ok(Some(Source::Found { rows, read }))
    }
}

/// Passes over the first rows.
fn skip(rows: &mut dyn LakeRows, types: &[SqlType], offset: u64, read: &mut Batch) -> Result<()> {
    let mut left = offset;
    while left > 0 {
        read.reset(types);
        let wanted = usize::try_from(left).map_or(BATCH_ROWS, |left| left.min(BATCH_ROWS));
        match rows.next(&mut read.columns, wanted)? {
            0 => break,
            passed => left -= passed as u64,
        }
    }
    Ok(())
}

fn column_no(id: ColumnId) -> Result<ColumnNo> {
    let no = u16::try_from(id.column).map(ColumnNo);
    no.map_err(|_| Error::sql(SqlState::INTERNAL_ERROR, "a lake table has no row ids"))
}

impl Operator for LakeTopKOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        context.check_interrupt()?;
        if matches!(self.source, Source::NotBegun) {
            self.source = self.begin(context)?;
        }
        match &mut self.source {
            Source::Exact(exact) => exact.next(context, out, wanted),
            Source::Found { rows, read } => {
                read.reset(&self.types);
                read.rows = rows.next(&mut read.columns, wanted.min(BATCH_ROWS))?;
                out.rows = read.rows;
                out.columns.clear();
                let all: Vec<u32> = (0u32..).take(read.rows).collect();
                let columns = self.output.iter().map(|at| match read.rows {
                    0 => Column::new(self.types[*at], 0),
                    _ => read.columns[*at].gather(&all),
                });
                out.columns.extend(columns);
                Ok(out.rows > 0)
            }
            Source::NotBegun | Source::Ended => {
                out.rows = 0;
                Ok(false)
            }
        }
    }

    fn report(&self) -> Vec<(String, String)> {
        self.report.clone()
    }
}

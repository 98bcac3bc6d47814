//! Join on equal keys: the right side in a hash table, the left side streaming past it.

use super::pairs::Pairs;
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::bind::bound::{ColumnId, Expr};
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::execute::operator::{BoxedOperator, Operator};
use crate::execute::row_keys::KeyTable;
use crate::expression::CompiledExpr;
use crate::plan::HashJoin;
use crate::types::Value;

/// The end of a chain of right rows.
const END: u32 = u32::MAX;

pub(in crate::execute) struct HashJoinOp {
    left: BoxedOperator,
    right: Option<BoxedOperator>,
    left_keys: Vec<CompiledExpr>,
    right_keys: Vec<CompiledExpr>,
    filter: Option<CompiledExpr>,
    table: Table,
    probe: Probe,
    pairs: Pairs,
}

/// The right side.
#[derive(Default)]
struct Table {
    rows: Batch,
    keys: KeyTable,
    /// For each key, the first row that has it.
    first: Vec<u32>,
    /// For each row, the next one with the same key.
    next: Vec<u32>,
}

/// Where the left side stands.
#[derive(Default)]
struct Probe {
    rows: Batch,
    keys: Vec<Column>,
    at: usize,
    /// The right row that joins row `at` next, if that was begun.
    chain: Option<u32>,
}

impl HashJoinOp {
    pub(in crate::execute) fn new(
        (left, right): (BoxedOperator, BoxedOperator),
        plan: &HashJoin,
        params: &[Value],
    ) -> Result<Self> {
        let (left_layout, right_layout) = (plan.left.layout(), plan.right.layout());
        let both = [left_layout.as_slice(), &right_layout].concat();
        Ok(Self {
            left,
            right: Some(right),
            left_keys: compile(plan.keys.iter().map(|(l, _)| l), &left_layout, params)?,
            right_keys: compile(plan.keys.iter().map(|(_, r)| r), &right_layout, params)?,
            filter: CompiledExpr::conjunction(&plan.filter, &both, params)?,
            table: Table::default(),
            probe: Probe::default(),
            pairs: Pairs::new(plan.outer, (left_layout.len(), right_layout.len())),
        })
    }

    /// Goes on to other left rows. False: there are none.
    fn advance(&mut self, context: &mut ExecContext<'_>) -> Result<bool> {
        context.check_interrupt()?;
        self.probe.at = 0;
        if !self.left.next(context, &mut self.probe.rows, BATCH_ROWS)? {
            self.probe.rows.rows = 0;
        }
        self.pairs.begin_left(self.probe.rows.rows);
        if self.probe.rows.rows > 0 {
            self.probe.keys = evaluate(&self.left_keys, &self.probe.rows)?;
        }
        Ok(self.probe.rows.rows > 0)
    }

    /// Collects up to a batch of pairs of the left rows at hand.
    fn collect(&mut self) {
        self.pairs.clear();
        let (probe, table) = (&mut self.probe, &mut self.table);
        while probe.at < probe.rows.rows && self.pairs.len() < BATCH_ROWS {
            let mut right = match probe.chain.take() {
                Some(right) => right,
                None => table.first(&probe.keys, probe.at),
            };
            while right != END && self.pairs.len() < BATCH_ROWS {
                self.pairs.push(probe.at as u32, right);
                right = table.next[right as usize];
            }
            if right == END {
                probe.at += 1;
            } else {
                probe.chain = Some(right);
            }
        }
    }
}

impl Table {
    fn fill(
        &mut self,
        mut input: BoxedOperator,
        keys: &[CompiledExpr],
        context: &mut ExecContext<'_>,
    ) -> Result<()> {
        let mut batch = Batch::default();
        while input.next(context, &mut batch, BATCH_ROWS)? {
            context.check_interrupt()?;
            let columns = evaluate(keys, &batch)?;
            let base = self.rows.rows;
            for row in 0..batch.rows {
                self.next.push(END);
                if is_null(&columns, row) {
                    continue;
                }
                let number = self.keys.insert(&columns, row) as usize;
                if number == self.first.len() {
                    self.first.push(END);
                }
                let row = u32::try_from(base + row).unwrap_or(END);
                self.next[row as usize] = std::mem::replace(&mut self.first[number], row);
            }
            self.rows.append(&batch)?;
        }
        Ok(())
    }

    fn first(&mut self, keys: &[Column], row: usize) -> u32 {
        if is_null(keys, row) {
            return END;
        }
        match self.keys.find(keys, row) {
            Some(number) => self.first[number as usize],
            None => END,
        }
    }
}

impl Operator for HashJoinOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        _wanted: usize,
    ) -> Result<bool> {
        if let Some(right) = self.right.take() {
            self.table.fill(right, &self.right_keys, context)?;
            self.pairs.begin_right(self.table.rows.rows);
        }
        out.rows = 0;
        if self.table.first.is_empty() && !self.pairs.keeps_left() {
            return self
                .pairs
                .emit_lonely_right(&self.probe.rows, &self.table.rows, out);
        }
        loop {
            let (left, right) = (&self.probe.rows, &self.table.rows);
            if self.probe.at >= left.rows {
                if self.pairs.emit_lonely_left(left, right, out)? {
                    return Ok(true);
                }
                if !self.advance(context)? {
                    let (left, right) = (&self.probe.rows, &self.table.rows);
                    return self.pairs.emit_lonely_right(left, right, out);
                }
            }
            self.collect();
            let (left, right) = (&self.probe.rows, &self.table.rows);
            if self.pairs.len() > 0 && self.pairs.emit(left, right, self.filter.as_ref(), out)? {
                return Ok(true);
            }
        }
    }
}

pub(super) fn compile<'a>(
    exprs: impl Iterator<Item = &'a Expr>,
    layout: &[ColumnId],
    params: &[Value],
) -> Result<Vec<CompiledExpr>> {
    exprs
        .map(|expr| CompiledExpr::compile(expr, layout, params))
        .collect()
}

pub(super) fn evaluate(exprs: &[CompiledExpr], batch: &Batch) -> Result<Vec<Column>> {
    exprs.iter().map(|expr| expr.to_column(batch)).collect()
}

pub(super) fn is_null(keys: &[Column], row: usize) -> bool {
    keys.iter().any(|key| key.is_null(row))
}

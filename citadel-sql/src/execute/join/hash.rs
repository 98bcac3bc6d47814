//! Join on equal keys: the right side in a hash table, the left side streaming past it.
//!
//! A right side that does not fit in memory is written away, divided by its keys, and so is the left side; then each part of one
//! is joined with the same part of the other.

use super::pairs::Pairs;
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::bind::bound::{ColumnId, Expr};
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::execute::operator::{BoxedOperator, Operator};
use crate::execute::row_keys::KeyTable;
use crate::execute::scan::EmptyOp;
use crate::execute::spill::{DEPTH_MAX, Partitions, Run, RunOp, Spill};
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
    spill: Option<Spill>,
    /// How often the rows at hand were divided.
    depth: u32,
    /// Parts that are still to be joined.
    left_over: Vec<Part>,
}

/// The rows of both sides whose keys have the same hash.
struct Part {
    left: Run,
    right: Run,
    depth: u32,
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
            spill: None,
            depth: 0,
            left_over: Vec::new(),
        })
    }

    /// Takes the right side in; where it does not fit, divides both.
    fn begin(&mut self, right: BoxedOperator, context: &mut ExecContext<'_>) -> Result<()> {
        self.table = Table::default();
        self.probe = Probe::default();
        let limit = match self.depth < DEPTH_MAX {
            true => context.memory,
            false => usize::MAX,
        };
        let rest = self.table.fill(right, &self.right_keys, limit, context)?;
        if let Some(rest) = rest {
            self.divide(rest, context)?;
        }
        self.pairs.begin_right(self.table.rows.rows);
        Ok(())
    }

    /// Divides the rows of both sides, those of the table first.
    fn divide(&mut self, mut right: BoxedOperator, context: &mut ExecContext<'_>) -> Result<()> {
        let spill = Spill::of(&mut self.spill, context)?;
        let held = std::mem::take(&mut self.table).rows;
        let mut parts = Partitions::new(&spill, self.depth);
        push_all(&mut parts, &held, &self.right_keys)?;
        drop(held);
        drain(&mut *right, &mut parts, &self.right_keys, context)?;
        let rights = parts.finish()?;
        let mut parts = Partitions::new(&spill, self.depth);
        drain(&mut *self.left, &mut parts, &self.left_keys, context)?;
        let pairs = parts.finish()?.into_iter().zip(rights);
        let pairs = pairs.filter(|(left, right)| left.rows() + right.rows() > 0);
        let depth = self.depth + 1;
        self.left_over
            .extend(pairs.map(|(left, right)| Part { left, right, depth }));
        self.left = Box::new(EmptyOp);
        Ok(())
    }

    /// Goes on to the next part. False: there are no more.
    fn next_part(&mut self, context: &mut ExecContext<'_>) -> Result<bool> {
        let Some(part) = self.left_over.pop() else {
            return Ok(false);
        };
        self.depth = part.depth;
        self.left = Box::new(RunOp(part.left));
        self.begin(Box::new(RunOp(part.right)), context)?;
        Ok(true)
    }

    /// The next rows of the part at hand.
    fn next_of_part(&mut self, context: &mut ExecContext<'_>, out: &mut Batch) -> Result<bool> {
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
    /// Takes rows in up to so many bytes, and gives back what has more of them.
    fn fill(
        &mut self,
        mut input: BoxedOperator,
        keys: &[CompiledExpr],
        limit: usize,
        context: &mut ExecContext<'_>,
    ) -> Result<Option<BoxedOperator>> {
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
            if self.heap_bytes() > limit {
                return Ok(Some(input));
            }
        }
        Ok(None)
    }

    fn heap_bytes(&self) -> usize {
        let chains = (self.first.capacity() + self.next.capacity()) * size_of::<u32>();
        self.rows.heap_bytes() + self.keys.heap_bytes() + chains
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
            self.begin(right, context)?;
        }
        loop {
            if self.next_of_part(context, out)? {
                return Ok(true);
            }
            if !self.next_part(context)? {
                return Ok(false);
            }
        }
    }

    fn report(&self) -> Vec<(String, String)> {
        Spill::report(self.spill.as_ref())
    }
}

/// Puts all that an operator gives where its keys belong.
fn drain(
    input: &mut dyn Operator,
    parts: &mut Partitions,
    keys: &[CompiledExpr],
    context: &mut ExecContext<'_>,
) -> Result<()> {
    let mut batch = Batch::default();
    while input.next(context, &mut batch, BATCH_ROWS)? {
        context.check_interrupt()?;
        push_all(parts, &batch, keys)?;
    }
    Ok(())
}

fn push_all(parts: &mut Partitions, batch: &Batch, keys: &[CompiledExpr]) -> Result<()> {
    let keys = evaluate(keys, batch)?;
    parts.push(batch, &keys, (0..).take(batch.rows))
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

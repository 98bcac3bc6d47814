//! Joins that go through the rows of the left side, and find those of the right for one after the other.

use super::pairs::Pairs;
use crate::batch::{BATCH_ROWS, Batch};
use crate::bind::bound::Outer;
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::execute::operator::BoxedOperator;
use crate::expression::CompiledExpr;

/// What such a join has at hand.
pub(super) struct Matching {
    left: BoxedOperator,
    pub(super) left_rows: Batch,
    /// The left row whose partners are looked for next.
    pub(super) at: usize,
    right_rows: Batch,
    pairs: Pairs,
    filter: Option<CompiledExpr>,
}

/// How partners are found.
pub(super) trait ByLeft {
    fn matching(&mut self) -> &mut Matching;

    /// Other left rows have come.
    fn prepare(&mut self) -> Result<()>;

    /// Goes through left rows, and pairs them, for as long as more are [wanted](Matching::wants_more).
    fn collect(&mut self, context: &ExecContext<'_>) -> Result<()>;
}

impl Matching {
    /// `widths`: how many columns each side has.
    pub(super) fn new(
        left: BoxedOperator,
        keeps_left: bool,
        widths: (usize, usize),
        filter: Option<CompiledExpr>,
    ) -> Self {
        let outer = Outer {
            left: keeps_left,
            right: false,
        };
        Self {
            left,
            left_rows: Batch::default(),
            at: 0,
            right_rows: Batch::default(),
            pairs: Pairs::new(outer, widths),
            filter,
        }
    }

    /// Whether there are left rows to go through, and less than about a batch of pairs.
    pub(super) fn wants_more(&self) -> bool {
        self.at < self.left_rows.rows && self.pairs.len() < BATCH_ROWS
    }

    /// Pairs a left row with each of these.
    pub(super) fn pair(&mut self, left: usize, found: &Batch) -> Result<()> {
        let base = self.right_rows.rows;
        self.right_rows.append(found)?;
        for right in base..self.right_rows.rows {
            self.pairs.push(left as u32, right as u32);
        }
        Ok(())
    }

    /// As [`Operator::rewind`](crate::execute::operator::Operator::rewind).
    pub(super) fn rewind(&mut self) -> bool {
        self.at = 0;
        self.left_rows.rows = 0;
        self.pairs.begin_left(0);
        self.clear();
        self.left.rewind()
    }

    /// Goes on to other left rows. False: there are none.
    fn advance(&mut self, context: &mut ExecContext<'_>, wanted: usize) -> Result<bool> {
        self.at = 0;
        if !self.left.next(context, &mut self.left_rows, wanted)? {
            self.left_rows.rows = 0;
        }
        self.pairs.begin_left(self.left_rows.rows);
        Ok(self.left_rows.rows > 0)
    }

    fn clear(&mut self) {
        self.pairs.clear();
        self.right_rows.rows = 0;
    }

    fn emit(&mut self, out: &mut Batch) -> Result<bool> {
        let (left, right) = (&self.left_rows, &self.right_rows);
        Ok(self.pairs.len() > 0 && self.pairs.emit(left, right, self.filter.as_ref(), out)?)
    }

    fn emit_lonely(&mut self, out: &mut Batch) -> Result<bool> {
        self.pairs
            .emit_lonely_left(&self.left_rows, &self.right_rows, out)
    }
}

/// The next rows of the join.
pub(super) fn next(
    join: &mut impl ByLeft,
    context: &mut ExecContext<'_>,
    out: &mut Batch,
    wanted: usize,
) -> Result<bool> {
    out.rows = 0;
    loop {
        context.check_interrupt()?;
        let matching = join.matching();
        if matching.at >= matching.left_rows.rows {
            if matching.emit_lonely(out)? {
                return Ok(true);
            }
            if !matching.advance(context, wanted)? {
                return Ok(false);
            }
            join.prepare()?;
        }
        join.matching().clear();
        join.collect(context)?;
        if join.matching().emit(out)? {
            return Ok(true);
        }
    }
}

//! Rows in a row.

use citadel_txn::Piece;

use super::Spill;
use crate::batch::{BATCH_ROWS, Batch};
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::execute::operator::Operator;

/// Rows that were written one after the other. A clone is read by itself.
#[derive(Clone)]
pub(in crate::execute) struct Run {
    spill: Spill,
    /// The next piece is the last.
    pieces: Vec<Piece>,
    rows: u64,
}

/// Writes a run.
pub(in crate::execute) struct RunWriter {
    run: Run,
    pending: Batch,
}

impl RunWriter {
    pub(in crate::execute) fn new(spill: &Spill) -> Self {
        Self {
            run: Run {
                spill: spill.clone(),
                pieces: Vec::new(),
                rows: 0,
            },
            pending: Batch::default(),
        }
    }

    /// Appends some rows of a batch.
    pub(in crate::execute) fn push(&mut self, batch: &Batch, rows: &[u32]) -> Result<()> {
        // Rows may be large, so that few of them are a piece.
        for rows in rows.chunks(rows_at_once(batch, self.run.spill.piece_bytes)) {
            self.pending.append_rows(batch, rows)?;
            let is_full = self.pending.rows >= BATCH_ROWS
                || self.pending.heap_bytes() >= self.run.spill.piece_bytes;
            if is_full {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        if self.pending.rows > 0 {
            self.run.rows += self.pending.rows as u64;
            let rows = std::mem::take(&mut self.pending);
            self.run.pieces.push(self.run.spill.write(&rows)?);
        }
        Ok(())
    }

    /// All rows.
    pub(in crate::execute) fn finish(mut self) -> Result<Run> {
        self.flush()?;
        self.run.pieces.reverse();
        Ok(self.run)
    }
}

fn rows_at_once(batch: &Batch, bytes: usize) -> usize {
    let row = batch.heap_bytes() / batch.rows.max(1);
    (bytes / row.max(1)).clamp(1, BATCH_ROWS)
}

impl Run {
    /// Rows that are left.
    pub(in crate::execute) fn rows(&self) -> u64 {
        self.rows
    }

    /// The next rows. False: there are none, and none are in `out`.
    pub(in crate::execute) fn next(&mut self, out: &mut Batch) -> Result<bool> {
        match self.pieces.pop() {
            Some(piece) => {
                *out = self.spill.read(piece)?;
                self.rows = self.rows.saturating_sub(out.rows as u64);
                Ok(true)
            }
            None => {
                out.rows = 0;
                Ok(false)
            }
        }
    }
}

/// Gives the rows of a run.
pub(in crate::execute) struct RunOp(pub(in crate::execute) Run);

impl Operator for RunOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        _wanted: usize,
    ) -> Result<bool> {
        context.check_interrupt()?;
        self.0.next(out)
    }
}

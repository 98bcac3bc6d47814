//! Rows that are read again, perhaps several times at once.

use std::sync::Arc;

use super::{Run, RunWriter, Spill};
use crate::batch::Batch;
use crate::error::Result;
use crate::execute::context::ExecContext;

/// Rows in the order in which they came: the first ones in memory, and what does not fit there written away.
#[derive(Clone, Default)]
pub(in crate::execute) struct Held {
    batches: Arc<Vec<Batch>>,
    rest: Option<Run>,
}

/// Takes rows in.
#[derive(Default)]
pub(in crate::execute) struct Holder {
    batches: Vec<Batch>,
    bytes: usize,
    spill: Option<Spill>,
    rest: Option<RunWriter>,
}

/// Reads them from the first on.
pub(in crate::execute) struct HeldReader {
    held: Held,
    at: usize,
}

impl Held {
    /// Rows that are in memory.
    pub(in crate::execute) fn of(batches: Arc<Vec<Batch>>) -> Self {
        Self {
            batches,
            rest: None,
        }
    }

    pub(in crate::execute) fn reader(&self) -> HeldReader {
        HeldReader {
            held: self.clone(),
            at: 0,
        }
    }
}

impl Holder {
    /// Are there no rows?
    pub(in crate::execute) fn is_empty(&self) -> bool {
        self.batches.is_empty() && self.rest.is_none()
    }

    /// Appends a batch.
    ///
    /// # Errors
    /// What the medium says.
    pub(in crate::execute) fn push(
        &mut self,
        batch: &Batch,
        context: &ExecContext<'_>,
    ) -> Result<()> {
        if self.rest.is_none() && self.bytes <= context.memory {
            self.bytes += batch.heap_bytes();
            self.batches.push(batch.clone());
            return Ok(());
        }
        let spill = Spill::of(&mut self.spill, context)?;
        let rest = self.rest.get_or_insert_with(|| RunWriter::new(&spill));
        let all: Vec<u32> = (0..).take(batch.rows).collect();
        rest.push(batch, &all)
    }

    /// All of them, and the number of bytes that were written. It is empty then, and what it takes from now on is elsewhere.
    ///
    /// # Errors
    /// What the medium says.
    pub(in crate::execute) fn take(&mut self) -> Result<(Held, u64)> {
        let all = std::mem::take(self);
        let held = Held {
            batches: Arc::new(all.batches),
            rest: all.rest.map(RunWriter::finish).transpose()?,
        };
        Ok((held, all.spill.map_or(0, |spill| spill.bytes())))
    }
}

impl HeldReader {
    /// The next rows. False: there are none, and none are in `out`.
    ///
    /// # Errors
    /// What the medium says.
    pub(in crate::execute) fn next(&mut self, out: &mut Batch) -> Result<bool> {
        if let Some(batch) = self.held.batches.get(self.at) {
            self.at += 1;
            out.clone_from(batch);
            return Ok(true);
        }
        match &mut self.held.rest {
            Some(rest) => rest.next(out),
            None => {
                out.rows = 0;
                Ok(false)
            }
        }
    }
}

//! Whether an exact search is worth several threads.

use citadel_txn::View;

use super::{TopK, VectorTopK};
use crate::error::Result;
use crate::plan::PhysicalPlan;

/// A search that reads less is over before a helper is awake: some 0.2 ms.
const BYTES_MIN: u64 = 4 << 20;
/// What a row costs beside its vector, in bytes of a vector.
const ROW_BYTES: u64 = 512;

impl TopK {
    /// What measuring all rows of the table costs, in bytes of vectors.
    ///
    /// # Errors
    /// Storage errors.
    pub(crate) fn scan_bytes(&self, view: &dyn View) -> Result<u64> {
        let vector = self.key.vector.ty.stored_bytes() as u64;
        let rows = view.tree_len(self.table.rows)?;
        Ok(rows.saturating_mul(vector + ROW_BYTES))
    }

    /// Is the table so large that several threads are to share a search of all its rows?
    ///
    /// # Errors
    /// Storage errors.
    pub(crate) fn is_worth_threads(&self, view: &dyn View) -> Result<bool> {
        Ok(self.scan_bytes(view)? >= BYTES_MIN)
    }
}

impl VectorTopK {
    /// The threads that the search may run on, of those that the statement may.
    ///
    /// # Errors
    /// Storage errors.
    pub(crate) fn threads(&self, view: &dyn View, threads: usize) -> Result<usize> {
        let is_divisible = match self.input() {
            None | Some(PhysicalPlan::SeqScan(_)) => self.top.is_worth_threads(view)?,
            Some(_) => false,
        };
        Ok(if is_divisible { threads } else { 1 })
    }
}

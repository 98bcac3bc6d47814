//! The rows of a delta in memory, coded as a segment's are: what makes a query over a delta of thousands cost little more.
//!
//! A delta of some size is read once into a flat segment, one without links that a search scans. It is made from one
//! committed snapshot and serves others too: what it says of a row holds wherever the delta has that row with the same
//! generation of its last touch, since whatever changes what it holds of a row touches the row anew. Rows touched later
//! are void in it, and are *fresh*: few, and read from their trees. When they are no longer few it is made anew.
//!
//! What always holds:
//!
//! - It is a copy. No answer depends on it, and it is gone with the process.
//! - It takes no more than [`BYTES_MAX`] for an index; a delta that would take more is read from its trees.
//! - A transaction that writes reads what it touched itself as fresh rows: their generation is later than any that is
//!   committed.

use std::sync::Arc;

use citadel_txn::{Generation, View};
use citadel_vector::{PositionSet, Segment};

use super::build::Builder;
use crate::error::Result;
use crate::schema::{AnnIndex, RowId, TableDef};

/// A row of a delta, and the transaction that touched it last.
pub(super) type Touched = (RowId, Generation);

/// So many fresh rows, or one in so many of those in memory if that is more, are read from their trees. In tests few are, so
/// that small tables have all of it.
const FRESH_MAX: usize = if cfg!(test) { 3 } else { 48 };
const FRESH_SHARE: usize = 8;

/// Bytes of codes that a delta may take in memory.
const BYTES_MAX: usize = 16 << 20;

/// See the module.
#[derive(Debug)]
pub(super) struct Recent {
    /// The delta that it was made from, by ascending row id.
    touched: Vec<Touched>,
    /// Its rows that there are; none where all were deleted.
    segment: Option<Arc<Segment>>,
}

/// A delta beside what of it is in memory.
#[derive(Debug, Default)]
pub(super) struct Compared {
    /// Rows of the delta that are not in memory as they are, ascending.
    pub(super) fresh: Vec<RowId>,
    /// Rows in memory that are not in the delta as they were, ascending.
    pub(super) void: Vec<RowId>,
}

impl Compared {
    /// Nothing is in memory.
    pub(super) fn all_fresh(rows: &[RowId]) -> Self {
        Self {
            fresh: rows.to_vec(),
            void: Vec::new(),
        }
    }
}

impl Recent {
    /// Reads the rows of a delta.
    pub(super) fn read(
        view: &dyn View,
        table: &TableDef,
        index: &AnnIndex,
        touched: Vec<Touched>,
    ) -> Result<Self> {
        let rows = touched.iter().map(|(row, _)| *row);
        let segment = Builder::new(table, index).build_flat(view, rows)?;
        Ok(Self { touched, segment })
    }

    pub(super) fn segment(&self) -> Option<&Arc<Segment>> {
        self.segment.as_ref()
    }

    /// Compares a delta with what is in memory.
    pub(super) fn compare(&self, delta: &[Touched]) -> Compared {
        let mut compared = Compared::default();
        let mut known = self.touched.iter().copied().peekable();
        for &(row, generation) in delta {
            while let Some((gone, _)) = known.next_if(|(known, _)| *known < row) {
                compared.void.push(gone);
            }
            match known.next_if(|(known, _)| *known == row) {
                Some((_, same)) if same == generation => {}
                Some(_) => {
                    compared.void.push(row);
                    compared.fresh.push(row);
                }
                None => compared.fresh.push(row),
            }
        }
        compared.void.extend(known.map(|(row, _)| row));
        compared
    }

    /// Has so much been touched since that it had better be made anew?
    pub(super) fn is_stale(&self, compared: &Compared) -> bool {
        let many = FRESH_MAX.max(self.touched.len() / FRESH_SHARE);
        compared.fresh.len() > many || compared.void.len() > many.max(self.touched.len() / 2)
    }
}

/// Is a delta of so many rows worth having in memory, and not too much for it?
pub(super) fn is_worth_it(table: &TableDef, index: &AnnIndex, rows: usize) -> bool {
    rows > FRESH_MAX && fits_in_memory(table, index, rows as u64)
}

/// Is a delta of so many rows not too much for being in memory?
pub(crate) fn fits_in_memory(table: &TableDef, index: &AnnIndex, rows: u64) -> bool {
    let row = index.vector.dim(table) as u64 + 64;
    rows.saturating_mul(row) <= BYTES_MAX as u64
}

/// The positions of some rows of a segment; those that it has not are passed over.
pub(super) fn positions(segment: &Segment, rows: &[RowId]) -> PositionSet {
    let mut set = PositionSet::empty(segment.len());
    for position in rows.iter().filter_map(|row| segment.position_of(row.0)) {
        set.insert(position);
    }
    set
}

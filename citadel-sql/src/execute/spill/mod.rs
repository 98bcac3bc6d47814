//! Rows that do not fit in memory.
//!
//! Operators that have to hold rows (a sort, groups, one side of a join, a set operation) hold as many as their
//! [memory](crate::execute::ExecContext::memory) allows. Beyond that they write rows into a [`Spill`], sealed, and read them
//! back: a sort as [runs](Run) that are in order and are [merged](Merge), so do aggregates whose values wait for each other;
//! a recursion as rows that are [read again](Held); the others as [`Partitions`] by the hash of a key, each of which is then
//! worked off by itself, and is divided again if it is still too large.
//!
//! What always holds: the answer is the same as without; what is on the medium is sealed under a key that is nowhere else, and
//! gone with the operator.

mod held;
mod merge;
mod partitions;
mod run;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use citadel_txn::{Piece, Scratch};
use parking_lot::Mutex;

use super::context::ExecContext;
use crate::batch::Batch;
use crate::error::{Error, Result, SqlState};

pub(super) use held::{Held, HeldReader, Holder};
pub(super) use merge::Merge;
pub(super) use partitions::{DEPTH_MAX, PARTITIONS, Partitions};
pub(super) use run::{Run, RunOp, RunWriter};

/// Bytes of rows that are written as one piece, at most and at least.
const PIECE_BYTES_MAX: usize = 64 << 10;
const PIECE_BYTES_MIN: usize = 1 << 10;
/// Pieces that an operator's memory has room for: so many runs or partitions have one at hand.
const PIECES_AT_HAND: usize = 64;

/// Where rows go. Clones are the same place.
#[derive(Clone)]
pub(super) struct Spill {
    place: Arc<Mutex<Place>>,
    /// Bytes of rows in a piece.
    piece_bytes: usize,
}

struct Place {
    scratch: Scratch,
    buffer: Vec<u8>,
}

impl Spill {
    /// An empty place for an operator that has so much memory.
    ///
    /// # Errors
    /// What the medium says.
    fn new(context: &ExecContext<'_>) -> Result<Self> {
        Ok(Self {
            place: Arc::new(Mutex::new(Place {
                scratch: context.view().scratch()?,
                buffer: Vec::new(),
            })),
            piece_bytes: (context.memory / PIECES_AT_HAND).clamp(PIECE_BYTES_MIN, PIECE_BYTES_MAX),
        })
    }

    /// The place that an operator has, made where it had none.
    ///
    /// # Errors
    /// What the medium says.
    pub(super) fn of(place: &mut Option<Self>, context: &ExecContext<'_>) -> Result<Self> {
        Ok(match place {
            Some(spill) => spill.clone(),
            None => place.insert(Self::new(context)?).clone(),
        })
    }

    /// Bytes written so far.
    pub(super) fn bytes(&self) -> u64 {
        self.place.lock().scratch.len()
    }

    /// For EXPLAIN ANALYZE: what was written, if anything was.
    pub(super) fn report<'a>(places: impl IntoIterator<Item = &'a Self>) -> Vec<(String, String)> {
        let bytes = places.into_iter().map(Self::bytes).reduce(|a, b| a + b);
        let told = |bytes: u64| ("Spilled".to_owned(), format!("{bytes} bytes"));
        bytes.map(told).into_iter().collect()
    }

    fn write(&self, rows: &Batch) -> Result<Piece> {
        let place = &mut *self.place.lock();
        place.buffer.clear();
        rows.encode(&mut place.buffer);
        Ok(place.scratch.append(&mut place.buffer).map_err(storage)?)
    }

    fn read(&self, piece: Piece) -> Result<Batch> {
        let place = &mut *self.place.lock();
        let read = place.scratch.read(piece, &mut place.buffer);
        read.map_err(storage)?;
        Batch::decode(&place.buffer).map_err(|_| {
            Error::sql(
                SqlState::INTERNAL_ERROR,
                "rows that were written by this query do not decode",
            )
        })
    }
}

fn storage(error: citadel_txn::FileError) -> citadel_txn::Error {
    error.into()
}

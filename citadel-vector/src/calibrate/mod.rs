//! CalibratedRecall as a setting: how much effort a walk of one segment takes for a recall that is asked for.
//!
//! # Vocabulary
//!
//! - The *sample* is some of the segment's own rows, evenly spread over its layout. Each is *withheld* in turn: the walk may
//!   neither find it nor go through it, as if it had never been indexed, and the query is the row moved by as much as it is
//!   away from its nearest neighbour.
//! - A *point* is an effort (`ef`) with what the sample saw at it: rows scored, and for each number of *spare* candidates that are
//!   reranked beside the `k` wanted, how many of the true neighbours were found (by distance: a row as near as the last true one
//!   counts).
//! - A *curve* is the points for one `k`, by rising effort. There is one for 10 and one for 100.
//! - The *bound* of a recall is what it is at least, by 95 % confidence over the sample.
//!
//! # What always holds
//!
//! 1. The curves are counts, of walks led by integers: the same rows and configuration give the same bytes on every machine.
//! 2. An [`Effort`] whose bound does not reach what was asked for is never given: where no point reaches it, every row is scored.
//! 3. This room knows nothing of graphs: it asks a [`Subject`].
//!
//! Queries are seldom drawn from the rows themselves: a question is no answer. So withheld rows that are not moved promise too
//! much; moved, they stood for the queries of a set whose rows and queries were written differently. The bound is kept for the
//! sample; a source of queries still farther from the rows finds less.

mod curve;
mod effort;
mod trial;

pub use curve::{CalibratedRecall, Curve, Point};
pub use effort::Effort;

pub(crate) use trial::{Answer, Ask, Known, Subject, run};

use crate::wire::{Malformed, Reader, ensure};

/// The calibrated curves of a segment; none where every search scores all rows anyway.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calibration {
    /// By rising `k`.
    curves: Vec<Curve>,
}

impl Calibration {
    pub(crate) fn new(curves: Vec<Curve>) -> Self {
        Self { curves }
    }

    /// The curves, by rising `k`.
    pub fn curves(&self) -> &[Curve] {
        &self.curves
    }

    /// The bytes: a count, and the curves.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&(self.curves.len() as u32).to_le_bytes());
        for curve in &self.curves {
            curve.encode(out);
        }
    }

    pub(crate) fn decode(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let count = reader.u32()?;
        ensure(count <= MAX_CURVES, "more curves than are ever made")?;
        let curves = (0..count)
            .map(|_| Curve::decode(reader))
            .collect::<Result<Vec<_>, _>>()?;
        ensure(
            curves.is_sorted_by(|a, b| a.k() < b.k()),
            "curves out of order",
        )?;
        Ok(Self { curves })
    }
}

/// More curves than these are malformed.
const MAX_CURVES: u32 = 16;

//! Putting the best rows of a walk or a scan in order, by eight-bit codes.
//!
//! Coarse codes find the neighbourhood; within it their error is larger than the distances between neighbours. So a few more rows
//! than wanted are ranked by the finer codes, and the best of those are yielded: far cheaper than reading that many more
//! stored vectors.

use super::candidate::Candidate;
use super::pool::Entry;
use super::search::Search;
use crate::filter::Position;
use crate::kernel::Kernels;

/// A row with its finer score, and where it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ranked {
    fine: Entry,
    /// Its place in the pool, or among the rest.
    place: u32,
}

/// How many rows to rank for so many to yield.
pub(super) fn to_rank(wanted: usize) -> usize {
    wanted.saturating_mul(2).saturating_add(16)
}

impl Search<'_> {
    /// Yields the best rows of the pool.
    pub(super) fn yield_from_pool(&mut self, wanted: usize) {
        let scratch = &mut *self.scratch;
        scratch.batch.clear();
        scratch.ranked.clear();
        for (place, entry) in scratch.pool.best(to_rank(wanted)) {
            scratch.batch.push(entry.position());
            scratch.ranked.push(Ranked {
                fine: entry,
                place: place as u32,
            });
        }
        self.rank();
        let scratch = &mut *self.scratch;
        for ranked in scratch.ranked.iter().take(wanted) {
            scratch.pool.mark_yielded(ranked.place as usize);
        }
        self.give(wanted);
    }

    /// Yields the best of what was scored aside.
    pub(super) fn yield_rest(&mut self, wanted: usize) {
        let scratch = &mut *self.scratch;
        let count = to_rank(wanted).min(scratch.rest.len());
        if count < scratch.rest.len() {
            scratch.rest.select_nth_unstable(count);
        }
        scratch.batch.clear();
        scratch.ranked.clear();
        for (place, &entry) in scratch.rest[..count].iter().enumerate() {
            scratch.batch.push(entry.position());
            scratch.ranked.push(Ranked {
                fine: entry,
                place: place as u32,
            });
        }
        self.rank();
        let scratch = &mut *self.scratch;
        let mut yielded: Vec<u32> = (scratch.ranked.iter().take(wanted))
            .map(|ranked| ranked.place)
            .collect();
        // From the back, so that what is moved into a gap is never one that is to be removed.
        yielded.sort_unstable_by(|a, b| b.cmp(a));
        for place in yielded {
            scratch.rest.swap_remove(place as usize);
        }
        self.give(wanted);
    }

    /// Scores the rows of the batch by eight-bit codes and sorts them.
    fn rank(&mut self) {
        let segment = self.segment;
        let scratch = &mut *self.scratch;
        for &position in &scratch.batch {
            segment.matrix.prefetch(position);
        }
        scratch.products.resize(scratch.batch.len(), 0);
        Kernels::active().dot_rows(
            segment.matrix.as_rows(),
            &scratch.batch,
            scratch.query.codes(),
            &mut scratch.products,
        );
        for (ranked, (&position, &product)) in
            (scratch.ranked.iter_mut()).zip(scratch.batch.iter().zip(&scratch.products))
        {
            let half = segment.halves.get(position as usize).copied();
            let score = scratch.query.score(product, half.unwrap_or(0.0));
            ranked.fine = Entry::new(score, position, true);
        }
        scratch.ranked.sort_unstable();
    }

    /// Makes candidates of the best.
    fn give(&mut self, wanted: usize) {
        let segment = self.segment;
        let scratch = &mut *self.scratch;
        let query = &scratch.query;
        let best = scratch.ranked.iter().take(wanted);
        scratch.candidates.extend(best.map(|ranked| {
            let position = Position(ranked.fine.position());
            Candidate {
                position,
                row_id: segment.row_id(position),
                approx: query.approx(ranked.fine.score()),
            }
        }));
    }
}

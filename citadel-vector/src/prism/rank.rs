//! Putting the best rows of a walk or a scan in order, by eight-bit codes.
//!
//! Coarse codes find the neighbourhood; within it their error is larger than the distances between neighbours. So more rows than
//! wanted are ranked by the finer codes, all that may be among the wanted ones (see [`near`](super::near)), and the best of those
//! are yielded: far cheaper than reading that many more stored vectors. Fine codes are a little off as well: rows that they
//! cannot tell from the last wanted one are yielded too, for the caller to measure.

use super::candidate::Candidate;
use super::near::{margin, select, to_rank};
use super::pool::Entry;
use super::search::Search;
use crate::filter::Position;
use crate::kernel::Kernels;
use crate::quantize::pad_dim;

/// A row with its finer score, and where it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ranked {
    fine: Entry,
    /// Its place in the pool, or among the rest.
    place: u32,
}

impl Ranked {
    fn new(entry: Entry, place: usize) -> Self {
        Self {
            fine: entry,
            place: place as u32,
        }
    }
}

impl Search<'_> {
    /// How much the scores that lead are off from those that rank, by one standard deviation.
    pub(super) fn leading_error(&self) -> f32 {
        match &self.segment.coarse {
            Some(_) => self.scratch.query.coarse_error(),
            None => 0.0,
        }
    }

    /// Yields the best rows that a walk has met. Those that fell off the pool may be among them, where they are about as near as
    /// those in it.
    pub(super) fn yield_from_pool(&mut self, wanted: usize) {
        let margin = margin(self.leading_error());
        let scratch = &mut *self.scratch;
        let least = to_rank(wanted);
        let mut limit = f32::INFINITY;
        scratch.ranked.clear();
        for (place, entry) in scratch.pool.best(usize::MAX) {
            if scratch.ranked.len() >= least && entry.score().get() > limit {
                break;
            }
            scratch.ranked.push(Ranked::new(entry, place));
            if scratch.ranked.len() == wanted {
                limit = entry.score().get() + margin;
            }
        }
        let held = scratch.pool.len();
        for (index, &entry) in scratch.pool.aside().iter().enumerate() {
            let counts = entry.matches() && !entry.is_yielded();
            if entry.score().get() <= limit && counts {
                scratch.ranked.push(Ranked::new(entry, held + index));
            }
        }
        let count = self.rank(wanted);
        let scratch = &mut *self.scratch;
        for ranked in &scratch.ranked[..count] {
            scratch.pool.mark_yielded(ranked.place as usize);
        }
        self.give(count);
    }

    /// Yields the best rows of a scan.
    pub(super) fn yield_near(&mut self, wanted: usize) {
        let scratch = &mut *self.scratch;
        let near = scratch.near.finish().iter().enumerate();
        scratch.ranked.clear();
        (scratch.ranked).extend(near.map(|(place, &entry)| Ranked::new(entry, place)));
        let count = self.rank(wanted);
        let scratch = &mut *self.scratch;
        for ranked in &scratch.ranked[..count] {
            scratch.visited.insert(ranked.fine.position());
        }
        self.give(count);
    }

    /// Yields the best of what was scored aside.
    pub(super) fn yield_rest(&mut self, wanted: usize) {
        let margin = margin(self.leading_error());
        let scratch = &mut *self.scratch;
        let (count, _) = select(&mut scratch.rest, wanted, margin);
        let near = scratch.rest[..count].iter().enumerate();
        scratch.ranked.clear();
        (scratch.ranked).extend(near.map(|(place, &entry)| Ranked::new(entry, place)));
        let count = self.rank(wanted);
        let scratch = &mut *self.scratch;
        let yielded = scratch.ranked[..count].iter();
        let mut yielded: Vec<u32> = yielded.map(|ranked| ranked.place).collect();
        // From the back, so that what is moved into a gap is never one that is to be removed.
        yielded.sort_unstable_by(|a, b| b.cmp(a));
        for place in yielded {
            scratch.rest.swap_remove(place as usize);
        }
        self.give(count);
    }

    /// Scores the rows to rank by eight-bit codes and sorts them. Gives how many to yield: as many as wanted, and those after
    /// them that are as near for all that their codes can tell.
    fn rank(&mut self, wanted: usize) -> usize {
        let segment = self.segment;
        let scratch = &mut *self.scratch;
        scratch.batch.clear();
        for ranked in &scratch.ranked {
            let position = ranked.fine.position();
            segment.matrix.prefetch(position);
            scratch.batch.push(position);
        }
        let stride = pad_dim(segment.shape.dim);
        let gathered = &mut scratch.gathered;
        let (rows, at) = (segment.matrix).rows(&scratch.batch, stride, &mut self.pager, gathered);
        scratch.products.resize(scratch.batch.len(), 0);
        Kernels::active().dot_rows(rows, at, scratch.query.codes(), &mut scratch.products);
        for (ranked, (&position, &product)) in
            (scratch.ranked.iter_mut()).zip(scratch.batch.iter().zip(&scratch.products))
        {
            let half = segment.halves.get(position as usize).copied();
            let score = scratch.query.score(product, half.unwrap_or(0.0));
            ranked.fine = Entry::new(score, position, true);
        }
        scratch.ranked.sort_unstable();
        let Some(last) = wanted.checked_sub(1).and_then(|at| scratch.ranked.get(at)) else {
            return scratch.ranked.len().min(wanted);
        };
        let error = scratch.query.error(segment.longest / segment.codes.scale);
        let limit = last.fine.score().get() + margin(error);
        let most = (4 * to_rank(wanted)).min(scratch.ranked.len());
        let beyond = scratch.ranked[wanted..most].iter();
        wanted
            + beyond
                .take_while(|ranked| ranked.fine.score().get() <= limit)
                .count()
    }

    /// Makes candidates of the best.
    fn give(&mut self, count: usize) {
        let segment = self.segment;
        let scratch = &mut *self.scratch;
        let query = &scratch.query;
        let best = scratch.ranked[..count].iter();
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

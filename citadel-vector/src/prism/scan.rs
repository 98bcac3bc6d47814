//! Scoring every matching row, in the order of memory, by coarse codes.
//!
//! A row costs a few nanoseconds here, a tenth of what it costs on a walk: nothing is decided for it but whether it is near, and
//! memory is read in order. Rows that were yielded are passed over; all others are scored again when a search goes on after
//! its scan, which then keeps all of them.

use super::near::margin;
use super::pool::Entry;
use super::search::{Phase, Search};
use crate::filter::low_bits;
use crate::quantize::Score;

/// Rows that are scored at a time: their codes fit the nearest cache.
const BATCH: usize = 128;
/// Scores that are held against the limit at a time.
const LANES: usize = 16;

impl Search<'_> {
    /// Scores every matching row that was not yielded, and yields the best.
    pub(super) fn scan_all(&mut self, wanted: usize) {
        if !self.began {
            self.scratch.visited.reset(self.segment.shape.indexed);
        }
        let margin = margin(self.leading_error());
        self.scratch.near.reset(wanted, margin);
        self.scan(|search| {
            search.keep_near();
            search.scratch.near.settle();
        });
        self.phase = Phase::Scanned;
        self.yield_near(wanted);
    }

    /// Goes on after a scan: all rows that were not yielded wait aside.
    pub(super) fn yield_scanned(&mut self, wanted: usize) {
        self.scratch.rest.clear();
        self.scan(|search| {
            let scratch = &mut *search.scratch;
            let scored = scratch.batch.iter().zip(&scratch.scores);
            (scratch.rest)
                .extend(scored.map(|(&row, &score)| Entry::new(Score::new(score), row, true)));
        });
        self.phase = Phase::Rest;
        self.yield_rest(wanted);
    }

    /// Has a walk end: what it yielded is passed over by the scan that follows.
    pub(super) fn end_walk(&mut self) {
        let scratch = &mut *self.scratch;
        scratch.visited.reset(self.segment.shape.indexed);
        if let Some(withheld) = self.withheld {
            scratch.visited.insert(withheld);
        }
        for position in scratch.pool.yielded() {
            scratch.visited.insert(position);
        }
        self.phase = Phase::Scan;
    }

    /// Scores matching rows that were not yielded, and calls `sink` for each batch.
    fn scan(&mut self, mut sink: impl FnMut(&mut Self)) {
        let indexed = self.segment.shape.indexed;
        self.scratch.batch.clear();
        for index in 0..indexed.div_ceil(64) {
            let word = self.unyielded(index);
            let first = index as u32 * 64;
            let batch = &mut self.scratch.batch;
            if word == u64::MAX {
                batch.extend(first..first + 64);
            } else if word != 0 {
                push_bits(word, first, batch);
                let leading = self.segment.leading();
                let new = batch.len() - word.count_ones() as usize;
                batch[new..].iter().for_each(|&row| leading.prefetch(row));
            }
            if self.scratch.batch.len() >= BATCH {
                self.score_batch_plainly();
                sink(self);
                self.scratch.batch.clear();
            }
        }
        self.score_batch_plainly();
        sink(self);
    }

    /// Which of 64 rows are to be scanned, as bits.
    fn unyielded(&self, index: usize) -> u64 {
        let indexed = self.segment.shape.indexed;
        let all = match self.allowed {
            Some(allowed) => allowed.words()[index],
            None => u64::MAX,
        };
        let within = match indexed - index * 64 {
            0..64 => low_bits(indexed % 64),
            _ => u64::MAX,
        };
        all & within & !self.scratch.visited.word(index)
    }

    /// How many rows are to be scanned.
    pub(super) fn count_unyielded(&self) -> usize {
        let words = 0..self.segment.shape.indexed.div_ceil(64);
        words
            .map(|index| self.unyielded(index).count_ones() as usize)
            .sum()
    }

    /// Keeps those rows of the batch that are near.
    ///
    /// Hardly any is, so they are looked at by the dozen.
    fn keep_near(&mut self) {
        let scratch = &mut *self.scratch;
        let near = &mut scratch.near;
        let limit = near.limit();
        // Not beyond: a score that cannot be compared stays in.
        let is_near = |score: f32| !(score > limit);
        let mut keep = |row: u32, score: f32| {
            if is_near(score) {
                near.push(Entry::new(Score::new(score), row, true));
            }
        };
        let (rows, rows_left) = scratch.batch.as_chunks::<LANES>();
        let (scores, scores_left) = scratch.scores.as_chunks::<LANES>();
        for (rows, scores) in rows.iter().zip(scores) {
            if scores
                .iter()
                .fold(false, |any, &score| any | is_near(score))
            {
                (rows.iter().zip(scores)).for_each(|(&row, &score)| keep(row, score));
            }
        }
        (rows_left.iter().zip(scores_left)).for_each(|(&row, &score)| keep(row, score));
    }
}

/// Appends the rows of a word's bits.
#[inline]
fn push_bits(mut word: u64, first: u32, rows: &mut Vec<u32>) {
    let count = word.count_ones() as usize;
    let start = rows.len();
    rows.resize(start + count, 0);
    for row in &mut rows[start..] {
        *row = first + word.trailing_zeros();
        word &= word.wrapping_sub(1);
    }
}

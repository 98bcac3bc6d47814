//! Scoring every matching row, in the order of memory, by coarse codes.
//!
//! A row costs two nanoseconds here, a tenth of what it costs on a walk: nothing is decided for it but whether it is near, and
//! memory is read in order. Rows that were yielded are passed over; all others are scored again when a search goes on after
//! its scan, which then keeps all of them.

use super::matrix::Width;
use super::near::margin;
use super::pool::Entry;
use super::search::{Phase, Search};
use crate::filter::low_bits;
use crate::kernel::{Marked, Sieve};
use crate::quantize::Score;

/// Words of rows that are held against one limit. At first there is none, and all of them are kept; each stretch is as long as
/// all before it, since the limit falls the slower the more rows it was found among.
const FEWEST_WORDS: usize = 4;
const MOST_WORDS: usize = 512;

impl Search<'_> {
    /// Scores every matching row that was not yielded, and yields the best.
    pub(super) fn scan_all(&mut self, wanted: usize) {
        if !self.began {
            self.scratch.visited.reset(self.segment.shape.indexed);
        }
        let margin = margin(self.leading_error());
        self.scratch.near.reset(wanted, margin);
        self.scan(|search| {
            let scratch = &mut *search.scratch;
            for (row, score) in scratch.sifted.scored() {
                (scratch.near).push(Entry::new(Score::new(score), row, true));
            }
            scratch.near.settle();
            scratch.near.limit()
        });
        self.phase = Phase::Scanned;
        self.yield_near(wanted);
    }

    /// Goes on after a scan: all rows that were not yielded wait aside.
    pub(super) fn yield_scanned(&mut self, wanted: usize) {
        self.scratch.rest.clear();
        self.scan(|search| {
            let scratch = &mut *search.scratch;
            let scored = scratch.sifted.scored();
            (scratch.rest)
                .extend(scored.map(|(row, score)| Entry::new(Score::new(score), row, true)));
            f32::INFINITY
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

    /// Scores matching rows that were not yielded. `sink` gets those that are not beyond the limit that it gave last.
    fn scan(&mut self, mut sink: impl FnMut(&mut Self) -> f32) {
        let segment = self.segment;
        let all = segment.shape.indexed.div_ceil(64);
        let (mut first, mut limit) = (0, f32::INFINITY);
        while first < all {
            let end = stretch_end(first, all);
            let mut words = std::mem::take(&mut self.scratch.words);
            words.clear();
            words.extend((first..end).map(|index| self.unyielded(index)));
            let scratch = &mut *self.scratch;
            scratch.words = words;
            let counts = scratch.words.iter().map(|word| word.count_ones() as usize);
            self.stats.visited += counts.sum::<usize>();
            let query = &scratch.query;
            let marked = Marked {
                words: &scratch.words,
                first: first as u32 * 64,
            };
            let sieve = |line| Sieve {
                query: query.codes(),
                line,
                starts: &segment.halves,
                allowances: &[],
                leniency: 0.0,
                limit,
            };
            let (pager, gathered) = (&mut self.pager, &mut scratch.gathered);
            let sifted = &mut scratch.sifted;
            match &segment.coarse {
                Some(coarse) => {
                    let sieve = sieve(query.coarse_line());
                    (coarse.matrix).sift(Width::Four, marked, &sieve, pager, gathered, sifted);
                }
                None => {
                    let sieve = sieve(query.line());
                    (segment.matrix).sift(Width::Eight, marked, &sieve, pager, gathered, sifted);
                }
            }
            limit = sink(self);
            first = match self.pager.cut_short() {
                None => end,
                Some(_) => all,
            };
        }
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
}

/// Where the stretch of words that begins at `first` ends, of `all` words.
pub(super) fn stretch_end(first: usize, all: usize) -> usize {
    first + first.clamp(FEWEST_WORDS, MOST_WORDS).min(all - first)
}

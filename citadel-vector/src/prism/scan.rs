//! Scoring every matching row, in the order of memory, by coarse codes.

use super::rank::to_rank;
use super::search::{Phase, Search};
use crate::filter::{Bits, low_bits};

/// Rows that are scored at a time.
const BATCH: usize = 256;

impl Search<'_> {
    /// Scores every matching row and yields the best.
    pub(super) fn scan_all(&mut self, wanted: usize) {
        self.scratch.pool.reset(to_rank(wanted), 0);
        self.scan(false, |search| {
            let scratch = &mut *search.scratch;
            scratch.pool.offer(&scratch.scored, |_| {});
        });
        self.phase = Phase::Scanned;
        self.yield_from_pool(wanted);
    }

    /// Goes on after a scan: what the pool does not hold waits aside.
    pub(super) fn yield_scanned(&mut self, wanted: usize) {
        self.scratch.pool.drain_unyielded(&mut self.scratch.rest);
        self.phase = Phase::Rest;
        self.yield_rest(wanted);
    }

    /// Scores matching rows, all of them or those that a walk has not visited, and calls `sink` for each batch.
    pub(super) fn scan(&mut self, unvisited: bool, sink: impl Fn(&mut Self)) {
        let indexed = self.segment.shape.indexed;
        self.scratch.batch.clear();
        for index in 0..indexed.div_ceil(64) {
            let mut word = self
                .allowed
                .map_or(u64::MAX, |allowed| allowed.words()[index]);
            if indexed - index * 64 < 64 {
                word &= low_bits(indexed % 64);
            }
            if unvisited {
                word &= !self.scratch.visited.word(index);
            }
            let first = index as u32 * 64;
            self.scratch.batch.extend(Bits(word).map(|bit| first + bit));
            if self.scratch.batch.len() >= BATCH {
                self.score_batch(|_| true);
                sink(self);
                self.scratch.batch.clear();
            }
        }
        self.score_batch(|_| true);
        sink(self);
    }
}

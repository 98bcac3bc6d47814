//! Many databases.

use std::time::Instant;

use super::round::Round;
use super::tally::Tally;
use crate::sim::Random;

/// Many rounds, one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Campaign {
    /// Draws the seeds of the rounds.
    pub seed: u64,
    /// Ends when there were so many transactions.
    pub transactions: usize,
}

impl Campaign {
    /// Runs it; `progress` is told of each round. It ends at the first problem.
    pub fn run(&self, mut progress: impl FnMut(&Tally)) -> Tally {
        let started = Instant::now();
        let mut random = Random::new(self.seed);
        let mut tally = Tally::default();
        while tally.transactions < self.transactions && tally.problems.is_empty() {
            let seed = random.bits();
            tally.add(Round { seed }.run());
            tally.took = started.elapsed();
            progress(&tally);
        }
        let missed = tally.missed();
        tally.problems.extend(missed);
        tally
    }
}

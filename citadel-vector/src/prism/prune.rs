//! Robust pruning: which of many near rows become links.
//!
//! Going from near to far, a candidate is left out if a row that was chosen before is nearer to it than its owner is, by the
//! factor alpha. So links spread in all directions, and each step of a walk can get nearer by a constant factor.

use super::matrix::{From, Space};

/// Chooses links. Reusable; one for each thread.
pub(super) struct Pruner<'a> {
    space: &'a Space,
    degree: usize,
    alpha_squared: f32,
    from: From,
    distances: Vec<f32>,
    remaining: Vec<(f32, u32)>,
    positions: Vec<u32>,
}

impl<'a> Pruner<'a> {
    /// A pruner that chooses at most `degree` links.
    pub(super) fn new(space: &'a Space, degree: usize, alpha: f32) -> Self {
        Self {
            space,
            degree,
            alpha_squared: alpha * alpha,
            from: From::default(),
            distances: Vec::new(),
            remaining: Vec::new(),
            positions: Vec::new(),
        }
    }

    /// Chooses links of `owner` among `candidates` (in any order, without the owner and without repetition), nearest first. At
    /// most the nearest `consider` of them are looked at.
    pub(super) fn choose(
        &mut self,
        owner: u32,
        candidates: &[u32],
        consider: usize,
        chosen: &mut Vec<u32>,
    ) {
        chosen.clear();
        self.distances.clear();
        self.from.set(self.space, owner);
        self.from
            .squared_distances(self.space, candidates, &mut self.distances);
        self.remaining.clear();
        self.remaining.extend(
            self.distances
                .iter()
                .copied()
                .zip(candidates.iter().copied()),
        );
        self.remaining
            .sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        self.remaining.truncate(consider);
        let mut start = 0;
        while start < self.remaining.len() && chosen.len() < self.degree {
            let nearest = self.remaining[start].1;
            chosen.push(nearest);
            start += 1;
            self.leave_out(nearest, start);
        }
    }

    /// Removes from the candidates behind `start` those that the chosen row makes needless.
    fn leave_out(&mut self, chosen: u32, start: usize) {
        self.positions.clear();
        self.positions
            .extend(self.remaining[start..].iter().map(|candidate| candidate.1));
        self.distances.clear();
        self.from.set(self.space, chosen);
        self.from
            .squared_distances(self.space, &self.positions, &mut self.distances);
        let mut kept = start;
        for (index, &distance) in self.distances.iter().enumerate() {
            let candidate = self.remaining[start + index];
            if self.alpha_squared * distance > candidate.0 {
                self.remaining[kept] = candidate;
                kept += 1;
            }
        }
        self.remaining.truncate(kept);
    }
}

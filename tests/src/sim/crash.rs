//! The disks that a crash may leave behind.

use std::fmt;

use super::image::Image;
use super::random::Random;
use super::tear::Tear;
use super::trace::{Moment, Operation};

/// Up to so many operations under way, every subset is tried.
const EXHAUSTIVE_MAX: usize = 10;
/// Random subsets tried beyond that.
const RANDOM_SUBSETS: usize = 64;
/// Of more writes than these, only some are torn one by one.
const TORN_MAX: usize = 16;

/// What became of what was under way at a crash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fate {
    /// Which operations have arrived, in the order of issue.
    kept: Vec<bool>,
    /// Which of them are torn.
    torn: Vec<(usize, Tear)>,
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept: String = self
            .kept
            .iter()
            .map(|k| if *k { '1' } else { '0' })
            .collect();
        write!(f, "of what was under way arrived [{kept}]")?;
        self.torn
            .iter()
            .try_for_each(|(at, tear)| write!(f, ", number {at} torn: {tear}"))
    }
}

/// A crash at one place of a trace.
#[derive(Debug)]
pub struct Crash<'t> {
    durable: Image,
    pending: Vec<&'t Operation>,
    random: Random,
}

impl<'t> Crash<'t> {
    /// The crash at a moment.
    pub fn at(moment: &Moment<'t>, seed: u64) -> Self {
        Self {
            durable: moment.durable().clone(),
            pending: moment.pending(),
            random: Random::new(seed ^ (moment.at() as u64) << 32),
        }
    }

    /// How many operations were under way.
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// At most `most` fates, the same for the same seed: subsets first (all if there are few operations; else none, all, every prefix,
    /// drop-one, keep-one and random ones), then one write torn in every way, then random mixtures. Where they are
    /// more than `most`, some are drawn.
    pub fn fates(&mut self, most: usize) -> Vec<Fate> {
        let n = self.pending.len();
        let mut fates: Vec<Fate> = self.subsets().into_iter().map(Fate::whole).collect();
        if n == 0 {
            return fates;
        }
        let share = most.div_ceil(3).max(2);
        self.draw(&mut fates, 1, share);
        let mut torn = self.torn();
        let share = (most * 5 / 6).saturating_sub(fates.len()).max(1);
        self.draw(&mut torn, 0, share);
        fates.append(&mut torn);
        while fates.len() < most {
            let mixture = self.mixture();
            fates.push(mixture);
        }
        fates.truncate(most.max(1));
        fates
    }

    /// What is on the medium after one fate.
    pub fn image(&self, fate: &Fate) -> Image {
        let mut medium = self.durable.clone();
        for (at, operation) in self
            .pending
            .iter()
            .enumerate()
            .filter(|(at, _)| fate.kept[*at])
        {
            let tear = fate.torn.iter().find(|(torn, _)| *torn == at);
            match (operation, tear) {
                (Operation::Write { offset, bytes }, Some((_, tear))) => {
                    tear.write(&mut medium, *offset, bytes);
                }
                _ => operation.apply(&mut medium),
            }
        }
        medium
    }

    /// Keeps `most` of the fates from number `fixed` on, drawn at random, in their order.
    fn draw(&mut self, fates: &mut Vec<Fate>, fixed: usize, most: usize) {
        while fates.len() > most.max(fixed + 1) {
            let out = fixed + self.random.below(fates.len() - fixed);
            fates.remove(out);
        }
    }

    fn subsets(&mut self) -> Vec<Vec<bool>> {
        let n = self.pending.len();
        if n <= EXHAUSTIVE_MAX {
            // All first: it is what a process that dies leaves behind.
            return (0..1usize << n)
                .rev()
                .map(|bits| (0..n).map(|at| bits >> at & 1 == 1).collect())
                .collect();
        }
        let mut subsets = vec![vec![true; n]];
        subsets.extend((0..n).map(|end| (0..n).map(|at| at < end).collect()));
        subsets.extend((0..n).map(|drop| (0..n).map(|at| at != drop).collect()));
        subsets.extend((0..n).map(|keep| (0..n).map(|at| at == keep).collect()));
        for _ in 0..RANDOM_SUBSETS {
            subsets.push(self.coins());
        }
        subsets
    }

    /// One write torn: those before it have arrived, or all others have. The two ends of what can be.
    fn torn(&mut self) -> Vec<Fate> {
        let n = self.pending.len();
        let mut fates = Vec::new();
        for nth in 0..n.min(TORN_MAX) {
            let at = if n > TORN_MAX {
                self.random.below(n)
            } else {
                nth
            };
            let Operation::Write { bytes, .. } = self.pending[at] else {
                continue;
            };
            for tear in Tear::all(bytes.len(), &mut self.random) {
                let torn = vec![(at, tear)];
                if at + 1 < n {
                    fates.push(Fate {
                        kept: (0..n).map(|other| other <= at).collect(),
                        torn: torn.clone(),
                    });
                }
                fates.push(Fate {
                    kept: vec![true; n],
                    torn,
                });
            }
        }
        fates
    }

    /// A random subset, some of it torn.
    fn mixture(&mut self) -> Fate {
        let mut kept = self.coins();
        let mut torn = Vec::new();
        for (at, operation) in self.pending.iter().enumerate() {
            if let Operation::Write { bytes, .. } = operation
                && self
                    .random
                    .one_in(if self.pending.len() < 3 { 1 } else { 3 })
            {
                kept[at] = true;
                torn.push((at, Tear::draw(bytes.len(), &mut self.random)));
            }
        }
        Fate { kept, torn }
    }

    fn coins(&mut self) -> Vec<bool> {
        let n = self.pending.len();
        (0..n).map(|_| self.random.one_in(2)).collect()
    }
}

impl Fate {
    fn whole(kept: Vec<bool>) -> Self {
        Self {
            kept,
            torn: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::SimDisk;
    use citadel_core::Storage;

    fn disk() -> SimDisk {
        let disk = SimDisk::new();
        disk.write_at(0, &[1; 4]).unwrap();
        disk.sync().unwrap();
        disk.write_at(4, &[2; 4]).unwrap();
        disk.write_at(8, &[3; 4]).unwrap();
        disk
    }

    #[test]
    fn synced_writes_stay_and_every_subset_of_the_others_is_shown() {
        let trace = disk().trace();
        let mut crash = Crash::at(&trace.moment(4), 7);
        assert_eq!(crash.pending(), 2);
        let seen: Vec<Vec<u8>> = crash
            .fates(60)
            .iter()
            .map(|fate| crash.image(fate).to_bytes())
            .collect();
        assert_eq!(seen.len(), 60);
        assert!(seen.iter().all(|image| image[..4] == [1; 4]));
        for expected in [
            &[1u8, 1, 1, 1][..],
            &[1, 1, 1, 1, 2, 2, 2, 2],
            &[1, 1, 1, 1, 0, 0, 0, 0, 3, 3, 3, 3],
        ] {
            assert!(seen.iter().any(|image| image == expected), "{expected:?}");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_fates() {
        let trace = disk().trace();
        let fates = |seed| Crash::at(&trace.moment(4), seed).fates(40);
        assert_eq!(fates(1), fates(1));
        assert_ne!(fates(1), fates(2));
    }
}

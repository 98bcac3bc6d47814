//! The disks that a crash may leave behind.

use super::random::Random;
use super::trace::{Operation, Trace, apply};

/// Up to so many unsynced operations, every subset is tried.
const EXHAUSTIVE_MAX: usize = 6;
/// Random subsets tried beyond that.
const RANDOM_SUBSETS: usize = 16;
/// The unit in which a disk writes.
const SECTOR: usize = 512;

/// A crash at one place of a trace.
#[derive(Debug)]
pub struct Crash<'t> {
    /// What was durable for certain.
    durable: Vec<u8>,
    /// What was under way.
    unsynced: Vec<&'t Operation>,
    random: Random,
}

impl<'t> Crash<'t> {
    /// The crash before operation `at`, over a medium that held `initial` when the trace began.
    pub fn at(initial: &[u8], trace: &'t Trace, at: usize, seed: u64) -> Self {
        let before = &trace.operations[..at];
        let synced = before
            .iter()
            .rposition(|operation| *operation == Operation::Sync)
            .unwrap_or(0);
        let mut durable = initial.to_vec();
        for operation in &before[..synced] {
            apply(&mut durable, operation);
        }
        let unsynced = before[synced..]
            .iter()
            .filter(|o| matches!(o, Operation::Write { .. } | Operation::SetLen(_)))
            .collect();
        Self {
            durable,
            unsynced,
            random: Random::new(seed ^ at as u64),
        }
    }

    /// How many operations were under way.
    pub fn unsynced(&self) -> usize {
        self.unsynced.len()
    }

    /// Calls `visit` with each disk that is tried: subsets (all if there are few; else none, all, every prefix, drop-one, keep-one and random
    /// ones), then torn writes in three models. Returns how many.
    pub fn images(mut self, mut visit: impl FnMut(&str, &[u8])) -> usize {
        let n = self.unsynced.len();
        let mut count = 0;
        let mut show = |what: &str, image: &[u8]| {
            visit(what, image);
            count += 1;
        };
        for (what, kept) in self.subsets(n) {
            show(&what, &self.image(&kept, None));
        }
        for torn in 0..n {
            for model in [Torn::Old, Torn::Garbage, Torn::Zero] {
                // The writes before the torn one have arrived, or all of the others have: the two ends of what can be.
                let prefix: Vec<bool> = (0..n).map(|at| at <= torn).collect();
                let all = vec![true; n];
                for kept in [prefix, all] {
                    let mask = self.random.bits();
                    let noise = self.random.bits();
                    show(
                        &format!("torn write {torn} ({model:?})"),
                        &self.image(&kept, Some((torn, model, mask, noise))),
                    );
                }
            }
        }
        count
    }

    fn subsets(&mut self, n: usize) -> Vec<(String, Vec<bool>)> {
        if n <= EXHAUSTIVE_MAX {
            return (0..1usize << n)
                .map(|bits| {
                    (
                        format!("subset {bits:b} of {n}"),
                        (0..n).map(|at| bits >> at & 1 == 1).collect(),
                    )
                })
                .collect();
        }
        let mut subsets: Vec<(String, Vec<bool>)> = (0..=n)
            .map(|end| {
                (
                    format!("prefix {end} of {n}"),
                    (0..n).map(|at| at < end).collect(),
                )
            })
            .collect();
        subsets.extend((0..n).map(|drop| {
            (
                format!("all but {drop} of {n}"),
                (0..n).map(|at| at != drop).collect(),
            )
        }));
        subsets.extend((0..n).map(|keep| {
            (
                format!("only {keep} of {n}"),
                (0..n).map(|at| at == keep).collect(),
            )
        }));
        for round in 0..RANDOM_SUBSETS {
            subsets.push((
                format!("random subset {round} of {n}"),
                (0..n).map(|_| self.random.one_in(2)).collect(),
            ));
        }
        subsets
    }

    fn image(&self, kept: &[bool], torn: Option<(usize, Torn, u64, u64)>) -> Vec<u8> {
        let mut medium = self.durable.clone();
        for (at, operation) in self.unsynced.iter().enumerate().filter(|(at, _)| kept[*at]) {
            match (operation, torn) {
                (Operation::Write { offset, bytes }, Some((which, model, mask, noise)))
                    if which == at =>
                {
                    let mixed = tear(&medium, *offset, bytes, model, mask, noise);
                    apply(
                        &mut medium,
                        &Operation::Write {
                            offset: *offset,
                            bytes: mixed,
                        },
                    );
                }
                _ => apply(&mut medium, operation),
            }
        }
        medium
    }
}

/// What a sector that did not arrive holds.
#[derive(Clone, Copy, Debug)]
enum Torn {
    Old,
    Garbage,
    Zero,
}

/// The bytes of a torn write: sector `i` has arrived if bit `i % 64` of `mask` is set.
fn tear(medium: &[u8], offset: u64, bytes: &[u8], model: Torn, mask: u64, noise: u64) -> Vec<u8> {
    let start = usize::try_from(offset).expect("simulated disks are small");
    let mut random = Random::new(noise);
    let mut mixed = bytes.to_vec();
    for (sector, chunk) in mixed.chunks_mut(SECTOR).enumerate() {
        if mask >> (sector % 64) & 1 == 1 {
            continue;
        }
        let at = start + sector * SECTOR;
        match model {
            Torn::Old => {
                for (i, byte) in chunk.iter_mut().enumerate() {
                    *byte = medium.get(at + i).copied().unwrap_or(0);
                }
            }
            Torn::Garbage => random.fill(chunk),
            Torn::Zero => chunk.fill(0),
        }
    }
    mixed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(offset: u64, byte: u8) -> Operation {
        Operation::Write {
            offset,
            bytes: vec![byte; 4],
        }
    }

    #[test]
    fn synced_writes_stay_and_every_subset_of_the_others_is_shown() {
        let trace = Trace {
            operations: vec![write(0, 1), Operation::Sync, write(4, 2), write(8, 3)],
        };
        let crash = Crash::at(&[], &trace, 4, 7);
        assert_eq!(crash.unsynced(), 2);
        let mut seen = Vec::new();
        crash.images(|_, image| seen.push(image.to_vec()));
        assert!(seen.iter().all(|image| image[..4] == [1; 4]));
        for expected in [
            &[1u8, 1, 1, 1][..],
            &[1, 1, 1, 1, 2, 2, 2, 2],
            &[1, 1, 1, 1, 0, 0, 0, 0, 3, 3, 3, 3],
        ] {
            assert!(seen.iter().any(|image| image == expected), "{expected:?}");
        }
    }
}

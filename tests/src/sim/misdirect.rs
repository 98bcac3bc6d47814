//! Writes that reach the wrong place, or a second one beside their own: faults of a medium, not of a crash. Nobody can repair
//! them; the promise is that they are found out, or change nothing.

use std::fmt;
use std::ops::Range;

use super::image::Image;
use super::random::Random;
use super::trace::{Operation, Trace};

/// One write that went astray.
#[derive(Clone, Copy, Debug)]
pub struct Misdirection {
    /// The number of the write in the trace.
    write: usize,
    /// Where it went.
    to: usize,
    /// Whether it reached its own place too.
    duplicated: bool,
}

impl fmt::Display for Misdirection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = if self.duplicated { "also" } else { "only" };
        write!(f, "write {} went {how} to offset {}", self.write, self.to)
    }
}

impl Misdirection {
    /// Misdirections of the writes of a trace: each write to `places` places, which are those of other writes or any multiple
    /// of `unit`.
    pub fn all(trace: &Trace, unit: usize, places: usize, seed: u64) -> Vec<Self> {
        let offset = |operation: &Operation| match operation {
            Operation::Write { offset, .. } => Some(*offset),
            _ => None,
        };
        let offsets: Vec<usize> = trace.operations.iter().filter_map(offset).collect();
        let end = trace.moment(trace.len()).visible().len();
        let mut random = Random::new(seed);
        let mut all = Vec::new();
        for (write, operation) in trace.operations.iter().enumerate() {
            let Some(own) = offset(operation) else {
                continue;
            };
            for place in 0..places {
                let to = if place % 2 == 0 {
                    offsets[random.below(offsets.len())]
                } else {
                    random.below(end.div_ceil(unit)) * unit
                };
                let duplicated = random.one_in(2);
                if to != own {
                    all.push(Self {
                        write,
                        to,
                        duplicated,
                    });
                }
            }
        }
        all
    }

    /// The number of the write that went astray.
    pub fn write(&self) -> usize {
        self.write
    }

    /// The bytes that it lies on and should not.
    pub fn hits(&self, trace: &Trace) -> Range<usize> {
        match trace.operations.get(self.write) {
            Some(Operation::Write { bytes, .. }) => self.to..self.to + bytes.len(),
            _ => self.to..self.to,
        }
    }

    /// What the medium holds before operation `at`, if all else went well.
    pub fn image(&self, trace: &Trace, at: usize) -> Image {
        let mut medium = trace.initial.clone();
        for (number, operation) in trace.operations[..at].iter().enumerate() {
            match operation {
                Operation::Write { bytes, .. } if number == self.write => {
                    if self.duplicated {
                        operation.apply(&mut medium);
                    }
                    medium.write_at(self.to, bytes);
                }
                _ => operation.apply(&mut medium),
            }
        }
        medium
    }
}

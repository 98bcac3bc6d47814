//! Medians and spreads.

use std::time::Instant;

/// Seconds that something took, with what it returned.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed().as_secs_f64(), result)
}

/// Several measurements of one thing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    pub(crate) fn push(&mut self, value: f64) {
        self.0.push(value);
        self.0.sort_by(f64::total_cmp);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn median(&self) -> f64 {
        match self.0.len() {
            0 => f64::NAN,
            n if n % 2 == 1 => self.0[n / 2],
            n => (self.0[n / 2 - 1] + self.0[n / 2]) / 2.0,
        }
    }

    /// Largest less smallest, as a part of the median.
    pub(crate) fn spread(&self) -> f64 {
        match (self.0.first(), self.0.last()) {
            (Some(least), Some(most)) => (most - least) / self.median(),
            _ => f64::NAN,
        }
    }

    pub(crate) fn largest(&self) -> f64 {
        self.0.last().copied().unwrap_or(f64::NAN)
    }
}

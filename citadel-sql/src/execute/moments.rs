//! Count, sum and squared deviations, kept so that large means cost few digits.
//!
//! The update is that of Youngs and Cramer, whose sums are exact where those of the values are.

use crate::functions::Spread;

/// Of some numbers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moments {
    count: f64,
    sum: f64,
    /// The sum of squared deviations from the mean.
    deviations: f64,
}

impl Moments {
    pub(super) fn add(&mut self, value: f64) {
        let before = self.count;
        self.count += 1.0;
        self.sum += value;
        if before > 0.0 {
            let off = value * self.count - self.sum;
            self.deviations += off * off / (self.count * before);
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        if self.count == 0.0 {
            *self = other;
        } else if other.count > 0.0 {
            let count = self.count + other.count;
            let off = self.sum / self.count - other.sum / other.count;
            self.deviations += other.deviations + self.count * other.count * off * off / count;
            self.sum += other.sum;
            self.count = count;
        }
    }

    /// The measure, where there are numbers enough for it.
    pub(super) fn spread(&self, spread: Spread) -> Option<f64> {
        let divisor = if spread.sample {
            self.count - 1.0
        } else {
            self.count
        };
        let variance = (divisor > 0.0).then(|| self.deviations / divisor)?;
        Some(if spread.root {
            variance.sqrt()
        } else {
            variance
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_give_what_the_whole_gives() {
        let values = [1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0];
        let mut whole = Moments::default();
        values.iter().for_each(|value| whole.add(*value));
        let sample = Spread {
            sample: true,
            root: false,
        };
        assert_eq!(whole.spread(sample), Some(30.0));
        let mut parts = [Moments::default(); 3];
        values[..1].iter().for_each(|value| parts[0].add(*value));
        values[1..].iter().for_each(|value| parts[1].add(*value));
        let mut merged = parts[2];
        merged.merge(parts[0]);
        merged.merge(parts[1]);
        assert_eq!(merged.spread(sample), Some(30.0));
        assert_eq!(parts[0].spread(sample), None);
    }
}

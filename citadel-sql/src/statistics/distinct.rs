//! How many values a column has, from those of a sample.

/// Values that were seen, and how often.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// Values, each as often as it is there.
    pub(super) all: u64,
    /// Values, each once.
    pub(super) distinct: u64,
    /// Those that were seen once only.
    pub(super) once: u64,
}

impl Seen {
    /// From how often each value was seen.
    pub(super) fn of(counts: impl Iterator<Item = u64>) -> Self {
        counts.fold(Self::default(), |seen, count| Self {
            all: seen.all + count,
            distinct: seen.distinct + 1,
            once: seen.once + u64::from(count == 1),
        })
    }

    /// How many there are among `total` values, of which these were looked at: Haas and Stokes' estimator Duj1 (IBM research
    /// report RJ 10025).
    pub(super) fn estimate(self, total: f64) -> f64 {
        let (all, distinct, once) = (self.all as f64, self.distinct as f64, self.once as f64);
        if all == 0.0 || all >= total {
            return distinct;
        }
        let estimate = all * distinct / (all - once + once * all / total);
        estimate.clamp(distinct, total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_whole_is_exact() {
        let seen = Seen::of([3, 1, 1].into_iter());
        assert_eq!(seen.estimate(5.0), 3.0);
        assert_eq!(Seen::default().estimate(10.0), 0.0);
    }

    #[test]
    fn values_that_are_all_different_are_taken_for_unique() {
        let seen = Seen::of((0..1000).map(|_| 1));
        assert_eq!(seen.estimate(1e6), 1e6);
    }

    #[test]
    fn values_that_come_again_are_taken_for_few() {
        let seen = Seen::of((0..50).map(|_| 600));
        assert_eq!(seen.estimate(1e6), 50.0);
    }
}

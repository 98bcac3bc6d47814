//! Choosing an effort for a recall.

use super::Calibration;
use super::curve::{CalibratedRecall, Curve, Point, SPARES, spare};

/// What a search is to do for a recall.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// Rows that a walk keeps in view; [`Effort::EVERY_ROW`] has every matching row scored.
    pub ef: usize,
    /// Candidates to take and rerank.
    pub candidates: usize,
    /// The recall to expect, as calibrated; `None`: nothing is known, or every row is scored.
    pub recall: Option<CalibratedRecall>,
}

/// What it costs to rerank a candidate with its stored vector, and to score a row on a walk, in the time of scoring a row in
/// a scan: measured through SQL, 384 dimensions.
const RERANK_COST: f64 = 40.0;
const WALK_COST: f64 = 2.5;

/// One point of a curve with a number of spares.
#[derive(Clone, Copy)]
struct Chosen {
    ef: usize,
    spares: usize,
    recall: CalibratedRecall,
}

impl Effort {
    /// The `ef` of a search that scores every matching row.
    pub const EVERY_ROW: usize = usize::MAX;

    /// Scores every row.
    pub(crate) fn every_row(k: usize) -> Self {
        Self {
            ef: Self::EVERY_ROW,
            candidates: k.saturating_add(spare(k, SPARES - 1)),
            recall: None,
        }
    }
}

impl Calibration {
    /// The least effort for `k` rows whose recall is at least `asked`; `None` without curves.
    ///
    /// Between the curves' `k`, efforts grow geometrically; beyond the last, in proportion; below the first they stay.
    pub fn effort(&self, k: usize, asked: f64) -> Option<Effort> {
        let after = self.curves.iter().position(|curve| curve.k() >= k);
        let (low, high) = match after {
            Some(0) => (self.curves.first()?, None),
            Some(at) => (&self.curves[at - 1], Some(&self.curves[at])),
            None => (self.curves.last()?, None),
        };
        let chosen = low.choose(asked);
        let chosen = match high {
            None => chosen.map(|chosen| Chosen {
                ef: scaled(chosen.ef, k, low.k()),
                ..chosen
            }),
            Some(high) => (chosen.zip(high.choose(asked)))
                .map(|(a, b)| between(a, b, along(k, low.k(), high.k()))),
        };
        Some(match chosen {
            None => Effort::every_row(k),
            Some(chosen) => Effort {
                ef: chosen.ef.max(k),
                candidates: k.saturating_add(spare(k, chosen.spares)),
                recall: Some(chosen.recall),
            },
        })
    }
}

/// An effort for more rows than it was calibrated for.
fn scaled(ef: usize, k: usize, calibrated: usize) -> usize {
    if k <= calibrated {
        return ef;
    }
    ef.saturating_mul(k).div_ceil(calibrated.max(1))
}

/// How far `k` is from one `k` to a larger one, by ratios.
fn along(k: usize, low: usize, high: usize) -> f64 {
    (k as f64 / low as f64).ln() / (high as f64 / low as f64).ln()
}

fn between(low: Chosen, high: Chosen, along: f64) -> Chosen {
    let ratio = high.ef as f64 / low.ef.max(1) as f64;
    Chosen {
        ef: (low.ef as f64 * ratio.powf(along)).ceil() as usize,
        spares: low.spares.max(high.spares),
        recall: if low.recall.bound < high.recall.bound {
            low.recall
        } else {
            high.recall
        },
    }
}

impl Curve {
    /// The cheapest point whose bound reaches `asked`.
    fn choose(&self, asked: f64) -> Option<Chosen> {
        let reaching = self.points.iter().flat_map(|point| {
            (0..SPARES).filter_map(move |spares| {
                let recall = self.recall_with(point, spares);
                let ef = point.ef();
                (recall.bound >= asked).then_some((point, Chosen { ef, spares, recall }))
            })
        });
        let cheapest = reaching.min_by(|a, b| self.cost(a).total_cmp(&self.cost(b)));
        cheapest.map(|(_, chosen)| chosen)
    }

    fn cost(&self, (point, chosen): &(&Point, Chosen)) -> f64 {
        let candidates = self.k() + spare(self.k(), chosen.spares);
        self.visited(point) * WALK_COST + candidates as f64 * RERANK_COST
    }
}

#[cfg(test)]
mod tests {
    use super::super::curve::Tally;
    use super::*;

    /// A curve whose recall rises from point to point, and with the spares.
    fn curve(k: u32, efforts: &[u32]) -> Curve {
        let queries = 400;
        let point = |(at, &ef): (usize, &u32)| Point {
            ef,
            visited: u64::from(ef * 12 * queries),
            found: std::array::from_fn(|spares| {
                let missed = 0.2 / ((at + 1) * (spares + 1)) as f64;
                let found = f64::from(k * queries) * (1.0 - missed);
                let sum = found as u64;
                Tally {
                    sum,
                    squares: sum * sum / u64::from(queries),
                }
            }),
        };
        Curve {
            k,
            queries,
            points: efforts.iter().enumerate().map(point).collect(),
        }
    }

    fn calibration() -> Calibration {
        Calibration::new(vec![
            curve(10, &[10, 20, 40, 80]),
            curve(100, &[100, 200, 400]),
        ])
    }

    #[test]
    fn more_recall_takes_no_less_effort() {
        let calibration = calibration();
        let mut last = 0;
        for asked in [0.5, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.999, 1.0] {
            let effort = calibration.effort(10, asked).unwrap();
            assert!(effort.ef >= last, "{asked}");
            assert!(effort.recall.is_none_or(|recall| recall.bound >= asked));
            last = effort.ef;
        }
        assert_eq!(last, Effort::EVERY_ROW);
    }

    #[test]
    fn more_rows_take_no_less_effort() {
        let calibration = calibration();
        for asked in [0.9, 0.95] {
            let mut last = 0;
            for k in [1, 5, 10, 11, 20, 50, 99, 100, 101, 1_000, 100_000] {
                let effort = calibration.effort(k, asked).unwrap();
                assert!(effort.ef >= last && effort.ef >= k, "{k}");
                assert!(effort.candidates >= k);
                last = effort.ef;
            }
        }
        assert_eq!(
            calibration.effort(1, 0.95).unwrap().ef,
            calibration.effort(10, 0.95).unwrap().ef
        );
    }

    #[test]
    fn nothing_calibrated_says_nothing() {
        assert_eq!(Calibration::default().effort(10, 0.9), None);
    }

    #[test]
    fn enormous_k_does_not_overflow() {
        let effort = calibration().effort(usize::MAX, 0.9).unwrap();
        assert!(effort.ef > 0 && effort.candidates == usize::MAX);
    }
}

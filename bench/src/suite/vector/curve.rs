//! Recall against speed: what of an engine's settings is worth measuring, and its speed at a recall between two of them.

/// The recalls that engines are compared at.
pub(super) const LEVELS: [(f64, &str); 2] = [(0.95, "qps_at_95"), (0.99, "qps_at_99")];

/// What a setting gave.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    pub(super) recall: f64,
    pub(super) qps: f64,
}

/// By how much the recall of a few queries may be off, below a level and above it.
const DOUBT: (f64, f64) = (0.006, 0.004);

/// Which of the settings, by rising effort, may be next to a level, and the one below them.
pub(super) fn worth(recalls: &[f64]) -> Vec<bool> {
    let mut worth = vec![false; recalls.len()];
    let first = |least: f64| recalls.iter().position(|recall| *recall >= least);
    let last = recalls.len().saturating_sub(1);
    for (level, _) in LEVELS {
        let from = first(level - DOUBT.0).unwrap_or(last).saturating_sub(1);
        let to = first(level + DOUBT.1).unwrap_or(last);
        worth
            .iter_mut()
            .take(to + 1)
            .skip(from)
            .for_each(|worth| *worth = true);
    }
    worth
}

/// Queries a second at a recall: between the two settings about it, by the logarithms of speed and of what is missed.
/// None where the recall is not reached.
pub(super) fn qps_at(points: &[Point], level: f64) -> Option<f64> {
    // Nobody would choose a setting that another one beats in both.
    let is_beaten = |point: &Point| {
        let beats = |other: &Point| other.recall >= point.recall && other.qps > point.qps;
        points.iter().any(beats)
    };
    let chosen = || points.iter().filter(|point| !is_beaten(point)).copied();
    let by_recall = |a: &Point, b: &Point| a.recall.total_cmp(&b.recall);
    let above = chosen().filter(|p| p.recall >= level).min_by(by_recall)?;
    let below = chosen().filter(|p| p.recall < level).max_by(by_recall);
    Some(below.map_or(above.qps, |below| interpolate(below, above, level)))
}

fn interpolate(below: Point, above: Point, level: f64) -> f64 {
    // A recall of 1 misses something, only less than the queries could show.
    let missed = |recall: f64| (1.0 - recall).max(1e-4).ln();
    let part =
        (missed(below.recall) - missed(level)) / (missed(below.recall) - missed(above.recall));
    (below.qps.ln() * (1.0 - part) + above.qps.ln() * part).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(recall: f64, qps: f64) -> Point {
        Point { recall, qps }
    }

    #[test]
    fn speed_at_a_recall_lies_between_its_neighbours() {
        let points = [point(0.9, 1_000.0), point(0.96, 500.0), point(0.99, 100.0)];
        let speed = qps_at(&points, 0.95).expect("reached");
        assert!((500.0..1_000.0).contains(&speed), "{speed}");
        assert_eq!(qps_at(&points, 0.99), Some(100.0));
        assert_eq!(qps_at(&points, 0.999), None);
    }

    #[test]
    fn a_setting_that_another_one_beats_is_not_looked_at() {
        let points = [point(0.9, 1_000.0), point(0.94, 50.0), point(1.0, 1_200.0)];
        assert_eq!(qps_at(&points, 0.95), Some(1_200.0));
    }

    #[test]
    fn settings_about_the_levels_are_worth_it() {
        let recalls = [0.5, 0.7, 0.9, 0.96, 0.97, 0.98, 0.985, 0.992, 0.995, 0.999];
        let worth = worth(&recalls);
        let expected = [
            false, false, true, true, false, true, true, true, true, false,
        ];
        assert_eq!(worth, expected);
    }
}

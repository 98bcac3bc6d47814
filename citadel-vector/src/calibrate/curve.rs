//! What a sample saw, effort by effort.

use crate::wire::{Malformed, Reader, ensure};

/// How many different numbers of spare candidates are tried.
pub(crate) const SPARES: usize = 3;

/// Candidates reranked beside the `k` that are wanted, by rising number.
pub(crate) fn spare(k: usize, step: usize) -> usize {
    match step {
        0 => 0,
        1 => k / 8 + 1,
        _ => k / 2 + 3,
    }
}

/// More points, queries or neighbours than these are malformed.
const MAX_POINTS: u32 = 256;
const MAX_QUERIES: u32 = 1 << 20;
const MAX_K: u32 = 1 << 16;

/// The recall of a segment's walk for one `k`, by rising effort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Curve {
    pub(crate) k: u32,
    /// Queries of the sample.
    pub(crate) queries: u32,
    pub(crate) points: Vec<Point>,
}

/// One effort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    pub(crate) ef: u32,
    /// Rows scored, by all queries together.
    pub(crate) visited: u64,
    /// For each number of spare candidates.
    pub(crate) found: [Tally; SPARES],
}

/// True neighbours found by the queries of a sample: the sum of their numbers, and of the squares of those.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) sum: u64,
    pub(crate) squares: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, found: u64) {
        self.sum += found;
        self.squares += found * found;
    }
}

/// A recall as a sample saw it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CalibratedRecall {
    /// The share of the true neighbours that were found.
    pub mean: f64,
    /// What it is at least, with a confidence of 95 %.
    pub bound: f64,
}

/// Standard errors between a mean and its one-sided bound of 95 %.
const STANDARD_ERRORS: f64 = 1.645;
/// Where nothing was missed in `n` looks, less than this over `n` is missed, with the same confidence (the rule of three).
const NOTHING_MISSED: f64 = 3.0;

impl Curve {
    /// Neighbours asked for.
    pub fn k(&self) -> usize {
        self.k as usize
    }

    /// Queries of the sample.
    pub fn queries(&self) -> usize {
        self.queries as usize
    }

    /// The efforts, rising.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// The recall at a point, with the most spare candidates.
    pub fn recall(&self, point: &Point) -> CalibratedRecall {
        self.recall_with(point, SPARES - 1)
    }

    /// Rows that a walk scores at a point, on average.
    pub fn visited(&self, point: &Point) -> f64 {
        point.visited as f64 / f64::from(self.queries.max(1))
    }

    pub(super) fn recall_with(&self, point: &Point, spares: usize) -> CalibratedRecall {
        let (queries, k) = (f64::from(self.queries.max(1)), f64::from(self.k.max(1)));
        let tally = point.found[spares];
        let mean = tally.sum as f64 / queries;
        let variance = (tally.squares as f64 / queries - mean * mean).max(0.0);
        let error = STANDARD_ERRORS * (variance / queries).sqrt();
        // A query that misses one misses a `k`th of its neighbours.
        let seen = 1.0 - NOTHING_MISSED / (queries * k);
        CalibratedRecall {
            mean: mean / k,
            bound: ((mean - error) / k).min(seen).max(0.0),
        }
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        for number in [self.k, self.queries, self.points.len() as u32] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        for point in &self.points {
            out.extend_from_slice(&point.ef.to_le_bytes());
            out.extend_from_slice(&point.visited.to_le_bytes());
            for tally in &point.found {
                out.extend_from_slice(&tally.sum.to_le_bytes());
                out.extend_from_slice(&tally.squares.to_le_bytes());
            }
        }
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let [k, queries, count] = [reader.u32()?, reader.u32()?, reader.u32()?];
        ensure(
            (1..=MAX_K).contains(&k)
                && (1..=MAX_QUERIES).contains(&queries)
                && (1..=MAX_POINTS).contains(&count),
            "a curve of no possible size",
        )?;
        let points = (0..count)
            .map(|_| Point::decode(reader, u64::from(queries), u64::from(k)))
            .collect::<Result<Vec<_>, _>>()?;
        ensure(
            points.is_sorted_by(|a, b| a.ef < b.ef),
            "efforts out of order",
        )?;
        Ok(Self { k, queries, points })
    }
}

impl Point {
    /// The effort: rows kept in view.
    pub fn ef(&self) -> usize {
        self.ef as usize
    }

    fn decode(reader: &mut Reader<'_>, queries: u64, k: u64) -> Result<Self, Malformed> {
        let mut point = Self {
            ef: reader.u32()?,
            visited: reader.u64()?,
            found: [Tally::default(); SPARES],
        };
        for tally in &mut point.found {
            tally.sum = reader.u64()?;
            tally.squares = reader.u64()?;
            ensure(
                tally.sum <= queries * k && tally.squares <= queries * k * k,
                "more neighbours found than asked for",
            )?;
        }
        ensure(point.ef > 0, "an effort of nothing")?;
        Ok(point)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(found: &[u64]) -> Curve {
        let mut tally = Tally::default();
        found.iter().for_each(|&found| tally.add(found));
        Curve {
            k: 10,
            queries: found.len() as u32,
            points: vec![Point {
                ef: 32,
                visited: 1_000,
                found: [tally; SPARES],
            }],
        }
    }

    #[test]
    fn a_bound_is_below_its_mean_and_nears_it() {
        let of = |len: usize| {
            let found: Vec<u64> = (0..len as u64).map(|query| 8 + query % 3).collect();
            let curve = curve(&found);
            curve.recall(&curve.points[0])
        };
        let (few, many) = (of(30), of(3_000));
        assert!((few.mean - 0.9).abs() < 1e-12 && (many.mean - 0.9).abs() < 1e-12);
        assert!(few.bound < many.bound && many.bound < many.mean);
        assert!(many.mean - many.bound < 0.003);
    }

    #[test]
    fn nothing_missed_proves_no_recall_of_one() {
        let curve = curve(&[10; 100]);
        let recall = curve.recall(&curve.points[0]);
        assert_eq!(recall.mean, 1.0);
        assert!((recall.bound - 0.997).abs() < 1e-9);
    }

    #[test]
    fn bytes_come_back_and_nonsense_is_refused() {
        let known = curve(&[10, 9, 8]);
        let mut bytes = Vec::new();
        known.encode(&mut bytes);
        let decode = |bytes: &[u8]| Curve::decode(&mut Reader::new(bytes));
        assert_eq!(decode(&bytes), Ok(known));
        for cut in 0..bytes.len() {
            assert!(decode(&bytes[..cut]).is_err());
        }
        // k, queries, points, effort, and a sum beyond what can be found.
        for (at, value) in [(0, 0), (4, 0), (8, 0), (8, 255), (12, 0), (26, 255)] {
            let mut wrong = bytes.clone();
            wrong[at] = value;
            wrong[at + 1] = value;
            assert!(decode(&wrong).is_err(), "byte {at}");
        }
    }
}

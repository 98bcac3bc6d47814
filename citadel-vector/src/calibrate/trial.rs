//! Asking the sample, effort by effort.

use std::collections::HashMap;

use rayon::prelude::*;

use super::Calibration;
use super::curve::{Curve, Point, SPARES, Tally, spare};
use super::effort::Effort;

/// The efforts that are tried, while they miss something that a sample can see.
const EFFORTS: [u32; 20] = [
    10, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 160, 192, 256, 320, 384, 512, 640, 768,
];

/// The `k` of the curves, and the first so many queries of the sample that each asks.
const ASKED: [(usize, usize); 2] = [(10, 400), (100, 120)];

/// A curve ends where this was seen.
const ENOUGH: f64 = 0.998;

/// Two distances differ if they do by more than this share: what rounding can do.
const ROUNDING: f64 = 1e-9;

/// The exact distance of each row that a query has met, by position.
pub(crate) type Known = HashMap<u32, f64>;

/// One search of a withheld row's neighbours.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask {
    /// Rows to keep in view, or [`Effort::EVERY_ROW`].
    pub(crate) ef: usize,
    /// Candidates to give.
    pub(crate) candidates: usize,
}

/// What a search gave.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// The exact distances of the candidates, in the order in which they were given.
    pub(crate) distances: Vec<f64>,
    /// Rows scored.
    pub(crate) visited: usize,
}

/// A segment whose rows can be withheld and looked for.
pub(crate) trait Subject: Sync {
    /// What one thread needs to search.
    type Memory;
    /// Why a trial ends early.
    type Error: Send;

    /// Rows that can be withheld, each a query.
    fn queries(&self) -> usize;

    /// Rows that can be found.
    fn rows(&self) -> usize;

    /// Is scoring every row cheaper than this effort?
    fn walks(&self, ef: usize) -> bool;

    /// Memory for a thread.
    fn memory(&self) -> Self::Memory;

    /// Withholds one of the queries' rows and looks for its neighbours.
    fn answer(
        &self,
        memory: &mut Self::Memory,
        query: usize,
        ask: Ask,
        known: &mut Known,
    ) -> Answer;

    /// Called now and then with how many searches are done, and how many there are at most.
    fn proceed(&self, done: usize, total: usize) -> Result<(), Self::Error>;
}

/// One query and its true neighbours.
struct Query {
    no: usize,
    known: Known,
    /// Distances of the nearest rows, ascending.
    truth: Vec<f64>,
}

/// The curves of a subject.
pub(crate) fn run<S: Subject>(subject: &S) -> Result<Calibration, S::Error> {
    let asked = ASKED.map(|(k, queries)| (k, queries.min(subject.queries())));
    let useful = |&(k, queries): &(usize, usize)| queries > 0 && subject.rows() > k;
    let asked: Vec<(usize, usize)> = asked.into_iter().filter(useful).collect();
    let first = asked.first().map_or(EFFORTS[0] as usize, |&(k, _)| k);
    if asked.is_empty() || !subject.walks(first) {
        return Ok(Calibration::default());
    }
    let mut queries = truths(subject, &asked)?;
    let mut curves = Vec::new();
    for (at, &(k, count)) in asked.iter().enumerate() {
        let curve = curve(subject, k, &mut queries[..count], at, asked.len())?;
        curves.extend(curve);
    }
    Ok(Calibration::new(curves))
}

/// The true neighbours of all queries: of many candidates among all rows, the nearest.
fn truths<S: Subject>(subject: &S, asked: &[(usize, usize)]) -> Result<Vec<Query>, S::Error> {
    let count = asked.iter().map(|&(_, queries)| queries).max().unwrap_or(0);
    let mut found = Vec::with_capacity(count);
    for (chunk, begin) in (0..count).step_by(CHUNK).enumerate() {
        subject.proceed(chunk * CHUNK, count)?;
        let queries = (begin..(begin + CHUNK).min(count)).into_par_iter();
        let part = queries.map_init(
            || subject.memory(),
            |memory, no| {
                let most = asked.iter().filter(|&&(_, queries)| no < queries);
                let k = most.map(|&(k, _)| k).max().unwrap_or(0);
                let ask = Ask {
                    ef: Effort::EVERY_ROW,
                    candidates: 2 * k + 40,
                };
                let mut known = Known::new();
                let mut truth = subject.answer(memory, no, ask, &mut known).distances;
                truth.sort_by(f64::total_cmp);
                Query { no, known, truth }
            },
        );
        found.extend(part.collect::<Vec<_>>());
    }
    Ok(found)
}

/// Queries between two looks at whether to go on.
const CHUNK: usize = 64;

fn curve<S: Subject>(
    subject: &S,
    k: usize,
    queries: &mut [Query],
    at: usize,
    curves: usize,
) -> Result<Option<Curve>, S::Error> {
    let mut curve = Curve {
        k: k as u32,
        queries: queries.len() as u32,
        points: Vec::new(),
    };
    for (step, &ef) in EFFORTS.iter().enumerate() {
        subject.proceed(at * EFFORTS.len() + step, curves * EFFORTS.len())?;
        if (ef as usize) < k || ef as usize >= subject.rows() {
            continue;
        }
        if !subject.walks(ef as usize) {
            break;
        }
        let point = point(subject, k, ef, queries);
        let seen = curve.recall(&point).mean;
        curve.points.push(point);
        if seen >= ENOUGH {
            break;
        }
    }
    Ok((!curve.points.is_empty()).then_some(curve))
}

fn point<S: Subject>(subject: &S, k: usize, ef: u32, queries: &mut [Query]) -> Point {
    let answers: Vec<(u64, [u64; SPARES])> = queries
        .par_iter_mut()
        .map_init(
            || subject.memory(),
            |memory, query| {
                let mut visited = 0;
                let found = std::array::from_fn(|spares| {
                    let ask = Ask {
                        ef: ef as usize,
                        candidates: k + spare(k, spares),
                    };
                    let answer = subject.answer(memory, query.no, ask, &mut query.known);
                    visited = answer.visited as u64;
                    query.found(k, &answer.distances)
                });
                (visited, found)
            },
        )
        .collect();
    let mut point = Point {
        ef,
        visited: 0,
        found: [Tally::default(); SPARES],
    };
    for (visited, found) in answers {
        point.visited += visited;
        for (tally, found) in point.found.iter_mut().zip(found) {
            tally.add(found);
        }
    }
    point
}

impl Query {
    /// How many of the `k` nearest are among rows of these distances.
    fn found(&self, k: usize, distances: &[f64]) -> u64 {
        let Some(last) = self.truth.get(k.min(self.truth.len()).saturating_sub(1)) else {
            return 0;
        };
        let limit = last + last.abs() * ROUNDING;
        let near = distances.iter().filter(|&&distance| distance <= limit);
        near.count().min(k) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows on a line; a search of an effort sees so many of the nearest, less one in `blind`.
    struct Line {
        rows: usize,
        blind: usize,
    }

    impl Subject for Line {
        type Memory = ();
        type Error = usize;

        fn queries(&self) -> usize {
            self.rows.min(50)
        }

        fn rows(&self) -> usize {
            self.rows
        }

        fn walks(&self, ef: usize) -> bool {
            ef * 4 < self.rows
        }

        fn memory(&self) {}

        fn answer(&self, _: &mut (), query: usize, ask: Ask, known: &mut Known) -> Answer {
            let all = ask.ef == Effort::EVERY_ROW;
            let seen = |place: &usize| all || *place >= self.blind || !place.is_multiple_of(ask.ef);
            let distances: Vec<f64> = (0..self.rows)
                .filter(seen)
                .take(ask.candidates)
                .map(|place| (query + place) as f64)
                .collect();
            known.extend((0..).zip(distances.iter().copied()));
            Answer {
                visited: ask.ef.min(self.rows),
                distances,
            }
        }

        fn proceed(&self, done: usize, total: usize) -> Result<(), usize> {
            assert!(done <= total);
            if self.rows == 666 { Err(done) } else { Ok(()) }
        }
    }

    #[test]
    fn a_curve_ends_where_nothing_is_missed() {
        let calibration = run(&Line {
            rows: 10_000,
            blind: 0,
        })
        .unwrap();
        let curves = calibration.curves();
        assert_eq!(
            curves.iter().map(|curve| curve.k()).collect::<Vec<_>>(),
            [10, 100]
        );
        for curve in curves {
            assert_eq!((curve.points().len(), curve.queries()), (1, 50));
            assert_eq!(curve.recall(&curve.points()[0]).mean, 1.0);
            assert!(curve.points()[0].ef() >= curve.k());
        }
    }

    #[test]
    fn what_is_missed_is_counted() {
        let calibration = run(&Line {
            rows: 10_000,
            blind: 1,
        })
        .unwrap();
        for curve in calibration.curves() {
            // The nearest row is never seen.
            let one = 1.0 / curve.k() as f64;
            for point in curve.points() {
                assert!((curve.recall(point).mean - (1.0 - one)).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn few_rows_need_no_curve() {
        for rows in [0, 1, 10, 40] {
            let calibration = run(&Line { rows, blind: 0 }).unwrap();
            assert_eq!(calibration, Calibration::default(), "{rows}");
        }
        assert_eq!(
            run(&Line {
                rows: 300,
                blind: 0
            })
            .unwrap()
            .curves()
            .len(),
            1
        );
    }

    #[test]
    fn a_trial_can_be_stopped() {
        assert_eq!(
            run(&Line {
                rows: 666,
                blind: 0
            }),
            Err(0)
        );
    }
}

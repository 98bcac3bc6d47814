//! Engines side by side: each does its work once per round.

use super::lane::Lane;
use crate::Result;
use crate::report::{Report, complain};
use crate::timing::{Samples, timed};

/// What is reported of work that is done so often in a second.
pub(super) const OPS: &str = "ops_per_s";

/// A case, and what one round of it is worth.
pub(super) struct Case<'a> {
    pub(super) name: &'a str,
    /// Operations in a round.
    pub(super) operations: usize,
    /// What an operation is, and how it is done.
    pub(super) note: &'a str,
}

/// Runs the rounds of a case. `prepare` is not timed, `work` is; both are told the round, 0 being the one that does not
/// count.
pub(super) fn interleave(
    case: &Case<'_>,
    lanes: &mut [Lane],
    rounds: usize,
    report: &mut Report,
    mut prepare: impl FnMut(&mut Lane, usize) -> Result<()>,
    mut work: impl FnMut(&mut Lane, usize) -> Result<()>,
) -> Result<()> {
    complain(case.name);
    let mut rates = vec![Samples::default(); lanes.len()];
    for round in 0..=rounds {
        for (lane, rates) in lanes.iter_mut().zip(&mut rates) {
            prepare(lane, round).map_err(|e| told(case, lane, &*e))?;
            let (seconds, done) = timed(|| work(lane, round));
            done.map_err(|e| told(case, lane, &*e))?;
            if round > 0 {
                rates.push(case.operations as f64 / seconds);
            }
        }
    }
    for (lane, rates) in lanes.iter().zip(&rates) {
        let (name, params) = (lane.store().name(), params(case.note, lane));
        report.add(case.name, name, &params, OPS, rates.median());
        report.add(case.name, name, &params, "spread", rates.spread());
    }
    Ok(())
}

/// Nothing to prepare.
pub(super) fn at_once(_lane: &mut Lane, _round: usize) -> Result<()> {
    Ok(())
}

fn told(case: &Case<'_>, lane: &Lane, error: &dyn std::error::Error) -> crate::Error {
    format!("{} of {}: {error}", case.name, lane.store().name()).into()
}

fn params(note: &str, lane: &Lane) -> String {
    format!("{note}; {}", lane.store().params())
}

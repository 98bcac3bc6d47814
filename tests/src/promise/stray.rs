//! A write goes to a wrong place, or to a second one: the medium lies, and nobody can repair it. What is read is refused, or it is
//! the newest state; with one exception. What was acknowledged last may be gone if one of the writes that made it is the stray
//! one, or lies under it: nothing was written since that could tell of it, and a commit that was torn by a crash looks the same.
//!
//! Which keys open the file is written apart from the commits, and looked at apart.

use std::ops::Range;

use super::Case;
use super::outcome::Outcome;
use super::witness::Witness;
use crate::sim::{Misdirection, Operation, SimDisk, Trace};
use crate::subject::Refusal;

/// Runs the subject, and sends each write astray.
pub fn everywhere(case: Case<'_>) -> Outcome {
    let mut witness = Witness::new(case);
    let disk = SimDisk::new();
    let mut states = Vec::new();
    if let Err(stop) = case.subject.run(&disk, &mut states) {
        witness.blame("a run without faults", format!("{stop:?}"));
        return witness.outcome;
    }
    if states.len() < 2 {
        // A copy reads itself back, which a stray write that is made up afterwards cannot show.
        return witness.outcome;
    }
    let trace = disk.trace();
    let unit = case.subject.page_size() as usize;
    for stray in Misdirection::all(&trace, unit, case.effort.astray, case.seed) {
        if witness.outcome.is_hopeless() {
            break;
        }
        // Found at the next sync, and at the end of the run.
        for at in [next_sync(&trace, stray.write()), trace.len()] {
            let image = stray.image(&trace, at);
            if !witness.is_new(&image, at) {
                continue;
            }
            witness.outcome.tried.strays += 1;
            let place = format!("before operation {at}, {stray}");
            let promised = trace.moment(at).promised();
            let state = match witness.read(&SimDisk::from_image(image)).whole() {
                Ok(state) => state,
                Err(Refusal::Damaged(_)) => {
                    witness.outcome.tried.refused += 1;
                    continue;
                }
                Err(refusal) => {
                    witness.blame(&place, format!("{refusal:?}"));
                    continue;
                }
            };
            let range = promised.range(states.len());
            let oldest = match is_last_hit(&trace, at, &stray) {
                true => Last::before(&trace, at).state_before,
                false => range.start,
            };
            if states[range.clone()].iter().any(|s| s.has_rows_of(&state)) {
                witness.outcome.tried.harmless += 1;
            } else if states[oldest..range.start]
                .iter()
                .any(|s| s.has_rows_of(&state))
            {
                witness.outcome.tried.last_lost += 1;
            } else {
                let known = states.iter().rposition(|known| *known == state);
                witness.blame(&place, format!("wrong rows: state {known:?} of {range:?}"));
            }
        }
    }
    witness.outcome
}

/// What was acknowledged last: the states that the last sync has made durable, mostly one, and those before them of which nobody
/// knew yet that they were durable when something was written again.
struct Last {
    /// The newest state before them.
    state_before: usize,
    /// The operations from their first attempt to their acknowledgement.
    operations: Range<usize>,
}

impl Last {
    fn before(trace: &Trace, at: usize) -> Self {
        let operations = &trace.operations()[..at];
        let Some(newest) = trace.moment(at).promised().acknowledged else {
            return Self {
                state_before: 0,
                operations: 0..0,
            };
        };
        let attempted = |state| {
            operations
                .iter()
                .position(|o| *o == Operation::Attempt(state))
        };
        let is_known = |state| {
            let later = (state + 1..).map_while(attempted).last();
            later.is_some_and(|attempt| acknowledged(operations, state) < attempt)
        };
        let sync = sync_of(operations, newest);
        let is_among = |state: &usize| sync_of(operations, *state) == sync || !is_known(*state);
        let before = (0..newest)
            .rev()
            .find(|state| !is_among(state))
            .unwrap_or(0);
        let start = attempted(before + 1).unwrap_or(0);
        Self {
            state_before: before,
            operations: start..acknowledged(operations, newest),
        }
    }
}

/// Where a state was acknowledged, or a later one.
fn acknowledged(operations: &[Operation], state: usize) -> usize {
    let position = operations
        .iter()
        .position(|o| matches!(o, Operation::Acknowledge(of) if *of >= state));
    position.unwrap_or(operations.len())
}

/// The sync that has made a state durable: the first one that promises all that was written before the next attempt.
fn sync_of(operations: &[Operation], state: usize) -> Option<usize> {
    let end = operations
        .iter()
        .position(|o| *o == Operation::Attempt(state + 1))
        .unwrap_or(operations.len())
        .min(acknowledged(operations, state));
    let last_write = operations[..end].iter().rposition(Operation::changes)?;
    operations
        .iter()
        .position(|o| matches!(o, Operation::Sync { from } if *from > last_write))
}

/// Whether a write of what was acknowledged last is the stray one, or lies under it.
fn is_last_hit(trace: &Trace, at: usize, stray: &Misdirection) -> bool {
    let hits = stray.hits(trace);
    Last::before(trace, at).operations.any(|number| {
        let Operation::Write { offset, bytes } = &trace.operations()[number] else {
            return false;
        };
        let lies_under =
            number < stray.write() && *offset < hits.end && hits.start < offset + bytes.len();
        number == stray.write() || lies_under
    })
}

fn next_sync(trace: &Trace, write: usize) -> usize {
    let operations = &trace.operations()[write..];
    let sync = operations
        .iter()
        .position(|operation| matches!(operation, Operation::Sync { .. }));
    sync.map_or(trace.len(), |sync| write + sync + 1)
}

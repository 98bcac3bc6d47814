//! A write goes to a wrong place, or to a second one: the medium lies, and nobody can repair it. What is read is refused, or it is a state that
//! was committed: the newest, or an older one that nothing tells from the newest: a write is as long as a commit, so that it can
//! hit the records of the last two, and no record says yet that the commits of the last syncs were durable. Which keys open the file is written apart from the commits, and looked at apart.

use super::Case;
use super::outcome::Outcome;
use super::witness::Witness;
use crate::sim::{Misdirection, Operation, SimDisk, Trace};
use crate::subject::{Refusal, State};

/// Commits whose records one stray write can hit.
const LOST_MAX: usize = 2;

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
            if states[range.clone()].iter().any(|s| s.has_rows_of(&state)) {
                witness.outcome.tried.harmless += 1;
            } else if before(&states, range.start).any(|s| s.has_rows_of(&state))
                || of_last_syncs(&states, &trace, stray.write(), at).any(|s| s.has_rows_of(&state))
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

/// The last states before state `at` that differ from what follows them.
fn before(states: &[State], at: usize) -> impl Iterator<Item = &State> {
    let pairs = states[..=at].windows(2).rev();
    pairs
        .filter(|pair| !pair[0].has_rows_of(&pair[1]))
        .map(|pair| &pair[0])
        .take(LOST_MAX)
}

/// The states that the last syncs before a write have made durable, the one before them, and those up to operation `at`. A
/// commit that is written while a sync is under way knows only of the one before, so it takes two.
fn of_last_syncs<'s>(
    states: &'s [State],
    trace: &Trace,
    write: usize,
    at: usize,
) -> impl Iterator<Item = &'s State> {
    let operations = trace.operations()[..write].iter().enumerate().rev();
    let mut syncs = operations.filter(|(_, op)| matches!(op, Operation::Sync { .. }));
    let acknowledged = |at| trace.moment(at).promised().acknowledged.unwrap_or(0);
    let oldest = syncs.nth(1).map_or(0, |(sync, _)| acknowledged(sync));
    states[oldest..=acknowledged(at)].iter()
}

fn next_sync(trace: &Trace, write: usize) -> usize {
    let operations = &trace.operations()[write..];
    let sync = operations
        .iter()
        .position(|operation| matches!(operation, Operation::Sync { .. }));
    sync.map_or(trace.len(), |sync| write + sync + 1)
}

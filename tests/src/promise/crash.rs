//! The plug is pulled before each operation on the medium.

use super::Case;
use super::outcome::{Outcome, Tried};
use super::witness::Witness;
use crate::sim::{Image, Moment, Operation, Promised, Random, SimDisk, Trace};
use crate::subject::{State, Survives};

/// Every so many images of what was not finished are taken up again.
const FINISH_EVERY: usize = 3;

/// Runs the subject on an empty disk, and crashes it everywhere.
pub fn everywhere(case: Case<'_>) -> Outcome {
    on(case, &SimDisk::new())
}

/// The same on a disk of one's own.
pub fn on(case: Case<'_>, disk: &SimDisk) -> Outcome {
    let mut witness = Witness::new(case);
    let mut states = Vec::new();
    if let Err(stop) = case.subject.run(disk, &mut states) {
        witness.blame("a run without faults", format!("{stop:?}"));
        return witness.outcome;
    }
    let trace = disk.trace();
    witness.outcome.tried = syncs_per_state(&trace);
    let mut moment = trace.start();
    loop {
        let at = moment.at();
        let chosen = match case.only {
            Some((only, _)) => only == at,
            None => Random::new(case.seed ^ (at as u64) << 32).one_in(case.effort.places),
        };
        if chosen && trace.is_boundary(at) && !witness.outcome.is_hopeless() {
            witness.outcome.tried.boundaries += 1;
            crash_at(&mut witness, &moment, &states);
        }
        if !moment.advance() {
            return witness.outcome;
        }
    }
}

fn syncs_per_state(trace: &Trace) -> Tried {
    let mut tried = Tried::default();
    let mut syncs = 0;
    for operation in trace.operations() {
        match operation {
            Operation::Attempt(_) => syncs = 0,
            Operation::Sync { .. } => syncs += 1,
            Operation::Acknowledge(_) if syncs == 1 => tried.one_sync += 1,
            Operation::Acknowledge(_) => tried.more_syncs += 1,
            _ => {}
        }
    }
    tried
}

/// All images of one place.
fn crash_at(witness: &mut Witness<'_>, moment: &Moment<'_>, states: &[State]) {
    let case = witness.case;
    let promised = moment.promised();
    let process_death = case.subject.survives() == Survives::ProcessDeath;
    let most = case.effort.images;
    let at = moment.at();
    witness.images(moment, most, promised, |witness, number, image, fate| {
        if case
            .only
            .is_some_and(|(_, only)| only.is_some_and(|only| only != number))
            // All that was written has arrived, which is the first fate.
            || process_death && number > 0
        {
            return;
        }
        let place = format!("crash before operation {at}, image {number} of {most}: {fate}");
        see(witness, &image, promised, states, &place);
    });
}

/// One image.
fn see(
    witness: &mut Witness<'_>,
    image: &Image,
    promised: Promised,
    states: &[State],
    place: &str,
) {
    witness.outcome.tried.images += 1;
    let nth = witness.outcome.tried.images;
    let disk = SimDisk::from_image(image.clone());
    let Some(found) = witness.find(&disk, states, promised, place) else {
        if promised.acknowledged.is_none() && nth.is_multiple_of(FINISH_EVERY) {
            finish(witness, &disk, states, &format!("{place}; taken up again"));
        }
        return;
    };
    let state = &states[found];
    let tried = &mut witness.outcome.tried;
    tried.early += usize::from(Some(found) != promised.acknowledged);
    tried.rolled_back += usize::from(Some(found) != promised.attempted);
    let recovery = disk.trace();
    if !witness.confirm(&disk, state, &format!("{place}; opened again")) {
        return;
    }
    if nth.is_multiple_of(witness.case.effort.write_every) {
        write(witness, &disk, state, &format!("{place}; written to"));
    }
    if nth.is_multiple_of(witness.case.effort.nest_every) {
        witness.outcome.tried.nested += 1;
        let survives = witness.case.subject.survives();
        if survives == Survives::PowerLoss {
            interrupt(witness, &recovery, state, place, 2);
        }
    }
}

/// What was not finished can be.
fn finish(witness: &mut Witness<'_>, disk: &SimDisk, states: &[State], place: &str) {
    match witness.finish(disk) {
        Ok(false) => {}
        Ok(true) => {
            witness.outcome.tried.written += 1;
            witness.confirm(disk, &states[0], place);
        }
        Err(stop) => witness.blame(place, format!("{:?}", stop.refusal)),
    }
}

/// A commit must succeed, and be there.
fn write(witness: &mut Witness<'_>, disk: &SimDisk, state: &State, place: &str) {
    witness.outcome.tried.written += 1;
    let (states, end) = witness.go_on(disk, 1);
    if let Err(stop) = end {
        return witness.blame(place, format!("{:?}", stop.refusal));
    }
    if states.first() != Some(state) {
        return witness.blame(place, "another state was found");
    }
    let last = states.last().expect("there is a first");
    witness.confirm(disk, last, place);
}

/// The plug is pulled everywhere in a recovery, which must not move from the state that it has shown; `depth` is 2 for the first
/// recovery, 3 for that of the recovery.
fn interrupt(
    witness: &mut Witness<'_>,
    recovery: &Trace,
    state: &State,
    place: &str,
    depth: usize,
) {
    let effort = witness.case.effort;
    let mut moment = recovery.start();
    loop {
        let at = moment.at();
        if recovery.is_boundary(at) && !moment.pending().is_empty() {
            witness.images(
                &moment,
                effort.nested_images,
                0,
                |witness, _, image, fate| {
                    let place = format!(
                        "{place}; then crash before operation {at} of the recovery: {fate}"
                    );
                    let disk = SimDisk::from_image(image);
                    let kept = witness.confirm(&disk, state, &place);
                    let tried = &mut witness.outcome.tried;
                    if depth > 2 {
                        tried.deep_images += 1;
                        return;
                    }
                    tried.nested_images += 1;
                    let nth = tried.nested_images;
                    if kept && nth.is_multiple_of(effort.deep_every) {
                        interrupt(witness, &disk.trace(), state, &place, depth + 1);
                    }
                },
            );
        }
        if !moment.advance() {
            return;
        }
    }
}

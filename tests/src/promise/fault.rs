//! The n-th call to the disk fails, for every n.

use super::Case;
use super::life;
use super::outcome::Outcome;
use super::witness::Witness;
use crate::sim::{Call, Fault, FaultKind, Promised, SimDisk};
use crate::subject::{Refusal, State, Stop, Survives};

/// Images of a loss of power after a fault.
const IMAGES: usize = 12;
/// Images at each place of the life of a second process after a failed sync.
const LATER_IMAGES: usize = 5;

/// Runs the subject once for every `stride`-th call of every kind, with a fault there, once and from there on.
pub fn everywhere(case: Case<'_>) -> Outcome {
    let mut witness = Witness::new(case);
    let mut states = Vec::new();
    if let Err(stop) = case.subject.run(&SimDisk::new(), &mut states) {
        witness.blame("a run without faults", format!("{stop:?}"));
        return witness.outcome;
    }
    for kind in FaultKind::ALL {
        // Syncs are few, and what follows a failed one is the hardest.
        let stride = match kind {
            FaultKind::Sync(_) => case.effort.stride.div_ceil(3),
            _ => case.effort.stride,
        };
        for sticky in [false, true] {
            for call in (0..).step_by(stride) {
                let fault = Fault { call, sticky, kind };
                if witness.outcome.is_hopeless() || !strike(&mut witness, &states, fault) {
                    break;
                }
            }
        }
    }
    witness.outcome
}

/// One run; false where it ended before the fault could strike.
fn strike(witness: &mut Witness<'_>, states: &[State], fault: Fault) -> bool {
    let place = format!("{fault:?}");
    let disk = SimDisk::new();
    disk.set_fault(Some(fault));
    let subject = witness.case.subject;
    let end = Refusal::guard(
        || subject.run(&disk, &mut Vec::new()),
        |refusal| Err(refusal.into()),
    );
    let Some(struck) = disk.struck() else {
        if let Err(stop) = end {
            witness.blame(&place, format!("did not strike: {stop:?}"));
        }
        return false;
    };
    disk.set_fault(None);
    witness.outcome.tried.faults += 1;
    if let Err(stop) = end {
        let tried = &mut witness.outcome.tried;
        tried.stopped += 1;
        tried.survived += usize::from(stop.committed_later);
        judge(witness, &stop, struck, &place);
    }
    let trace = disk.trace();
    let moment = trace.moment(trace.len());
    let promised = moment.promised();
    let process_death = SimDisk::from_image(disk.image());
    let survives_power_loss = subject.survives() == Survives::PowerLoss;
    // A failed sync may take from a process what it never asked to have synced, as a loss of power does.
    if survives_power_loss || !matches!(fault.kind, FaultKind::Sync(_)) {
        let text = format!("{place}; the process restarted");
        witness.find(&process_death, states, promised, &text);
    }
    if survives_power_loss {
        witness.images(&moment, IMAGES, promised, |witness, _, image, fate| {
            witness.outcome.tried.images += 1;
            let text = format!("{place}; then the power failed: {fate}");
            witness.find(&SimDisk::from_image(image), states, promised, &text);
        });
        go_on(witness, &disk, states, promised, struck, &place);
    }
    true
}

/// After a failed write or sync, a second process under the same operating system.
fn go_on(
    witness: &mut Witness<'_>,
    disk: &SimDisk,
    states: &[State],
    promised: Promised,
    struck: Call,
    place: &str,
) {
    if struck.changes() {
        let trace = disk.trace();
        let disk = SimDisk::from_trace(&trace, trace.len());
        let lived = life::second(witness, &disk, states, promised, LATER_IMAGES, place);
        witness.outcome.tried.restarts += usize::from(lived);
    }
}

/// The error names the disk, and after a failed write or sync nothing more is committed.
fn judge(witness: &mut Witness<'_>, stop: &Stop, struck: Call, place: &str) {
    if !matches!(stop.refusal, Refusal::Disk(_)) {
        witness.blame(place, format!("was reported as {:?}", stop.refusal));
    }
    if struck.changes() && stop.committed_later {
        witness.blame(
            place,
            format!("a commit succeeded through a handle whose {struck:?} had failed"),
        );
    }
}

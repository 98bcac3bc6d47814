//! The process dies before each operation, and the machine goes on: what it had written is still in the operating system's cache, and not
//! yet on the medium. A second process must not build on what a later loss of power takes away.

use super::Case;
use super::life;
use super::outcome::Outcome;
use super::witness::Witness;
use crate::sim::SimDisk;
use crate::subject::Survives;

/// Images at each place of the second life.
const IMAGES: usize = 6;

/// Runs the subject, and lets it die at every `stride`-th place.
pub fn everywhere(case: Case<'_>) -> Outcome {
    let mut witness = Witness::new(case);
    if case.subject.survives() != Survives::PowerLoss {
        return witness.outcome;
    }
    let disk = SimDisk::new();
    let mut states = Vec::new();
    if let Err(stop) = case.subject.run(&disk, &mut states) {
        witness.blame("a run without faults", format!("{stop:?}"));
        return witness.outcome;
    }
    let trace = disk.trace();
    let mut moment = trace.start();
    let mut places = 0;
    while moment.advance() {
        let at = moment.at();
        if !trace.is_boundary(at) {
            continue;
        }
        places += 1;
        let chosen = case.only.is_none_or(|(only, _)| only == at);
        if !chosen || places % case.effort.stride != 0 || witness.outcome.is_hopeless() {
            continue;
        }
        let place = format!("the process dies before operation {at}");
        let disk = SimDisk::from_trace(&trace, at);
        let promised = moment.promised();
        let lived = life::second(&mut witness, &disk, &states, promised, IMAGES, &place);
        witness.outcome.tried.restarts += usize::from(lived);
    }
    witness.outcome
}

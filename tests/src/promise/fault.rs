//! The n-th call to the disk fails, for every n.

use crate::sim::{Crash, Fault, FaultKind, SimDisk, SyncFailure};
use crate::subject::{Refusal, Stop, Subject};

/// All ways to fail.
const KINDS: [FaultKind; 5] = [
    FaultKind::Io,
    FaultKind::NoSpace,
    FaultKind::ShortWrite,
    FaultKind::Sync(SyncFailure::KeptClean),
    FaultKind::Sync(SyncFailure::Reverted),
];

/// What was tried.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tried {
    /// Runs in which the fault struck.
    pub faults: usize,
    /// Runs that the fault ended.
    pub stopped: usize,
    /// Runs after whose end the same handle could still commit, because only a read had failed.
    pub survived: usize,
}

/// Runs the subject once for every `stride`-th call of every kind, with a fault there, once and from there on.
///
/// # Panics
/// Where the promise is broken.
pub fn everywhere<S: Subject>(subject: &S, stride: usize) -> Tried {
    let mut states = Vec::new();
    subject
        .run(&SimDisk::new(), &mut states)
        .expect("nothing fails on this disk");
    let mut tried = Tried::default();
    for kind in KINDS {
        for sticky in [false, true] {
            for call in (0..).step_by(stride) {
                let fault = Fault { call, sticky, kind };
                if !strike(subject, &states, fault, &mut tried) {
                    break;
                }
            }
        }
    }
    tried
}

/// One run; false where it ended before the fault could strike.
fn strike<S: Subject>(subject: &S, states: &[S::State], fault: Fault, tried: &mut Tried) -> bool {
    let disk = SimDisk::new();
    disk.set_fault(Some(fault));
    let end = subject.run(&disk, &mut Vec::new());
    if !disk.struck() {
        assert!(end.is_ok(), "{fault:?} did not strike: {end:?}");
        return false;
    }
    tried.faults += 1;
    if let Err(stop) = end {
        tried.stopped += 1;
        tried.survived += usize::from(stop.committed_later);
        judge(&stop, fault);
    }
    disk.set_fault(None);
    let trace = disk.trace();
    let (acknowledged, attempted) = trace.promised(trace.len());
    let restart = |what: &str, image: &[u8]| {
        let found = match subject.read(&SimDisk::from_bytes(image)).whole() {
            Ok(state) => state,
            Err(Refusal::Damaged(_)) if acknowledged.is_none() => return,
            Err(refusal) => panic!("{fault:?}, {what}: {refusal:?}"),
        };
        let oldest = acknowledged.unwrap_or(0);
        let newest = attempted.unwrap_or(0).max(oldest);
        assert!(
            states[oldest..=newest].contains(&found),
            "{fault:?}, {what}: neither a state of {oldest}..={newest}"
        );
    };
    restart("the process restarted", &disk.bytes());
    restart("the power was lost", &disk.durable_bytes());
    if !fault.sticky && fault.kind != FaultKind::Io {
        Crash::at(&[], &trace, trace.len(), 5).images(restart_adapter(&restart));
    }
    true
}

fn restart_adapter<'r>(restart: &'r impl Fn(&str, &[u8])) -> impl FnMut(&str, &[u8]) + 'r {
    |what, image| restart(what, image)
}

/// The error names the disk, and after a failed write or sync nothing more is committed.
fn judge(stop: &Stop, fault: Fault) {
    assert!(
        matches!(stop.refusal, Refusal::Disk(_)),
        "{fault:?} was reported as {:?}",
        stop.refusal
    );
    if fault.kind != FaultKind::Io {
        assert!(
            !stop.committed_later,
            "{fault:?}: a commit succeeded through a handle whose write had failed"
        );
    }
}

//! A second process on a machine that goes on: it opens what the first one left, as the operating system shows it, commits, and then the
//! power fails.

use super::witness::Witness;
use crate::sim::{Promised, SimDisk, Trace};
use crate::subject::State;

/// Commits of the second process.
const COMMITS: usize = 2;

/// Opens `disk`, which goes on from a first process and bears no marks of it; `states` are those that it attempted, and `promised` what of them may be there.
/// Where nothing was promised yet, the second process takes up what the first one began, if that can be. The power fails at every
/// place of the second life, with `images` images each. False where there was nothing for a second process to do.
pub(super) fn second(
    witness: &mut Witness<'_>,
    disk: &SimDisk,
    states: &[State],
    promised: Promised,
    images: usize,
    place: &str,
) -> bool {
    let before = disk.operations();
    let begun = match promised.acknowledged {
        Some(_) => Ok(true),
        None => witness.finish(disk),
    };
    let (mut later, end) = match begun {
        Ok(false) => return false,
        Ok(true) => witness.go_on(disk, COMMITS),
        Err(stop) => (Vec::new(), Err(stop)),
    };
    if let Err(stop) = end {
        let what = format!("a second process failed: {:?}", stop.refusal);
        witness.blame(place, what);
        return true;
    }
    let range = promised.range(states.len());
    if !states[range.clone()].contains(&later[0]) {
        let newest = &states[range.end - 1];
        let what = format!(
            "a second process found none of {range:?}: {}",
            later[0].difference(newest)
        );
        witness.blame(place, what);
        return true;
    }
    // One more state list: what the first life allows, then what the second made.
    let first = First {
        allowed: range.len(),
        oldest: promised.acknowledged.map(|_| 0),
    };
    let mut all = states[range].to_vec();
    all.append(&mut later);
    power_fails(witness, &disk.trace(), before, &all, first, images, place);
    true
}

/// What of the first life may be there until the second process has seen something.
#[derive(Clone, Copy)]
struct First {
    /// So many states, the first of the list.
    allowed: usize,
    /// The oldest of them that must be there; none where nothing need be.
    oldest: Option<usize>,
}

/// The power fails everywhere from operation `before` on. Of `states`, those of the `first` life may be there until the second process
/// has seen one.
fn power_fails(
    witness: &mut Witness<'_>,
    trace: &Trace,
    before: usize,
    states: &[State],
    first: First,
    images: usize,
    place: &str,
) {
    let First { allowed, oldest } = first;
    let mut moment = trace.moment(before);
    loop {
        let at = moment.at();
        if trace.is_boundary(at) && !witness.outcome.is_hopeless() {
            let second = moment.promised();
            let promised = Promised {
                acknowledged: second.acknowledged.map(|n| allowed + n).or(oldest),
                attempted: Some(second.attempted.map_or(allowed - 1, |n| allowed + n)),
            };
            witness.images(&moment, images, (promised, 1), |witness, _, image, fate| {
                witness.outcome.tried.images += 1;
                let place = format!(
                    "{place}; a second process; then crash {} operations into it: {fate}",
                    at - before
                );
                witness.find(&SimDisk::from_image(image), states, promised, &place);
            });
        }
        if !moment.advance() {
            return;
        }
    }
}

//! A second process on a machine that goes on: it opens what the first one left, as the operating system shows it, commits, and then the
//! power fails.

use super::witness::Witness;
use crate::sim::{Promised, SimDisk, Trace};
use crate::subject::{Refusal, State};

/// Commits of the second process.
const COMMITS: usize = 2;

/// Opens `disk`, which goes on from a first process and bears no marks of it; `states` are those that it attempted, and `promised` what of them may be there. The
/// power fails at every place of the second life, with `images` images each.
pub(super) fn second(
    witness: &mut Witness<'_>,
    disk: &SimDisk,
    states: &[State],
    promised: Promised,
    images: usize,
    place: &str,
) {
    let before = disk.operations();
    let (mut later, end) = witness.go_on(disk, COMMITS);
    if let Err(stop) = end {
        let nothing_was_promised =
            promised.acknowledged.is_none() && matches!(stop.refusal, Refusal::Damaged(_));
        if !nothing_was_promised {
            witness.blame(
                place,
                format!("a second process failed: {:?}", stop.refusal),
            );
        }
        return;
    }
    let range = promised.range(states.len());
    if !states[range.clone()].contains(&later[0]) {
        let newest = &states[range.end - 1];
        return witness.blame(
            place,
            format!(
                "a second process found none of {range:?}: {}",
                later[0].difference(newest)
            ),
        );
    }
    // One more state list: what the first life allows, then what the second made.
    let allowed = range.len();
    let mut all = states[range].to_vec();
    all.append(&mut later);
    power_fails(witness, &disk.trace(), before, &all, allowed, images, place);
}

/// The power fails everywhere from operation `before` on. Of `states`, the first `allowed` may be there until the second process has
/// seen one.
fn power_fails(
    witness: &mut Witness<'_>,
    trace: &Trace,
    before: usize,
    states: &[State],
    allowed: usize,
    images: usize,
    place: &str,
) {
    let mut moment = trace.moment(before);
    loop {
        let at = moment.at();
        if trace.is_boundary(at) && !witness.outcome.is_hopeless() {
            let second = moment.promised();
            let promised = Promised {
                acknowledged: Some(second.acknowledged.map_or(0, |n| allowed + n)),
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

//! One database from its creation through several endings.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::ask::ask;
use super::life::{Checked, Life, check, open};
use super::model::Model;
use super::shape::Shape;
use super::tally::Tally;
use crate::sim::{Crash, Operation, Promised, Random, SimDisk};

/// Transactions of a database.
const TRANSACTIONS: usize = 400;
/// Of one with a large table.
const TRANSACTIONS_LARGE: usize = 250;
/// Transactions of one life, at most.
const LIFE: usize = 60;
/// Disks that are looked at and left, beside the one that is gone on with.
const ASIDE: usize = 3;
/// Fates of what was under way that one is drawn from.
const FATES: usize = 16;
/// Queries of what was recovered.
const QUERIES: usize = 3;

/// One database.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    /// Draws all of it. When a folding in the background happens is not part of it.
    pub seed: u64,
}

impl Round {
    /// Runs it.
    pub fn run(&self) -> Tally {
        let mut tally = Tally {
            rounds: 1,
            ..Tally::default()
        };
        let mut random = Random::new(self.seed);
        let shape = Shape::draw(&mut random);
        let run = || live(&shape, &mut random, &mut tally);
        let problem = match catch_unwind(AssertUnwindSafe(run)) {
            Ok(Ok(())) => return tally,
            Ok(Err(problem)) => problem,
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
                format!("a panic: {}", text.unwrap_or("without words"))
            }
        };
        tally.problems.push(format!(
            "VIOLATION after {} transactions: {problem}\n  {shape:?}\ncargo xtask vectors --round {}",
            tally.transactions, self.seed
        ));
        tally
    }
}

fn live(shape: &Shape, random: &mut Random, tally: &mut Tally) -> Checked {
    let transactions = match shape.is_large() {
        true => TRANSACTIONS_LARGE,
        false => TRANSACTIONS,
    };
    let mut life = Life::create(shape)?;
    life.fill(random, tally)?;
    while tally.transactions < transactions {
        for _ in 0..1 + random.below(LIFE) {
            life.transaction(random, tally)?;
        }
        life = end(shape, life, random, tally)?;
    }
    Ok(())
}

/// How a life ends.
#[derive(Clone, Copy, Debug)]
enum Ending {
    /// The power fails.
    Power,
    /// The process dies, and the machine goes on.
    Death,
    /// It is closed.
    Close,
}

/// Ends a life, and begins another one with what is left.
fn end<'r>(
    shape: &'r Shape,
    life: Life<'r>,
    random: &mut Random,
    tally: &mut Tally,
) -> Checked<Life<'r>> {
    let ending = match random.below(6) {
        0 => Ending::Close,
        1 => Ending::Death,
        _ => Ending::Power,
    };
    let (disk, states) = life.remains();
    if let Ending::Close = ending {
        drop(life);
        tally.closings += 1;
        // Closing leaves nothing that a loss of power could take.
        let trace = disk.trace();
        let image = trace.moment(trace.len()).durable().clone();
        let last = Promised {
            acknowledged: Some(states.len() - 1),
            attempted: None,
        };
        return revive(shape, SimDisk::from_image(image), &states, last, random)
            .map_err(|what| format!("closed and opened: {what}"));
    }
    let trace = disk.trace();
    drop(life);
    let begun = |operation: &Operation| matches!(operation, Operation::Acknowledge(_));
    let first = trace.operations().iter().position(begun).unwrap_or(0) + 1;
    let mut revived = None;
    for _ in 0..=ASIDE {
        let at = first + random.below(trace.len() - first + 1);
        let moment = trace.moment(at);
        let (left, place) = match ending {
            Ending::Death => {
                tally.deaths += 1;
                let left = SimDisk::from_trace(&trace, at);
                (left, format!("death before operation {at}"))
            }
            _ => {
                tally.crashes += 1;
                let mut crash = Crash::at(&moment, random.bits());
                let fates = crash.fates(FATES);
                let fate = &fates[random.below(fates.len())];
                let left = SimDisk::from_image(crash.image(fate));
                (left, format!("crash before operation {at}: {fate}"))
            }
        };
        let found = revive(shape, left, &states, moment.promised(), random);
        revived = Some(found.map_err(|what| format!("{place}: {what}"))?);
    }
    Ok(revived.expect("at least one disk was opened"))
}

/// Opens what is left, which must be one of the states that were promised, whole, and answer rightly; sometimes after the power
/// failed again while it was opened.
fn revive<'r>(
    shape: &'r Shape,
    mut disk: SimDisk,
    states: &[Arc<Model>],
    promised: Promised,
    random: &mut Random,
) -> Checked<Life<'r>> {
    if random.one_in(4) {
        let before = disk.operations();
        drop(open(shape, &disk).map_err(|error| error.to_string())?);
        let trace = disk.trace();
        let at = before + random.below(trace.len() - before + 1);
        let moment = trace.moment(at);
        let mut crash = Crash::at(&moment, random.bits());
        let fates = crash.fates(FATES);
        disk = SimDisk::from_image(crash.image(&fates[random.below(fates.len())]));
    }
    let database = open(shape, &disk).map_err(|error| error.to_string())?;
    let connection = database.connect();
    let range = promised.range(states.len());
    let mut model = None;
    let mut differences = Vec::new();
    for number in range.clone().rev() {
        let difference = states[number].difference(&connection);
        match difference.map_err(|error| error.to_string())? {
            None => {
                model = Some(Arc::clone(&states[number]));
                break;
            }
            Some(difference) => differences.push(format!("state {number}: {difference}")),
        }
    }
    let Some(model) = model else {
        return Err(format!("none of {range:?}: {}", differences.join("; ")));
    };
    check(&connection)?;
    for _ in 0..QUERIES {
        ask(&connection, shape, &model, random)?;
    }
    Ok(Life::on(shape, disk, database, model))
}

//! Commits that survive the loss of power when they return; beside them, an engine that promises nothing, and what the
//! disk itself allows.

use std::sync::atomic::{AtomicI64, Ordering};

use super::Wanted;
use super::effort::Effort;
use super::lane::{Lane, Workshop};
use super::rounds::{Case, at_once, interleave};
use crate::Result;
use crate::report::Report;
use crate::store::Session;

/// Rows of a commit in `durable_batch`.
const BATCH: usize = 1_000;

pub(super) fn run(
    wanted: &Wanted,
    effort: &Effort,
    workshop: &Workshop,
    report: &mut Report,
) -> Result<()> {
    for (name, threads) in [("durable_1", 1), ("durable_8", 8)] {
        if wanted.case(name) {
            let mut lanes = if threads == 1 {
                wanted.lanes_and_yardsticks(workshop, name)
            } else {
                wanted.lanes(workshop, name)
            };
            single_rows(name, threads, &mut lanes, effort, report)?;
        }
    }
    if wanted.case("durable_batch") {
        batches(&mut wanted.lanes(workshop, "durable_batch"), effort, report)?;
    }
    Ok(())
}

/// Commits of one row each, on so many threads with a connection each.
fn single_rows(
    name: &str,
    threads: usize,
    lanes: &mut [Lane],
    effort: &Effort,
    report: &mut Report,
) -> Result<()> {
    let share = effort.commits / threads;
    let case = Case {
        name,
        operations: share * threads,
        note: "commits of one row",
    };
    begin(lanes, effort)?;
    let first = |round: usize| (effort.durable_rows + round * effort.commits) as i64;
    interleave(
        &case,
        lanes,
        effort.rounds,
        report,
        |lane, _| lane.sessions(threads).map(drop),
        |lane, round| {
            let next = AtomicI64::new(first(round));
            on_threads(lane.sessions(threads)?, |session| {
                for _ in 0..share {
                    session.insert_each(&[next.fetch_add(1, Ordering::Relaxed)])?;
                }
                Ok(())
            })
        },
    )
}

/// Gives each connection a thread.
fn on_threads(
    sessions: &mut [Box<dyn Session>],
    work: impl Fn(&mut dyn Session) -> Result<()> + Sync,
) -> Result<()> {
    let work = &work;
    if let [session] = sessions {
        return work(&mut **session);
    }
    std::thread::scope(|scope| {
        let started: Vec<_> = sessions
            .iter_mut()
            .map(|session| scope.spawn(move || work(&mut **session)))
            .collect();
        started
            .into_iter()
            .try_for_each(|thread| thread.join().map_err(|_| "a thread panicked")?)
    })
}

fn batches(lanes: &mut [Lane], effort: &Effort, report: &mut Report) -> Result<()> {
    let rows = effort.batches * BATCH;
    let case = Case {
        name: "durable_batch",
        operations: rows,
        note: "rows, 1,000 in a commit",
    };
    begin(lanes, effort)?;
    interleave(
        &case,
        lanes,
        effort.rounds,
        report,
        at_once,
        |lane, round| {
            let session = lane.session()?;
            let first = effort.durable_rows + round * rows;
            (first..first + rows)
                .step_by(BATCH)
                .try_for_each(|from| session.insert_all(&mut ids(from, BATCH), 0))
        },
    )
}

/// New files with some rows.
fn begin(lanes: &mut [Lane], effort: &Effort) -> Result<()> {
    for lane in lanes {
        lane.create()?;
        let mut rows = ids(0, effort.durable_rows);
        lane.session()?.insert_all(&mut rows, 0)?;
    }
    Ok(())
}

fn ids(from: usize, count: usize) -> impl Iterator<Item = i64> {
    (from..from + count).map(|id| id as i64)
}

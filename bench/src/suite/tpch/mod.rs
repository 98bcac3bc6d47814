//! The questions of a wholesaler, in the manner of TPC-H, at a tenth of its scale: joins, groups and sorts of 600,000 lines,
//! beside SQLite and DuckDB.
//!
//! Tables, indexes and questions are those of `tests/golden/tpch.sql`, which every engine here understands; rows are made
//! here, the same for all. Each engine answers on one thread, in interleaved rounds; in the round that warms up all must give
//! the same rows, or the question does not count.

mod data;
mod lane;
mod questions;

use crate::Result;
use crate::arguments::Arguments;
use crate::report::{Report, complain};
use crate::timing::{Samples, timed};

use super::sql::client;
use data::Scale;
use lane::Lane;
use questions::Questions;

const ROUNDS: usize = 5;
const QUICK_ROUNDS: usize = 3;

/// Runs the suite.
pub(crate) fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let questions = Questions::read()?;
    let scale = match arguments.quick {
        true => Scale::HUNDREDTH,
        false => Scale::TENTH,
    };
    std::fs::create_dir_all(&arguments.work)?;
    let folder = tempfile::tempdir_in(&arguments.work)?;
    let mut lanes = lane::all(arguments, folder.path())?;
    for lane in &lanes {
        report.introduce(lane.name(), &lane.version());
    }
    let note = format!("{} lines", scale.lines());
    for lane in &mut lanes {
        complain(&format!("load {}", lane.name()));
        let (seconds, loaded) = timed(|| lane.load(&questions, scale));
        loaded?;
        report.add("load", lane.name(), &note, "seconds", seconds);
    }
    let rounds = arguments.rounds.unwrap_or(match arguments.quick {
        true => QUICK_ROUNDS,
        false => ROUNDS,
    });
    for question in &questions.all {
        if arguments.wants(&question.name) {
            complain(&question.name);
            if let Err(error) = ask(&mut lanes, question, rounds, &note, report) {
                complain(&format!("{}: left out: {error}", question.name));
            }
        }
    }
    for (engine, value) in report.geometric_means("ms", |_| true) {
        report.add(
            "mean",
            &engine,
            "geometric mean of the questions",
            "ms",
            value,
        );
    }
    Ok(())
}

fn ask(
    lanes: &mut [Lane],
    question: &questions::Question,
    rounds: usize,
    note: &str,
    report: &mut Report,
) -> Result<()> {
    let mut times = vec![Samples::default(); lanes.len()];
    for round in 0..=rounds {
        let mut first: Option<client::Rows> = None;
        for (lane, times) in lanes.iter_mut().zip(&mut times) {
            let (seconds, rows) = lane.ask(&question.sql)?;
            if round > 0 {
                times.push(seconds * 1_000.0);
                continue;
            }
            match &first {
                None => first = Some(rows),
                Some(first) if client::same(first, &rows) => {}
                Some(first) => {
                    return Err(format!(
                        "the answers differ: {} and {} rows, {:?} and {:?}",
                        first.len(),
                        rows.len(),
                        first.first(),
                        rows.first()
                    )
                    .into());
                }
            }
        }
    }
    for (lane, times) in lanes.iter().zip(&times) {
        report.add(&question.name, lane.name(), note, "ms", times.median());
        report.add(&question.name, lane.name(), note, "spread", times.spread());
    }
    Ok(())
}

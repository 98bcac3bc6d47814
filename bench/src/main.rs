//! Head-to-head benchmarks: `citadel-bench SUITE [--quick] [--json FILE]`; without a suite it says what else it takes.
//!
//! Engines do the same with the same rows, in interleaved rounds; what is reported is the
//! median of the rounds with their spread. Rivals live in this crate alone, so that no other build compiles them.
#![deny(unsafe_code)]

mod arguments;
mod data;
mod engine;
mod report;
mod row;
mod store;
mod suite;
mod timing;

use std::process::ExitCode;

use arguments::Arguments;
use report::Report;

/// An error is text for the user.
type Error = Box<dyn std::error::Error + Send + Sync>;
type Result<T> = std::result::Result<T, Error>;

/// The engine that is laid beside its peers.
const SUBJECT: &str = "citadel";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::complain(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let arguments = Arguments::read(std::env::args().skip(1))?;
    let mut report = Report::new(&arguments.suite);
    let ran = match arguments.suite.as_str() {
        "vector" => suite::vector::run(&arguments, &mut report),
        "storage" => suite::storage::run(&arguments, &mut report),
        "sql" => suite::sql::run(&arguments, &mut report),
        "lake" => suite::lake::run(&arguments, &mut report),
        "tpch" => suite::tpch::run(&arguments, &mut report),
        other => {
            return Err(
                format!("no suite '{other}'; there are: vector, storage, sql, lake, tpch").into(),
            );
        }
    };
    // What was measured before an error is worth as much as it was.
    report.print();
    report.print_against(SUBJECT);
    match arguments.suite.as_str() {
        "vector" => suite::vector::judge(&arguments, &mut report),
        "lake" => suite::lake::judge(&mut report),
        _ => {}
    }
    if let Some(path) = &arguments.json {
        report.write_json(path, SUBJECT)?;
    }
    ran
}

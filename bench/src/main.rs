//! Head-to-head benchmarks: `citadel-bench SUITE [--quick] [--json FILE] [--data DIR]`.
//!
//! Engines answer the same queries over the same rows on one thread, in interleaved rounds; what is reported is the
//! median of the rounds with their spread. Rivals live in this crate alone, so that no other build compiles them.
#![deny(unsafe_code)]

mod arguments;
mod data;
mod engine;
mod report;
mod suite;
mod timing;

use std::process::ExitCode;

use arguments::Arguments;
use report::Report;

/// An error is text for the user.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

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
    match arguments.suite.as_str() {
        "vector" => suite::vector::run(&arguments, &mut report)?,
        other => return Err(format!("no suite '{other}'; there is: vector").into()),
    }
    report.print();
    if let Some(path) = &arguments.json {
        report.write_json(path)?;
    }
    Ok(())
}

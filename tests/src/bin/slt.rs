//! `cargo xtask slt`: scripts of sqllogictest against the engine, a process for each file.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use citadel_tests::arguments::Arguments;
use citadel_tests::slt::{Campaign, EngineName, run_file};

const KNOWN: [&str; 8] = [
    "engine", "limit", "jobs", "every", "most", "file", "details", "reasons",
];

fn main() -> ExitCode {
    let (named, paths): (Vec<String>, Vec<PathBuf>) = divide(std::env::args().skip(1));
    match Arguments::parse(named, &KNOWN).and_then(|arguments| run(&arguments, paths)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

/// Takes `--name value` apart from paths.
fn divide(arguments: impl Iterator<Item = String>) -> (Vec<String>, Vec<PathBuf>) {
    let (mut named, mut paths) = (Vec::new(), Vec::new());
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        if argument.starts_with("--") {
            named.push(argument);
            named.extend(arguments.next());
        } else {
            paths.push(argument.into());
        }
    }
    (named, paths)
}

fn run(arguments: &Arguments, paths: Vec<PathBuf>) -> Result<(), String> {
    let engine: EngineName = arguments.word("engine").unwrap_or("citadel").parse()?;
    let most = arguments.number("most", u64::MAX) as usize;
    if let Some(file) = arguments.word("file") {
        return run_file(Path::new(file), engine, most);
    }
    let campaign = Campaign {
        paths,
        engine,
        limit: Duration::from_secs(arguments.number("limit", 20)),
        jobs: arguments.number("jobs", 1) as usize,
        every: arguments.number("every", 1) as usize,
        most,
    };
    let tally = campaign.run()?;
    say(&tally.counts());
    say(&tally.reasons(arguments.number("reasons", 60) as usize));
    if let Some(path) = arguments.word("details") {
        std::fs::write(path, tally.failures().join("\n") + "\n")
            .map_err(|error| format!("{path}: {error}"))?;
    }
    tally.verdict()
}

#[expect(clippy::print_stdout, reason = "a command talks to its user")]
fn say(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "a command talks to its user")]
fn fail(text: &str) -> ExitCode {
    eprintln!("{text}");
    ExitCode::FAILURE
}

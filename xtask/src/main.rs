//! Developer commands: one door for people and for CI.
//!
//! `cargo xtask check` is fast and builds no test; `cargo xtask test` is everything that must pass.

mod command;
mod demo_data;
mod fuzz;
mod interop;
mod nonce_ledger;
mod peers;
mod slt;
mod tidy;

use std::process::ExitCode;

use command::{Result, cargo, cargo_with};

const USAGE: &str = "\
usage: cargo xtask COMMAND

  check              format, clippy, tidy rules and docs, in minutes
  test [FILTER]      the tidy rules and every test of the workspace; without a filter, the fuzz targets and some scripts as well
  fuzz [COMMAND …]   the fuzz targets on a stable compiler: run [TARGET] [--executions N] [--seed S], one TARGET FILE, seed
  crash [OPTIONS]    crashes, faults and tampering on the simulated disk, by the hundred thousand; --help tells more
  bench SUITE […]    head-to-head benchmarks (builds rival engines: needs C and C++ compilers; vector, lake and tpch also want python3, vector Postgres)
  interop            lake tables read by PyIceberg, Polars, Daft and DuckDB, and PyIceberg's read here (makes a Python environment under target/)
  lake [N]           N random operations of several writers on a lake table whose store fails (--seed S)
  isolation […]      histories of concurrent connections through crashes, checked (--transactions N, --seed S)
  kill […]           processes killed while they write, and what they leave (--runs N, --seed S)
  vectors […]        vector indexes under random transactions, queries and crashes (--transactions N, --seed S)
  slt [DIR|ARCHIVE]  sqllogictest scripts, a process for each file; without a path the corpora of ../shared/sql
                     (--limit SECONDS, --jobs N, --every N, --most RECORDS, --reasons N, --details FILE, --engine sqlite)
  schedules [N]      the orders in which threads meet in the commit protocol, N of each model
  demo-data          makes the demo's sample anew from the full data set in ../shared/data
  tidy               the rules of the house alone
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            complain(&message);
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let (name, rest) = arguments
        .split_first()
        .map_or(("help", &[][..]), |(name, rest)| (name.as_str(), rest));
    match name {
        "check" => check(),
        "test" => test(rest),
        "fuzz" => fuzz::run(rest),
        "bench" => bench(rest),
        "crash" | "isolation" | "kill" | "vectors" => campaign(name, rest),
        "schedules" => schedules(rest.first().map_or("10000", String::as_str)),
        "slt" => slt::run(rest),
        "interop" => interop::run(),
        "lake" => lake(rest),
        "demo-data" => demo_data::make(),
        "tidy" => tidy::run(),
        "help" | "--help" | "-h" => {
            say(USAGE);
            Ok(())
        }
        other => Err(format!("no command '{other}'\n\n{USAGE}")),
    }
}

fn check() -> Result<()> {
    cargo(&["fmt", "--all", "--check"])?;
    tidy::run()?;
    cargo(&[
        "clippy",
        "--workspace",
        "--exclude",
        "citadel-bench",
        "--all-targets",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ])?;
    cargo_with(
        &[
            "doc",
            "--workspace",
            "--exclude",
            "citadel-bench",
            "--no-deps",
            "--document-private-items",
            "--quiet",
        ],
        &[("RUSTDOCFLAGS", "-D warnings")],
    )
}

fn test(filter: &[String]) -> Result<()> {
    tidy::run()?;
    let preparing = filter.is_empty().then(interop::prepare);
    let mut arguments = vec!["test", "--workspace", "--exclude", "citadel-bench"];
    arguments.extend(filter.iter().map(String::as_str));
    let counts = nonce_ledger::watch(|environment| cargo_with(&arguments, environment))?;
    say(&counts);
    let Some(preparing) = preparing else {
        return Ok(());
    };
    interop::run_if_possible(preparing)?;
    fuzz::run(&[])?;
    slt::smoke()?;
    schedules("500")
}

/// Random operations on a lake table, accounted for row by row.
fn lake(rest: &[String]) -> Result<()> {
    let (count, options) = match rest.split_first() {
        Some((first, options)) if !first.starts_with("--") => (first.as_str(), options),
        _ => ("10000", rest),
    };
    let seed = match options {
        [] => "1",
        [name, seed] if name == "--seed" => seed,
        _ => return Err(format!("lake {}: what is that?", rest.join(" "))),
    };
    let arguments = ["test", "--package", "citadel-lake", "--test", "lake"];
    command::cargo_with(
        &[&arguments[..], &["history::", "--", "--nocapture"]].concat(),
        &[
            ("CITADEL_LAKE_OPERATIONS", count),
            ("CITADEL_LAKE_SEED", seed),
        ],
    )
}

/// Explores schedules of the models in citadel-txn, whose locks ask a scheduler in this build alone.
fn schedules(of_each: &str) -> Result<()> {
    let arguments = ["test", "--package", "citadel-txn", "--features", "shuttle"];
    command::cargo_with(
        &[&arguments[..], &["--lib", "schedules::"]].concat(),
        &[("CITADEL_SCHEDULES", of_each)],
    )
}

fn bench(rest: &[String]) -> Result<()> {
    let mut arguments = vec!["run", "--release", "--package", "citadel-bench", "--"];
    arguments.extend(rest.iter().map(String::as_str));
    let added = match rest.first().map(String::as_str) {
        Some(suite @ ("vector" | "lake" | "tpch")) => peers::arguments(suite, rest),
        _ => Vec::new(),
    };
    arguments.extend(added.iter().map(String::as_str));
    cargo(&arguments)
}

/// Runs a long program of the tests' crate.
fn campaign(program: &str, rest: &[String]) -> Result<()> {
    let mut arguments = vec!["run", "--profile", "crash", "--package", "citadel-tests"];
    arguments.extend(["--bin", program, "--"]);
    arguments.extend(rest.iter().map(String::as_str));
    cargo(&arguments)
}

#[expect(clippy::print_stdout, reason = "a command talks to its user")]
fn say(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "a command talks to its user")]
fn complain(text: &str) {
    eprintln!("error: {text}");
}

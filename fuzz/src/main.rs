//! `smoke [run | seed | one] …`: the targets without libFuzzer. `cargo xtask fuzz` calls it.

use std::process::ExitCode;

use citadel_fuzz::{TARGETS, Target, campaign};

const USAGE: &str = "\
usage: smoke run [TARGET] [--executions N] [--seed S]    the corpus, then mutations of it
       smoke one TARGET FILE                             one input
       smoke seed [TARGET]                               writes the corpus anew";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match command(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn command(arguments: &[String]) -> Result<(), String> {
    match arguments.first().map_or("run", String::as_str) {
        "run" => run(arguments.get(1..).unwrap_or_default()),
        "seed" => seed(arguments.get(1).map(String::as_str)),
        "one" => match &arguments[1..] {
            [target, path] => one(target, path),
            _ => Err(USAGE.to_owned()),
        },
        _ => Err(USAGE.to_owned()),
    }
}

fn run(arguments: &[String]) -> Result<(), String> {
    let mut name = None;
    let (mut executions, mut seed) = (None, 1);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut number = || {
            let text = rest.next().ok_or(USAGE)?;
            text.parse().map_err(|_| format!("{text} is no number"))
        };
        match argument.as_str() {
            "--executions" => executions = Some(number()?),
            "--seed" => seed = number()?,
            other if !other.starts_with('-') => name = Some(other),
            _ => return Err(USAGE.to_owned()),
        }
    }
    // What a target panics with is told once, at the end.
    std::panic::set_hook(Box::new(|_| {}));
    println!("canary found after {} executions", campaign::canary()?);
    let mut total = 0;
    for target in chosen(name)? {
        total += run_one(target, executions.unwrap_or(target.smoke), seed)?;
    }
    println!("{total} executions, nothing found");
    Ok(())
}

fn run_one(target: &Target, executions: u64, seed: u64) -> Result<u64, String> {
    let outcome = campaign::run(target, executions, seed)
        .map_err(|error| format!("{}: {error}", target.name))?;
    println!(
        "{:12} {:>9} executions, {} of them the corpus, {:.1} s",
        target.name,
        outcome.executions,
        outcome.corpus,
        outcome.elapsed.as_secs_f64()
    );
    let marks: Vec<String> = outcome
        .marks
        .iter()
        .map(|(name, count)| format!("{count} {name}"))
        .collect();
    if !marks.is_empty() {
        println!("             {}", marks.join(", "));
    }
    match outcome.failure {
        None => Ok(outcome.executions),
        Some(failure) => Err(format!(
            "{}: {}\n  again: smoke one {0} {}",
            target.name,
            failure.message,
            failure.artifact.display()
        )),
    }
}

fn one(name: &str, path: &str) -> Result<(), String> {
    let input = std::fs::read(path).map_err(|error| format!("{path}: {error}"))?;
    chosen(Some(name))?
        .iter()
        .try_for_each(|target| campaign::attempt(target.run, &input))
}

fn seed(name: Option<&str>) -> Result<(), String> {
    for target in chosen(name)? {
        let count = campaign::write_corpus(target).map_err(|error| error.to_string())?;
        println!("{:12} {count} inputs", target.name);
    }
    Ok(())
}

fn chosen(name: Option<&str>) -> Result<Vec<&'static Target>, String> {
    let found: Vec<_> = TARGETS
        .iter()
        .filter(|target| name.is_none_or(|name| name == target.name))
        .collect();
    match found[..] {
        [] => Err(format!("no target '{}'", name.unwrap_or_default())),
        _ => Ok(found),
    }
}

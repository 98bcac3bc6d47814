//! `cargo xtask kill`: processes that are killed while they write, and others that look at what they left.

use std::path::PathBuf;
use std::process::ExitCode;

use citadel_tests::arguments::Arguments;
use citadel_tests::kill::{Referee, Score, Setup, follow, verify, work};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    let role = arguments.next_if(|word| !word.starts_with("--"));
    let mut known = Setup::ARGUMENTS.to_vec();
    known.extend(["transactions", "changes", "runs", "folder"]);
    let result = Arguments::parse(arguments, &known).and_then(|arguments| match role.as_deref() {
        None => referee(&arguments),
        Some(role) => act(role, &arguments),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn act(role: &str, arguments: &Arguments) -> Result<(), String> {
    let setup = Setup::from_arguments(arguments)?;
    match role {
        "work" => {
            let changes = arguments
                .word("changes")
                .map(|_| arguments.number("changes", 0));
            work(&setup, arguments.number("transactions", 50), changes);
        }
        "follow" => follow(&setup),
        "verify" => verify(&setup),
        other => return Err(format!("no role '{other}'")),
    }
    Ok(())
}

fn referee(arguments: &Arguments) -> Result<(), String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let folder = arguments
        .word("folder")
        .map_or_else(|| std::env::temp_dir().join("citadel-kill"), PathBuf::from);
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let referee = Referee {
        program,
        folder,
        seed: arguments.number("seed", 1),
    };
    say(&format!("{referee:?}"));
    let runs = arguments.number("runs", 1_000) as usize;
    let score = referee.run(runs, |score: &Score| {
        if score.deaths().is_multiple_of(100) {
            say(&format!(
                "{} deaths, {:.0} s",
                score.deaths(),
                score.took.as_secs_f64()
            ));
        }
    });
    say(&score.to_string());
    if score.faults.is_empty() {
        Ok(())
    } else {
        Err(score.faults.join("\n"))
    }
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

//! `cargo xtask isolation`: runs concurrent connections through crashes, and checks their histories.

use std::process::ExitCode;

use citadel_tests::arguments::Arguments;
use citadel_tests::history::Campaign;

fn main() -> ExitCode {
    match Arguments::from_env(&["transactions", "seed", "clients", "followers"]) {
        Ok(arguments) => run(&arguments),
        Err(error) => fail(&error),
    }
}

fn run(arguments: &Arguments) -> ExitCode {
    let campaign = Campaign {
        seed: arguments.number("seed", 1),
        transactions: arguments.number("transactions", 1_000_000) as usize,
        clients: arguments.number("clients", 8) as u32,
        followers: arguments.number("followers", 1) as u32,
    };
    say(&format!("{campaign:?}"));
    let tally = campaign.run(|tally| {
        if tally.rounds.is_multiple_of(20) {
            let checked = tally.total().transactions();
            say(&format!(
                "{checked} transactions, {:.0} s",
                tally.took.as_secs_f64()
            ));
        }
    });
    say(&tally.to_string());
    if tally.problems.is_empty() {
        return ExitCode::SUCCESS;
    }
    fail(&tally.problems.join("\n"))
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

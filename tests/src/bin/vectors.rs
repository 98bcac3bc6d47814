//! `cargo xtask vectors`: vector indexes under random transactions, queries and crashes.

use std::process::ExitCode;

use citadel_tests::arguments::Arguments;
use citadel_tests::vectors::{Campaign, Round, Tally};

fn main() -> ExitCode {
    match Arguments::from_env(&["transactions", "seed", "round"]) {
        Ok(arguments) => run(&arguments),
        Err(error) => fail(&error),
    }
}

fn run(arguments: &Arguments) -> ExitCode {
    // A panic of the database under test is told with the seed of its round.
    std::panic::set_hook(Box::new(|_| {}));
    let tally = match arguments.word("round") {
        Some(_) => {
            let seed = arguments.number("round", 0);
            Round { seed }.run()
        }
        None => campaign(arguments),
    };
    say(&tally.to_string());
    if tally.problems.is_empty() {
        return ExitCode::SUCCESS;
    }
    fail(&tally.problems.join("\n"))
}

fn campaign(arguments: &Arguments) -> Tally {
    let campaign = Campaign {
        seed: arguments.number("seed", 1),
        transactions: arguments.number("transactions", 100_000) as usize,
    };
    say(&format!("{campaign:?}"));
    campaign.run(|tally| {
        if tally.rounds.is_multiple_of(20) {
            let seconds = tally.took.as_secs_f64();
            say(&format!(
                "{} transactions, {seconds:.0} s",
                tally.transactions
            ));
        }
    })
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

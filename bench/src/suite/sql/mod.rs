//! Statements against SQLite: reads, changes and transactions, each by one thread on both sides, prepared once.
//!
//! Reads and changes run with SQLite's journal in memory and nothing synced, against durability `OFF`; changes run once more
//! against its write-ahead log and full durability. Every row is collected into owned values, round after round; what the two
//! answer in the round that warms up must be the same, or the case does not count.

mod cases;
pub(in crate::suite) mod client;
mod data;

use crate::Result;
use crate::arguments::Arguments;
use crate::report::{Report, complain};
use crate::timing::Samples;

use cases::{Case, Kind};
use client::{Call, Client, Durable, Rows};

/// Bytes of cache of each side.
const CACHE_BYTES: usize = 32 << 20;
/// Rounds that count.
const ROUNDS: usize = 7;
const QUICK_ROUNDS: usize = 3;
/// What is told of a case: how often its statements were run in a second.
const OPS: &str = "ops_per_s";

/// Runs the suite.
pub(crate) fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let cases = cases::all();
    if let Some(unknown) = arguments.cases.iter().find(|wanted| {
        let is_it = |case: &Case| case.name == wanted.as_str();
        !cases.iter().any(is_it)
    }) {
        let names: Vec<_> = cases.iter().map(|case| case.name).collect();
        return Err(format!("no case '{unknown}'; there are: {}", names.join(", ")).into());
    }
    complain(&format!("SQLite {}", rusqlite::version()));
    std::fs::create_dir_all(&arguments.work)?;
    let rounds = arguments.rounds.unwrap_or(match arguments.quick {
        true => QUICK_ROUNDS,
        false => ROUNDS,
    });
    for case in cases.iter().filter(|case| arguments.wants(case.name)) {
        let durable: &[Durable] = match case.kind {
            Kind::Read => &[Durable::Off],
            Kind::Write => &[Durable::Off, Durable::Full],
        };
        for durable in durable {
            complain(&format!("{}{}", case.name, durable.suffix()));
            let duel = Duel {
                case,
                durable: *durable,
                rounds,
            };
            if let Err(error) = duel.run(arguments, report) {
                complain(&format!("{}: left out: {error}", case.name));
            }
        }
    }
    sum_up(report);
    Ok(())
}

/// One case, one durability, both engines.
struct Duel<'a> {
    case: &'a Case,
    durable: Durable,
    rounds: usize,
}

impl Duel<'_> {
    fn run(&self, arguments: &Arguments, report: &mut Report) -> Result<()> {
        let folder = tempfile::tempdir_in(&arguments.work)?;
        let mut clients = Vec::new();
        for mut client in client::all(folder.path(), self.durable, CACHE_BYTES)? {
            if arguments.wants_engine(client.name()) {
                data::load(&mut *client, self.case.tables)?;
                client.batch(self.case.setup)?;
                clients.push(client);
            }
        }
        let mut rates = vec![Samples::default(); clients.len()];
        for round in 0..=self.rounds {
            let mut answers: Vec<Vec<Rows>> = Vec::new();
            for (client, rates) in clients.iter_mut().zip(&mut rates) {
                let (seconds, rows) = self.lap(&mut **client, round)?;
                match round {
                    0 => answers.push(rows),
                    _ => rates.push(self.case.repeats as f64 / seconds),
                }
            }
            self.compare(&answers)?;
        }
        let name = format!("{}{}", self.case.name, self.durable.suffix());
        for (client, rates) in clients.iter().zip(&rates) {
            let params = format!("{}; {}", self.case.note, client.params());
            report.add(&name, client.name(), &params, OPS, rates.median());
            report.add(&name, client.name(), &params, "spread", rates.spread());
        }
        Ok(())
    }

    /// One round: what comes before is not timed.
    fn lap(&self, client: &mut dyn Client, round: usize) -> Result<(f64, Vec<Rows>)> {
        let repeats = self.case.repeats;
        let first = round * repeats;
        let spelled = match client.name() {
            client::SQLITE => self.case.sqlite.unwrap_or(self.case.statements),
            _ => self.case.statements,
        };
        if let Some(before) = self.case.before {
            let calls: Vec<Call> = (first..first + repeats).flat_map(before).collect();
            client.calls(spelled, &calls)?;
        }
        let calls: Vec<Call> = (first..first + repeats).flat_map(self.case.calls).collect();
        client.calls(spelled, &calls)
    }

    fn compare(&self, answers: &[Vec<Rows>]) -> Result<()> {
        let [first, others @ ..] = answers else {
            return Ok(());
        };
        for other in others {
            if first.len() != other.len() {
                return Err("another number of answers".into());
            }
            for (own, other) in first.iter().zip(other) {
                let mut pair = [own.clone(), other.clone()];
                if !self.case.is_ordered {
                    pair.iter_mut().for_each(client::sort);
                }
                if !client::same(&pair[0], &pair[1]) {
                    return Err(format!(
                        "the answers differ: {} and {} rows, {:?} and {:?}",
                        own.len(),
                        other.len(),
                        pair[0].first(),
                        pair[1].first()
                    )
                    .into());
                }
            }
        }
        Ok(())
    }
}

/// The geometric mean over all cases, and over those of each durability.
fn sum_up(report: &mut Report) {
    for (name, is_of) in [
        (
            "mean",
            (|case: &str| !case.ends_with("@full")) as fn(&str) -> bool,
        ),
        ("mean@full", |case: &str| case.ends_with("@full")),
    ] {
        for (engine, value) in report.geometric_means(OPS, is_of) {
            report.add(name, &engine, "geometric mean of the cases", OPS, value);
        }
    }
}

//! Many databases, and the table of what was checked.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use super::{Ending, Layer, Mode, Round};
use crate::history::check::Counts;
use crate::sim::Random;

/// Page sizes that take turns: small ones make deep trees.
const PAGE_SIZES: [u32; 3] = [512, 1024, 4096];

/// Many rounds, through all layers, modes and page sizes in turn.
#[derive(Clone, Copy, Debug)]
pub struct Campaign {
    /// Draws everything but the threads' schedule.
    pub seed: u64,
    /// Ends when so many transactions were checked.
    pub transactions: usize,
    /// Connections at once.
    pub clients: u32,
    /// Read-only followers at once.
    pub followers: u32,
}

/// What a campaign checked and found.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    rows: BTreeMap<(Layer, Mode, Ending), (usize, Counts)>,
    /// What is wrong, told for people.
    pub problems: Vec<String>,
    /// How many anomalies there were.
    pub anomalies: usize,
    /// Databases.
    pub rounds: usize,
    /// How long it took.
    pub took: Duration,
}

impl Campaign {
    /// Runs it; `progress` is told of each round.
    pub fn run(&self, mut progress: impl FnMut(&Tally)) -> Tally {
        let started = Instant::now();
        let mut random = Random::new(self.seed);
        let mut tally = Tally::default();
        while tally.total().transactions() < self.transactions && tally.problems.is_empty() {
            let round = self.round(tally.rounds, random.bits());
            let report = round.run();
            for (ending, counts) in &report.endings {
                let row = tally
                    .rows
                    .entry((round.layer, round.mode, *ending))
                    .or_default();
                row.0 += 1;
                row.1.add(counts);
            }
            tally.problems.extend(report.problems);
            tally.anomalies += report.anomalies;
            tally.rounds += 1;
            tally.took = started.elapsed();
            progress(&tally);
        }
        tally
    }

    fn round(&self, number: usize, seed: u64) -> Round {
        let layers = [Layer::Txn, Layer::Sql];
        let modes = Mode::ALL.len();
        Round {
            seed,
            layer: layers[number % 2],
            mode: Mode::ALL[number / 2 % modes],
            page_size: PAGE_SIZES[number / (2 * modes) % PAGE_SIZES.len()],
            clients: self.clients,
            followers: self.followers,
            histories: 6,
            transactions: 1_000,
        }
    }
}

impl Tally {
    /// All that was looked at.
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        for (_, counts) in self.rows.values() {
            total.add(counts);
        }
        total
    }

    /// Histories with an ending.
    pub fn histories(&self, ending: Ending) -> usize {
        let rows = self.rows.iter().filter(|((_, _, of), _)| *of == ending);
        rows.map(|(_, (histories, _))| histories).sum()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "layer  mode    ending     histories  committed    aborted  unanswered  (happened)       links      orders"
        )?;
        for ((layer, mode, ending), (histories, counts)) in &self.rows {
            write!(f, "{layer:<6} {mode:<7} {ending:<9}  {histories:>9}")?;
            write_counts(f, counts)?;
        }
        let histories: usize = self.rows.values().map(|(histories, _)| histories).sum();
        write!(f, "{:<25} {histories:>9}", "total")?;
        write_counts(f, &self.total())?;
        let transactions = self.total().transactions();
        writeln!(
            f,
            "{transactions} transactions in {} databases, {:.0} s, {} anomalies",
            self.rounds,
            self.took.as_secs_f64(),
            self.anomalies
        )
    }
}

fn write_counts(f: &mut fmt::Formatter<'_>, counts: &Counts) -> fmt::Result {
    writeln!(
        f,
        "  {:>9}  {:>9}  {:>10}  {:>10}  {:>10}  {:>10}",
        counts.committed,
        counts.aborted,
        counts.unknown,
        counts.unknown_seen,
        counts.dependencies,
        counts.orders
    )
}

//! What a campaign has done and found.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::judge::Answer;

/// Counts, and what is wrong.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Databases.
    pub rounds: usize,
    /// Transactions, whether they were committed or rolled back.
    pub transactions: usize,
    /// Statements that changed something.
    pub statements: usize,
    /// Statements that failed, as they must.
    pub failed: usize,
    /// Transactions that were rolled back.
    pub rolled_back: usize,
    /// Indexes made, changed or dropped in transactions of their own.
    pub defined: usize,
    /// Foldings and vacuums.
    pub upkeep: usize,
    /// Answers.
    pub answers: usize,
    /// Those inside a transaction that had changed something.
    pub of_changed: usize,
    /// Those of older snapshots.
    pub of_old: usize,
    /// Disks that were opened after a loss of power.
    pub crashes: usize,
    /// Deaths of a process.
    pub deaths: usize,
    /// Clean ends.
    pub closings: usize,
    /// What is wrong, told for people.
    pub problems: Vec<String>,
    /// How long it took.
    pub took: Duration,
    /// All answers, exact ones too.
    pub found: Found,
    /// Answers of walks, by the recall that was stated, in thousandths.
    pub walks: BTreeMap<u32, Found>,
}

/// How much was found of what should have been.
#[derive(Clone, Copy, Debug, Default)]
pub struct Found {
    /// Answers.
    pub answers: usize,
    /// Rows found.
    pub hits: usize,
    /// Rows that should have been.
    pub wanted: usize,
}

impl Found {
    fn add(&mut self, other: Self) {
        self.answers += other.answers;
        self.hits += other.hits;
        self.wanted += other.wanted;
    }

    /// The share.
    pub fn recall(&self) -> f64 {
        match self.wanted {
            0 => 1.0,
            wanted => self.hits as f64 / wanted as f64,
        }
    }
}

impl Tally {
    pub(super) fn count(&mut self, answer: &Answer) {
        let found = Found {
            answers: 1,
            hits: answer.hits,
            wanted: answer.wanted,
        };
        self.answers += 1;
        self.found.add(found);
        if answer.walked {
            let thousandths = (answer.stated * 1_000.0).round() as u32;
            self.walks.entry(thousandths).or_default().add(found);
        }
    }

    /// The recalls that were stated and not reached, over so many rows that chance is no excuse.
    pub fn missed(&self) -> Vec<String> {
        let missed = self.walks.iter().filter(|(stated, found)| {
            let stated = f64::from(**stated) / 1_000.0;
            // Four times the standard deviation, if rows were found independently of each other.
            let chance = 4.0 * (stated * (1.0 - stated) / found.wanted.max(1) as f64).sqrt();
            found.recall() < stated - chance
        });
        let tell = |(stated, found): (&u32, &Found)| {
            format!(
                "recall 0.{stated:03} was stated, {:.4} found in {} answers of walks",
                found.recall(),
                found.answers
            )
        };
        missed.map(tell).collect()
    }

    pub(super) fn add(&mut self, other: Self) {
        self.rounds += other.rounds;
        self.transactions += other.transactions;
        self.statements += other.statements;
        self.failed += other.failed;
        self.rolled_back += other.rolled_back;
        self.defined += other.defined;
        self.upkeep += other.upkeep;
        self.answers += other.answers;
        self.of_changed += other.of_changed;
        self.of_old += other.of_old;
        self.crashes += other.crashes;
        self.deaths += other.deaths;
        self.closings += other.closings;
        self.problems.extend(other.problems);
        self.found.add(other.found);
        for (stated, found) in other.walks {
            self.walks.entry(stated).or_default().add(found);
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} transactions in {} databases: {} statements, {} failed as they must, {} rolled back, {} definitions, {} foldings and vacuums",
            self.transactions,
            self.rounds,
            self.statements,
            self.failed,
            self.rolled_back,
            self.defined,
            self.upkeep
        )?;
        writeln!(
            f,
            "{} answers, {} inside of changing transactions, {} of older snapshots; of {} rows {:.5} were given",
            self.answers,
            self.of_changed,
            self.of_old,
            self.found.wanted,
            self.found.recall()
        )?;
        for (stated, found) in &self.walks {
            writeln!(
                f,
                "  walks at recall 0.{stated:03}: {} answers, {} rows, {:.4} found",
                found.answers,
                found.wanted,
                found.recall()
            )?;
        }
        write!(
            f,
            "{} disks after a loss of power, {} deaths of the process, {} clean ends; {:.0} s, {} problems",
            self.crashes,
            self.deaths,
            self.closings,
            self.took.as_secs_f64(),
            self.problems.len()
        )
    }
}

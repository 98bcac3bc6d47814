//! From a history to what is wrong with it.
//!
//! [`internal`] looks at each transaction alone; [`writers`] says who wrote each value and which transactions count;
//! [`lists`] and [`registers`] find the order of versions and from it the links between transactions; [`time`] adds the order
//! of sessions and of time; [`graph`] holds the links and finds what lies on cycles; [`cycles`] names them.

mod cycles;
mod graph;
mod internal;
mod lists;
mod registers;
#[cfg(test)]
mod tests;
mod time;
mod writers;

use super::anomaly::Anomaly;
use super::event::{History, Outcome};
use graph::Graph;
use writers::Writers;

/// What the checker found.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// What is wrong.
    pub anomalies: Vec<Anomaly>,
    /// How much was looked at.
    pub counts: Counts,
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Transactions that were acknowledged.
    pub committed: usize,
    /// Transactions that were rolled back.
    pub aborted: usize,
    /// Transactions without an answer.
    pub unknown: usize,
    /// Of these, the ones that turned out to have happened.
    pub unknown_seen: usize,
    /// Links by what was read and written.
    pub dependencies: usize,
    /// Links by session and time.
    pub orders: usize,
}

impl Counts {
    /// Adds another history's.
    pub fn add(&mut self, other: &Self) {
        self.committed += other.committed;
        self.aborted += other.aborted;
        self.unknown += other.unknown;
        self.unknown_seen += other.unknown_seen;
        self.dependencies += other.dependencies;
        self.orders += other.orders;
    }

    /// All transactions.
    pub fn transactions(&self) -> usize {
        self.committed + self.aborted + self.unknown
    }
}

/// Checks a history.
pub fn check(history: &History) -> Verdict {
    let mut anomalies = Vec::new();
    for (number, transaction) in history.transactions.iter().enumerate() {
        internal::check(number, transaction, &mut anomalies);
    }
    let writers = Writers::of(history);
    let mut graph = Graph::new(history.transactions.len());
    lists::link(history, &writers, &mut graph, &mut anomalies);
    registers::link(history, &writers, &mut graph, &mut anomalies);
    let dependencies = graph.len();
    time::link(history, &writers, &mut graph);
    cycles::find(&graph, &mut anomalies);
    let mut counts = Counts {
        dependencies,
        orders: graph.len() - dependencies,
        ..Counts::default()
    };
    for (number, transaction) in history.transactions.iter().enumerate() {
        match transaction.outcome {
            Outcome::Committed { .. } => counts.committed += 1,
            Outcome::Aborted => counts.aborted += 1,
            Outcome::Unknown => {
                counts.unknown += 1;
                counts.unknown_seen += usize::from(writers.happened(number));
            }
        }
    }
    Verdict { anomalies, counts }
}

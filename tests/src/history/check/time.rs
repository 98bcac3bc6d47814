//! The order of sessions and of time.
//!
//! "Ended before the other began" holds between nearly all pairs of a history. So the ends are strung on a chain of nodes
//! of their own, in their order: each transaction leads to the node of its end, and the last node before its beginning
//! leads to it. A chain of all clients leads to clients and followers; one of durable transactions alone leads to recovery.

use std::collections::HashMap;

use super::graph::Graph;
use super::writers::Writers;
use crate::history::anomaly::LinkKind;
use crate::history::event::{History, Role, Time, Transaction};

/// Adds the links.
pub(super) fn link(history: &History, writers: &Writers, graph: &mut Graph) {
    let counted: Vec<(usize, &Transaction)> = history
        .transactions
        .iter()
        .enumerate()
        .filter(|(number, _)| writers.happened(*number))
        .collect();
    link_sessions(&counted, graph);
    let is_source = |transaction: &Transaction| {
        matches!(transaction.role, Role::Client | Role::Initial) && transaction.ended != Time::NEVER
    };
    let all = Chain::build(&counted, graph, is_source);
    let durable = Chain::build(&counted, graph, |transaction| {
        is_source(transaction) && transaction.is_durable()
    });
    for (number, transaction) in &counted {
        match transaction.role {
            Role::Initial => {}
            Role::Client | Role::Follower => all.lead_to(*number, transaction, graph),
            Role::Recovery => durable.lead_to(*number, transaction, graph),
        }
    }
}

fn link_sessions(counted: &[(usize, &Transaction)], graph: &mut Graph) {
    let mut sessions: HashMap<u32, Vec<(Time, usize)>> = HashMap::new();
    for (number, transaction) in counted {
        if matches!(transaction.role, Role::Client | Role::Follower) {
            let session = sessions.entry(transaction.session).or_default();
            session.push((transaction.began, *number));
        }
    }
    for session in sessions.values_mut() {
        session.sort_unstable();
        for pair in session.windows(2) {
            graph.link(pair[0].1, pair[1].1, LinkKind::Session);
        }
    }
}

/// Ends in their order, each with its node.
struct Chain {
    ends: Vec<(Time, usize)>,
}

impl Chain {
    fn build(
        counted: &[(usize, &Transaction)],
        graph: &mut Graph,
        is_source: impl Fn(&Transaction) -> bool,
    ) -> Self {
        let mut sources: Vec<(Time, usize)> = counted
            .iter()
            .filter(|(_, transaction)| is_source(transaction))
            .map(|(number, transaction)| (transaction.ended, *number))
            .collect();
        sources.sort_unstable();
        let mut ends: Vec<(Time, usize)> = Vec::with_capacity(sources.len());
        for (ended, number) in sources {
            let node = graph.add_node();
            graph.link(number, node, LinkKind::Time);
            if let Some((_, before)) = ends.last() {
                graph.link(*before, node, LinkKind::Time);
            }
            ends.push((ended, node));
        }
        Self { ends }
    }

    fn lead_to(&self, number: usize, transaction: &Transaction, graph: &mut Graph) {
        let before = self
            .ends
            .partition_point(|(ended, _)| *ended < transaction.began);
        if let Some(last) = before.checked_sub(1) {
            graph.link(self.ends[last].1, number, LinkKind::Time);
        }
    }
}

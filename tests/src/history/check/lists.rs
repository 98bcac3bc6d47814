//! Lists: each read tells the whole order of versions up to it.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::Graph;
use super::writers::Writers;
use crate::history::anomaly::{Anomaly, LinkKind};
use crate::history::event::{History, Key, Role, Step, Transaction, Value};

/// What a transaction saw of others in a list.
struct Read<'h> {
    by: usize,
    values: &'h [Value],
}

/// All that was done to one list.
#[derive(Default)]
struct List<'h> {
    reads: Vec<Read<'h>>,
    /// Transactions that count, with the first value of theirs.
    appended: Vec<(usize, Value)>,
}

/// Adds the links that lists give.
pub(super) fn link(
    history: &History,
    writers: &Writers,
    graph: &mut Graph,
    anomalies: &mut Vec<Anomaly>,
) {
    for (key, list) in gather(history, writers) {
        let Some(longest) = list.reads.iter().max_by_key(|read| read.values.len()) else {
            continue;
        };
        let order = longest.values;
        let mut sound = check_values(key, longest, history, writers, anomalies);
        for read in &list.reads {
            if !order.starts_with(read.values) {
                sound = false;
                anomalies.push(Anomaly::Incompatible {
                    key,
                    one: read.by,
                    other: longest.by,
                });
            }
        }
        if !sound {
            continue;
        }
        check_ends(&list, writers, anomalies);
        find_lost(key, &list, history, writers, anomalies);
        link_list(key, order, &list, writers, graph);
    }
}

fn gather<'h>(history: &'h History, writers: &Writers) -> BTreeMap<Key, List<'h>> {
    let mut lists: BTreeMap<Key, List<'h>> = BTreeMap::new();
    for (by, transaction) in history.transactions.iter().enumerate() {
        if !writers.happened(by) {
            continue;
        }
        for (key, values) in external_reads(transaction) {
            lists
                .entry(key)
                .or_default()
                .reads
                .push(Read { by, values });
        }
        let mut first = BTreeSet::new();
        for step in &transaction.steps {
            if let Step::Append(key, value) = step
                && first.insert(*key)
            {
                lists.entry(*key).or_default().appended.push((by, *value));
            }
        }
    }
    lists
}

/// The first read of each list, less what the transaction had appended itself.
fn external_reads(transaction: &Transaction) -> Vec<(Key, &[Value])> {
    let mut appended: BTreeMap<Key, usize> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut reads = Vec::new();
    for step in &transaction.steps {
        match step {
            Step::Append(key, _) => *appended.entry(*key).or_default() += 1,
            Step::ReadList(key, values) if seen.insert(*key) => {
                let own = appended.get(key).copied().unwrap_or(0);
                reads.push((*key, &values[..values.len().saturating_sub(own)]));
            }
            _ => {}
        }
    }
    reads
}

/// Whether every value of the order was written once, into this list, by one that was not rolled back.
fn check_values(
    key: Key,
    longest: &Read<'_>,
    history: &History,
    writers: &Writers,
    anomalies: &mut Vec<Anomaly>,
) -> bool {
    let reader = longest.by;
    let before = anomalies.len();
    let mut seen = BTreeSet::new();
    for value in longest.values.iter().copied() {
        match writers.of_value(value) {
            Some(written) if written.key == key => {
                if !seen.insert(value) {
                    anomalies.push(Anomaly::Duplicate { reader, value });
                } else if !writers.happened(written.by)
                    && !history.transactions[written.by].is_committed()
                {
                    anomalies.push(Anomaly::AbortedRead {
                        writer: written.by,
                        reader,
                        value,
                    });
                }
            }
            _ => anomalies.push(Anomaly::Garbage { reader, value }),
        }
    }
    anomalies.len() == before
}

/// No read ends in the middle of what one transaction appended.
fn check_ends(list: &List<'_>, writers: &Writers, anomalies: &mut Vec<Anomaly>) {
    for read in &list.reads {
        let Some(value) = read.values.last().copied() else {
            continue;
        };
        if let Some(written) = writers.of_value(value)
            && !written.last
            && written.by != read.by
        {
            anomalies.push(Anomaly::IntermediateRead {
                writer: written.by,
                reader: read.by,
                value,
            });
        }
    }
}

/// What is durable is there at the end.
fn find_lost(
    key: Key,
    list: &List<'_>,
    history: &History,
    writers: &Writers,
    anomalies: &mut Vec<Anomaly>,
) {
    let end = list
        .reads
        .iter()
        .find(|read| Some(read.by) == writers.recovery());
    let Some(end) = end else { return };
    let found: BTreeSet<Value> = end.values.iter().copied().collect();
    for (writer, value) in &list.appended {
        let transaction = &history.transactions[*writer];
        if transaction.is_durable() && transaction.role != Role::Recovery && !found.contains(value)
        {
            anomalies.push(Anomaly::LostWrite {
                writer: *writer,
                key,
                value: *value,
            });
        }
    }
}

fn link_list(key: Key, order: &[Value], list: &List<'_>, writers: &Writers, graph: &mut Graph) {
    let versions: Vec<usize> = order
        .iter()
        .filter_map(|value| writers.of_value(*value))
        .map(|written| written.by)
        .collect();
    for pair in versions.windows(2) {
        graph.link(pair[0], pair[1], LinkKind::WriteWrite(key));
    }
    // What nobody saw came after all that somebody saw.
    let unseen: Vec<usize> = list
        .appended
        .iter()
        .filter(|(_, value)| !order.contains(value))
        .map(|(by, _)| *by)
        .collect();
    if let Some(last) = versions.last() {
        for by in &unseen {
            graph.link(*last, *by, LinkKind::WriteWrite(key));
        }
    }
    for read in &list.reads {
        let len = read.values.len();
        if let Some(last) = len.checked_sub(1) {
            graph.link(versions[last], read.by, LinkKind::WriteRead(key));
        }
        // Its own version directly after the one that it read hides whose comes next: the link over writes says it.
        match versions.get(len) {
            Some(next) => graph.link(read.by, *next, LinkKind::ReadWrite(key)),
            None => {
                for by in &unseen {
                    graph.link(read.by, *by, LinkKind::ReadWrite(key));
                }
            }
        }
    }
}

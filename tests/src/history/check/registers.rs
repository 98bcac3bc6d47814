//! Registers: the order of versions is known where a transaction read one version and wrote the next, and where one
//! writer had ended before another began.

use std::collections::{BTreeMap, HashMap};

use super::graph::Graph;
use super::writers::Writers;
use crate::history::anomaly::{Anomaly, LinkKind};
use crate::history::event::{History, Key, Step, Time, Transaction, Value};

/// All that was done to one register.
#[derive(Default)]
struct Register {
    /// Who read which version of others.
    reads: Vec<(usize, Option<Value>)>,
    /// Who left which version.
    writes: Vec<(usize, Value)>,
    /// Which version was replaced by one who had read it, and by whom.
    next: HashMap<Option<Value>, usize>,
}

/// Adds the links that registers give.
pub(super) fn link(
    history: &History,
    writers: &Writers,
    graph: &mut Graph,
    anomalies: &mut Vec<Anomaly>,
) {
    for (key, register) in gather(history, writers, anomalies) {
        let later = Later::of(history, &register.writes);
        for (value, by) in &register.next {
            if let Some(written) = value.and_then(|value| writers.of_value(value)) {
                graph.link(written.by, *by, LinkKind::WriteWrite(key));
            }
        }
        for (by, _) in &register.writes {
            if let Some(next) = later.than(history.transactions[*by].ended) {
                graph.link(*by, next, LinkKind::WriteWrite(key));
            }
        }
        for (reader, value) in &register.reads {
            let ended = match value {
                Some(value) => match check_value(key, *reader, *value, history, writers, anomalies)
                {
                    Some(writer) => {
                        graph.link(writer, *reader, LinkKind::WriteRead(key));
                        history.transactions[writer].ended
                    }
                    None => continue,
                },
                None => Time::START,
            };
            let successors = [register.next.get(value).copied(), later.than(ended)];
            for next in successors.into_iter().flatten() {
                graph.link(*reader, next, LinkKind::ReadWrite(key));
            }
        }
    }
}

fn gather(
    history: &History,
    writers: &Writers,
    anomalies: &mut Vec<Anomaly>,
) -> BTreeMap<Key, Register> {
    let mut registers: BTreeMap<Key, Register> = BTreeMap::new();
    for (by, transaction) in history.transactions.iter().enumerate() {
        if !writers.happened(by) {
            continue;
        }
        for (key, touched) in touched_by(transaction) {
            let register = registers.entry(key).or_default();
            if let Some(read) = touched.read {
                register.reads.push((by, read));
            }
            let Some(wrote) = touched.wrote else { continue };
            register.writes.push((by, wrote));
            if let Some(read) = touched.read
                && let Some(other) = register.next.insert(read, by)
            {
                anomalies.push(Anomaly::LostUpdate {
                    key,
                    one: other,
                    other: by,
                });
            }
        }
    }
    registers
}

/// What one transaction did to one register.
#[derive(Default)]
struct Touched {
    /// What it read before it wrote.
    read: Option<Option<Value>>,
    /// What it left.
    wrote: Option<Value>,
}

fn touched_by(transaction: &Transaction) -> BTreeMap<Key, Touched> {
    let mut touched: BTreeMap<Key, Touched> = BTreeMap::new();
    for step in &transaction.steps {
        match step {
            Step::Write(key, value) => touched.entry(*key).or_default().wrote = Some(*value),
            Step::ReadRegister(key, value) => {
                let touched = touched.entry(*key).or_default();
                if touched.wrote.is_none() && touched.read.is_none() {
                    touched.read = Some(*value);
                }
            }
            _ => {}
        }
    }
    touched
}

/// Who wrote what was read, if that could be read at all.
fn check_value(
    key: Key,
    reader: usize,
    value: Value,
    history: &History,
    writers: &Writers,
    anomalies: &mut Vec<Anomaly>,
) -> Option<usize> {
    let Some(written) = writers.of_value(value).filter(|written| written.key == key) else {
        anomalies.push(Anomaly::Garbage { reader, value });
        return None;
    };
    let writer = written.by;
    if !writers.happened(writer) && !history.transactions[writer].is_committed() {
        anomalies.push(Anomaly::AbortedRead {
            writer,
            reader,
            value,
        });
        return None;
    }
    if !written.last && writer != reader {
        anomalies.push(Anomaly::IntermediateRead {
            writer,
            reader,
            value,
        });
    }
    Some(writer)
}

/// Writers of one register by when they began, each with the first to end of itself and all after it.
struct Later {
    writers: Vec<(Time, Time, usize)>,
}

impl Later {
    fn of(history: &History, writes: &[(usize, Value)]) -> Self {
        let mut writers: Vec<(Time, Time, usize)> = writes
            .iter()
            .map(|(by, _)| {
                let transaction = &history.transactions[*by];
                (transaction.began, transaction.ended, *by)
            })
            .collect();
        writers.sort_unstable();
        for at in (1..writers.len()).rev() {
            let (_, ended, by) = writers[at];
            let before = &mut writers[at - 1];
            if ended < before.1 {
                (before.1, before.2) = (ended, by);
            }
        }
        Self { writers }
    }

    /// Of the writers that began after a time, the first to end.
    fn than(&self, time: Time) -> Option<usize> {
        let at = self.writers.partition_point(|(began, _, _)| *began <= time);
        self.writers.get(at).map(|(_, _, by)| *by)
    }
}

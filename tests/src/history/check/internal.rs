//! One transaction alone: its snapshot stands still, and it sees its own writes.

use std::collections::BTreeMap;

use crate::history::anomaly::Anomaly;
use crate::history::event::{Key, Step, Transaction, Value};

/// What a transaction knows of a list.
#[derive(Default)]
struct Known {
    /// What it read; none before its first read.
    read: Option<Vec<Value>>,
    /// What it appended since then.
    appended: Vec<Value>,
}

impl Known {
    /// Whether a list is what it must be now.
    fn allows(&self, values: &[Value]) -> bool {
        match &self.read {
            Some(read) => values
                .strip_prefix(&read[..])
                .is_some_and(|rest| rest == self.appended),
            None => values.ends_with(&self.appended),
        }
    }
}

/// Checks one transaction.
pub(super) fn check(number: usize, transaction: &Transaction, anomalies: &mut Vec<Anomaly>) {
    let mut lists: BTreeMap<Key, Known> = BTreeMap::new();
    let mut registers: BTreeMap<Key, Option<Value>> = BTreeMap::new();
    let mut report = |key| {
        anomalies.push(Anomaly::Internal {
            transaction: number,
            key,
        });
    };
    for step in &transaction.steps {
        match step {
            Step::Append(key, value) => lists.entry(*key).or_default().appended.push(*value),
            Step::ReadList(key, values) => {
                let known = lists.entry(*key).or_default();
                if !known.allows(values) {
                    report(*key);
                }
                known.read = Some(values.clone());
                known.appended.clear();
            }
            Step::Write(key, value) => {
                registers.insert(*key, Some(*value));
            }
            Step::ReadRegister(key, value) => {
                if registers
                    .insert(*key, *value)
                    .is_some_and(|known| known != *value)
                {
                    report(*key);
                }
            }
        }
    }
}

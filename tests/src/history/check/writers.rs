//! Who wrote each value, and which transactions happened.

use std::collections::HashMap;

use crate::history::event::{History, Key, Outcome, Role, Step, Value};

/// Where a value comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    /// The transaction.
    pub(super) by: usize,
    /// The list or register.
    pub(super) key: Key,
    /// Is it what the transaction left there?
    pub(super) last: bool,
}

/// All values of a history, and the transactions that count: those that were acknowledged, and those without an answer
/// of which something was seen.
pub(super) struct Writers {
    values: HashMap<Value, Written>,
    happened: Vec<bool>,
    /// The last reader of all, if there is one.
    recovery: Option<usize>,
}

impl Writers {
    /// Reads a history through.
    pub(super) fn of(history: &History) -> Self {
        let values = values_of(history);
        let happened = happened(history, &values);
        let recovery = history
            .transactions
            .iter()
            .position(|transaction| transaction.role == Role::Recovery);
        Self {
            values,
            happened,
            recovery,
        }
    }

    /// Who wrote a value.
    pub(super) fn of_value(&self, value: Value) -> Option<Written> {
        self.values.get(&value).copied()
    }

    /// Whether a transaction counts.
    pub(super) fn happened(&self, transaction: usize) -> bool {
        self.happened[transaction]
    }

    /// The last reader of all.
    pub(super) fn recovery(&self) -> Option<usize> {
        self.recovery
    }
}

impl Step {
    /// The values that a step saw.
    fn values_read(&self) -> &[Value] {
        match self {
            Step::ReadList(_, values) => values,
            Step::ReadRegister(_, Some(value)) => std::slice::from_ref(value),
            _ => &[],
        }
    }
}

/// Those that were acknowledged; and those without an answer of which one that happened saw something.
fn happened(history: &History, values: &HashMap<Value, Written>) -> Vec<bool> {
    let transactions = &history.transactions;
    let mut happened: Vec<bool> = transactions.iter().map(|t| t.is_committed()).collect();
    let mut unread: Vec<usize> = (0..happened.len()).filter(|at| happened[*at]).collect();
    while let Some(reader) = unread.pop() {
        let steps = transactions[reader].steps.iter();
        for written in steps
            .flat_map(Step::values_read)
            .filter_map(|v| values.get(v))
        {
            let writer = written.by;
            if !happened[writer] && transactions[writer].outcome == Outcome::Unknown {
                happened[writer] = true;
                unread.push(writer);
            }
        }
    }
    happened
}

fn values_of(history: &History) -> HashMap<Value, Written> {
    let mut values = HashMap::new();
    for (by, transaction) in history.transactions.iter().enumerate() {
        let mut last: HashMap<Key, Value> = HashMap::new();
        for step in &transaction.steps {
            let (Step::Append(key, value) | Step::Write(key, value)) = step else {
                continue;
            };
            values.insert(
                *value,
                Written {
                    by,
                    key: *key,
                    last: true,
                },
            );
            if let Some(before) = last.insert(*key, *value)
                && let Some(written) = values.get_mut(&before)
            {
                written.last = false;
            }
        }
    }
    values
}

//! Checks of foreign keys that wait for the end of a transaction.
//!
//! A check that was made early, as SET CONSTRAINTS asks, waits on: what made it hold may be taken back to a savepoint.

use crate::schema::{Catalog, ForeignKeyDef, KeyTiming};
use crate::store::KeyCheck;

/// Those of a transaction, and what it says of when they are made.
#[derive(Debug, Default)]
pub(crate) struct Deferred {
    checks: Vec<KeyCheck>,
    /// What SET CONSTRAINTS said, the latest last; no names: of all.
    said: Vec<(Vec<String>, bool)>,
}

/// How many checks waited, and what SET CONSTRAINTS had said.
#[derive(Debug, Default)]
pub(crate) struct Mark {
    checks: usize,
    said: Vec<(Vec<String>, bool)>,
}

impl Deferred {
    /// Says when constraints are checked; no names: all.
    pub(crate) fn say(&mut self, names: &[String], deferred: bool) {
        if names.is_empty() {
            self.said.clear();
        }
        self.said.push((names.to_vec(), deferred));
    }

    /// Is the key checked at the end?
    fn waits(&self, key: &ForeignKeyDef) -> bool {
        if key.timing == KeyTiming::Immediate {
            return false;
        }
        let about = |names: &[String]| {
            names.is_empty()
                || names
                    .iter()
                    .any(|name| name.eq_ignore_ascii_case(&key.name))
        };
        let mut said = self.said.iter().rev();
        match said.find(|(names, _)| about(names)) {
            Some((_, deferred)) => *deferred,
            None => key.timing == KeyTiming::Deferred,
        }
    }

    /// Parts checks into those to be made now, and those that wait.
    pub(crate) fn part(
        &self,
        catalog: &Catalog,
        checks: Vec<KeyCheck>,
    ) -> (Vec<KeyCheck>, Vec<KeyCheck>) {
        checks.into_iter().partition(|check| {
            let table = catalog.table_by_id(check.table);
            let mut keys = table.into_iter().flat_map(|table| &table.foreign_keys);
            let key = keys.find(|key| key.name == check.key);
            !key.is_some_and(|key| self.waits(key))
        })
    }

    /// Adds checks that wait.
    pub(crate) fn add(&mut self, checks: Vec<KeyCheck>) {
        self.checks.extend(checks);
    }

    /// Those that wait.
    pub(crate) fn checks(&self) -> &[KeyCheck] {
        &self.checks
    }

    /// Those of constraints of these names; no names: all.
    pub(crate) fn of<'a>(&'a self, names: &'a [String]) -> impl Iterator<Item = &'a KeyCheck> {
        self.checks.iter().filter(move |check| {
            names.is_empty()
                || names
                    .iter()
                    .any(|name| name.eq_ignore_ascii_case(&check.key))
        })
    }

    /// What a savepoint keeps.
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            checks: self.checks.len(),
            said: self.said.clone(),
        }
    }

    /// Forgets what came since a mark: what the checks are about was taken back, and what SET CONSTRAINTS said.
    pub(crate) fn return_to(&mut self, mark: &Mark) {
        self.checks.truncate(mark.checks);
        self.said.clone_from(&mark.said);
    }
}

//! Which snapshot of each lake table is seen.

use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use super::{LakeWatch, Lakes, Withdraw};
use crate::error::Result;
use crate::schema::TableId;

/// The snapshots that a statement, or the transaction that it is part of, has seen: each table at one, from its first use on. And the tables
/// that the transaction has made: dropped with it, they are taken back.
#[derive(Default)]
pub(crate) struct Pins {
    seen: Mutex<FxHashMap<TableId, Option<i64>>>,
    made: Mutex<Vec<Box<dyn Withdraw>>>,
}

impl Pins {
    /// The snapshot of a table; `look` tells which is current, at the first use. `None`: it has none yet.
    pub(crate) fn get(
        &self,
        table: TableId,
        look: impl FnOnce() -> Result<Option<i64>>,
    ) -> Result<Option<i64>> {
        let mut pins = self.seen.lock();
        if let Some(pin) = pins.get(&table) {
            return Ok(*pin);
        }
        let pin = look()?;
        pins.insert(table, pin);
        Ok(pin)
    }

    /// Notes a table that is taken back if the transaction is not committed.
    pub(crate) fn note_made(&self, made: Option<Box<dyn Withdraw>>) {
        self.made.lock().extend(made);
    }

    /// The transaction is about to be committed: from now on its tables stay.
    pub(crate) fn keep_made(&self) {
        self.made.lock().clear();
    }
}

impl Drop for Pins {
    fn drop(&mut self) {
        for made in self.made.get_mut().drain(..) {
            made.withdraw();
        }
    }
}

impl fmt::Debug for Pins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pins")
            .field(&self.seen.lock().len())
            .finish()
    }
}

/// What a statement needs to use lake tables.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LakeUse<'a> {
    pub(crate) lakes: &'a Lakes,
    pub(crate) pins: &'a Pins,
    pub(crate) watch: &'a Arc<LakeWatch>,
}

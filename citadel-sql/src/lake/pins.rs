//! Which snapshot of each lake table is seen.

use std::fmt;

use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use super::Lakes;
use crate::error::Result;
use crate::schema::TableId;

/// The snapshots that a statement, or the transaction that it is part of, has seen: each table at one, from its first use on.
#[derive(Default)]
pub(crate) struct Pins(Mutex<FxHashMap<TableId, Option<i64>>>);

impl Pins {
    /// The snapshot of a table; `look` tells which is current, at the first use. `None`: it has none yet.
    pub(crate) fn get(
        &self,
        table: TableId,
        look: impl FnOnce() -> Result<Option<i64>>,
    ) -> Result<Option<i64>> {
        let mut pins = self.0.lock();
        if let Some(pin) = pins.get(&table) {
            return Ok(*pin);
        }
        let pin = look()?;
        pins.insert(table, pin);
        Ok(pin)
    }
}

impl fmt::Debug for Pins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pins").field(&self.0.lock().len()).finish()
    }
}

/// What a statement needs to use lake tables.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LakeUse<'a> {
    pub(crate) lakes: &'a Lakes,
    pub(crate) pins: &'a Pins,
}

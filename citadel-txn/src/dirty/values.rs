//! The large values that a write transaction still holds.

use rustc_hash::FxHashMap;

use super::{DirtyId, DirtyNode, LargeRef, LargeTarget};
use crate::error::{Error, Result};

/// A large value of a write transaction.
#[derive(Debug)]
pub(crate) enum LargeValue {
    /// In memory.
    Held(DirtyNode),
    /// Spilled: only a savepoint that may bring it back still knows it by its id.
    Written(LargeRef),
}

/// Large values by id. Ids are not used again within a transaction, so a stale one never finds another value.
#[derive(Debug, Default)]
pub(crate) struct Values {
    values: FxHashMap<u32, LargeValue>,
    next: u32,
    bytes: usize,
}

impl Values {
    /// Keeps a value until it is written.
    pub(super) fn add(&mut self, value: &[u8]) -> Result<LargeRef> {
        let id = self.next;
        self.next = id.checked_add(1).ok_or(Error::Exhausted {
            what: "names for the large values of one transaction",
        })?;
        self.bytes += value.len();
        self.values
            .insert(id, LargeValue::Held(DirtyNode::new(value.to_vec())));
        Ok(LargeRef {
            len: value.len() as u64,
            target: LargeTarget::Dirty(DirtyId(id)),
        })
    }

    pub(super) fn get(&self, id: DirtyId) -> Result<&LargeValue> {
        self.values.get(&id.0).ok_or(MISSING)
    }

    pub(super) fn take(&mut self, id: DirtyId) -> Result<LargeValue> {
        let value = self.values.remove(&id.0).ok_or(MISSING)?;
        if let LargeValue::Held(bytes) = &value {
            self.bytes -= bytes.len();
        }
        Ok(value)
    }

    /// Says where a value lies that was taken to be written.
    pub(super) fn put(&mut self, id: DirtyId, large: LargeRef) {
        self.values.insert(id.0, LargeValue::Written(large));
    }

    /// Those in memory, in the order in which they were added.
    pub(super) fn held(&self) -> Vec<DirtyId> {
        let held = self
            .values
            .iter()
            .filter(|(_, value)| matches!(value, LargeValue::Held(_)));
        let mut ids: Vec<u32> = held.map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids.into_iter().map(DirtyId).collect()
    }

    /// Whether there is none, in memory or written.
    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Bytes of those in memory.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Lengths of those in memory.
    pub(super) fn lens(&self) -> impl Iterator<Item = u64> {
        self.values.values().filter_map(|value| match value {
            LargeValue::Held(bytes) => Some(bytes.len() as u64),
            LargeValue::Written(_) => None,
        })
    }
}

const MISSING: Error = Error::corrupt("a reference to a large value that is gone");

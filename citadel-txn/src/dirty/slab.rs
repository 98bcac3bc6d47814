//! Things under small, reused ids.

use super::DirtyId;
use crate::error::{Error, Result};

/// Things that are found by the [`DirtyId`] which they were given.
#[derive(Clone, Debug)]
pub(crate) struct Slab<T> {
    slots: Vec<Option<T>>,
    vacant: Vec<u32>,
}

impl<T> Slab<T> {
    pub(crate) const fn new() -> Self {
        Self {
            slots: Vec::new(),
            vacant: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, thing: T) -> DirtyId {
        if let Some(index) = self.vacant.pop() {
            self.slots[index as usize] = Some(thing);
            return DirtyId(index);
        }
        self.slots.push(Some(thing));
        DirtyId((self.slots.len() - 1) as u32)
    }

    pub(crate) fn get(&self, id: DirtyId) -> Result<&T> {
        self.slots
            .get(id.0 as usize)
            .and_then(Option::as_ref)
            .ok_or(MISSING)
    }

    pub(crate) fn get_mut(&mut self, id: DirtyId) -> Result<&mut T> {
        self.slots
            .get_mut(id.0 as usize)
            .and_then(Option::as_mut)
            .ok_or(MISSING)
    }

    pub(crate) fn remove(&mut self, id: DirtyId) -> Result<T> {
        let thing = self
            .slots
            .get_mut(id.0 as usize)
            .and_then(Option::take)
            .ok_or(MISSING)?;
        self.vacant.push(id.0);
        Ok(thing)
    }

    /// All things that are there.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.slots.iter().flatten()
    }
}

const MISSING: Error = Error::corrupt("a reference to an unsaved page");

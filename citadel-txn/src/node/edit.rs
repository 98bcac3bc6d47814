//! Changing a node in place.

use super::cell::{self, Cell};
use super::malformed::Malformed;
use super::view::Node;
use super::{CHILD_BYTES, HEADER_BYTES, SLOT_BYTES};
use crate::wipe::wipe;

/// A node that is being changed. The bytes were validated or made here, so that offsets in them can be followed.
pub(crate) struct NodeMut<'a> {
    bytes: &'a mut [u8],
}

impl<'a> NodeMut<'a> {
    /// The node of these bytes.
    pub(crate) fn new(bytes: &'a mut [u8]) -> Self {
        Self { bytes }
    }

    /// Makes the bytes an empty node.
    pub(crate) fn clear(bytes: &'a mut [u8], level: u8) -> Self {
        bytes.fill(0);
        bytes[0] = level;
        let mut node = Self { bytes };
        node.set_heap(node.bytes.len());
        node
    }

    fn view(&self) -> Result<Node<'_>, Malformed> {
        Node::open(self.bytes, self.bytes[0])
    }

    fn count(&self) -> usize {
        usize::from(u16::from_le_bytes([self.bytes[2], self.bytes[3]]))
    }

    fn heap(&self) -> usize {
        usize::from(u16::from_le_bytes([self.bytes[4], self.bytes[5]]))
    }

    fn garbage(&self) -> usize {
        usize::from(u16::from_le_bytes([self.bytes[6], self.bytes[7]]))
    }

    fn set_count(&mut self, count: usize) {
        self.bytes[2..4].copy_from_slice(&(count as u16).to_le_bytes());
    }

    fn set_heap(&mut self, heap: usize) {
        self.bytes[4..6].copy_from_slice(&(heap as u16).to_le_bytes());
    }

    fn set_garbage(&mut self, garbage: usize) {
        self.bytes[6..8].copy_from_slice(&(garbage as u16).to_le_bytes());
    }

    fn set_slot(&mut self, index: usize, offset: usize) {
        let at = HEADER_BYTES + SLOT_BYTES * index;
        self.bytes[at..at + SLOT_BYTES].copy_from_slice(&(offset as u16).to_le_bytes());
    }

    /// Puts the cell before the entry `index`. False, and nothing changed, where it does not fit.
    pub(crate) fn insert(&mut self, index: usize, cell: &Cell<'_>) -> Result<bool, Malformed> {
        let (count, len) = (self.count(), cell.len());
        let floor = HEADER_BYTES + SLOT_BYTES * (count + 1);
        if floor + len > self.heap() {
            if floor + len > self.heap() + self.garbage() {
                return Ok(false);
            }
            self.compact()?;
        }
        let offset = self.heap() - len;
        cell.write(&mut self.bytes[offset..offset + len]);
        self.set_heap(offset);
        let at = HEADER_BYTES + SLOT_BYTES * index;
        self.bytes
            .copy_within(at..HEADER_BYTES + SLOT_BYTES * count, at + SLOT_BYTES);
        self.set_slot(index, offset);
        self.set_count(count + 1);
        Ok(true)
    }

    /// Takes the entry out.
    pub(crate) fn remove(&mut self, index: usize) -> Result<(), Malformed> {
        let node = self.view()?;
        let (count, offset, len) = (node.count(), node.offset(index), node.raw(index)?.len());
        let at = HEADER_BYTES + SLOT_BYTES * index;
        self.bytes
            .copy_within(at + SLOT_BYTES..HEADER_BYTES + SLOT_BYTES * count, at);
        self.set_count(count - 1);
        if count == 1 {
            self.set_heap(self.bytes.len());
            self.set_garbage(0);
        } else if offset == self.heap() {
            self.set_heap(offset + len);
        } else {
            self.set_garbage(self.garbage() + len);
        }
        Ok(())
    }

    /// Writes the cell over that of the entry, where both are equally long. False, and nothing changed, where not.
    pub(crate) fn overwrite(&mut self, index: usize, cell: &Cell<'_>) -> Result<bool, Malformed> {
        let node = self.view()?;
        let (offset, len) = (node.offset(index), node.raw(index)?.len());
        if len != cell.len() {
            return Ok(false);
        }
        cell.write(&mut self.bytes[offset..offset + len]);
        Ok(true)
    }

    /// Lets a branch's entry point elsewhere.
    pub(crate) fn set_child(
        &mut self,
        index: usize,
        child: &[u8; CHILD_BYTES],
    ) -> Result<(), Malformed> {
        let node = self.view()?;
        let end = node.offset(index) + node.raw(index)?.len();
        self.bytes[end - CHILD_BYTES..end].copy_from_slice(child);
        Ok(())
    }

    /// Writes other bytes over a leaf entry's payload, which is as long.
    pub(crate) fn set_payload(&mut self, index: usize, payload: &[u8]) -> Result<(), Malformed> {
        let node = self.view()?;
        let end = node.offset(index) + node.raw(index)?.len();
        if node.entry(index)?.1.bytes.len() != payload.len() {
            return Err(Malformed);
        }
        self.bytes[end - payload.len()..end].copy_from_slice(payload);
        Ok(())
    }

    /// Takes the first child out of a branch, so that the second stands for "all that is smaller" in its stead.
    pub(crate) fn remove_first_child(&mut self) -> Result<(), Malformed> {
        self.remove(0)?;
        if self.count() == 0 {
            return Ok(());
        }
        let child = *self.view()?.child(0)?.1;
        self.remove(0)?;
        match self.insert(
            0,
            &Cell::Branch {
                key: &[],
                child: &child,
            },
        )? {
            true => Ok(()),
            false => Err(Malformed),
        }
    }

    /// Moves all cells together, so that the free space is one piece.
    fn compact(&mut self) -> Result<(), Malformed> {
        let mut old = self.bytes.to_vec();
        let node = Node::open(&old, old[0])?;
        let mut heap = self.bytes.len();
        for index in 0..node.count() {
            let raw = node.raw(index)?;
            heap -= raw.len();
            self.bytes[heap..heap + raw.len()].copy_from_slice(raw);
            self.set_slot(index, heap);
        }
        self.bytes[HEADER_BYTES + SLOT_BYTES * node.count()..heap].fill(0);
        self.set_heap(heap);
        self.set_garbage(0);
        wipe(&mut old);
        Ok(())
    }
}

/// Bytes that a leaf entry takes, slot included.
pub(crate) fn leaf_footprint(key_len: usize, payload_len: usize) -> usize {
    SLOT_BYTES
        + cell::short_len(key_len)
        + key_len
        + cell::short_len(payload_len << 1)
        + payload_len
}

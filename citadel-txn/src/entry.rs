//! A value that was read.

use std::marker::PhantomData;
use std::ops::{Deref, Range};

use crate::dirty::NodeBytes;
use crate::wipe::wipe;

/// A value that was read: the bytes of a pinned page, or a copy where it lies in extents. Dereferences to the bytes.
#[derive(Debug)]
pub struct Entry<'a> {
    bytes: EntryBytes,
    view: PhantomData<&'a ()>,
}

#[derive(Debug)]
enum EntryBytes {
    Pinned { leaf: NodeBytes, span: Range<usize> },
    Owned(Vec<u8>),
}

impl Entry<'_> {
    /// The span lies within the leaf: whoever read it there has checked.
    pub(crate) fn pinned(leaf: NodeBytes, span: Range<usize>) -> Self {
        Self {
            bytes: EntryBytes::Pinned { leaf, span },
            view: PhantomData,
        }
    }

    pub(crate) fn owned(value: Vec<u8>) -> Self {
        Self {
            bytes: EntryBytes::Owned(value),
            view: PhantomData,
        }
    }

    /// The bytes as a vector of their own.
    pub fn into_vec(mut self) -> Vec<u8> {
        match &mut self.bytes {
            EntryBytes::Owned(value) => std::mem::take(value),
            EntryBytes::Pinned { leaf, span } => leaf[span.clone()].to_vec(),
        }
    }
}

impl Deref for Entry<'_> {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match &self.bytes {
            EntryBytes::Pinned { leaf, span } => &leaf[span.clone()],
            EntryBytes::Owned(value) => value,
        }
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        if let EntryBytes::Owned(value) = &mut self.bytes {
            wipe(value);
        }
    }
}

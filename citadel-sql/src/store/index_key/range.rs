//! Ranges of index keys.

use std::ops::Bound;

use super::{NOT_NULL, put_key_column};
use crate::error::Result;
use crate::types::ValueRef;

/// The keys of an index from `start` up to and without `end`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyRange {
    pub(crate) start: Vec<u8>,
    /// `None`: to the end of the index.
    pub(crate) end: Option<Vec<u8>>,
}

impl KeyRange {
    /// The entries whose first columns are `equal`, and whose next column lies within the bounds.
    ///
    /// Every value has the type of its column. A NULL in `equal` means IS NULL (not `=`, which no NULL satisfies).
    /// With a bound on either side, rows whose next column is NULL are left out; with none they are in. A NULL
    /// bound is satisfied by nothing.
    ///
    /// # Errors
    /// A value is a vector.
    pub(crate) fn new(
        equal: &[ValueRef<'_>],
        low: Bound<ValueRef<'_>>,
        high: Bound<ValueRef<'_>>,
    ) -> Result<Self> {
        let mut prefix = Vec::new();
        for value in equal {
            put_key_column(&mut prefix, *value)?;
        }
        if matches!((low, high), (Bound::Unbounded, Bound::Unbounded)) {
            let end = successor(prefix.clone());
            return Ok(Self { start: prefix, end });
        }
        if is_null(low) || is_null(high) {
            return Ok(Self::none());
        }
        let start = match low {
            Bound::Included(value) => Some(extended(&prefix, value)?),
            Bound::Excluded(value) => successor(extended(&prefix, value)?),
            Bound::Unbounded => Some(with(&prefix, NOT_NULL)),
        };
        let end = match high {
            Bound::Included(value) => successor(extended(&prefix, value)?),
            Bound::Excluded(value) => Some(extended(&prefix, value)?),
            Bound::Unbounded => Some(with(&prefix, NOT_NULL + 1)),
        };
        Ok(start.map_or_else(Self::none, |start| Self { start, end }))
    }

    /// The entries whose first columns are `equal`, and whose next column is not NULL.
    ///
    /// # Errors
    /// A value is a vector.
    pub(crate) fn not_null(equal: &[ValueRef<'_>]) -> Result<Self> {
        let mut prefix = Vec::new();
        for value in equal {
            put_key_column(&mut prefix, *value)?;
        }
        Ok(Self {
            start: with(&prefix, NOT_NULL),
            end: Some(with(&prefix, NOT_NULL + 1)),
        })
    }

    /// No entry.
    pub(crate) fn none() -> Self {
        Self {
            start: Vec::new(),
            end: Some(Vec::new()),
        }
    }

    /// Is it sure that there is no entry?
    pub(crate) fn is_empty(&self) -> bool {
        self.end.as_ref().is_some_and(|end| *end <= self.start)
    }
}

fn is_null(bound: Bound<ValueRef<'_>>) -> bool {
    matches!(bound, Bound::Included(value) | Bound::Excluded(value) if value.is_null())
}

fn with(prefix: &[u8], byte: u8) -> Vec<u8> {
    let mut key = prefix.to_vec();
    key.push(byte);
    key
}

fn extended(prefix: &[u8], value: ValueRef<'_>) -> Result<Vec<u8>> {
    let mut key = prefix.to_vec();
    put_key_column(&mut key, value)?;
    Ok(key)
}

/// The least key above all keys that begin with the prefix; `None` if there is none.
fn successor(mut prefix: Vec<u8>) -> Option<Vec<u8>> {
    while let Some(last) = prefix.pop() {
        if last < u8::MAX {
            prefix.push(last + 1);
            return Some(prefix);
        }
    }
    None
}

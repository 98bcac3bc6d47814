//! Marks: how often a run came by a named place. A target that never gets there proves nothing about it.

use std::collections::BTreeMap;

use parking_lot::Mutex;

static MARKS: Mutex<BTreeMap<&'static str, u64>> = Mutex::new(BTreeMap::new());

/// Came by.
pub(crate) fn hit(name: &'static str) {
    *MARKS.lock().entry(name).or_default() += 1;
}

/// All marks since the last call.
pub(crate) fn take() -> Vec<(&'static str, u64)> {
    std::mem::take(&mut *MARKS.lock()).into_iter().collect()
}

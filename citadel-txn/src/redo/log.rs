//! What a write transaction writes down of its changes.

use crate::record::{Change, Redo};

/// Bytes of changes that a record may carry.
const REDO_BYTES_MAX: usize = 5 << 10;

/// The redo log of a write transaction, with those of the light commits that it stands on.
#[derive(Debug)]
pub(crate) struct RedoLog {
    redo: Redo,
    /// Changes of any kind that the transaction has made,
    changes: u64,
    /// and those of them that are in the log.
    logged: u64,
}

impl RedoLog {
    /// Goes on from the log of the base.
    pub(crate) fn resume(base: &Redo) -> Self {
        Self {
            redo: base.clone(),
            changes: 0,
            logged: 0,
        }
    }

    /// Counts a change, whatever it is.
    #[inline]
    pub(crate) fn count(&mut self) {
        self.changes += 1;
    }

    /// Writes a change down that was counted, if there is room.
    #[inline]
    pub(crate) fn log(&mut self, change: Change<'_>) {
        // What is not in order is not worth its bytes.
        if self.logged + 1 == self.changes && self.redo.bytes().len() < REDO_BYTES_MAX {
            self.redo.push(change);
            self.logged += 1;
        }
    }

    /// All changes since the last whole commit; none where they are more than what can be written down.
    pub(crate) fn complete(&self) -> Option<&Redo> {
        let complete = self.changes == self.logged && self.redo.bytes().len() <= REDO_BYTES_MAX;
        complete.then_some(&self.redo)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree_id::TreeId;

    const TREE: TreeId = TreeId::new(700);

    fn insert<'a>(key: &'a [u8], value: &'a [u8]) -> Change<'a> {
        Change::Insert {
            tree: TREE,
            key,
            value,
        }
    }

    #[test]
    fn a_log_that_missed_a_change_is_not_complete() {
        let mut log = RedoLog::resume(&Redo::default());
        assert!(log.complete().is_some());
        log.count();
        log.log(insert(b"k", b"v"));
        assert!(log.complete().is_some());
        log.count();
        assert!(log.complete().is_none(), "a change that nobody logged");
        log.count();
        log.log(insert(b"k", b"w"));
        assert!(log.complete().is_none());
    }

    #[test]
    fn a_log_that_grows_too_long_is_not_complete() {
        let mut log = RedoLog::resume(&Redo::default());
        for _ in 0..REDO_BYTES_MAX / 100 + 1 {
            log.count();
            log.log(insert(b"k", &[1; 100]));
        }
        assert!(log.complete().is_none());
    }
}

//! What a write transaction writes down of its changes.

use crate::record::{Change, Redo};

/// Bytes of changes that a record may carry.
const REDO_BYTES_MAX: usize = 5 << 10;

/// The redo log of a write transaction, with those of the light commits that it stands on.
#[derive(Debug)]
pub(crate) struct RedoLog {
    /// None while somebody has it.
    redo: Option<Redo>,
    /// Changes of any kind that the transaction has made,
    changes: u64,
    /// and those of them that are in the log.
    logged: u64,
}

impl RedoLog {
    /// Goes on from the log of the base.
    pub(crate) fn resume(base: &Redo) -> Self {
        Self {
            redo: Some(base.resume(REDO_BYTES_MAX)),
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
        let in_order = self.logged + 1 == self.changes;
        let redo = self.redo.as_mut().filter(|_| in_order);
        if let Some(redo) = redo.filter(|redo| redo.bytes().len() < REDO_BYTES_MAX) {
            redo.push(change);
            self.logged += 1;
        }
    }

    /// All changes since the last whole commit; none where they are more than what can be written down.
    pub(crate) fn complete(&self) -> Option<&Redo> {
        let redo = self.redo.as_ref().filter(|_| self.changes == self.logged)?;
        Some(redo).filter(|redo| redo.bytes().len() <= REDO_BYTES_MAX)
    }

    /// The same, for the record of a commit. The log is not complete any more, unless it is given back.
    pub(crate) fn take(&mut self) -> Option<Redo> {
        self.complete()?;
        self.redo.take()
    }

    /// Takes back what no record was made of.
    pub(crate) fn give_back(&mut self, redo: Redo) {
        self.redo = Some(redo);
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
    fn a_log_that_was_taken_is_complete_only_if_it_is_given_back() {
        let mut log = RedoLog::resume(&Redo::default());
        log.count();
        log.log(insert(b"k", b"v"));
        let redo = log.take().unwrap();
        assert_eq!(redo.changes().count(), 1);
        assert!(log.complete().is_none() && log.take().is_none());
        log.give_back(redo.clone());
        assert_eq!(log.complete(), Some(&redo));
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

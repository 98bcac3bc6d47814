//! What a record is known by.
//!
//! Two parts of a record grow from one light commit to the next: the log of free space, and the redo log. They are hashed in
//! pieces, and the hashes of pieces stand for them, so that a commit hashes what it added and not all that is there again.

use super::Record;

/// Bytes of a piece.
const PIECE_BYTES: usize = 256;

/// BLAKE3 over the bytes of a record, where each whole piece of the two logs is replaced by its own BLAKE3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digest(pub(crate) [u8; 32]);

impl Digest {
    /// The digest of a record that was decoded or made from nothing.
    pub(crate) fn of(record: &Record) -> Self {
        Self::over(record, &record.encode(), &Pieces::of(record))
    }

    /// The digest of a record that was encoded to these bytes.
    pub(crate) fn over(record: &Record, encoded: &[u8], pieces: &Pieces) -> Self {
        let (log, redo) = record.places_of_logs(encoded.len());
        let mut hasher = blake3::Hasher::new();
        hasher.update(&encoded[..log.start]);
        pieces.log.stand_in(&record.log, &mut hasher);
        hasher.update(&encoded[log.end..redo.start]);
        pieces.redo.stand_in(record.redo.bytes(), &mut hasher);
        hasher.update(&encoded[redo.end..]);
        Self(*hasher.finalize().as_bytes())
    }
}

/// The hashes of the pieces of both logs of a record.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pieces {
    log: Hashed,
    redo: Hashed,
}

impl Pieces {
    /// Those of a record.
    pub(crate) fn of(record: &Record) -> Self {
        let mut pieces = Self::default();
        pieces.log.extend(&record.log);
        pieces.redo.extend(record.redo.bytes());
        pieces
    }

    /// Those of a record that follows the one that these are of. A log that does not go on with that one's begins anew.
    pub(crate) fn succeed(&self, base: &Record, record: &Record) -> Self {
        Self {
            log: self.log.succeed(&base.log, &record.log),
            redo: self.redo.succeed(base.redo.bytes(), record.redo.bytes()),
        }
    }
}

/// The hashes of all whole pieces of some bytes.
#[derive(Clone, Debug, Default)]
struct Hashed(Vec<[u8; 32]>);

impl Hashed {
    fn succeed(&self, base: &[u8], bytes: &[u8]) -> Self {
        let mut hashed = match bytes.starts_with(base) {
            true => self.clone(),
            false => Self::default(),
        };
        hashed.extend(bytes);
        hashed
    }

    /// Hashes the pieces that are new. Those before are as they were.
    fn extend(&mut self, bytes: &[u8]) {
        let known = self.0.len() * PIECE_BYTES;
        let new = bytes[known..].chunks_exact(PIECE_BYTES);
        self.0
            .extend(new.map(|piece| *blake3::hash(piece).as_bytes()));
    }

    /// Hashes what stands for the bytes.
    fn stand_in(&self, bytes: &[u8], hasher: &mut blake3::Hasher) {
        hasher.update(self.0.as_flattened());
        hasher.update(&bytes[self.0.len() * PIECE_BYTES..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Change, Redo};
    use crate::tree_id::TreeId;
    use citadel_core::{PageNo, PageSize};

    fn record(log: usize, changes: usize) -> Record {
        let mut record = Record::genesis(PageNo::new(3), PageSize::DEFAULT);
        record.log = (0..log).map(|at| (at % 253) as u8).collect();
        record.redo = Redo::default();
        for change in 0..changes {
            record.redo.push(Change::Insert {
                tree: TreeId::new(700),
                key: &(change as u64).to_be_bytes(),
                value: &[change as u8; 90],
            });
        }
        record
    }

    #[test]
    fn a_digest_does_not_depend_on_what_was_hashed_before() {
        let mut last = record(0, 0);
        let mut pieces = Pieces::of(&last);
        // Lengths around whole pieces, and logs that begin anew, to less than there was and to more.
        for (log, changes) in [
            (5, 1),
            (255, 2),
            (256, 3),
            (257, 9),
            (800, 9),
            (0, 12),
            (300, 0),
            (900, 7),
        ] {
            let next = record(log, changes);
            pieces = pieces.succeed(&last, &next);
            let known = Digest::over(&next, &next.encode(), &pieces);
            assert_eq!(known, Digest::of(&next), "{log} {changes}");
            last = next;
        }
        let mut other = record(900, 7);
        other.log[0] ^= 1;
        pieces = pieces.succeed(&last, &other);
        let known = Digest::over(&other, &other.encode(), &pieces);
        assert_eq!(known, Digest::of(&other), "a log that does not go on");
    }

    #[test]
    fn every_byte_counts() {
        let whole = record(700, 8);
        let (bytes, pieces) = (whole.encode(), Pieces::of(&whole));
        let digest = Digest::over(&whole, &bytes, &pieces);
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            if let Ok(record) = Record::decode(&changed, PageSize::DEFAULT) {
                assert_ne!(Digest::of(&record), digest, "byte {at}");
            }
        }
    }
}

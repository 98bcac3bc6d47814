//! The manifest: which segments of an index are live, as one value of the index's segment tree.
//!
//! ```text
//! value   version u8 = 1 | next segment id u64 | count u32 | count × entry          little-endian
//! entry   id u64 | generation u64 | rows u64 | bytes u64 | made u64 (seconds since 1970) | BLAKE3 of the header 32 B
//! ```
//!
//! An index without the value has no segments and starts counting at 1.

use std::fmt;

use citadel_txn::{Generation, View, WriteTxn};

use super::moment::Moment;
use super::segment_key::{Key, SegmentId};
use crate::error::Result;
use crate::schema::AnnIndex;

const VERSION: u8 = 1;
const HEAD_LEN: usize = 1 + 8 + 4;
const ENTRY_LEN: usize = 5 * 8 + 32;

/// A BLAKE3 digest; prints as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Blake3(pub [u8; 32]);

impl fmt::Display for Blake3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Blake3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One live segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SegmentEntry {
    pub(crate) id: SegmentId,
    /// The snapshot that the segment was built from.
    pub(crate) generation: Generation,
    /// Rows in it, those without a vector included.
    pub(crate) rows: u64,
    /// Bytes in the file: header and sections.
    pub(crate) bytes: u64,
    /// When it was made.
    pub(crate) made: Moment,
    /// BLAKE3 of the header, which holds the BLAKE3 of each section.
    pub(crate) blake3: Blake3,
}

/// The live segments of an index, by ascending id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Manifest {
    next: SegmentId,
    live: Vec<SegmentEntry>,
}

impl Default for Manifest {
    fn default() -> Self {
        Self {
            next: SegmentId(1),
            live: Vec::new(),
        }
    }
}

impl Manifest {
    /// The manifest of an index at a snapshot.
    pub(crate) fn load(view: &dyn View, index: &AnnIndex) -> Result<Self> {
        match view.get(index.segments, &Key::Manifest.encode())? {
            None => Ok(Self::default()),
            Some(value) => {
                Self::decode(&value).ok_or_else(|| super::corrupt("the manifest does not decode"))
            }
        }
    }

    /// Writes the manifest.
    pub(crate) fn save(&self, txn: &mut WriteTxn, index: &AnnIndex) -> Result<()> {
        txn.insert(index.segments, &Key::Manifest.encode(), &self.encode())?;
        Ok(())
    }

    /// The live segments, by ascending id.
    pub(crate) fn live(&self) -> &[SegmentEntry] {
        &self.live
    }

    /// The id for the next segment. It is spent by [`Manifest::replace`].
    pub(crate) fn next_id(&self) -> SegmentId {
        self.next
    }

    /// Replaces all live segments by at most one, made with [`Manifest::next_id`]; returns those that died.
    pub(crate) fn replace(&mut self, with: Option<SegmentEntry>) -> Vec<SegmentEntry> {
        if let Some(entry) = &with {
            assert_eq!(entry.id, self.next, "a segment takes the next id");
            self.next = SegmentId(self.next.0 + 1);
        }
        std::mem::replace(&mut self.live, with.into_iter().collect())
    }

    fn encode(&self) -> Vec<u8> {
        let count = u32::try_from(self.live.len()).expect("a handful of segments");
        let mut out = Vec::with_capacity(HEAD_LEN + self.live.len() * ENTRY_LEN);
        out.push(VERSION);
        out.extend_from_slice(&self.next.0.to_le_bytes());
        out.extend_from_slice(&count.to_le_bytes());
        for entry in &self.live {
            for number in [
                entry.id.0,
                entry.generation.get(),
                entry.rows,
                entry.bytes,
                entry.made.unix_seconds(),
            ] {
                out.extend_from_slice(&number.to_le_bytes());
            }
            out.extend_from_slice(&entry.blake3.0);
        }
        out
    }

    /// `None`: not a manifest. Ids must ascend and lie below the next one.
    fn decode(bytes: &[u8]) -> Option<Self> {
        let (head, entries) = bytes.split_at_checked(HEAD_LEN)?;
        let next = SegmentId(u64::from_le_bytes(head[1..9].try_into().ok()?));
        let count = u32::from_le_bytes(head[9..13].try_into().ok()?) as usize;
        if head[0] != VERSION || entries.len() != count.checked_mul(ENTRY_LEN)? {
            return None;
        }
        let live: Vec<_> = entries
            .chunks_exact(ENTRY_LEN)
            .map(SegmentEntry::decode)
            .collect::<Option<_>>()?;
        let ascending = live.windows(2).all(|pair| pair[0].id < pair[1].id);
        let below_next = live.last().is_none_or(|last| last.id < next);
        (ascending && below_next).then_some(Self { next, live })
    }
}

impl SegmentEntry {
    fn decode(bytes: &[u8]) -> Option<Self> {
        let number = |at: usize| Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
        Some(Self {
            id: SegmentId(number(0)?),
            generation: Generation::new(number(8)?),
            rows: number(16)?,
            bytes: number(24)?,
            made: Moment::from_unix_seconds(number(32)?),
            blake3: Blake3(bytes.get(40..72)?.try_into().ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(id: u64) -> SegmentEntry {
        SegmentEntry {
            id: SegmentId(id),
            generation: Generation::new(7 + id),
            rows: 60_000,
            bytes: 1 << 25,
            made: Moment::from_unix_seconds(1_700_000_000 + id),
            blake3: Blake3([id as u8; 32]),
        }
    }

    #[test]
    fn ids_are_given_once() {
        let mut manifest = Manifest::default();
        assert!(manifest.replace(Some(entry(1))).is_empty());
        assert_eq!(manifest.replace(None), [entry(1)]);
        assert_eq!(manifest.next_id(), SegmentId(2));
        assert_eq!(Manifest::decode(&manifest.encode()), Some(manifest));
    }

    #[test]
    fn a_round_trip_keeps_everything_and_a_cut_is_noticed() {
        let manifest = Manifest {
            next: SegmentId(9),
            live: vec![entry(3), entry(8)],
        };
        let bytes = manifest.encode();
        assert_eq!(Manifest::decode(&bytes), Some(manifest));
        for end in 0..bytes.len() {
            assert_eq!(Manifest::decode(&bytes[..end]), None);
        }
    }

    #[test]
    fn ids_out_of_order_are_not_a_manifest() {
        for (next, ids) in [(9, [8, 3]), (9, [3, 3]), (8, [3, 8])] {
            let live = ids.into_iter().map(entry).collect();
            let next = SegmentId(next);
            assert_eq!(Manifest::decode(&Manifest { next, live }.encode()), None);
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
            let _ = Manifest::decode(&bytes);
        }
    }
}

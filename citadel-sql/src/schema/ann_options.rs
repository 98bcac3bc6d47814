//! What WITH says of an ann index beyond its metric and its filters; ALTER INDEX … SET changes it.
//!
//! None of it changes what the segments hold, so a change needs no new ones.

use super::Recall;
use crate::codec::{Decoded, Malformed, Reader, put_varint};

/// The options of an ann index that can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AnnOptions {
    /// Whether its delta is folded in the background.
    pub(crate) auto_merge: bool,
    /// Rows of the delta from which on it is to be folded; `None`: a share of the table.
    pub(crate) merge_threshold: Option<u64>,
    /// What searches are to find, unless the session says otherwise.
    pub(crate) recall: Option<Recall>,
}

impl Default for AnnOptions {
    fn default() -> Self {
        Self {
            auto_merge: true,
            merge_threshold: None,
            recall: None,
        }
    }
}

/// A table of fewer rows is searched exactly as fast as by a walk: its index is not folded by itself.
pub(crate) const MIN_SEGMENT_ROWS: u64 = 1_000;

/// A delta of one row in so many is worth folding, unless the index says otherwise.
const MERGE_SHARE: u64 = 16;

const NO_AUTO_MERGE: u64 = 1;
const MERGE_THRESHOLD: u64 = 2;
const RECALL: u64 = 3;

impl AnnOptions {
    /// From how many rows on a delta is to be folded, in a table of `rows`.
    pub(crate) fn merge_at(&self, rows: u64) -> u64 {
        let share = (rows / MERGE_SHARE).max(MIN_SEGMENT_ROWS);
        self.merge_threshold.unwrap_or(share).max(1)
    }

    /// As `name = value`, without what is as it is anyway.
    pub(crate) fn described(&self) -> Vec<String> {
        let mut described = Vec::new();
        if !self.auto_merge {
            described.push("auto_merge = off".to_owned());
        }
        if let Some(rows) = self.merge_threshold {
            described.push(format!("merge_threshold = {rows}"));
        }
        if let Some(recall) = self.recall {
            described.push(format!("recall = {recall}"));
        }
        described
    }

    /// Count, then (option, value) as varints; an option that is as it is anyway is left out.
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        let mut set = Vec::new();
        if !self.auto_merge {
            set.push((NO_AUTO_MERGE, 1));
        }
        if let Some(rows) = self.merge_threshold {
            set.push((MERGE_THRESHOLD, rows));
        }
        if let Some(recall) = self.recall {
            set.push((RECALL, u64::from(recall.millionths())));
        }
        put_varint(out, set.len() as u64);
        for (option, value) in set {
            put_varint(out, option);
            put_varint(out, value);
        }
    }

    pub(super) fn decode(from: &mut Reader<'_>) -> Decoded<Self> {
        let mut options = Self::default();
        for _ in 0..from.count()? {
            match (from.varint()?, from.varint()?) {
                (NO_AUTO_MERGE, 1) => options.auto_merge = false,
                (MERGE_THRESHOLD, rows) => options.merge_threshold = Some(rows),
                (RECALL, millionths) => {
                    options.recall = Some(Recall::of_millionths(millionths).ok_or(Malformed)?);
                }
                _ => return Err(Malformed),
            }
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_tables_wait_for_a_thousand_rows_and_large_ones_for_a_share() {
        let options = AnnOptions::default();
        assert_eq!(options.merge_at(0), 1_000);
        assert_eq!(options.merge_at(16_000), 1_000);
        assert_eq!(options.merge_at(1_600_000), 100_000);
        let own = AnnOptions {
            merge_threshold: Some(7),
            ..options
        };
        assert_eq!(own.merge_at(1_600_000), 7);
    }
}

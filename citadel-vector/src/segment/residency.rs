//! How much of a segment is kept in memory.

use super::header::{SectionTag, SegmentHeader};
use crate::quantize::{coded, pad_dim};

/// Which parts of a segment are in memory. The others are read by blocks while a search needs them; answers are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Residency {
    /// Everything.
    Whole,
    /// The codes that lead walks and scans, row ids and filter columns: a walk reads links, and the finer codes of the best.
    Leading,
    /// Row ids and filter columns.
    Least,
}

impl SegmentHeader {
    /// Bytes that the segment takes in memory, about.
    pub fn bytes_in_memory(&self, residency: Residency) -> usize {
        let len = |tag| self.section(tag).len;
        let padded = |len: usize, from: usize, to: usize| len / from.max(1) * to;
        let dim = self.shape.dim;
        let codes = padded(len(SectionTag::Codes), coded(dim), pad_dim(dim));
        let coarse = len(SectionTag::Coarse);
        let leading = if coarse > 0 { coarse } else { codes };
        let least = len(SectionTag::Rows)
            + len(SectionTag::Beside)
            + len(SectionTag::Attributes)
            + len(SectionTag::Walk);
        let checks = len(SectionTag::Checks);
        least
            + match residency {
                Residency::Whole => codes + coarse + len(SectionTag::Graph),
                Residency::Leading => leading + checks,
                Residency::Least => checks,
            }
    }
}

//! What a segment was built from, as one digest: BLAKE3 over the rows with a distance (id and vector, by ascending id), the
//! ids of the others, and the filter columns in that same order.
//!
//! The builder keeps it in the segment. Whoever has the rows at hand can compute it anew, and so prove that the segment
//! belongs to them.

use crate::filter::AttributeColumn;

/// The digest, as rows and then columns go by.
pub(super) struct Fingerprint(blake3::Hasher);

impl Fingerprint {
    pub(super) fn new() -> Self {
        Self(blake3::Hasher::new())
    }

    /// A row with a distance; its vector as little-endian f32.
    pub(super) fn indexed(&mut self, row_id: i64, vector: &[u8]) {
        self.0.update(&row_id.to_le_bytes());
        self.0.update(vector);
    }

    /// A row without one.
    pub(super) fn undefined(&mut self, row_id: i64) {
        self.0.update(&row_id.to_le_bytes());
    }

    /// A filter column, its rows in the order in which those went by.
    pub(super) fn attribute(&mut self, name: &str, column: &AttributeColumn) {
        self.0.update(name.as_bytes());
        column.fingerprint(&mut self.0);
    }

    pub(super) fn finish(self) -> [u8; 32] {
        *self.0.finalize().as_bytes()
    }
}

//! Where the bytes of a segment are.

use super::header::SectionTag;
use crate::prism::BlockKind;

/// What keeps the bytes of a segment. It is trusted with nothing: what it gives is compared with the header.
pub trait SegmentStore: Sync {
    /// Why something could not be read.
    type Error: Send;

    /// A section of `len` bytes that is stored as a whole.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    fn section(&self, tag: SectionTag, len: usize) -> Result<Vec<u8>, Self::Error>;

    /// Calls `read` with a block that will be kept in memory. Called from several threads.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    fn block(
        &self,
        kind: BlockKind,
        block: u32,
        read: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Self::Error>;
}

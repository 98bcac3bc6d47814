//! Why a stored segment is not used.

use super::header::SectionTag;
use crate::wire::Malformed;

/// A stored segment that cannot be trusted or understood. The caller answers by the exact plan and reports the reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal<E = std::convert::Infallible> {
    /// The header's own BLAKE3 does not match: it was altered or cut.
    #[error("the segment header does not match its BLAKE3")]
    Header,
    /// The header is intact but of a format version that this program does not read.
    #[error("the segment has format version {0}, which this program does not read")]
    Version(u32),
    /// A section, or one of its blocks, does not match what the header pins.
    #[error("segment section {0:?} does not match its BLAKE3")]
    Section(SectionTag),
    /// Everything is intact, but does not make a segment.
    #[error("the segment is malformed: {0}")]
    Malformed(&'static str),
    /// The caller could not fetch a section.
    #[error("segment section {section:?} could not be read: {error}")]
    Fetch {
        /// Which section.
        section: SectionTag,
        /// What the caller's function returned.
        error: E,
    },
}

impl<E> From<Malformed> for Refusal<E> {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed.0)
    }
}

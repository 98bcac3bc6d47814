//! Segments as bytes: what a database stores.
//!
//! In bytes a [`Segment`](crate::Segment) is a header and a few sections ([`encode`], [`decode`]); the header pins everything that the
//! segment depends on and a BLAKE3 of each section, and ends with its own, which is the segment's identity. Codes and links are
//! cut into blocks, so that a segment larger than memory can be searched by reading a few of them.

mod decode;
mod describe;
mod encode;
mod header;
mod refusal;
mod residency;
mod store;
#[cfg(test)]
mod tests;

pub use encode::EncodedSegment;
pub use header::{SectionSummary, SectionTag, SegmentHeader};
pub use refusal::Refusal;
pub use residency::Residency;
pub use store::SegmentStore;

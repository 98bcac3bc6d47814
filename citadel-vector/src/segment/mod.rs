//! Segments as bytes: what a database stores.
//!
//! In bytes a [`Segment`](crate::Segment) is a header and a few sections ([`encode`], [`decode`]); the header pins everything that the
//! segment depends on and a BLAKE3 of each section, and ends with its own, which is the segment's identity.

mod decode;
mod describe;
mod encode;
mod header;
mod refusal;
#[cfg(test)]
mod tests;

pub use encode::EncodedSegment;
pub use header::{SectionSummary, SectionTag, SegmentHeader};
pub use refusal::Refusal;

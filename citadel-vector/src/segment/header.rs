//! The header: everything that pins a segment, and the identity of the whole.
//!
//! ```text
//! "CITPRISM" | version u32 | config [32] | metric u8 | dim u32 | indexed u64 | undefined u64 | generation u64
//!            | fingerprint [32] | block bytes u32 | column text | count u16, filter column names text
//!            | count u16, sections: tag u8, length u64, BLAKE3 [32] (of a section in blocks: of the list of their checks)
//!            | BLAKE3 of all that precedes [32]: the identity
//! ```

use super::refusal::Refusal;
use crate::metric::Metric;
use crate::prism::{BlockKind, MAX_ROWS, Shape};
use crate::wire::{Malformed, Reader, ensure, write_len, write_text};

const MAGIC: [u8; 8] = *b"CITPRISM";
const VERSION: u32 = 5;
const HASH_LEN: usize = 32;

/// The sections of a segment, each stored on its own; codes and links in blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum SectionTag {
    /// How vectors are coded.
    Coding = 1,
    /// Eight-bit codes, in blocks.
    Codes = 2,
    /// The links, in blocks.
    Graph = 3,
    /// Row ids.
    Rows = 4,
    /// Filter columns.
    Attributes = 5,
    /// The recall of walks.
    Calibration = 6,
    /// Four-bit codes, in blocks; empty where they would not be precise enough.
    Coarse = 7,
    /// What is known of rows beside their codes: residuals and lengths.
    Beside = 8,
    /// Where walks begin.
    Walk = 9,
    /// The checks of all blocks.
    Checks = 10,
}

impl SectionTag {
    /// All sections, in the order of the header.
    pub const ALL: [Self; 10] = [
        Self::Coding,
        Self::Codes,
        Self::Graph,
        Self::Rows,
        Self::Attributes,
        Self::Calibration,
        Self::Coarse,
        Self::Beside,
        Self::Walk,
        Self::Checks,
    ];

    /// The section that is stored in blocks of this kind.
    pub fn of(kind: BlockKind) -> Self {
        match kind {
            BlockKind::Codes => Self::Codes,
            BlockKind::Coarse => Self::Coarse,
            BlockKind::Graph => Self::Graph,
        }
    }

    /// The tag as a number, to store it by.
    pub fn number(self) -> u8 {
        self as u8
    }
}

/// A section as the header lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SectionSummary {
    /// Which section.
    pub tag: SectionTag,
    /// Its length in bytes.
    pub len: usize,
    /// Its BLAKE3; of a section in blocks, that of the list of their checks.
    pub blake3: [u8; 32],
}

/// A verified header: what a segment is, without its sections.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentHeader {
    pub(super) shape: Shape,
    pub(super) config: [u8; 32],
    /// The database generation of the rows.
    pub generation: u64,
    /// BLAKE3 over the rows that the segment was built from.
    pub fingerprint: [u8; 32],
    /// Bytes of a block, at most, unless one row has more.
    pub(super) block_bytes: usize,
    /// The name of the vector column.
    pub column: String,
    /// The names of the filter columns.
    pub filters: Vec<String>,
    /// The sections.
    pub sections: Vec<SectionSummary>,
    /// BLAKE3 of the header up to here: the segment's identity.
    pub identity: [u8; 32],
}

impl SegmentHeader {
    /// Reads and verifies a header.
    ///
    /// # Errors
    ///
    /// If any byte of it was altered, or it is of another version.
    pub fn decode(bytes: &[u8]) -> Result<Self, Refusal> {
        Self::decode_for(bytes)
    }

    pub(super) fn decode_for<E>(bytes: &[u8]) -> Result<Self, Refusal<E>> {
        let (body, identity) = bytes
            .split_last_chunk::<HASH_LEN>()
            .ok_or(Refusal::Header)?;
        if blake3::hash(body) != *identity {
            return Err(Refusal::Header);
        }
        let mut reader = Reader::new(body);
        ensure(reader.array()? == MAGIC, "this is not a segment header")?;
        let version = reader.u32()?;
        if version != VERSION {
            return Err(Refusal::Version(version));
        }
        Ok(Self::decode_body(reader, *identity)?)
    }

    fn decode_body(mut reader: Reader<'_>, identity: [u8; 32]) -> Result<Self, Malformed> {
        let header = Self {
            config: reader.array()?,
            shape: Shape {
                metric: metric_of(reader.u8()?)?,
                dim: reader.u32()? as usize,
                indexed: reader.len()?,
                undefined: reader.len()?,
            },
            generation: reader.u64()?,
            fingerprint: reader.array()?,
            block_bytes: reader.u32()? as usize,
            column: reader.text()?,
            filters: decode_names(&mut reader)?,
            sections: decode_sections(&mut reader)?,
            identity,
        };
        reader.finish()?;
        let Shape {
            dim,
            indexed,
            undefined,
            ..
        } = header.shape;
        ensure(
            (1..=65_535).contains(&dim),
            "a dimension that cannot be indexed",
        )?;
        ensure(
            indexed.saturating_add(undefined) <= MAX_ROWS,
            "too many rows",
        )?;
        ensure(
            header
                .sections
                .iter()
                .map(|section| section.tag)
                .eq(SectionTag::ALL),
            "sections are missing, repeated or out of order",
        )?;
        ensure(
            (1..=Self::BLOCK_BYTES_MAX).contains(&header.block_bytes),
            "blocks of a size that is never written",
        )?;
        let mut lens = header.sections.iter().map(|section| section.len);
        ensure(
            lens.try_fold(0_usize, usize::checked_add).is_some(),
            "sections longer than memory",
        )?;
        Ok(header)
    }

    /// The bytes of a header; its identity is their last 32.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&self.config);
        out.push(metric_tag(self.shape.metric));
        out.extend_from_slice(&(self.shape.dim as u32).to_le_bytes());
        write_len(&mut out, self.shape.indexed);
        write_len(&mut out, self.shape.undefined);
        out.extend_from_slice(&self.generation.to_le_bytes());
        out.extend_from_slice(&self.fingerprint);
        out.extend_from_slice(&(self.block_bytes as u32).to_le_bytes());
        write_text(&mut out, &self.column);
        out.extend_from_slice(&(self.filters.len() as u16).to_le_bytes());
        for name in &self.filters {
            write_text(&mut out, name);
        }
        out.extend_from_slice(&(self.sections.len() as u16).to_le_bytes());
        for section in &self.sections {
            out.push(section.tag.number());
            write_len(&mut out, section.len);
            out.extend_from_slice(&section.blake3);
        }
        let identity = blake3::hash(&out);
        out.extend_from_slice(identity.as_bytes());
        out
    }

    /// The largest blocks that are written, rows that are longer apart.
    pub(super) const BLOCK_BYTES_MAX: usize = 1 << 20;

    /// What the header says of a section: it lists all of them, in their order.
    pub(super) fn section(&self, tag: SectionTag) -> &SectionSummary {
        let mut sections = self.sections.iter();
        let found = sections.find(|section| section.tag == tag);
        found.expect("a header with all sections")
    }

    /// How distances are measured.
    pub fn metric(&self) -> Metric {
        self.shape.metric
    }

    /// Components of each vector.
    pub fn dim(&self) -> usize {
        self.shape.dim
    }

    /// Rows with a vector.
    pub fn indexed_len(&self) -> usize {
        self.shape.indexed
    }

    /// Rows whose distance is undefined.
    pub fn undefined_len(&self) -> usize {
        self.shape.undefined
    }

    /// BLAKE3 of the build configuration: segments built in another way differ in it.
    pub fn config_hash(&self) -> [u8; 32] {
        self.config
    }

    /// Bytes of all sections together.
    pub fn sections_len(&self) -> usize {
        self.sections.iter().map(|section| section.len).sum()
    }
}

fn decode_names(reader: &mut Reader<'_>) -> Result<Vec<String>, Malformed> {
    let count = u16::from_le_bytes(reader.array()?);
    (0..count).map(|_| reader.text()).collect()
}

fn decode_sections(reader: &mut Reader<'_>) -> Result<Vec<SectionSummary>, Malformed> {
    let count = u16::from_le_bytes(reader.array()?);
    (0..count)
        .map(|_| {
            let number = reader.u8()?;
            let tag = SectionTag::ALL
                .into_iter()
                .find(|tag| tag.number() == number)
                .ok_or(Malformed("a section of unknown kind"))?;
            Ok(SectionSummary {
                tag,
                len: reader.len()?,
                blake3: reader.array()?,
            })
        })
        .collect()
}

fn metric_tag(metric: Metric) -> u8 {
    match metric {
        Metric::L2 => 1,
        Metric::InnerProduct => 2,
        Metric::Cosine => 3,
    }
}

fn metric_of(tag: u8) -> Result<Metric, Malformed> {
    match tag {
        1 => Ok(Metric::L2),
        2 => Ok(Metric::InnerProduct),
        3 => Ok(Metric::Cosine),
        _ => Err(Malformed("an unknown metric")),
    }
}

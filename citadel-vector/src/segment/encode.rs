//! From a segment to bytes.

use super::decode::{KINDS, Layout};
use super::header::{SectionSummary, SectionTag, SegmentHeader};
use crate::prism::{BlockKind, Blocking, Held, Segment, check_of};
use crate::quantize::coded;
use crate::wire::{write_len, write_values};

/// The bytes of a segment, but for its blocks: those are large and are made one by one, by [`Segment::write_block`]. Store the
/// header, each section where it can be fetched by tag, and each block where it can be by kind and number.
#[derive(Clone, Debug, PartialEq)]
pub struct EncodedSegment {
    /// The header; it lists the sections and ends with the identity.
    pub header: Vec<u8>,
    /// The sections that are stored as a whole, in the order of the header.
    pub sections: Vec<(SectionTag, Vec<u8>)>,
    /// How the others are cut into blocks.
    blocks: Vec<(BlockKind, Blocking)>,
}

impl EncodedSegment {
    /// The segment's identity: the BLAKE3 at the end of the header.
    pub fn identity(&self) -> [u8; 32] {
        self.header.last_chunk().copied().unwrap_or_default()
    }

    /// Bytes of header, sections and blocks together.
    pub fn len(&self) -> usize {
        let sections = self.sections.iter().map(|section| section.1.len());
        let blocks = self
            .blocks
            .iter()
            .filter_map(|(_, blocking)| blocking.len());
        self.header.len() + sections.chain(blocks).sum::<usize>()
    }

    /// Never: a segment has a header.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// All blocks, by kind and number.
    pub fn blocks(&self) -> impl Iterator<Item = (BlockKind, u32)> + '_ {
        self.blocks
            .iter()
            .flat_map(|&(kind, blocking)| (0..blocking.blocks() as u32).map(move |no| (kind, no)))
    }
}

impl Segment {
    /// The segment as bytes, in blocks of at most `block_bytes` (but of one row at least). None if it is not all in memory.
    ///
    /// It computes a check of every block.
    pub fn encode(&self, block_bytes: usize) -> Option<EncodedSegment> {
        let Held::Resident(graph) = &self.graph else {
            return None;
        };
        let block_bytes = block_bytes.clamp(1, SegmentHeader::BLOCK_BYTES_MAX);
        let has_coarse = self.coarse.is_some();
        let layout = Layout::of_shape(self.shape, has_coarse, graph.room(), block_bytes);
        let blocks: Vec<_> = KINDS.map(|kind| (kind, layout.of(kind))).into();
        let (mut checks, mut lists) = (Vec::new(), Vec::new());
        let mut block = Vec::new();
        for &(kind, blocking) in &blocks {
            let first = checks.len();
            for no in 0..blocking.blocks() {
                block.clear();
                self.write_rows(kind, blocking.rows_of(no), &mut block)?;
                checks.extend_from_slice(&check_of(&block));
            }
            lists.push((
                SectionTag::of(kind),
                blocking.len()?,
                blake3::hash(&checks[first..]),
            ));
        }
        let (mut sections, mut summaries) = (Vec::new(), Vec::new());
        for tag in SectionTag::ALL {
            let list = lists.iter().find(|(of, ..)| *of == tag);
            let (len, hash) = match list {
                Some((_, len, hash)) => (*len, *hash),
                None => {
                    let bytes = match tag {
                        SectionTag::Checks => std::mem::take(&mut checks),
                        tag => self.encode_section(tag, graph.room()),
                    };
                    let summary = (bytes.len(), blake3::hash(&bytes));
                    sections.push((tag, bytes));
                    summary
                }
            };
            summaries.push(SectionSummary {
                tag,
                len,
                blake3: *hash.as_bytes(),
            });
        }
        let header = SegmentHeader {
            shape: self.shape,
            config: self.config,
            generation: self.generation,
            fingerprint: self.fingerprint,
            block_bytes,
            column: self.column.clone(),
            filters: (self.attributes.iter())
                .map(|attribute| attribute.name.clone())
                .collect(),
            sections: summaries,
            identity: [0; 32],
        };
        Some(EncodedSegment {
            header: header.encode(),
            sections,
            blocks,
        })
    }

    /// Appends one of the [blocks](EncodedSegment::blocks) of this segment, as it was encoded.
    pub fn write_block(
        &self,
        encoded: &EncodedSegment,
        kind: BlockKind,
        block: u32,
        out: &mut Vec<u8>,
    ) {
        let blocking = (encoded.blocks.iter()).find(|(of, _)| *of == kind);
        if let Some((_, blocking)) = blocking {
            // It is in memory: it was encoded.
            _ = self.write_rows(kind, blocking.rows_of(block as usize), out);
        }
    }

    /// Appends rows of a part. None if they are not in memory.
    fn write_rows(
        &self,
        kind: BlockKind,
        rows: std::ops::Range<usize>,
        out: &mut Vec<u8>,
    ) -> Option<()> {
        let (matrix, len) = match kind {
            BlockKind::Graph => {
                self.graph.resident()?.encode(rows, out);
                return Some(());
            }
            // Padding is left out where it is known.
            BlockKind::Codes => (&self.matrix, coded(self.shape.dim)),
            BlockKind::Coarse => (&self.coarse.as_ref()?.matrix, usize::MAX),
        };
        let matrix = matrix.resident()?;
        for row in rows {
            let row = matrix.row(row as u32);
            out.extend_from_slice(&row[..len.min(row.len())]);
        }
        Some(())
    }

    fn encode_section(&self, tag: SectionTag, room: usize) -> Vec<u8> {
        let mut out = Vec::new();
        match tag {
            SectionTag::Coding => {
                out.extend_from_slice(&self.codes.scale.to_le_bytes());
                let coarse = self.coarse.as_ref();
                let multiplier = coarse.map_or(0, |coarse| coarse.codes.multiplier());
                out.extend_from_slice(&multiplier.to_le_bytes());
                out.extend_from_slice(&self.longest.to_le_bytes());
                write_values(&mut out, &self.codes.center, f32::to_le_bytes);
            }
            SectionTag::Beside => {
                write_values(&mut out, &self.residuals, f32::to_le_bytes);
                write_values(&mut out, &self.halves, f32::to_le_bytes);
                if let Some(coarse) = &self.coarse {
                    write_values(&mut out, &coarse.residuals, f32::to_le_bytes);
                }
            }
            SectionTag::Walk => {
                out.extend_from_slice(&(room as u32).to_le_bytes());
                write_len(&mut out, self.entries.len());
                write_values(&mut out, &self.entries, u32::to_le_bytes);
            }
            SectionTag::Rows => self.rows.encode(&mut out),
            SectionTag::Attributes => {
                for attribute in &self.attributes {
                    attribute.column.encode(&mut out);
                }
            }
            SectionTag::Calibration => self.calibration.encode(&mut out),
            // In blocks, or made with those.
            SectionTag::Codes | SectionTag::Coarse | SectionTag::Graph | SectionTag::Checks => {}
        }
        out
    }
}

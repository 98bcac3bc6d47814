//! From a segment to bytes.

use super::header::{SectionSummary, SectionTag, SegmentHeader};
use crate::prism::Segment;
use crate::quantize::coded;
use crate::wire::{write_len, write_values};

/// The bytes of a segment: store the header and each section where they can be fetched by tag.
#[derive(Clone, Debug, PartialEq)]
pub struct EncodedSegment {
    /// The header; it lists the sections and ends with the identity.
    pub header: Vec<u8>,
    /// The sections, in the order of the header.
    pub sections: Vec<(SectionTag, Vec<u8>)>,
}

impl EncodedSegment {
    /// The segment's identity: the BLAKE3 at the end of the header.
    pub fn identity(&self) -> [u8; 32] {
        self.header.last_chunk().copied().unwrap_or_default()
    }

    /// Bytes of header and sections together.
    pub fn len(&self) -> usize {
        let sections: usize = self.sections.iter().map(|section| section.1.len()).sum();
        self.header.len() + sections
    }

    /// Never: a segment has a header.
    pub fn is_empty(&self) -> bool {
        false
    }
}

impl Segment {
    /// The segment as bytes.
    pub fn encode(&self) -> EncodedSegment {
        let sections: Vec<(SectionTag, Vec<u8>)> = SectionTag::ALL
            .into_iter()
            .map(|tag| (tag, self.encode_section(tag)))
            .collect();
        let summaries = sections
            .iter()
            .map(|(tag, bytes)| SectionSummary {
                tag: *tag,
                len: bytes.len(),
                blake3: *blake3::hash(bytes).as_bytes(),
            })
            .collect();
        let header = SegmentHeader {
            shape: self.shape,
            config: self.config,
            generation: self.generation,
            fingerprint: self.fingerprint,
            column: self.column.clone(),
            filters: (self.attributes.iter())
                .map(|attribute| attribute.name.clone())
                .collect(),
            sections: summaries,
            identity: [0; 32],
        };
        EncodedSegment {
            header: header.encode(),
            sections,
        }
    }

    fn encode_section(&self, tag: SectionTag) -> Vec<u8> {
        let mut out = Vec::new();
        match tag {
            SectionTag::Coding => {
                out.extend_from_slice(&self.codes.scale.to_le_bytes());
                let coarse = self.coarse.as_ref();
                let multiplier = coarse.map_or(0, |coarse| coarse.codes.multiplier());
                out.extend_from_slice(&multiplier.to_le_bytes());
                out.extend_from_slice(&self.longest.to_le_bytes());
                write_values(&mut out, &self.codes.center, f32::to_le_bytes);
                write_values(&mut out, &self.residuals, f32::to_le_bytes);
            }
            SectionTag::Codes => {
                // Padding is left out where it is known.
                let rows = self.matrix.as_rows();
                let coded = coded(self.shape.dim);
                for row in rows.bytes.chunks_exact(rows.stride) {
                    out.extend_from_slice(&row[..coded]);
                }
            }
            SectionTag::Graph => {
                write_len(&mut out, self.entries.len());
                write_values(&mut out, &self.entries, u32::to_le_bytes);
                self.graph.encode(&mut out);
            }
            SectionTag::Rows => self.rows.encode(&mut out),
            SectionTag::Attributes => {
                for attribute in &self.attributes {
                    attribute.column.encode(&mut out);
                }
            }
            SectionTag::Calibration => self.calibration.encode(&mut out),
        }
        out
    }
}

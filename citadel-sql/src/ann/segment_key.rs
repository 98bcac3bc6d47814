//! Keys of an index's segment tree.
//!
//! ```text
//! 0x00                                              the manifest
//! 0x01 | segment u64                                the segment's header
//! 0x02 | segment u64 | section u32 | chunk u32      a part of a section                big-endian
//! ```

/// Identity of a segment for the life of its index; given once, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SegmentId(pub(crate) u64);

/// A key of the segment tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Manifest,
    Header(SegmentId),
    Chunk {
        segment: SegmentId,
        section: u32,
        chunk: u32,
    },
}

impl Key {
    pub(super) fn encode(self) -> Vec<u8> {
        match self {
            Self::Manifest => vec![0],
            Self::Header(segment) => [&[1], &segment.0.to_be_bytes()[..]].concat(),
            Self::Chunk {
                segment,
                section,
                chunk,
            } => [
                &[2],
                &segment.0.to_be_bytes()[..],
                &section.to_be_bytes()[..],
                &chunk.to_be_bytes()[..],
            ]
            .concat(),
        }
    }

    /// `None`: not a key of this tree.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let u64_at = |at: usize| Some(u64::from_be_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
        let u32_at = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        match (bytes.first()?, bytes.len()) {
            (0, 1) => Some(Self::Manifest),
            (1, 9) => Some(Self::Header(SegmentId(u64_at(1)?))),
            (2, 17) => Some(Self::Chunk {
                segment: SegmentId(u64_at(1)?),
                section: u32_at(9)?,
                chunk: u32_at(13)?,
            }),
            _ => None,
        }
    }

    /// The segment that the key belongs to; `None` for the manifest.
    pub(super) fn segment(self) -> Option<SegmentId> {
        match self {
            Self::Manifest => None,
            Self::Header(segment) | Self::Chunk { segment, .. } => Some(segment),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_round_trip_in_order_and_foreign_bytes_are_none() {
        let segment = SegmentId(7);
        let keys = [
            Key::Manifest,
            Key::Header(SegmentId(1)),
            Key::Header(segment),
            Key::Chunk {
                segment,
                section: 2,
                chunk: 255,
            },
            Key::Chunk {
                segment,
                section: 2,
                chunk: 256,
            },
        ];
        for pair in keys.windows(2) {
            assert!(pair[0].encode() < pair[1].encode());
        }
        for key in keys {
            let bytes = key.encode();
            assert_eq!(Key::decode(&bytes), Some(key));
            assert_eq!(Key::decode(&[&bytes[..], &[0]].concat()), None);
        }
        assert_eq!(Key::decode(&[]), None);
        assert_eq!(Key::decode(&[3]), None);
    }
}

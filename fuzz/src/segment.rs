//! Any bytes as the header of an ann segment, behind a BLAKE3 that fits.

use citadel_vector::{Residency, SegmentHeader};

/// Runs one input.
pub fn run(bytes: &[u8]) {
    let mut header = bytes.to_vec();
    header.extend_from_slice(blake3::hash(bytes).as_bytes());
    if let Ok(header) = SegmentHeader::decode(&header) {
        _ = (header.dim(), header.indexed_len(), header.sections_len());
        for residency in [Residency::Whole, Residency::Leading, Residency::Least] {
            _ = header.bytes_in_memory(residency);
        }
    }
    _ = SegmentHeader::decode(bytes);
}

/// A header as it is written: the fields in their order.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut header = b"CITPRISM".to_vec();
    header.extend(5_u32.to_le_bytes());
    header.extend([0x0c; 32]);
    header.push(2);
    header.extend(384_u32.to_le_bytes());
    for number in [1000_u64, 2, 77] {
        header.extend(number.to_le_bytes());
    }
    header.extend([0x0f; 32]);
    header.extend(8152_u32.to_le_bytes());
    for (count, names) in [(None, vec!["emb"]), (Some(2_u16), vec!["a", "b"])] {
        header.extend(count.map(u16::to_le_bytes).into_iter().flatten());
        for name in names {
            header.extend((name.len() as u32).to_le_bytes());
            header.extend(name.bytes());
        }
    }
    header.extend(10_u16.to_le_bytes());
    for tag in 1..=10_u8 {
        header.push(tag);
        header.extend(4096_u64.to_le_bytes());
        header.extend([tag; 32]);
    }
    vec![header, b"CITPRISM".to_vec()]
}

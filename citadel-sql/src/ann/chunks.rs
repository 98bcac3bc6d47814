//! Segments as chunks of bytes in the index's segment tree.
//!
//! A section is cut into chunks as long as runs of pages are at most; codes and links into blocks of whole rows, each of which
//! fills one page, so that a search can read one of them without its neighbours. Nothing is trusted here but lengths:
//! [`citadel_vector::Segment`] verifies the BLAKE3 of each section and block.

use citadel_txn::{Cursor, PageSize, View, WriteTxn, body_len};
use citadel_vector::{Calibration, EncodedSegment, SectionTag, Segment, SegmentHeader};

use super::segment_key::{Key, SegmentId};
use crate::error::Result;
use crate::schema::AnnIndex;

/// Most bytes of a section in one value.
pub(super) const CHUNK_BYTES: usize = 480 * 1024;

/// Writes a segment under an id that has nothing yet; returns the bytes written.
pub(super) fn write(
    txn: &mut WriteTxn,
    index: &AnnIndex,
    segment: SegmentId,
    made: &Segment,
    encoded: &EncodedSegment,
) -> Result<u64> {
    txn.insert(
        index.segments,
        &Key::Header(segment).encode(),
        &encoded.header,
    )?;
    for (section, body) in &encoded.sections {
        let section = u32::from(section.number());
        for (chunk, part) in (0..).zip(body.chunks(CHUNK_BYTES)) {
            let key = Key::Chunk {
                segment,
                section,
                chunk,
            };
            txn.insert(index.segments, &key.encode(), part)?;
        }
    }
    let mut block = Vec::new();
    for (kind, chunk) in encoded.blocks() {
        block.clear();
        made.write_block(encoded, kind, chunk, &mut block);
        let key = Key::Chunk {
            segment,
            section: u32::from(SectionTag::of(kind).number()),
            chunk,
        };
        txn.insert(index.segments, &key.encode(), &block)?;
    }
    Ok(encoded.len() as u64)
}

/// Bytes of a block: what fills the pages that are about as long as the default one.
pub(super) fn block_bytes(page_size: PageSize) -> usize {
    let pages = (PageSize::default().bytes() / page_size.bytes()).max(1);
    body_len(page_size, pages as u16)
}

/// What was calibrated of a segment, without the rest of it.
///
/// # Errors
/// Storage errors; [`Error::Corrupt`](crate::error::Error::Corrupt) if the bytes are not those of a segment.
pub(super) fn read_calibration(
    view: &dyn View,
    index: &AnnIndex,
    segment: SegmentId,
) -> Result<Calibration> {
    let refused = |refusal: citadel_vector::Refusal| super::corrupt(refusal.to_string());
    let header = SegmentHeader::decode(&read_header(view, index, segment)?).map_err(refused)?;
    let tag = SectionTag::Calibration;
    let section = header.sections.iter().find(|section| section.tag == tag);
    let len = section.map_or(0, |section| section.len);
    let bytes = read_section(view, index, segment, tag, len)?;
    header.calibration(&bytes).map_err(refused)
}

/// The header of a segment.
pub(super) fn read_header(
    view: &dyn View,
    index: &AnnIndex,
    segment: SegmentId,
) -> Result<Vec<u8>> {
    match view.get(index.segments, &Key::Header(segment).encode())? {
        Some(header) => Ok(header.to_vec()),
        None => Err(super::corrupt("the segment's header is missing")),
    }
}

/// A section of a segment, which must have exactly `len` bytes. Allocates no more than the chunks that are there.
pub(super) fn read_section(
    view: &dyn View,
    index: &AnnIndex,
    segment: SegmentId,
    section: SectionTag,
    len: usize,
) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    let mut chunk = 0;
    while body.len() < len {
        let key = Key::Chunk {
            segment,
            section: u32::from(section.number()),
            chunk,
        };
        let Some(part) = view.get(index.segments, &key.encode())? else {
            return Err(super::corrupt("a chunk of the segment is missing"));
        };
        let expected = CHUNK_BYTES.min(len - body.len());
        if part.len() != expected {
            return Err(super::corrupt("a chunk of the segment has a wrong length"));
        }
        if chunk == 0 && len > expected {
            body.reserve_exact(bounded_reserve(view, index, len)?);
        }
        body.extend_from_slice(&part);
        chunk += 1;
    }
    Ok(body)
}

/// What a section of `len` bytes may reserve: never more than all entries of the tree could hold.
fn bounded_reserve(view: &dyn View, index: &AnnIndex, len: usize) -> Result<usize> {
    let entries = usize::try_from(view.tree_len(index.segments)?).unwrap_or(usize::MAX);
    Ok(len.min(entries.saturating_mul(CHUNK_BYTES)))
}

/// Removes everything of a segment.
pub(super) fn remove(txn: &mut WriteTxn, index: &AnnIndex, segment: SegmentId) -> Result<()> {
    for key in keys(txn, index)? {
        if Key::decode(&key).and_then(Key::segment) == Some(segment) {
            txn.remove(index.segments, &key)?;
        }
    }
    Ok(())
}

/// All keys of the segment tree, ascending. There are some hundred thousand at most for each gigabyte of codes.
pub(super) fn keys(view: &dyn View, index: &AnnIndex) -> Result<Vec<Vec<u8>>> {
    let mut keys = Vec::new();
    let mut cursor = Cursor::new(index.segments);
    let mut on_entry = cursor.first(view)?;
    while on_entry {
        keys.push(cursor.key().to_vec());
        on_entry = cursor.next(view)?;
    }
    Ok(keys)
}

//! What a slot points to.
//!
//! ```text
//! leaf    key length | key | tag | payload        tag = payload length × 2 + (1 if the payload is a large value's reference)
//! branch  key length | key | child pointer (32)
//! ```
//!
//! Lengths and tags take one byte below 128, else two, most significant first with the top bit set: at most 32,767.

use super::CHILD_BYTES;
use super::malformed::Malformed;

/// The value half of a leaf cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Payload<'a> {
    /// The value itself, or the reference of a large value.
    pub(crate) bytes: &'a [u8],
    /// Whether `bytes` refers to a value that lies in extents.
    pub(crate) large: bool,
}

/// A cell that is to be written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cell<'a> {
    /// An entry of a leaf.
    Leaf { key: &'a [u8], payload: Payload<'a> },
    /// A child of a branch, and the smallest key that it may hold.
    Branch {
        key: &'a [u8],
        child: &'a [u8; CHILD_BYTES],
    },
    /// A cell as it stands in another node of the same level.
    Raw(&'a [u8]),
}

impl Cell<'_> {
    /// Bytes that the cell takes in the heap.
    pub(crate) fn len(&self) -> usize {
        match self {
            Cell::Leaf { key, payload } => {
                short_len(key.len())
                    + key.len()
                    + short_len(payload.bytes.len() << 1)
                    + payload.bytes.len()
            }
            Cell::Branch { key, .. } => short_len(key.len()) + key.len() + CHILD_BYTES,
            Cell::Raw(bytes) => bytes.len(),
        }
    }

    /// Writes the cell over exactly [`Cell::len`] bytes.
    pub(crate) fn write(&self, out: &mut [u8]) {
        match self {
            Cell::Leaf { key, payload } => {
                let tag = payload.bytes.len() << 1 | usize::from(payload.large);
                let out = put_bytes(put_short(out, key.len()), key);
                put_bytes(put_short(out, tag), payload.bytes);
            }
            Cell::Branch { key, child } => {
                let out = put_bytes(put_short(out, key.len()), key);
                put_bytes(out, &child[..]);
            }
            Cell::Raw(bytes) => out.copy_from_slice(bytes),
        }
    }
}

/// Bytes that a length or tag takes.
pub(crate) fn short_len(value: usize) -> usize {
    if value < 0x80 { 1 } else { 2 }
}

fn put_short(out: &mut [u8], value: usize) -> &mut [u8] {
    debug_assert!(value < 0x8000);
    if value < 0x80 {
        out[0] = value as u8;
        &mut out[1..]
    } else {
        out[0] = 0x80 | (value >> 8) as u8;
        out[1] = value as u8;
        &mut out[2..]
    }
}

fn put_bytes<'a>(out: &'a mut [u8], bytes: &[u8]) -> &'a mut [u8] {
    let (head, tail) = out.split_at_mut(bytes.len());
    head.copy_from_slice(bytes);
    tail
}

/// Takes a length or tag off the front.
#[inline]
pub(crate) fn take_short(bytes: &[u8]) -> Result<(usize, &[u8]), Malformed> {
    match bytes {
        [first, rest @ ..] if *first < 0x80 => Ok((usize::from(*first), rest)),
        [first, second, rest @ ..] => {
            Ok((usize::from(first & 0x7f) << 8 | usize::from(*second), rest))
        }
        _ => Err(Malformed),
    }
}

/// Takes the key off the front of a cell.
#[inline]
pub(crate) fn take_key(bytes: &[u8]) -> Result<(&[u8], &[u8]), Malformed> {
    let (len, rest) = take_short(bytes)?;
    rest.split_at_checked(len).ok_or(Malformed)
}

/// Reads the payload that follows the key in a leaf cell.
#[inline]
pub(crate) fn take_payload(bytes: &[u8]) -> Result<Payload<'_>, Malformed> {
    let (tag, rest) = take_short(bytes)?;
    let bytes = rest.get(..tag >> 1).ok_or(Malformed)?;
    Ok(Payload {
        bytes,
        large: tag & 1 == 1,
    })
}

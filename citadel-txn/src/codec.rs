//! Little-endian numbers in byte strings, and reading them back without trust.

use citadel_core::{PageNo, PagePtr, PageRun};

use crate::error::{Error, Result};

/// Takes values off the front of bytes that may hold anything.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    what: &'static str,
}

impl<'a> Reader<'a> {
    /// Reads `bytes`; an error will say that `what` is corrupt.
    pub(crate) fn new(bytes: &'a [u8], what: &'static str) -> Self {
        Self { bytes, what }
    }

    pub(crate) fn corrupt<T>(&self) -> Result<T> {
        Err(Error::corrupt(self.what))
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let Some((head, tail)) = self.bytes.split_first_chunk() else {
            return self.corrupt();
        };
        self.bytes = tail;
        Ok(*head)
    }

    pub(crate) fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        let Some((head, tail)) = self.bytes.split_at_checked(len) else {
            return self.corrupt();
        };
        self.bytes = tail;
        Ok(head)
    }

    pub(crate) fn u8(&mut self) -> Result<u8> {
        Ok(self.array::<1>()?[0])
    }

    pub(crate) fn u16(&mut self) -> Result<u16> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub(crate) fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(crate) fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// A number of 7 bits per byte, lowest first.
    pub(crate) fn varint(&mut self) -> Result<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.u8()?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                break;
            }
            value |= part << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        self.corrupt()
    }

    /// A pointer, or none where its bytes are all zero.
    pub(crate) fn ptr(&mut self) -> Result<Option<PagePtr>> {
        let bytes = self.array()?;
        if bytes == [0; PagePtr::ENCODED_BYTES] {
            return Ok(None);
        }
        Ok(Some(PagePtr::decode(&bytes)?))
    }

    pub(crate) fn run(&mut self) -> Result<PageRun> {
        let bytes: [u8; 8] = self.array()?;
        let [p0, p1, p2, p3, p4, p5, n0, n1] = bytes;
        let first = PageNo::new(u64::from_le_bytes([p0, p1, p2, p3, p4, p5, 0, 0]));
        match u16::from_le_bytes([n0, n1]) {
            0 => self.corrupt(),
            pages => Ok(PageRun::new(first, pages)),
        }
    }

    /// All that is left.
    pub(crate) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.bytes)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// Appends a number of 7 bits per byte, lowest first.
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Bytes that [`put_varint`] appends.
pub(crate) fn varint_len(value: u64) -> usize {
    let bits = u64::BITS - value.leading_zeros();
    bits.div_ceil(7).max(1) as usize
}

/// Appends a pointer; zeros where there is none.
pub(crate) fn put_ptr(out: &mut Vec<u8>, ptr: Option<&PagePtr>) {
    out.extend_from_slice(&ptr.map_or([0; PagePtr::ENCODED_BYTES], PagePtr::encode));
}

/// Appends a run: page (48 bits), pages (16 bits).
pub(crate) fn put_run(out: &mut Vec<u8>, run: PageRun) {
    out.extend_from_slice(&run.first.get().to_le_bytes()[..6]);
    out.extend_from_slice(&run.pages.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_varint_survives_its_encoding(value: u64) {
            let mut bytes = Vec::new();
            put_varint(&mut bytes, value);
            let mut reader = Reader::new(&bytes, "test");
            prop_assert_eq!(reader.varint().unwrap(), value);
            prop_assert!(reader.is_empty());
        }

        #[test]
        fn any_bytes_are_a_varint_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..12)) {
            let _ = Reader::new(&bytes, "test").varint();
        }
    }
}

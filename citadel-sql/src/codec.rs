//! Bytes that lie in the file: how numbers and strings are written, and how they are read back without trust.
//!
//! What always holds:
//!
//! - every read checks what is left first; wrong bytes are [`Malformed`], never a panic;
//! - no length read from bytes is ever allocated before that many bytes are known to be there.
//!
//! A *varint* is one byte below [`FIRST_LONG`], else a byte that says how many little-endian bytes follow (1 to 8).
//! So its length is known from its first byte, and small numbers take one byte.
//! A *signed* number is a varint in zigzag order (0, −1, 1, −2, …).

/// The first byte values from here on say that 1, 2, … 8 bytes follow.
const FIRST_LONG: u8 = 0xF8;

/// Bytes that do not mean anything: the caller knows what they should have been, and says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// The result of reading bytes.
pub(crate) type Decoded<T> = std::result::Result<T, Malformed>;

/// Appends a varint.
pub(crate) fn put_varint(out: &mut Vec<u8>, value: u64) {
    match u8::try_from(value) {
        Ok(byte) if byte < FIRST_LONG => out.push(byte),
        _ => {
            let len = (8 - value.leading_zeros() as usize / 8).max(1);
            out.push(FIRST_LONG + (len as u8 - 1));
            out.extend_from_slice(&value.to_le_bytes()[..len]);
        }
    }
}

/// Appends a signed number.
pub(crate) fn put_signed(out: &mut Vec<u8>, value: i64) {
    put_varint(out, ((value << 1) ^ (value >> 63)) as u64);
}

/// Appends a length and that many bytes.
pub(crate) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Reads bytes from front to back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader at the start of the bytes.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Bytes after the end of a record are an error of the record.
    pub(crate) fn finish(self) -> Decoded<()> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(Malformed)
        }
    }

    /// What is left.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// One byte.
    #[inline]
    pub(crate) fn byte(&mut self) -> Decoded<u8> {
        let (&first, rest) = self.rest.split_first().ok_or(Malformed)?;
        self.rest = rest;
        Ok(first)
    }

    /// Exactly so many bytes.
    #[inline]
    pub(crate) fn take(&mut self, len: usize) -> Decoded<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or(Malformed)?;
        self.rest = rest;
        Ok(taken)
    }

    /// Exactly `N` bytes.
    #[inline]
    pub(crate) fn array<const N: usize>(&mut self) -> Decoded<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or(Malformed)?;
        self.rest = rest;
        Ok(*taken)
    }

    /// A varint.
    #[inline]
    pub(crate) fn varint(&mut self) -> Decoded<u64> {
        let first = self.byte()?;
        if first < FIRST_LONG {
            return Ok(u64::from(first));
        }
        let mut value = [0; 8];
        let bytes = self.take(usize::from(first - FIRST_LONG) + 1)?;
        value[..bytes.len()].copy_from_slice(bytes);
        Ok(u64::from_le_bytes(value))
    }

    /// Passes over a varint.
    #[inline]
    pub(crate) fn skip_varint(&mut self) -> Decoded<()> {
        let first = self.byte()?;
        if first >= FIRST_LONG {
            self.take(usize::from(first - FIRST_LONG) + 1)?;
        }
        Ok(())
    }

    /// A signed number.
    #[inline]
    pub(crate) fn signed(&mut self) -> Decoded<i64> {
        let value = self.varint()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// A length and that many bytes.
    #[inline]
    pub(crate) fn bytes(&mut self) -> Decoded<&'a [u8]> {
        let len = usize::try_from(self.varint()?).map_err(|_| Malformed)?;
        self.take(len)
    }

    /// A length and that many bytes of UTF-8.
    #[inline]
    pub(crate) fn text(&mut self) -> Decoded<&'a str> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Malformed)
    }

    /// A varint that counts things of which each takes at least one of the bytes left.
    pub(crate) fn count(&mut self) -> Decoded<usize> {
        let count = usize::try_from(self.varint()?).map_err(|_| Malformed)?;
        if count > self.rest.len() {
            return Err(Malformed);
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_round_trip(unsigned in any::<u64>(), shift in 0u32..64, signed in any::<i64>()) {
            for (unsigned, signed) in [(unsigned, signed), (unsigned >> shift, signed >> shift)] {
                let mut out = Vec::new();
                put_varint(&mut out, unsigned);
                put_signed(&mut out, signed);
                let mut reader = Reader::new(&out);
                let mut skipping = reader;
                prop_assert_eq!(reader.varint(), Ok(unsigned));
                prop_assert_eq!(reader.signed(), Ok(signed));
                prop_assert_eq!(reader.finish(), Ok(()));
                skipping.skip_varint().unwrap();
                skipping.skip_varint().unwrap();
                prop_assert_eq!(skipping.finish(), Ok(()));
            }
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..24)) {
            let reader = Reader::new(&bytes);
            for read in [
                |mut r: Reader<'_>| r.varint().is_ok(),
                |mut r: Reader<'_>| r.signed().is_ok(),
                |mut r: Reader<'_>| r.text().is_ok(),
                |mut r: Reader<'_>| r.count().is_ok(),
                |mut r: Reader<'_>| r.array::<8>().is_ok(),
            ] {
                read(reader);
            }
        }
    }

    #[test]
    fn lengths_at_the_seams() {
        for (value, len) in [
            (0, 1),
            (0xF7, 1),
            (0xF8, 2),
            (0xFF, 2),
            (0x100, 3),
            (u64::MAX, 9),
        ] {
            let mut out = Vec::new();
            put_varint(&mut out, value);
            assert_eq!(out.len(), len, "{value}");
            assert_eq!(Reader::new(&out).varint(), Ok(value));
        }
    }

    #[test]
    fn a_length_beyond_the_bytes_is_malformed() {
        let mut out = Vec::new();
        put_varint(&mut out, u64::MAX);
        assert_eq!(Reader::new(&out).bytes(), Err(Malformed));
        assert_eq!(Reader::new(&out).count(), Err(Malformed));
    }
}

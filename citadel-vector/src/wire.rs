//! Reading and writing of little-endian bytes. Every read is checked against what is left, so that a length from disk can
//! neither panic nor ask for more memory than the bytes that came with it.

/// Bytes that are not what their place requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Malformed(pub(crate) &'static str);

/// Fails with a reason unless the condition holds.
pub(crate) fn ensure(condition: bool, reason: &'static str) -> Result<(), Malformed> {
    if condition {
        Ok(())
    } else {
        Err(Malformed(reason))
    }
}

/// A cursor over bytes from outside.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads from the start of `bytes`.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next `len` bytes.
    pub(crate) fn bytes(&mut self, len: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self
            .rest
            .split_at_checked(len)
            .ok_or(Malformed("shorter than its lengths say"))?;
        self.rest = rest;
        Ok(taken)
    }

    /// The next `N` bytes.
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (taken, rest) = self
            .rest
            .split_first_chunk()
            .ok_or(Malformed("shorter than its lengths say"))?;
        self.rest = rest;
        Ok(*taken)
    }

    /// A byte.
    pub(crate) fn u8(&mut self) -> Result<u8, Malformed> {
        Ok(self.array::<1>()?[0])
    }

    /// A 32-bit number.
    pub(crate) fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_le_bytes)
    }

    /// A 64-bit number.
    pub(crate) fn u64(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_le_bytes)
    }

    /// A float, which must be finite.
    pub(crate) fn finite_f32(&mut self) -> Result<f32, Malformed> {
        let value = self.array().map(f32::from_le_bytes)?;
        ensure(value.is_finite(), "a number is not finite")?;
        Ok(value)
    }

    /// A count or length that must fit in memory.
    pub(crate) fn len(&mut self) -> Result<usize, Malformed> {
        usize::try_from(self.u64()?).map_err(|_| Malformed("a length beyond memory"))
    }

    /// A string of at most 2^32 bytes, with its length in front.
    pub(crate) fn text(&mut self) -> Result<String, Malformed> {
        let len = self.u32()? as usize;
        let bytes = self.bytes(len)?;
        let text = str::from_utf8(bytes).map_err(|_| Malformed("a name is not UTF-8"))?;
        Ok(text.to_owned())
    }

    /// `count` values of `N` bytes each.
    pub(crate) fn values<const N: usize, T>(
        &mut self,
        count: usize,
        read: impl Fn([u8; N]) -> T,
    ) -> Result<Vec<T>, Malformed> {
        let len = count
            .checked_mul(N)
            .ok_or(Malformed("a length beyond memory"))?;
        let (chunks, _) = self.bytes(len)?.as_chunks::<N>();
        Ok(chunks.iter().map(|&chunk| read(chunk)).collect())
    }

    /// Succeeds if everything was read.
    pub(crate) fn finish(self) -> Result<(), Malformed> {
        ensure(self.rest.is_empty(), "longer than its lengths say")
    }
}

/// Appends a string with its length in front, as [`Reader::text`] reads it.
pub(crate) fn write_text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(&(text.len() as u32).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// Appends a count or length, as [`Reader::len`] reads it.
pub(crate) fn write_len(out: &mut Vec<u8>, len: usize) {
    out.extend_from_slice(&(len as u64).to_le_bytes());
}

/// Appends numbers.
pub(crate) fn write_values<const N: usize, T: Copy>(
    out: &mut Vec<u8>,
    values: &[T],
    write: impl Fn(T) -> [u8; N],
) {
    out.reserve(values.len() * N);
    for &value in values {
        out.extend_from_slice(&write(value));
    }
}

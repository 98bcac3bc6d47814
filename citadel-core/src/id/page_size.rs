//! The size of a page on the medium.

use std::fmt;

use crate::error::{Error, Result};

/// Bytes of one page on the medium, seal included: a power of two from 512 to 65,536, fixed when a file is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PageSize(u32);

impl PageSize {
    /// The smallest page, 512 bytes: for tests, where little data shall make deep trees.
    pub const MIN: PageSize = PageSize(512);
    /// The largest page, 64 KiB.
    pub const MAX: PageSize = PageSize(65_536);
    /// 8 KiB.
    pub const DEFAULT: PageSize = PageSize(8192);

    /// A page size of so many bytes.
    ///
    /// # Errors
    /// [`Error::Misuse`] unless `bytes` is a power of two between [`PageSize::MIN`] and [`PageSize::MAX`].
    pub fn new(bytes: u32) -> Result<Self> {
        if bytes.is_power_of_two() && (Self::MIN.0..=Self::MAX.0).contains(&bytes) {
            Ok(Self(bytes))
        } else {
            Err(Error::Misuse {
                what: "a page size is a power of two from 512 to 65536 bytes",
            })
        }
    }

    /// The size in bytes.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The size in bytes, for arithmetic on lengths in memory.
    pub const fn bytes(self) -> usize {
        self.0 as usize
    }
}

impl Default for PageSize {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for PageSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_powers_of_two_within_the_bounds() {
        for bytes in [512, 1024, 4096, 8192, 65_536] {
            assert_eq!(PageSize::new(bytes).unwrap().get(), bytes);
        }
        for bytes in [0, 1, 256, 513, 8191, 8193, 131_072, u32::MAX] {
            assert!(PageSize::new(bytes).unwrap_err().is_misuse());
        }
    }
}

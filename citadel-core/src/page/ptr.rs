//! The only way to a page.

use std::fmt;

use crate::error::{Error, Result};
use crate::id::{Generation, PageNo};
use crate::page::{PageRun, Tag};

/// Names one sealing of one run: where it lies, which commit wrote it, and its authentication tag.
///
/// A parent holds the pointers of its children, so the tags form a Merkle tree up to the commit record. Reading through a
/// pointer gives exactly the bytes that were sealed when the pointer was made, or an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PagePtr {
    /// Where it lies.
    pub run: PageRun,
    /// The commit that wrote it.
    pub generation: Generation,
    /// The tag of the sealing.
    pub tag: Tag,
}

impl PagePtr {
    /// Bytes of an encoded pointer.
    pub const ENCODED_BYTES: usize = 32;

    /// The pointer as bytes: page (48 bits), pages (16 bits), generation (64 bits), tag (16 bytes), little-endian.
    pub fn encode(&self) -> [u8; Self::ENCODED_BYTES] {
        debug_assert!(self.run.first <= PageNo::MAX);
        let mut bytes = [0; Self::ENCODED_BYTES];
        bytes[..6].copy_from_slice(&self.run.first.get().to_le_bytes()[..6]);
        bytes[6..8].copy_from_slice(&self.run.pages.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.generation.get().to_le_bytes());
        bytes[16..].copy_from_slice(self.tag.as_bytes());
        bytes
    }

    /// Reads a pointer back.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where the run is empty. Whether the pages exist is found out on reading.
    pub fn decode(bytes: &[u8; Self::ENCODED_BYTES]) -> Result<Self> {
        let [
            p0,
            p1,
            p2,
            p3,
            p4,
            p5,
            n0,
            n1,
            g @ ..,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
        ] = *bytes;
        let mut tag = [0; 16];
        tag.copy_from_slice(&bytes[16..]);
        let ptr = PagePtr {
            run: PageRun::new(
                PageNo::new(u64::from_le_bytes([p0, p1, p2, p3, p4, p5, 0, 0])),
                u16::from_le_bytes([n0, n1]),
            ),
            generation: Generation::new(u64::from_le_bytes(g)),
            tag: Tag::from_bytes(tag),
        };
        match ptr.run.pages {
            0 => Err(Error::Corrupt {
                what: "a page pointer to an empty run",
            }),
            _ => Ok(ptr),
        }
    }
}

impl fmt::Display for PagePtr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "page {} gen {} tag {}",
            self.run, self.generation, self.tag
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_pointer_survives_its_encoding(page in 0..=PageNo::MAX.get(), pages in 1..=u16::MAX, generation: u64, tag: [u8; 16]) {
            let ptr = PagePtr {
                run: PageRun::new(PageNo::new(page), pages),
                generation: Generation::new(generation),
                tag: Tag::from_bytes(tag),
            };
            prop_assert_eq!(PagePtr::decode(&ptr.encode()).unwrap(), ptr);
        }

        #[test]
        fn any_bytes_decode_or_are_refused(bytes: [u8; 32]) {
            if let Ok(ptr) = PagePtr::decode(&bytes) {
                prop_assert_eq!(ptr.encode(), bytes);
            }
        }
    }

    #[test]
    fn an_empty_run_is_refused() {
        assert!(PagePtr::decode(&[0; 32]).unwrap_err().is_corrupt());
    }
}

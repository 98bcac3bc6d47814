//! How many bytes go where.

use citadel_core::{PageSize, body_len};

use crate::error::{Error, Result};
use crate::extent::ExtentPlan;
use crate::node::{BODY_MAX, HEADER_BYTES, leaf_footprint};

/// How a tree is to be laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeOptions {
    /// Pages of one leaf, at least 1; a leaf has at most 64 KiB. Wide values waste less in a longer leaf.
    pub leaf_pages: u16,
}

impl Default for TreeOptions {
    fn default() -> Self {
        Self { leaf_pages: 1 }
    }
}

/// What may be wasted in a leaf, in thousandths; branches and the last leaf waste some more.
const WASTED_PERMILLE_MAX: usize = 92;

impl TreeOptions {
    /// The shortest leaf in which values of `value_len` bytes, with keys of `key_len`, lie inline and waste less than a
    /// tenth, the branches above them included; where none does, the one that wastes least. Values too long for any leaf lie in extents, whatever the leaf.
    pub fn for_values(page_size: PageSize, key_len: usize, value_len: usize) -> Self {
        let entry = leaf_footprint(key_len, value_len);
        let mut best = (usize::MAX, Self::default());
        for leaf_pages in (1..=u16::MAX)
            .take_while(|pages| page_size.bytes() * usize::from(*pages) <= BODY_MAX + 1)
        {
            let geometry = Geometry {
                page_size,
                leaf_pages,
            };
            if !geometry.is_inline(key_len, value_len) {
                continue;
            }
            let bytes = page_size.bytes() * usize::from(leaf_pages);
            let wasted =
                bytes - (geometry.leaf_body() - HEADER_BYTES) / entry * (key_len + value_len);
            let permille = wasted * 1000 / bytes;
            if permille < best.0 {
                best = (permille, Self { leaf_pages });
            }
            if permille < WASTED_PERMILLE_MAX {
                break;
            }
        }
        best.1
    }
}

/// How many bytes a tree's nodes, keys and inline values may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Geometry {
    page_size: PageSize,
    leaf_pages: u16,
}

impl Geometry {
    pub(crate) fn new(page_size: PageSize, leaf_pages: u16) -> Result<Self> {
        let longest = (BODY_MAX + 1) / page_size.bytes();
        if leaf_pages == 0 || usize::from(leaf_pages) > longest {
            return Err(Error::BadLeafPages { pages: leaf_pages });
        }
        Ok(Self {
            page_size,
            leaf_pages,
        })
    }

    /// Pages of a node.
    pub(crate) fn pages(&self, level: u8) -> u16 {
        if level == 0 { self.leaf_pages } else { 1 }
    }

    /// Bytes of a node's body.
    pub(crate) fn body(&self, level: u8) -> usize {
        body_len(self.page_size, self.pages(level))
    }

    fn leaf_body(&self) -> usize {
        self.body(0)
    }

    /// A key may take a fifth of a branch, so that a branch always has room for three children.
    pub(crate) fn key_len_max(page_size: PageSize) -> usize {
        body_len(page_size, 1) / 5
    }

    /// Whether the value lies in the leaf: an entry may take a quarter of it.
    pub(crate) fn is_inline(&self, key_len: usize, value_len: usize) -> bool {
        leaf_footprint(key_len, value_len) <= (self.leaf_body() - HEADER_BYTES) / 4
    }

    pub(crate) fn check_entry(&self, key: &[u8], value: &[u8]) -> Result<()> {
        let max = Self::key_len_max(self.page_size);
        if key.len() > max {
            return Err(Error::KeyTooLong {
                len: key.len(),
                max,
            });
        }
        let max = ExtentPlan::value_len_max(self.page_size);
        if value.len() as u64 > max {
            return Err(Error::ValueTooLong {
                len: value.len() as u64,
                max,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_waste_less_than_a_tenth() {
        for dim in [384, 768, 1024, 1536] {
            let options = TreeOptions::for_values(PageSize::DEFAULT, 8, dim * 4 + 2);
            let bytes = PageSize::DEFAULT.bytes() * usize::from(options.leaf_pages);
            let geometry = Geometry::new(PageSize::DEFAULT, options.leaf_pages).unwrap();
            let entries = (geometry.leaf_body() - HEADER_BYTES) / leaf_footprint(8, dim * 4 + 2);
            assert!(
                entries * (dim * 4 + 10) * 10 > bytes * 9,
                "dimension {dim}: {entries} in {} pages",
                options.leaf_pages
            );
        }
    }

    #[test]
    fn leaves_longer_than_offsets_reach_are_refused() {
        assert!(Geometry::new(PageSize::DEFAULT, 8).is_ok());
        assert!(Geometry::new(PageSize::DEFAULT, 9).unwrap_err().is_misuse());
        assert!(Geometry::new(PageSize::DEFAULT, 0).unwrap_err().is_misuse());
    }
}

//! How a large value is cut into extents.

use citadel_core::{PagePtr, PageSize, SEAL_BYTES, body_len};

/// The longest extent, in pages. A small bound keeps a value findable in fragmented free space.
const EXTENT_PAGES_MAX: u16 = 64;
/// The longest extent map, in pages.
const MAP_PAGES_MAX: u16 = 64;

/// How a value of some length is cut.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExtentPlan {
    page_size: PageSize,
    len: u64,
}

impl ExtentPlan {
    pub(crate) fn new(page_size: PageSize, len: u64) -> Self {
        Self { page_size, len }
    }

    /// Bytes of the longest value that extents can hold.
    pub(crate) fn value_len_max(page_size: PageSize) -> u64 {
        let extents = body_len(page_size, MAP_PAGES_MAX) / PagePtr::ENCODED_BYTES;
        extents as u64 * Self::full(page_size)
    }

    fn full(page_size: PageSize) -> u64 {
        body_len(page_size, EXTENT_PAGES_MAX) as u64
    }

    /// Bytes of the value.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// How many extents.
    pub(crate) fn extents(&self) -> u64 {
        self.len.div_ceil(Self::full(self.page_size)).max(1)
    }

    /// Pages of each extent, in order.
    pub(crate) fn extent_pages(&self) -> impl Iterator<Item = u16> + use<> {
        let (count, page_size) = (self.extents(), self.page_size);
        let rest = self.len - (count - 1) * Self::full(page_size);
        let last = pages_for(page_size, rest);
        (0..count).map(move |index| {
            if index + 1 < count {
                EXTENT_PAGES_MAX
            } else {
                last
            }
        })
    }

    /// Pages of the map, where there is one.
    pub(crate) fn map_pages(&self) -> Option<u16> {
        match self.extents() {
            1 => None,
            extents => Some(pages_for(
                self.page_size,
                extents * PagePtr::ENCODED_BYTES as u64,
            )),
        }
    }

    /// Pages of extents and map together.
    pub(crate) fn total_pages(&self) -> u64 {
        self.extent_pages().map(u64::from).sum::<u64>() + self.map_pages().map_or(0, u64::from)
    }
}

/// Pages of the shortest run with a body of at least `len` bytes.
fn pages_for(page_size: PageSize, len: u64) -> u16 {
    let pages = (len + SEAL_BYTES as u64).div_ceil(page_size.bytes() as u64);
    u16::try_from(pages).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_has_room_and_no_page_too_many() {
        let page_size = PageSize::MIN;
        for len in (0..200_000).step_by(37) {
            let plan = ExtentPlan::new(page_size, len);
            let room: usize = plan
                .extent_pages()
                .map(|pages| body_len(page_size, pages))
                .sum();
            assert!(room as u64 >= len, "{len} bytes in {room}");
            assert!((room as u64) < len.max(1) + page_size.bytes() as u64);
        }
    }
}

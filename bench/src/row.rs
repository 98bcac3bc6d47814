//! The rows of the storage suite: an id and some hundred bytes, the same for every engine.

use std::sync::LazyLock;

/// Bytes of a value.
pub(crate) const VALUE_LEN: usize = 100;
/// Bytes that values are cut from. A prime less a value, so that neighbours do not line up.
const POOL_LEN: usize = 1_048_573;

/// Noise, so that nothing gains by compressing.
static POOL: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    (0..POOL_LEN + VALUE_LEN)
        .map(|_| {
            state = mix(state);
            state as u8
        })
        .collect()
});

/// The value of a row; each version of it is another.
pub(crate) fn value(id: i64, version: u32) -> &'static [u8] {
    let at = (id as u64)
        .wrapping_mul(61)
        .wrapping_add(u64::from(version).wrapping_mul(7_919));
    &POOL[(at % POOL_LEN as u64) as usize..][..VALUE_LEN]
}

/// One step of a fixed pseudo-random walk.
pub(crate) fn mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Ids below `rows`, in no order and with repeats; the same for the same seed.
pub(crate) fn random_ids(rows: usize, count: usize, seed: u64) -> Vec<i64> {
    (0..count as u64)
        .map(|n| (mix(seed.wrapping_mul(0x1_0000_0001).wrapping_add(n)) % rows as u64) as i64)
        .collect()
}

/// What was read: enough to see that it was the right rows, cheap enough not to be what is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) rows: u64,
    bytes: u64,
    check: u64,
}

impl Sum {
    /// Counts a row. The order does not matter.
    #[inline]
    pub(crate) fn add(&mut self, id: i64, value: &[u8]) {
        self.rows += 1;
        self.bytes += value.len() as u64;
        let first = value.first_chunk().map_or(0, |c| u64::from_le_bytes(*c));
        self.check = self
            .check
            .wrapping_add(first ^ (id as u64).wrapping_mul(0x9e37_79b9));
    }

    /// What reading these rows in their first version must give.
    pub(crate) fn of(ids: impl Iterator<Item = i64>) -> Self {
        let mut sum = Self::default();
        for id in ids {
            sum.add(id, value(id, 0));
        }
        sum
    }
}

//! Memory that is kept for what is written next. It holds sealed bytes only.

use parking_lot::Mutex;

/// The most that is kept.
pub(super) const STAGED_BYTES_MAX: usize = 256 << 10;

/// Where pieces are put together that lie side by side in the file.
#[derive(Debug, Default)]
pub(super) struct Staging(Mutex<Vec<u8>>);

impl Staging {
    /// Calls `write` with all pieces in one. They are no longer than [`STAGED_BYTES_MAX`] together.
    pub(super) fn gather<T>(&self, pieces: &[&[u8]], write: impl FnOnce(&[u8]) -> T) -> T {
        let mut memory = self.0.lock();
        memory.clear();
        pieces
            .iter()
            .for_each(|piece| memory.extend_from_slice(piece));
        write(&memory)
    }
}

/// Memory for one batch at a time.
#[derive(Debug, Default)]
pub(super) struct Spare(Mutex<Vec<u8>>);

impl Spare {
    /// Empty memory.
    pub(super) fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock())
    }

    /// Keeps memory for the next batch, unless it is much.
    pub(super) fn give_back(&self, mut memory: Vec<u8>) {
        if (1..=STAGED_BYTES_MAX).contains(&memory.capacity()) {
            memory.clear();
            *self.0.lock() = memory;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_out_in_one() {
        let staging = Staging::default();
        for len in [0, 1, 5000, 9000, 17] {
            let (first, second) = (vec![1; len], vec![2; len / 2]);
            staging.gather(&[&first, &second], |staged| {
                assert_eq!(staged, [first.as_slice(), &second].concat());
            });
        }
    }

    #[test]
    fn much_memory_is_not_kept() {
        let spare = Spare::default();
        spare.give_back(vec![1; 100]);
        let memory = spare.take();
        assert!(memory.is_empty() && memory.capacity() >= 100);
        spare.give_back(Vec::with_capacity(STAGED_BYTES_MAX + 1));
        assert_eq!(spare.take().capacity(), 0);
    }
}

//! Memory that searches reuse: after a few queries a search allocates nothing.

use crate::kernel::Sifted;
use crate::quantize::QueryCode;

use super::bounds::Kept;
use super::candidate::Candidate;
use super::matrix::Gathered;
use super::near::Near;
use super::pool::{Entry, Pool};
use super::rank::Ranked;

/// Reusable memory for searches, of any segment. Keep one for each thread or connection.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) query: QueryCode,
    pub(super) visited: Visited,
    pub(super) pool: Pool,
    pub(super) batch: Vec<u32>,
    pub(super) products: Vec<i32>,
    /// Rows of the batch, scored.
    pub(super) scored: Vec<Entry>,
    pub(super) rest: Vec<Entry>,
    pub(super) near: Near,
    /// Rows of a scan, as bits, and those of them that are near.
    pub(super) words: Vec<u64>,
    pub(super) sifted: Sifted,
    pub(super) ranked: Vec<Ranked>,
    /// Links of a row that are not in memory.
    pub(super) links: Vec<u32>,
    /// Codes that are not in memory.
    pub(super) gathered: Gathered,
    pub(super) candidates: Vec<Candidate>,
    pub(super) kept: Kept,
}

impl Scratch {
    /// Empty memory.
    pub fn new() -> Self {
        Self::default()
    }
}

/// Which rows a walk has scored.
#[derive(Debug, Default)]
pub(super) struct Visited {
    words: Vec<u64>,
    /// Words that are not zero, listed only where clearing all of them would take longer than a walk.
    touched: Vec<u32>,
    listed: bool,
}

/// Words up to which clearing all of them is cheaper than keeping a list.
const CLEAR_ALL: usize = 1 << 13;

impl Visited {
    /// Forgets everything, for a segment of `rows` rows.
    pub(super) fn reset(&mut self, rows: usize) {
        let words = rows.div_ceil(64);
        if self.listed {
            for &word in &self.touched {
                self.words[word as usize] = 0;
            }
        } else {
            self.words.fill(0);
        }
        self.touched.clear();
        self.words.resize(words, 0);
        self.listed = words > CLEAR_ALL;
    }

    /// Adds a row; tells whether it is new.
    #[inline]
    pub(super) fn insert(&mut self, position: u32) -> bool {
        let index = position as usize / 64;
        let word = &mut self.words[index];
        let bit = 1u64 << (position % 64);
        if *word & bit != 0 {
            return false;
        }
        if self.listed && *word == 0 {
            self.touched.push(index as u32);
        }
        *word |= bit;
        true
    }

    /// Adds rows, and appends those that are new to `out`.
    ///
    /// A third of the links of a walk lead to rows that it has seen, in no order that a processor could guess: so there is no
    /// branch on it.
    #[inline]
    pub(super) fn insert_all(&mut self, positions: &[u32], out: &mut Vec<u32>) {
        let mut len = out.len();
        out.resize(len + positions.len(), 0);
        for &position in positions {
            let index = position as usize / 64;
            let word = &mut self.words[index];
            let bit = 1u64 << (position % 64);
            if self.listed && *word == 0 {
                self.touched.push(index as u32);
            }
            let new = *word & bit == 0;
            *word |= bit;
            out[len] = position;
            len += usize::from(new);
        }
        out.truncate(len);
    }

    /// The rows scored among 64, as bits.
    #[inline]
    pub(super) fn word(&self, index: usize) -> u64 {
        self.words[index]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forgets_at_any_size() {
        let mut visited = Visited::default();
        for rows in [
            100,
            CLEAR_ALL * 64 + 1,
            70,
            CLEAR_ALL * 128,
            CLEAR_ALL * 128,
            0,
        ] {
            visited.reset(rows);
            for position in (0..rows as u32).step_by(33) {
                assert!(visited.insert(position));
                assert!(!visited.insert(position));
                let mut new = Vec::new();
                visited.insert_all(&[position], &mut new);
                assert!(new.is_empty());
            }
        }
    }
}

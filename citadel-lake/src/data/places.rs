//! Which rows of a file are read.

use std::collections::VecDeque;
use std::ops::Range;

/// Places in a file, ascending, each once.
#[derive(Debug)]
pub(super) struct Places {
    ranges: VecDeque<Range<u64>>,
}

impl Places {
    /// All rows in some ranges, which follow each other.
    pub(super) fn within(ranges: impl IntoIterator<Item = Range<u64>>) -> Self {
        Self {
            ranges: ranges.into_iter().collect(),
        }
    }

    /// Single rows.
    pub(super) fn at(places: &[u64]) -> Self {
        Self::within(places.iter().map(|place| *place..place + 1))
    }

    /// How many are left.
    pub(super) fn left(&self) -> u64 {
        self.ranges
            .iter()
            .map(|range| range.end - range.start)
            .sum()
    }

    /// Takes the next ones, as many as there are at most.
    pub(super) fn take(&mut self, mut count: u64) -> Vec<u64> {
        let mut taken = Vec::new();
        while count > 0 {
            let Some(range) = self.ranges.front_mut() else {
                break;
            };
            let end = range.end.min(range.start + count);
            count -= end - range.start;
            taken.extend(range.start..end);
            range.start = end;
            if range.is_empty() {
                self.ranges.pop_front();
            }
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_taken_in_order() {
        let mut places = Places::within([0..3, 3..3, 7..9]);
        assert_eq!(places.left(), 5);
        assert_eq!(places.take(2), [0, 1]);
        assert_eq!(places.take(2), [2, 7]);
        assert_eq!(places.left(), 1);
        assert_eq!(places.take(9), [8]);
        assert_eq!(places.take(1), [0; 0]);
        assert_eq!(Places::at(&[4, 6]).take(2), [4, 6]);
    }
}

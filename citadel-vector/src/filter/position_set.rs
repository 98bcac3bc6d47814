//! Sets of positions: a bitmap and its exact count.

/// The place of a row within a segment, `0..Segment::len()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub u32);

/// A set of positions of one segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PositionSet {
    words: Vec<u64>,
    universe: usize,
    count: usize,
}

impl PositionSet {
    /// No position of a segment of `universe` rows.
    pub fn empty(universe: usize) -> Self {
        Self {
            words: vec![0; universe.div_ceil(64)],
            universe,
            count: 0,
        }
    }

    /// All positions of a segment of `universe` rows.
    pub fn all(universe: usize) -> Self {
        Self {
            words: full_words(universe),
            universe,
            count: universe,
        }
    }

    /// A set from its bitmap; bits beyond the universe must be zero.
    pub(crate) fn from_words(words: Vec<u64>, universe: usize) -> Self {
        let count = words.iter().map(|word| word.count_ones() as usize).sum();
        Self {
            words,
            universe,
            count,
        }
    }

    /// Positions that can be in this set: the rows of its segment.
    pub fn universe(&self) -> usize {
        self.universe
    }

    /// Exact number of positions in the set.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether no position is in the set.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether the position is in the set.
    #[inline]
    pub fn contains(&self, position: Position) -> bool {
        self.words
            .get(position.0 as usize / 64)
            .is_some_and(|word| word >> (position.0 % 64) & 1 == 1)
    }

    /// Adds a position; tells whether it was new.
    ///
    /// # Panics
    ///
    /// If the position is not in the universe.
    pub fn insert(&mut self, position: Position) -> bool {
        assert!((position.0 as usize) < self.universe, "position in range");
        let new = !self.contains(position);
        self.words[position.0 as usize / 64] |= 1 << (position.0 % 64);
        self.count += usize::from(new);
        new
    }

    /// Removes a position; tells whether it was there.
    pub fn remove(&mut self, position: Position) -> bool {
        let found = self.contains(position);
        if found {
            self.words[position.0 as usize / 64] &= !(1 << (position.0 % 64));
            self.count -= 1;
        }
        found
    }

    /// Keeps only what is in the other set too.
    ///
    /// # Panics
    ///
    /// If the sets are of segments of different sizes.
    pub fn intersect(&mut self, other: &Self) {
        self.combine(other, |a, b| a & b);
    }

    /// Adds what is in the other set.
    ///
    /// # Panics
    ///
    /// If the sets are of segments of different sizes.
    pub fn unite(&mut self, other: &Self) {
        self.combine(other, |a, b| a | b);
    }

    /// Removes what is in the other set, for instance rows deleted since the build.
    ///
    /// # Panics
    ///
    /// If the sets are of segments of different sizes.
    pub fn subtract(&mut self, other: &Self) {
        self.combine(other, |a, b| a & !b);
    }

    fn combine(&mut self, other: &Self, operation: impl Fn(u64, u64) -> u64) {
        assert_eq!(self.universe, other.universe, "sets of one segment");
        self.count = 0;
        for (word, &other) in self.words.iter_mut().zip(&other.words) {
            *word = operation(*word, other);
            self.count += word.count_ones() as usize;
        }
    }

    /// The positions, ascending.
    pub fn iter(&self) -> impl Iterator<Item = Position> + '_ {
        self.words
            .iter()
            .enumerate()
            .flat_map(|(index, &word)| Bits(word).map(move |bit| Position(index as u32 * 64 + bit)))
    }

    /// How many positions are below `end`.
    pub(crate) fn count_below(&self, end: usize) -> usize {
        if end >= self.universe {
            return self.count;
        }
        let whole = &self.words[..end / 64];
        let rest = self.words[end / 64] & low_bits(end % 64);
        whole
            .iter()
            .map(|word| word.count_ones() as usize)
            .sum::<usize>()
            + rest.count_ones() as usize
    }

    /// The bitmap, least significant bit first.
    #[inline]
    pub(crate) fn words(&self) -> &[u64] {
        &self.words
    }
}

/// A bitmap of ones.
pub(super) fn full_words(universe: usize) -> Vec<u64> {
    let mut words = vec![u64::MAX; universe.div_ceil(64)];
    if let Some(last) = words.last_mut()
        && !universe.is_multiple_of(64)
    {
        *last = low_bits(universe % 64);
    }
    words
}

/// A word whose `count` lowest bits are set (`count < 64`).
pub(crate) fn low_bits(count: usize) -> u64 {
    (1u64 << count) - 1
}

/// Clears the bits `start..end` of a bitmap.
pub(super) fn clear_range(words: &mut [u64], start: usize, end: usize) {
    if start >= end {
        return;
    }
    let (first, last) = (start / 64, (end - 1) / 64);
    let keep_low = low_bits(start % 64);
    let keep_high = match end % 64 {
        0 => 0,
        bit => !low_bits(bit),
    };
    if first == last {
        words[first] &= keep_low | keep_high;
        return;
    }
    words[first] &= keep_low;
    words[first + 1..last].fill(0);
    words[last] &= keep_high;
}

/// The set bits of a word, ascending.
pub(crate) struct Bits(pub(crate) u64);

impl Iterator for Bits {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        if self.0 == 0 {
            return None;
        }
        let bit = self.0.trailing_zeros();
        self.0 &= self.0 - 1;
        Some(bit)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn set(universe: usize, positions: &BTreeSet<u32>) -> PositionSet {
        let mut set = PositionSet::empty(universe);
        for &position in positions {
            set.insert(Position(position));
        }
        set
    }

    proptest! {
        #[test]
        fn behaves_like_a_set_of_numbers(
            a in prop::collection::btree_set(0u32..200, 0..60),
            b in prop::collection::btree_set(0u32..200, 0..60),
            end in 0usize..260,
        ) {
            let (left, right) = (set(200, &a), set(200, &b));
            let positions = |set: &PositionSet| set.iter().map(|position| position.0).collect::<Vec<_>>();
            for (operation, expected) in [
                (PositionSet::intersect as fn(&mut PositionSet, &PositionSet), a.intersection(&b).copied().collect::<Vec<_>>()),
                (PositionSet::unite, a.union(&b).copied().collect()),
                (PositionSet::subtract, a.difference(&b).copied().collect()),
            ] {
                let mut found = left.clone();
                operation(&mut found, &right);
                prop_assert_eq!(found.len(), expected.len());
                prop_assert_eq!(positions(&found), expected);
            }
            prop_assert_eq!(left.count_below(end), a.iter().filter(|&&position| (position as usize) < end).count());
        }

        #[test]
        fn ranges_clear_exactly(start in 0usize..200, end in 0usize..200) {
            let mut words = full_words(200);
            clear_range(&mut words, start, end);
            let found = PositionSet::from_words(words, 200);
            for position in 0..200 {
                prop_assert_eq!(found.contains(Position(position as u32)), !(start..end).contains(&position));
            }
        }
    }

    #[test]
    fn the_whole_universe_and_nothing_more() {
        for universe in [0, 1, 63, 64, 65, 128] {
            let all = PositionSet::all(universe);
            assert_eq!(all.iter().count(), universe);
            assert!(!all.contains(Position(universe as u32)));
        }
    }
}

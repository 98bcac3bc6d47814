//! The sorted pool of a walk.

use crate::quantize::Score;

/// A scored row in one word that orders by (score, position); the lowest bits are flags, which no order depends on since
/// positions differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry(u64);

const MATCHES: u64 = 1;
const EXPANDED: u64 = 2;
const YIELDED: u64 = 4;
const FLAG_BITS: u32 = 3;

impl Entry {
    /// A row that was just scored. Positions are below [`MAX_ROWS`](super::MAX_ROWS).
    #[inline]
    pub(crate) fn new(score: Score, position: u32, matches: bool) -> Self {
        let position = u64::from(position) << FLAG_BITS;
        Self(u64::from(score.ordered()) << 32 | position | u64::from(matches))
    }

    /// Greater than every entry.
    pub(crate) const MAX: Self = Self(u64::MAX);

    #[inline]
    pub(crate) fn position(self) -> u32 {
        (self.0 as u32) >> FLAG_BITS
    }

    pub(crate) fn score(self) -> Score {
        Score::from_ordered((self.0 >> 32) as u32)
    }

    /// Whether the row is allowed.
    #[inline]
    pub(crate) fn matches(self) -> bool {
        self.0 & MATCHES != 0
    }

    /// Whether the row's neighbours were scored.
    #[inline]
    pub(crate) fn is_expanded(self) -> bool {
        self.0 & EXPANDED != 0
    }

    /// Whether the row was given to the caller.
    #[inline]
    pub(crate) fn is_yielded(self) -> bool {
        self.0 & YIELDED != 0
    }

    #[inline]
    pub(crate) fn expanded(self) -> Self {
        Self(self.0 | EXPANDED)
    }

    #[inline]
    pub(crate) fn yielded(self) -> Self {
        Self(self.0 | YIELDED)
    }
}

/// The best rows of a walk, sorted, as many as hold `wanted` matching ones; the rest is kept aside, unsorted.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    entries: Vec<Entry>,
    aside: Vec<Entry>,
    /// Entries on their way in.
    near: Vec<Entry>,
    /// Matching entries in `entries`.
    matching: usize,
    /// Matching entries that the pool should hold.
    wanted: usize,
    /// Entries that it should hold, whether they match or not.
    in_view: usize,
    /// Entries before this one are expanded.
    cursor: usize,
}

impl Pool {
    /// Empties the pool for a search that wants this many matching rows, and keeps at least `in_view` rows in view.
    pub(crate) fn reset(&mut self, wanted: usize, in_view: usize) {
        self.in_view = in_view;
        self.entries.clear();
        self.aside.clear();
        self.matching = 0;
        self.wanted = wanted;
        self.cursor = 0;
    }

    /// Whether the pool holds as many rows as wanted.
    #[inline]
    fn is_full(&self) -> bool {
        self.matching >= self.wanted && self.entries.len() >= self.in_view
    }

    /// Whether the pool holds as many matching rows as wanted.
    pub(crate) fn has_enough(&self) -> bool {
        self.matching >= self.wanted
    }

    /// The entry that a new one must be below to enter.
    #[inline]
    fn bound(&self) -> Entry {
        match self.entries.last() {
            Some(&last) if self.is_full() => last,
            _ => Entry::MAX,
        }
    }

    /// Adds scored rows. `foremost` is called with each that may be expanded next.
    ///
    /// Most rows are beyond the bound, but which cannot be guessed: they are told apart without a branch, then the few that
    /// enter do so one by one.
    pub(crate) fn offer(&mut self, entries: &[Entry], mut foremost: impl FnMut(u32)) {
        let bound = self.bound();
        let (mut near, mut far) = (0, self.aside.len());
        self.near.resize(entries.len(), Entry::MAX);
        self.aside.resize(far + entries.len(), Entry::MAX);
        for &entry in entries {
            let below = entry < bound;
            self.near[near] = entry;
            self.aside[far] = entry;
            near += usize::from(below);
            far += usize::from(!below);
        }
        self.aside.truncate(far);
        for index in 0..near {
            let entry = self.near[index];
            self.insert(entry);
            if self
                .entries
                .get(self.cursor)
                .is_some_and(|first| *first >= entry)
            {
                foremost(entry.position());
            }
        }
    }

    /// Adds a scored row.
    #[inline]
    pub(crate) fn insert(&mut self, entry: Entry) {
        if self.is_full() && self.entries.last().is_none_or(|last| entry > *last) {
            self.aside.push(entry);
            return;
        }
        let at = self.entries.partition_point(|held| *held < entry);
        self.entries.insert(at, entry);
        self.cursor = self.cursor.min(at);
        self.matching += usize::from(entry.matches());
        self.shrink();
    }

    /// Puts everything behind the last wanted row aside: it cannot lead the walk any more.
    fn shrink(&mut self) {
        while let Some(&last) = self.entries.last() {
            let matching = self.matching - usize::from(last.matches());
            if self.entries.len() <= self.in_view || matching < self.wanted {
                break;
            }
            self.matching = matching;
            self.entries.pop();
            self.aside.push(last);
        }
        self.cursor = self.cursor.min(self.entries.len());
    }

    /// Takes the best row that was not expanded yet and marks it as expanded.
    #[inline]
    pub(crate) fn expand_next(&mut self) -> Option<u32> {
        while let Some(entry) = self.entries.get_mut(self.cursor) {
            self.cursor += 1;
            if !entry.is_expanded() {
                *entry = entry.expanded();
                return Some(entry.position());
            }
        }
        None
    }

    /// The row that will be expanded next if nothing better is found, to prefetch its neighbours.
    #[inline]
    pub(crate) fn peek_next(&self) -> Option<u32> {
        self.entries.get(self.cursor).map(|entry| entry.position())
    }

    /// Makes the pool hold more matching rows, taking back from aside what belongs to them.
    pub(crate) fn grow(&mut self, wanted: usize) {
        if wanted <= self.wanted {
            return;
        }
        self.wanted = wanted;
        self.entries.append(&mut self.aside);
        self.entries.sort_unstable();
        self.matching = self.entries.iter().filter(|entry| entry.matches()).count();
        self.cursor = 0;
        if self.matching > self.wanted {
            let keep = self.place_of_matching(self.wanted).max(self.in_view);
            let keep = keep.min(self.entries.len());
            self.aside.extend(self.entries.drain(keep..));
            self.matching = self.entries.iter().filter(|entry| entry.matches()).count();
        }
    }

    /// How many entries hold the first `count` matching ones.
    fn place_of_matching(&self, count: usize) -> usize {
        self.entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.matches())
            .nth(count - 1)
            .map_or(self.entries.len(), |(index, _)| index + 1)
    }

    /// The best `count` matching rows that were not yielded, with their places.
    pub(crate) fn best(&self, count: usize) -> impl Iterator<Item = (usize, Entry)> + '_ {
        (self.entries.iter().copied().enumerate())
            .filter(|(_, entry)| entry.matches() && !entry.is_yielded())
            .take(count)
    }

    /// Notes that the entry at a place is yielded.
    pub(crate) fn mark_yielded(&mut self, place: usize) {
        let held = self.entries.len();
        let entry = match place.checked_sub(held) {
            None => &mut self.entries[place],
            Some(place) => &mut self.aside[place],
        };
        *entry = entry.yielded();
    }

    /// Yields the best rows.
    #[cfg(test)]
    fn take(&mut self, count: usize) -> Vec<u32> {
        let best: Vec<(usize, Entry)> = self.best(count).collect();
        best.into_iter()
            .map(|(place, entry)| {
                self.mark_yielded(place);
                entry.position()
            })
            .collect()
    }

    /// Matching rows that the pool should hold.
    pub(crate) fn wanted(&self) -> usize {
        self.wanted
    }

    /// Matching rows in the pool, without those aside.
    pub(crate) fn matching(&self) -> usize {
        self.matching
    }

    /// Entries in the pool, without those aside.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Rows that were put aside, unsorted. Their places are those after the pool's.
    pub(crate) fn aside(&self) -> &[Entry] {
        &self.aside
    }

    /// All rows that were given to the caller.
    pub(crate) fn yielded(&self) -> impl Iterator<Item = u32> + '_ {
        let all = self.entries.iter().chain(&self.aside);
        all.filter(|entry| entry.is_yielded())
            .map(|entry| entry.position())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn scores_survive_their_order(a in any::<f32>(), b in any::<f32>()) {
            prop_assume!(!a.is_nan() && !b.is_nan() && a != b);
            let entries = [a, b].map(|score| Entry::new(Score::new(score), 5, true));
            prop_assert_eq!(a < b, entries[0] < entries[1]);
            prop_assert_eq!(entries[0].score().get(), a);
            prop_assert_eq!(entries[0].position(), 5);
        }

        #[test]
        fn the_pool_keeps_the_best_and_loses_nothing(
            rows in prop::collection::vec((-20i8..20, any::<bool>()), 0..60),
            wanted in 1usize..9,
            more in 1usize..30,
            in_view in 0usize..20,
        ) {
            let mut pool = Pool::default();
            pool.reset(wanted, in_view);
            let mut all = Vec::new();
            for (position, (score, matches)) in rows.into_iter().enumerate() {
                all.push(Entry::new(Score::new(f32::from(score)), position as u32, matches));
            }
            for entries in all.chunks(7) {
                pool.offer(entries, |_| {});
            }
            all.retain(|entry| entry.matches());
            all.sort_unstable();
            let mut given = pool.take(wanted);
            pool.grow(wanted + more);
            given.extend(pool.take(more));
            let expected: Vec<u32> = all.iter().take(wanted + more).map(|entry| entry.position()).collect();
            prop_assert_eq!(&given, &expected);

            let aside = pool.aside().iter().position(|entry| entry.matches() && !entry.is_yielded());
            if let Some(aside) = aside {
                let position = pool.aside()[aside].position();
                pool.mark_yielded(pool.len() + aside);
                given.push(position);
            }
            given.sort_unstable();
            let mut yielded: Vec<u32> = pool.yielded().collect();
            yielded.sort_unstable();
            prop_assert_eq!(yielded, given);
        }
    }
}

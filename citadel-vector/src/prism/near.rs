//! The nearest of many scored rows, and how many of them are worth a closer look.
//!
//! Scores from codes are a little off. Near a query, where rows are far apart, that hardly changes their order; at the distance
//! at which most rows are (a filter may keep no nearer one), hundreds of rows are as near as the error is large. So what is
//! looked at more closely is not a fixed number of rows, but all whose score is within a *margin* of the last wanted one.

use super::pool::Entry;

/// The margin in standard deviations of the error of a score. The last wanted row is one of those whose error is in their favour,
/// by up to three deviations where there are thousands; a row that belongs before it may have one to its disfavour. With three,
/// up to a tenth of the neighbours were missed where a filter keeps no near row; with five, less than a fortieth.
const DEVIATIONS: f32 = 5.0;

/// Scores up to this much beyond the last wanted one are looked at.
pub(super) fn margin(error: f32) -> f32 {
    DEVIATIONS * error
}

/// How many rows to rank at least for so many to yield.
pub(super) fn to_rank(wanted: usize) -> usize {
    wanted.saturating_mul(2).saturating_add(16)
}

/// How many to rank at most: where more are equally near, nobody misses one of them.
fn most(wanted: usize) -> usize {
    to_rank(wanted).saturating_mul(4).saturating_add(4_096)
}

/// Moves the entries to rank to the front, in any order. Gives how many they are, and the greatest score that still counts.
pub(super) fn select(entries: &mut [Entry], wanted: usize, margin: f32) -> (usize, f32) {
    let least = to_rank(wanted);
    if wanted == 0 || entries.len() <= least {
        return (entries.len(), f32::INFINITY);
    }
    let (front, last, _) = entries.select_nth_unstable(least - 1);
    let last = last.score().get();
    let (_, wanted_last, _) = front.select_nth_unstable(wanted - 1);
    let limit = (wanted_last.score().get() + margin).max(last);
    let mut count = least;
    for at in least..entries.len() {
        if entries[at].score().get() <= limit {
            entries.swap(count, at);
            count += 1;
        }
    }
    let most = most(wanted);
    if count <= most {
        return (count, limit);
    }
    let (_, last, _) = entries[..count].select_nth_unstable(most - 1);
    (most, last.score().get())
}

/// The rows of a scan that are to be ranked, so far.
#[derive(Debug, Default)]
pub(super) struct Near {
    entries: Vec<Entry>,
    wanted: usize,
    margin: f32,
    limit: f32,
    /// Entries at which those that do not count any more are dropped.
    crowd: usize,
}

/// Entries among which the limit is set for the first time, and by which they grow at least until it is set anew.
const CROWD: usize = 256;

impl Near {
    /// Begins anew.
    pub(super) fn reset(&mut self, wanted: usize, margin: f32) {
        *self = Self {
            entries: std::mem::take(&mut self.entries),
            wanted,
            margin,
            limit: f32::INFINITY,
            crowd: CROWD,
        };
        self.entries.clear();
    }

    /// Scores beyond this one do not count.
    #[inline]
    pub(super) fn limit(&self) -> f32 {
        self.limit
    }

    /// Adds a row whose score is not beyond the limit.
    #[inline]
    pub(super) fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Lowers the limit if there are many entries.
    pub(super) fn settle(&mut self) {
        if self.entries.len() >= self.crowd {
            self.finish();
            self.crowd = (2 * self.entries.len()).max(self.entries.len() + CROWD);
        }
    }

    /// The entries to rank.
    pub(super) fn finish(&mut self) -> &[Entry] {
        let (count, limit) = select(&mut self.entries, self.wanted, self.margin);
        self.entries.truncate(count);
        self.limit = self.limit.min(limit);
        &self.entries
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::quantize::Score;

    fn entries(scores: &[u8]) -> Vec<Entry> {
        let entry =
            |(at, &score): (usize, &u8)| Entry::new(Score::new(f32::from(score)), at as u32, true);
        scores.iter().enumerate().map(entry).collect()
    }

    proptest! {
        #[test]
        fn all_that_may_matter_are_selected(
            scores in prop::collection::vec(any::<u8>(), 0..300),
            wanted in 0usize..40,
            margin in 0u8..90,
        ) {
            let all = entries(&scores);
            let mut sorted = all.clone();
            sorted.sort_unstable();
            let limit = match (wanted, sorted.get(to_rank(wanted) - 1)) {
                (1.., Some(last)) => {
                    let wanted_last = sorted[wanted - 1].score().get();
                    (wanted_last + f32::from(margin)).max(last.score().get())
                }
                _ => f32::INFINITY,
            };
            sorted.retain(|entry| entry.score().get() <= limit);

            let mut selected = all.clone();
            let (count, found) = select(&mut selected, wanted, f32::from(margin));
            selected.truncate(count);
            selected.sort_unstable();
            if count < all.len() {
                prop_assert_eq!(found, limit);
            }
            prop_assert_eq!(&selected, &sorted);

            let mut near = Near::default();
            near.reset(wanted, f32::from(margin));
            for &entry in &all {
                if entry.score().get() <= near.limit() {
                    near.push(entry);
                }
                near.settle();
            }
            let mut kept = near.finish().to_vec();
            kept.sort_unstable();
            prop_assert_eq!(kept, sorted);
        }
    }

    #[test]
    fn equal_rows_are_not_all_ranked() {
        let mut equal = entries(&[7; 60_000]);
        let (count, limit) = select(&mut equal, 10, 0.0);
        assert_eq!((count, limit), (most(10), 7.0));
    }
}

//! Sets of keys: sorted, disjoint, inclusive ranges.

/// Keys that satisfy a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KeyRanges(Vec<(i64, i64)>);

impl KeyRanges {
    /// The union of inclusive ranges, in any order, overlapping or not.
    pub(super) fn new(mut ranges: Vec<(i64, i64)>) -> Self {
        ranges.sort_unstable();
        let mut merged: Vec<(i64, i64)> = Vec::with_capacity(ranges.len());
        for (low, high) in ranges {
            match merged.last_mut() {
                Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
                _ => merged.push((low, high)),
            }
        }
        Self(merged)
    }

    /// Every key.
    pub(super) fn all() -> Self {
        Self(vec![(i64::MIN, i64::MAX)])
    }

    /// Every key that is not in this set.
    pub(super) fn complement(&self) -> Self {
        let mut gaps = Vec::with_capacity(self.0.len() + 1);
        let mut next = Some(i64::MIN);
        for &(low, high) in &self.0 {
            if let Some(start) = next
                && start < low
            {
                gaps.push((start, low - 1));
            }
            next = high.checked_add(1);
        }
        if let Some(start) = next {
            gaps.push((start, i64::MAX));
        }
        Self(gaps)
    }

    /// The keys of this set from `low` on.
    pub(super) fn from(&self, low: i64) -> Self {
        Self(
            self.0
                .iter()
                .filter(|range| range.1 >= low)
                .map(|range| (range.0.max(low), range.1))
                .collect(),
        )
    }

    /// Whether a key is in the set.
    pub(super) fn contains(&self, key: i64) -> bool {
        let after = self.0.partition_point(|range| range.0 <= key);
        after > 0 && key <= self.0[after - 1].1
    }

    /// The ranges, ascending and apart.
    pub(super) fn as_slice(&self) -> &[(i64, i64)] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn union_and_complement(ranges in prop::collection::vec((-9i64..9, -9i64..9), 0..6)) {
            let ranges: Vec<_> = ranges.into_iter().filter(|range| range.0 <= range.1).collect();
            let set = KeyRanges::new(ranges.clone());
            let rest = set.complement();
            for key in (-12..12).chain([i64::MIN, i64::MAX]) {
                let expected = ranges.iter().any(|range| (range.0..=range.1).contains(&key));
                prop_assert_eq!(set.contains(key), expected);
                prop_assert_eq!(rest.contains(key), !expected);
            }
            prop_assert_eq!(rest.complement(), set);
        }
    }

    #[test]
    fn the_ends_of_the_keys() {
        assert_eq!(KeyRanges::all().complement(), KeyRanges::new(Vec::new()));
        assert_eq!(KeyRanges::new(Vec::new()).complement(), KeyRanges::all());
    }
}

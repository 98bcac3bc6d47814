//! The row id as a filter column: every segment has it, at no cost.

use std::ops::Bound;

use super::attribute::{AttributeType, AttributeValue};
use super::column::TypeMismatch;
use super::number::{KeyRange, integer_range};
use super::ranges::KeyRanges;

/// The ids of a segment's rows. A row id is its own key and never NULL.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowIds<'a> {
    /// Ids by position.
    pub(crate) ids: &'a [i64],
    /// Positions in ascending order of their ids.
    pub(crate) ascending: &'a [u32],
}

impl RowIds<'_> {
    /// Ids between two bounds that are not NULL.
    pub(super) fn between(
        lower: Bound<&AttributeValue>,
        upper: Bound<&AttributeValue>,
    ) -> Result<KeyRange, TypeMismatch> {
        Self::check(lower)?;
        Self::check(upper)?;
        Ok(integer_range(
            lower.map(AttributeValue::as_number),
            upper.map(AttributeValue::as_number),
        ))
    }

    /// Whether ids can be compared with the bound.
    pub(super) fn check(bound: Bound<&AttributeValue>) -> Result<(), TypeMismatch> {
        use AttributeType::{Integer, Real};
        let (Bound::Included(value) | Bound::Excluded(value)) = bound else {
            return Ok(());
        };
        match value.kind() {
            None | Some(Integer | Real) => Ok(()),
            Some(value) => Err(TypeMismatch {
                column: Integer,
                value,
            }),
        }
    }

    /// Clears the bits of rows whose id is not in the ranges. Costs a step for each row that is, not for each row.
    pub(super) fn keep(self, ranges: &KeyRanges, words: &mut [u64]) {
        let mut found = vec![0u64; words.len()];
        for &(low, high) in ranges.as_slice() {
            let first = self.rows_below(|id| id < low);
            let last = self.rows_below(|id| id <= high);
            for &position in &self.ascending[first..last] {
                found[position as usize / 64] |= 1 << (position % 64);
            }
        }
        for (word, found) in words.iter_mut().zip(found) {
            *word &= found;
        }
    }

    fn rows_below(self, test: impl Fn(i64) -> bool) -> usize {
        self.ascending
            .partition_point(|&position| test(self.ids[position as usize]))
    }
}

//! Predicates over filter columns and their evaluation.

use std::ops::Bound;

use super::attribute::{Attribute, AttributeType, AttributeValue};
use super::column::{AttributeColumn, TypeMismatch};
use super::position_set::{PositionSet, full_words};
use super::ranges::KeyRanges;

/// A condition on the filter columns of a row; columns are named by their place in the segment's attributes.
#[derive(Clone, Debug, PartialEq)]
pub enum Predicate {
    /// Every row.
    True,
    /// `column = value`.
    Eq(usize, AttributeValue),
    /// `column IN (values)`.
    In(usize, Vec<AttributeValue>),
    /// `column` within bounds: `<`, `<=`, `>`, `>=`, `BETWEEN`, and prefixes as ranges of byte strings. NULL as a bound makes
    /// that comparison unknown. Without bounds: `column IS NOT NULL`.
    Range {
        /// The column.
        column: usize,
        /// Lower bound.
        lower: Bound<AttributeValue>,
        /// Upper bound.
        upper: Bound<AttributeValue>,
    },
    /// `column IS NULL`.
    IsNull(usize),
    /// All of them; true where there are none.
    And(Vec<Predicate>),
    /// At least one of them; false where there are none.
    Or(Vec<Predicate>),
    /// SQL's NOT: unknown stays unknown.
    Not(Box<Predicate>),
}

/// A predicate that a segment cannot answer exactly: the caller checks it on rows instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsupported {
    /// The segment has no such filter column.
    #[error("the segment has no filter column {0}")]
    Column(usize),
    /// The literal's type is not the column's.
    #[error("filter column {name} holds {column:?} and is compared with {value:?}")]
    Type {
        /// The column's name.
        name: String,
        /// Its type.
        column: AttributeType,
        /// The literal's type.
        value: AttributeType,
    },
}

/// The rows for which the predicate is true.
pub(crate) fn evaluate(
    predicate: &Predicate,
    attributes: &[Attribute],
    universe: usize,
) -> Result<PositionSet, Unsupported> {
    let mut words = full_words(universe);
    Evaluation { attributes }.refine(predicate, false, &mut words)?;
    Ok(PositionSet::from_words(words, universe))
}

/// Evaluates by clearing bits: each part of a conjunction looks only at rows that the parts before it left.
///
/// NOT is pushed down to the comparisons, which know both what makes them true and what makes them false; so unknown never has
/// to be carried along.
struct Evaluation<'a> {
    attributes: &'a [Attribute],
}

impl Evaluation<'_> {
    /// Clears the bits of rows for which the predicate is not true (or, negated, not false).
    fn refine(
        &self,
        predicate: &Predicate,
        negated: bool,
        words: &mut [u64],
    ) -> Result<(), Unsupported> {
        match predicate {
            Predicate::True => clear_if(negated, words),
            Predicate::Not(inner) => return self.refine(inner, !negated, words),
            Predicate::And(parts) if !negated => return self.all(parts, negated, words),
            Predicate::Or(parts) if negated => return self.all(parts, negated, words),
            Predicate::And(parts) | Predicate::Or(parts) => {
                return self.any(parts, negated, words);
            }
            Predicate::IsNull(column) => self.column(*column)?.keep_nulls(negated, words),
            Predicate::Eq(column, value) => {
                return self.is_in(*column, std::slice::from_ref(value), negated, words);
            }
            Predicate::In(column, values) => return self.is_in(*column, values, negated, words),
            Predicate::Range {
                column,
                lower,
                upper,
            } => return self.range(*column, lower.as_ref(), upper.as_ref(), negated, words),
        }
        Ok(())
    }

    /// Every part, cheap ones first.
    fn all(
        &self,
        parts: &[Predicate],
        negated: bool,
        words: &mut [u64],
    ) -> Result<(), Unsupported> {
        let mut parts: Vec<&Predicate> = parts.iter().collect();
        parts.sort_by_key(|part| self.cost(part));
        for part in parts {
            self.refine(part, negated, words)?;
        }
        Ok(())
    }

    /// At least one part.
    fn any(
        &self,
        parts: &[Predicate],
        negated: bool,
        words: &mut [u64],
    ) -> Result<(), Unsupported> {
        let mut found = vec![0u64; words.len()];
        let mut left = words.to_vec();
        for part in parts {
            let mut here = left.clone();
            self.refine(part, negated, &mut here)?;
            for ((found, left), here) in found.iter_mut().zip(&mut left).zip(here) {
                *found |= here;
                *left &= !here;
            }
        }
        words.copy_from_slice(&found);
        Ok(())
    }

    fn is_in(
        &self,
        index: usize,
        values: &[AttributeValue],
        negated: bool,
        words: &mut [u64],
    ) -> Result<(), Unsupported> {
        let column = self.column(index)?;
        let mut ranges = Vec::with_capacity(values.len());
        for value in values.iter().filter(|value| !is_null(value)) {
            let bound = Bound::Included(value);
            let range = column.between(bound, bound);
            ranges.extend(range.map_err(|mismatch| self.mismatch(index, mismatch))?);
        }
        let unknown = values.iter().any(is_null);
        let ranges = KeyRanges::new(ranges);
        match (negated, unknown) {
            (false, _) => column.keep(&ranges, words),
            (true, false) if values.is_empty() => {}
            (true, false) => column.keep(&ranges.complement(), words),
            // Not equal to a value and to NULL: never true.
            (true, true) => words.fill(0),
        }
        Ok(())
    }

    fn range(
        &self,
        index: usize,
        lower: Bound<&AttributeValue>,
        upper: Bound<&AttributeValue>,
        negated: bool,
        words: &mut [u64],
    ) -> Result<(), Unsupported> {
        let column = self.column(index)?;
        let unknown = is_null_bound(lower) || is_null_bound(upper);
        // A comparison with NULL is never true and never false: for "true" it empties the set, for "false" it drops out.
        let known = |bound| {
            if is_null_bound(bound) {
                Bound::Unbounded
            } else {
                bound
            }
        };
        let range = column
            .between(known(lower), known(upper))
            .map_err(|mismatch| self.mismatch(index, mismatch))?;
        let ranges = KeyRanges::new(range.into_iter().collect());
        match (negated, unknown) {
            (false, true) => words.fill(0),
            (false, false) => column.keep(&ranges, words),
            (true, _) => column.keep(&ranges.complement(), words),
        }
        Ok(())
    }

    fn column(&self, index: usize) -> Result<&AttributeColumn, Unsupported> {
        self.attributes
            .get(index)
            .map(|attribute| &attribute.column)
            .ok_or(Unsupported::Column(index))
    }

    fn mismatch(&self, index: usize, mismatch: TypeMismatch) -> Unsupported {
        Unsupported::Type {
            name: self.attributes[index].name.clone(),
            column: mismatch.column,
            value: mismatch.value,
        }
    }

    fn cost(&self, predicate: &Predicate) -> usize {
        match predicate {
            Predicate::True => 0,
            Predicate::Eq(column, _)
            | Predicate::In(column, _)
            | Predicate::IsNull(column)
            | Predicate::Range { column, .. } => {
                self.column(*column).map_or(0, AttributeColumn::cost)
            }
            Predicate::And(parts) | Predicate::Or(parts) => {
                parts.iter().map(|part| self.cost(part)).sum()
            }
            Predicate::Not(inner) => self.cost(inner),
        }
    }
}

fn clear_if(condition: bool, words: &mut [u64]) {
    if condition {
        words.fill(0);
    }
}

fn is_null(value: &AttributeValue) -> bool {
    matches!(value, AttributeValue::Null)
}

fn is_null_bound(bound: Bound<&AttributeValue>) -> bool {
    matches!(bound, Bound::Included(value) | Bound::Excluded(value) if is_null(value))
}

//! Predicates over filter columns and their evaluation.

use std::ops::Bound;

use super::attribute::{Attribute, AttributeType, AttributeValue};
use super::column::TypeMismatch;
use super::position_set::{PositionSet, full_words};
use super::ranges::KeyRanges;
use super::row_ids::RowIds;

/// A truth value of SQL; `None` is unknown.
pub type Truth = Option<bool>;

/// A condition on the filter columns of a row; columns are named by their place in the segment's attributes, or by
/// [`Predicate::ROW_ID`].
#[derive(Clone, Debug, PartialEq)]
pub enum Predicate {
    /// Every row.
    True,
    /// No row, and under NOT no row either.
    Unknown,
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
    /// Any condition on one column that has a dictionary, evaluated by the caller.
    ByValue {
        /// The column.
        column: usize,
        /// What the condition is for NULL, and then for each of [`AttributeColumn::distinct_values`](super::AttributeColumn::distinct_values).
        truths: Vec<Truth>,
    },
    /// All of them; true where there are none.
    And(Vec<Predicate>),
    /// At least one of them; false where there are none.
    Or(Vec<Predicate>),
    /// SQL's NOT: unknown stays unknown.
    Not(Box<Predicate>),
}

impl Predicate {
    /// The row id, as a column of integers without NULLs.
    pub const ROW_ID: usize = usize::MAX;
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
    /// A condition by value does not fit the column's dictionary.
    #[error("{truths} truths are given for filter column {name}, which has {values} values")]
    Values {
        /// The column's name.
        name: String,
        /// Truths given.
        truths: usize,
        /// Values that the column can have, NULL included; zero where it has no dictionary.
        values: usize,
    },
}

/// Whether the filter columns can answer the predicate.
pub(crate) fn check(predicate: &Predicate, attributes: &[Attribute]) -> Result<(), Unsupported> {
    let column = |index: usize| Column::of(index, attributes, None);
    match predicate {
        Predicate::True | Predicate::Unknown => Ok(()),
        Predicate::Eq(index, value) => column(*index)?.check(Bound::Included(value)),
        Predicate::In(index, values) => {
            let column = column(*index)?;
            values
                .iter()
                .try_for_each(|value| column.check(Bound::Included(value)))
        }
        Predicate::Range {
            column: index,
            lower,
            upper,
        } => {
            let column = column(*index)?;
            column.check(lower.as_ref())?;
            column.check(upper.as_ref())
        }
        Predicate::IsNull(index) => column(*index).map(|_| ()),
        Predicate::ByValue {
            column: index,
            truths,
        } => column(*index)?.check_values(truths.len()),
        Predicate::And(parts) | Predicate::Or(parts) => {
            parts.iter().try_for_each(|part| check(part, attributes))
        }
        Predicate::Not(inner) => check(inner, attributes),
    }
}

/// The rows for which the predicate is true.
pub(crate) fn evaluate(
    predicate: &Predicate,
    attributes: &[Attribute],
    rows: RowIds<'_>,
) -> Result<PositionSet, Unsupported> {
    check(predicate, attributes)?;
    let universe = rows.ids.len();
    let mut words = full_words(universe);
    Evaluation { attributes, rows }.refine(predicate, false, &mut words)?;
    Ok(PositionSet::from_words(words, universe))
}

/// Evaluates by clearing bits: each part of a conjunction looks only at rows that the parts before it left, and none at all
/// where none are left.
///
/// NOT is pushed down to the comparisons, which know both what makes them true and what makes them false; so unknown never has
/// to be carried along.
struct Evaluation<'a> {
    attributes: &'a [Attribute],
    rows: RowIds<'a>,
}

impl<'a> Evaluation<'a> {
    /// Clears the bits of rows for which the predicate is not true (or, negated, not false).
    fn refine(
        &self,
        predicate: &Predicate,
        negated: bool,
        words: &mut [u64],
    ) -> Result<(), Unsupported> {
        match predicate {
            Predicate::True => clear_if(negated, words),
            Predicate::Unknown => words.fill(0),
            Predicate::Not(inner) => return self.refine(inner, !negated, words),
            Predicate::And(parts) if !negated => return self.all(parts, negated, words),
            Predicate::Or(parts) if negated => return self.all(parts, negated, words),
            Predicate::And(parts) | Predicate::Or(parts) => {
                return self.any(parts, negated, words);
            }
            Predicate::IsNull(column) => self.column(*column)?.keep_nulls(negated, words),
            Predicate::ByValue { column, truths } => {
                self.column(*column)?.keep_values(truths, !negated, words);
            }
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
        parts.sort_by_cached_key(|part| self.cost(part));
        for part in parts {
            if words.iter().all(|&word| word == 0) {
                break;
            }
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
            ranges.extend(column.between(bound, bound)?);
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
        if let (Bound::Unbounded, Bound::Unbounded) = (lower, upper) {
            // IS NOT NULL is never unknown.
            column.keep_nulls(!negated, words);
            return Ok(());
        }
        let unknown = is_null_bound(lower) || is_null_bound(upper);
        // A comparison with NULL is never true and never false: for "true" it empties the set, for "false" it drops out.
        let known = |bound| {
            if is_null_bound(bound) {
                Bound::Unbounded
            } else {
                bound
            }
        };
        let range = column.between(known(lower), known(upper))?;
        let ranges = KeyRanges::new(range.into_iter().collect());
        match (negated, unknown) {
            (false, true) => words.fill(0),
            (false, false) => column.keep(&ranges, words),
            (true, _) => column.keep(&ranges.complement(), words),
        }
        Ok(())
    }

    fn column(&self, index: usize) -> Result<Column<'a>, Unsupported> {
        Column::of(index, self.attributes, Some(self.rows))
    }

    fn cost(&self, predicate: &Predicate) -> usize {
        match predicate {
            Predicate::True | Predicate::Unknown => 0,
            Predicate::Eq(column, _)
            | Predicate::In(column, _)
            | Predicate::IsNull(column)
            | Predicate::ByValue { column, .. }
            | Predicate::Range { column, .. } => {
                self.column(*column).map_or(0, |column| column.cost())
            }
            Predicate::And(parts) | Predicate::Or(parts) => {
                parts.iter().map(|part| self.cost(part)).sum()
            }
            Predicate::Not(inner) => self.cost(inner),
        }
    }
}

/// What a predicate compares.
#[derive(Clone, Copy)]
enum Column<'a> {
    Attribute(&'a Attribute),
    /// Without the ids where only types are asked about.
    RowId(Option<RowIds<'a>>),
}

impl<'a> Column<'a> {
    fn of(
        index: usize,
        attributes: &'a [Attribute],
        rows: Option<RowIds<'a>>,
    ) -> Result<Self, Unsupported> {
        match attributes.get(index) {
            _ if index == Predicate::ROW_ID => Ok(Self::RowId(rows)),
            Some(attribute) => Ok(Self::Attribute(attribute)),
            None => Err(Unsupported::Column(index)),
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Attribute(attribute) => &attribute.name,
            Self::RowId(_) => "rowid",
        }
    }

    fn check(&self, bound: Bound<&AttributeValue>) -> Result<(), Unsupported> {
        let checked = match self {
            Self::Attribute(attribute) => attribute.column.check(bound),
            Self::RowId(_) => RowIds::check(bound),
        };
        checked.map_err(|mismatch| self.mismatch(mismatch))
    }

    fn check_values(&self, truths: usize) -> Result<(), Unsupported> {
        let distinct = match self {
            Self::Attribute(attribute) => attribute.column.distinct(),
            Self::RowId(_) => None,
        };
        let values = distinct.map_or(0, |distinct| distinct + 1);
        if truths == values {
            return Ok(());
        }
        Err(Unsupported::Values {
            name: self.name().to_owned(),
            truths,
            values,
        })
    }

    fn between(
        &self,
        lower: Bound<&AttributeValue>,
        upper: Bound<&AttributeValue>,
    ) -> Result<Option<(i64, i64)>, Unsupported> {
        let range = match self {
            Self::Attribute(attribute) => attribute.column.between(lower, upper),
            Self::RowId(_) => RowIds::between(lower, upper),
        };
        range.map_err(|mismatch| self.mismatch(mismatch))
    }

    fn keep(&self, ranges: &KeyRanges, words: &mut [u64]) {
        match self {
            Self::Attribute(attribute) => attribute.column.keep(ranges, words),
            Self::RowId(Some(rows)) => rows.keep(ranges, words),
            Self::RowId(None) => {}
        }
    }

    fn keep_nulls(&self, inverted: bool, words: &mut [u64]) {
        match self {
            Self::Attribute(attribute) => attribute.column.keep_nulls(inverted, words),
            Self::RowId(_) => clear_if(!inverted, words),
        }
    }

    /// Clears the bits of rows for which the condition is not `wanted`.
    fn keep_values(&self, truths: &[Truth], wanted: bool, words: &mut [u64]) {
        let codes = (0i64..).zip(truths);
        let ranges = codes
            .filter(|(_, truth)| **truth == Some(wanted))
            .map(|(code, _)| (code, code));
        if let Self::Attribute(attribute) = self {
            let ranges = KeyRanges::new(ranges.collect());
            attribute.column.keep_codes(&ranges, words);
        }
    }

    fn cost(&self) -> usize {
        match self {
            Self::Attribute(attribute) => attribute.column.cost(),
            Self::RowId(rows) => rows.map_or(0, |rows| rows.ids.len()),
        }
    }

    fn mismatch(&self, mismatch: TypeMismatch) -> Unsupported {
        Unsupported::Type {
            name: self.name().to_owned(),
            column: mismatch.column,
            value: mismatch.value,
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

//! Filters: which rows of a segment a predicate allows, as a bitmap with an exact count.
//!
//! A segment carries the filter columns of its rows. An [`AttributeColumn`] maps every value to an integer *key* whose order is
//! the order of the values (a dictionary code, or the number itself), so that each comparison of SQL, on any type, becomes
//! membership in a few ranges of keys ([`ranges`]). What always holds:
//!
//! 1. Three-valued logic: a row is in the set exactly where SQL says *true*; unknown (NULL) is left out, under NOT too.
//! 2. Comparisons are exact: an integer beyond 2^53 and a float, or a fractional literal and an integer column, never meet by
//!    rounding. NaN equals itself and is greater than every number, and `-0.0 = 0.0`, as in PostgreSQL.
//! 3. The row id is a filter column of every segment ([`Predicate::ROW_ID`]).
//! 4. What cannot be answered exactly is [`Unsupported`], never a guess: the caller rechecks on rows.

mod attribute;
mod column;
mod number;
mod position_set;
mod predicate;
mod ranges;
mod row_ids;
mod scan;
#[cfg(test)]
mod tests;
mod values;
mod wire;

pub use attribute::{Attribute, AttributeType, AttributeValue, MixedTypes};
pub use column::AttributeColumn;
pub use position_set::{Position, PositionSet};
pub use predicate::{Predicate, Truth, Unsupported};

pub(crate) use position_set::{Bits, low_bits};
pub(crate) use predicate::{check, evaluate};
pub(crate) use row_ids::RowIds;

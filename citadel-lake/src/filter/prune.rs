//! A condition over what is known of many rows at once: whether any of them may satisfy it.

use arrow_array::ArrayRef;
use arrow_schema::DataType;

use super::evaluate::{constant, relate};
use super::{Filter, Operator, Value};
use crate::error::Result;

/// What is known of the rows of a file, or of a part of it, without reading them.
pub(crate) trait Known {
    /// What is known of a column; `None`: nothing.
    fn column(&self, name: &str) -> Option<Extent>;

    /// Whether a row may have this value in the column, as far as a bloom filter tells.
    fn may_have(&self, _column: &str, _value: &ArrayRef) -> Result<bool> {
        Ok(true)
    }
}

/// What is known of the values of a column.
#[derive(Clone, Debug)]
pub(crate) struct Extent {
    /// The column's type.
    pub(crate) kind: DataType,
    /// One value that none is less than.
    pub(crate) lower: Option<ArrayRef>,
    /// One value that none is greater than, but for NaN.
    pub(crate) upper: Option<ArrayRef>,
    pub(crate) may_be_null: bool,
    pub(crate) may_be_defined: bool,
    pub(crate) may_be_nan: bool,
}

/// Whether a row may satisfy the condition. Whatever is not known counts as maybe.
pub(crate) fn may_match(filter: &Filter, known: &dyn Known) -> Result<bool> {
    Ok(match filter {
        Filter::Compare {
            column,
            operator,
            value,
        } => compare(known, column, *operator, value)?,
        Filter::In(column, values) => {
            let mut may = false;
            for value in values {
                may = may || compare(known, column, Operator::Equal, value)?;
            }
            may
        }
        Filter::IsNull(column) => known.column(column).is_none_or(|extent| extent.may_be_null),
        Filter::All(parts) => {
            let mut may = true;
            for part in parts {
                may = may && may_match(part, known)?;
            }
            may
        }
        Filter::Any(parts) => {
            let mut may = false;
            for part in parts {
                may = may || may_match(part, known)?;
            }
            may
        }
        // The bounds say that a row may be less, not that all are.
        Filter::Not(_) | Filter::Unless(_) => true,
    })
}

fn compare(known: &dyn Known, column: &str, operator: Operator, value: &Value) -> Result<bool> {
    let Some(extent) = known.column(column) else {
        return Ok(true);
    };
    let value = constant(value, &extent.kind, column)?;
    if !extent.may_be_defined {
        // A comparison with null is never true.
        return Ok(false);
    }
    if extent.may_be_nan {
        // NaN lies above all numbers, and outside of the bounds.
        return Ok(true);
    }
    // "Some row is < value" may hold if the least is; and so on.
    let holds = |bound: &Option<ArrayRef>, operator| {
        bound
            .as_ref()
            .is_none_or(|bound| relate(bound, operator, &value).map_or(true, |mask| mask.value(0)))
    };
    let (lower, upper) = (&extent.lower, &extent.upper);
    Ok(match operator {
        Operator::Less => holds(lower, Operator::Less),
        Operator::LessOrEqual => holds(lower, Operator::LessOrEqual),
        Operator::Greater => holds(upper, Operator::Greater),
        Operator::GreaterOrEqual => holds(upper, Operator::GreaterOrEqual),
        Operator::Equal => {
            holds(lower, Operator::LessOrEqual)
                && holds(upper, Operator::GreaterOrEqual)
                && known.may_have(column, &value)?
        }
        Operator::NotEqual => true,
    })
}

//! A condition over the rows of a batch.

use arrow_arith::boolean::{and_kleene, not, or_kleene};
use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch, Scalar};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_ord::cmp::{eq, gt, gt_eq, lt, lt_eq, neq};
use arrow_schema::{ArrowError, DataType};
use arrow_select::filter::prep_null_mask_filter;

use super::{Filter, Operator, Value};
use crate::error::{LakeError, Result};

/// Which rows satisfy the condition: true or false, never null.
pub(crate) fn rows_that(filter: &Filter, batch: &RecordBatch) -> Result<BooleanArray> {
    let mask = evaluate(filter, batch)?;
    Ok(match mask.null_count() {
        0 => mask,
        _ => prep_null_mask_filter(&mask),
    })
}

fn evaluate(filter: &Filter, batch: &RecordBatch) -> Result<BooleanArray> {
    let all = |value: bool| BooleanArray::from(vec![value; batch.num_rows()]);
    match filter {
        Filter::Compare {
            column,
            operator,
            value,
        } => compare(column_of(batch, column)?, column, *operator, value),
        Filter::IsNull(column) => {
            arrow_arith::boolean::is_null(column_of(batch, column)?).map_err(LakeError::rows)
        }
        Filter::In(column, values) => {
            let array = column_of(batch, column)?;
            let mut mask = all(false);
            for value in values {
                let equal = compare(array, column, Operator::Equal, value)?;
                mask = or_kleene(&mask, &equal).map_err(LakeError::rows)?;
            }
            Ok(mask)
        }
        Filter::Not(inner) => not(&evaluate(inner, batch)?).map_err(LakeError::rows),
        Filter::Unless(inner) => not(&rows_that(inner, batch)?).map_err(LakeError::rows),
        Filter::All(parts) => parts.iter().try_fold(all(true), |mask, part| {
            and_kleene(&mask, &evaluate(part, batch)?).map_err(LakeError::rows)
        }),
        Filter::Any(parts) => parts.iter().try_fold(all(false), |mask, part| {
            or_kleene(&mask, &evaluate(part, batch)?).map_err(LakeError::rows)
        }),
    }
}

fn column_of<'b>(batch: &'b RecordBatch, name: &str) -> Result<&'b ArrayRef> {
    batch
        .column_by_name(name)
        .ok_or_else(|| LakeError::misuse(format!("no column '{name}'")))
}

fn compare(
    array: &ArrayRef,
    column: &str,
    operator: Operator,
    value: &Value,
) -> Result<BooleanArray> {
    let value = constant(value, array.data_type(), column)?;
    relate(array, operator, &value).map_err(LakeError::rows)
}

/// The constant as a value of the column's type.
///
/// # Errors
/// [`LakeError::Misuse`] if it is none: then the comparison would be another one than was meant.
pub(crate) fn constant(value: &Value, kind: &DataType, column: &str) -> Result<ArrayRef> {
    let wrong = |why: &dyn std::fmt::Display| {
        LakeError::misuse(format!(
            "{column} is {kind}, and is compared with {}: {why}",
            value.0.data_type()
        ))
    };
    let strict = CastOptions {
        safe: false,
        ..CastOptions::default()
    };
    let cast = cast_with_options(&value.0, kind, &strict).map_err(|error| wrong(&error))?;
    // A cast may round (1.5 to 1), which a comparison must not.
    let back = cast_with_options(&cast, value.0.data_type(), &strict).map_err(|e| wrong(&e))?;
    match back.to_data() == value.0.to_data() {
        true => Ok(cast),
        false => Err(wrong(&"it is no value of that type")),
    }
}

pub(super) fn relate(
    array: &ArrayRef,
    operator: Operator,
    value: &ArrayRef,
) -> Result<BooleanArray, ArrowError> {
    let value = Scalar::new(value);
    match operator {
        Operator::Equal => eq(array, &value),
        Operator::NotEqual => neq(array, &value),
        Operator::Less => lt(array, &value),
        Operator::LessOrEqual => lt_eq(array, &value),
        Operator::Greater => gt(array, &value),
        Operator::GreaterOrEqual => gt_eq(array, &value),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::Int64Array;

    use super::*;

    #[test]
    fn what_is_unknown_is_not_true() {
        let values: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None, Some(3)]));
        let batch = RecordBatch::try_from_iter([("a", values)]).unwrap();
        let that = |filter: Filter| {
            let mask = rows_that(&filter, &batch).unwrap();
            mask.values().iter().collect::<Vec<_>>()
        };
        let less = || Box::new(Filter::less("a", 2_i64));
        assert_eq!(that(Filter::Not(less())), [false, false, true]);
        assert_eq!(that(Filter::Unless(less())), [false, true, true]);
        let twice = Filter::Unless(Box::new(Filter::Unless(less())));
        assert_eq!(that(twice), [true, false, false]);
    }
}

//! A condition over the bounds of a file: whether any of its rows may satisfy it.

use arrow_array::ArrayRef;
use arrow_schema::{DataType, Schema as ArrowSchema};
use iceberg::spec::{DataFile, Schema};

use super::evaluate::{constant, relate};
use super::{Filter, Operator, Value};
use crate::data::scalar_of;
use crate::error::Result;

/// Whether a file may hold a row that satisfies the condition. Whatever is not known counts as maybe.
pub(crate) fn may_match(
    filter: &Filter,
    file: &DataFile,
    schema: &Schema,
    arrow: &ArrowSchema,
) -> Result<bool> {
    Bounds {
        file,
        schema,
        arrow,
    }
    .may(filter)
}

struct Bounds<'a> {
    file: &'a DataFile,
    schema: &'a Schema,
    arrow: &'a ArrowSchema,
}

impl Bounds<'_> {
    fn may(&self, filter: &Filter) -> Result<bool> {
        Ok(match filter {
            Filter::Compare {
                column,
                operator,
                value,
            } => self.compare(column, *operator, value)?,
            Filter::In(column, values) => {
                let mut may = false;
                for value in values {
                    may = may || self.compare(column, Operator::Equal, value)?;
                }
                may
            }
            Filter::IsNull(column) => self
                .id(column)
                .and_then(|id| self.file.null_value_counts().get(&id))
                .is_none_or(|nulls| *nulls > 0),
            Filter::All(parts) => {
                let mut may = true;
                for part in parts {
                    may = may && self.may(part)?;
                }
                may
            }
            Filter::Any(parts) => {
                let mut may = false;
                for part in parts {
                    may = may || self.may(part)?;
                }
                may
            }
            // The bounds say that a row may be less, not that all are.
            Filter::Not(_) => true,
        })
    }

    fn id(&self, column: &str) -> Option<i32> {
        self.schema.field_id_by_name(column)
    }

    fn compare(&self, column: &str, operator: Operator, value: &Value) -> Result<bool> {
        let (Some(id), Ok(field)) = (self.id(column), self.arrow.field_with_name(column)) else {
            return Ok(true);
        };
        let kind = field.data_type();
        let value = constant(value, kind, column)?;
        let values = self.file.value_counts().get(&id);
        let nulls = self.file.null_value_counts().get(&id);
        if values.is_some() && values == nulls {
            // A comparison with null is never true.
            return Ok(false);
        }
        // NaN lies above all numbers, and outside of the bounds.
        let is_float = matches!(kind, DataType::Float32 | DataType::Float64);
        if is_float && self.file.nan_value_counts().get(&id) != Some(&0) {
            return Ok(true);
        }
        let bound = |bounds: Option<&iceberg::spec::Datum>| -> Option<ArrayRef> {
            scalar_of(&bounds?.to_bytes().ok()?, kind)
        };
        let lower = bound(self.file.lower_bounds().get(&id));
        let upper = bound(self.file.upper_bounds().get(&id));
        // "Some row is < value" may hold if the least is; and so on.
        let holds = |bound: &Option<ArrayRef>, operator| {
            bound.as_ref().is_none_or(|bound| {
                relate(bound, operator, &value).map_or(true, |mask| mask.value(0))
            })
        };
        Ok(match operator {
            Operator::Less => holds(&lower, Operator::Less),
            Operator::LessOrEqual => holds(&lower, Operator::LessOrEqual),
            Operator::Greater => holds(&upper, Operator::Greater),
            Operator::GreaterOrEqual => holds(&upper, Operator::GreaterOrEqual),
            Operator::Equal => {
                holds(&lower, Operator::LessOrEqual) && holds(&upper, Operator::GreaterOrEqual)
            }
            Operator::NotEqual => true,
        })
    }
}

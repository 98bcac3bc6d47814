//! Columns that an index holds beside the vectors, so that a condition on them is answered without the data file.

use std::collections::HashMap;
use std::ops::Bound;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Int32Type, Int64Type, Time64MicrosecondType, TimestampMicrosecondType,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, Field, Schema as ArrowSchema, TimeUnit};
use citadel_vector::{Attribute, AttributeColumn, AttributeValue, Predicate};

use super::Index;
use crate::data::own_id;
use crate::error::{LakeError, Result};
use crate::filter::{Filter, Operator, Value, constant};

/// The property that names the columns, by field ids with commas between.
pub(crate) const FILTERS: &str = "citadel.index.filters";

/// The field ids of the columns that indexes of a table hold.
pub(crate) fn filter_ids(properties: &HashMap<String, String>) -> Vec<i32> {
    let text = properties.get(FILTERS).map_or("", String::as_str);
    text.split(',').filter_map(|id| id.parse().ok()).collect()
}

/// Whether an index can hold values of a type: those whose order in an index is that of Arrow. Floating-point numbers are not, since zero
/// has two signs.
pub(crate) fn can_hold(kind: &DataType) -> bool {
    matches!(
        kind,
        DataType::Boolean
            | DataType::Int32
            | DataType::Int64
            | DataType::Date32
            | DataType::Time64(TimeUnit::Microsecond)
            | DataType::Timestamp(TimeUnit::Microsecond, _)
            | DataType::Utf8
            | DataType::LargeBinary
            | DataType::FixedSizeBinary(_)
    )
}

fn value_of(array: &dyn Array, row: usize) -> AttributeValue {
    if array.is_null(row) {
        return AttributeValue::Null;
    }
    match array.data_type() {
        DataType::Boolean => AttributeValue::Boolean(array.as_boolean().value(row)),
        DataType::Int32 => {
            AttributeValue::Integer(array.as_primitive::<Int32Type>().value(row).into())
        }
        DataType::Int64 => AttributeValue::Integer(array.as_primitive::<Int64Type>().value(row)),
        DataType::Date32 => {
            AttributeValue::Integer(array.as_primitive::<Date32Type>().value(row).into())
        }
        DataType::Time64(_) => {
            AttributeValue::Integer(array.as_primitive::<Time64MicrosecondType>().value(row))
        }
        DataType::Timestamp(..) => {
            AttributeValue::Integer(array.as_primitive::<TimestampMicrosecondType>().value(row))
        }
        DataType::Utf8 => AttributeValue::Bytes(array.as_string::<i32>().value(row).into()),
        DataType::LargeBinary => AttributeValue::Bytes(array.as_binary::<i64>().value(row).into()),
        DataType::FixedSizeBinary(_) => {
            AttributeValue::Bytes(array.as_fixed_size_binary().value(row).into())
        }
        other => unreachable!("{other} is refused by can_hold"),
    }
}

/// The values of one column while an index is built: of rows with a vector, and of those without.
pub(super) struct Values {
    name: String,
    pub(super) place: usize,
    defined: Vec<AttributeValue>,
    undefined: Vec<AttributeValue>,
}

impl Values {
    /// For a column at a place of the batches that are read; `None` if an index cannot hold it.
    pub(super) fn of(field: &Field, place: usize) -> Option<Self> {
        Some(Self {
            // The id, which no renaming changes.
            name: own_id(field)?.to_string(),
            place,
            defined: Vec::new(),
            undefined: Vec::new(),
        })
        .filter(|_| can_hold(field.data_type()))
    }

    pub(super) fn push(&mut self, array: &ArrayRef, row: usize, is_defined: bool) {
        let value = value_of(array, row);
        match is_defined {
            true => self.defined.push(value),
            false => self.undefined.push(value),
        }
    }

    pub(super) fn finish(self) -> Result<Attribute> {
        let column = AttributeColumn::from_values(self.defined.into_iter().chain(self.undefined));
        Ok(Attribute {
            name: self.name,
            column: column.map_err(LakeError::rows)?,
        })
    }
}

/// What of a condition the columns of an index answer, and what is left for the rows: both must hold.
pub(crate) fn pushed(
    filter: &Filter,
    index: &Index,
    schema: &ArrowSchema,
) -> Result<(Option<Predicate>, Option<Filter>)> {
    let parts = match filter {
        Filter::All(parts) => parts.as_slice(),
        other => std::slice::from_ref(other),
    };
    let (mut answered, mut left) = (Vec::new(), Vec::new());
    for part in parts {
        match predicate(part, index, schema)? {
            Some(predicate) if index.can_answer(&predicate) => answered.push(predicate),
            _ => left.push(part.clone()),
        }
    }
    let answered = (!answered.is_empty()).then_some(Predicate::And(answered));
    let left = (!left.is_empty()).then_some(Filter::All(left));
    Ok((answered, left))
}

/// The condition over an index's columns; `None` if it looks at another.
fn predicate(filter: &Filter, index: &Index, schema: &ArrowSchema) -> Result<Option<Predicate>> {
    let column = |name: &str| {
        let field = schema.field_with_name(name).ok()?;
        let id = own_id(field)?.to_string();
        let place = index.attributes().iter().position(|held| held.name == id);
        place.map(|place| (place, field.data_type().clone()))
    };
    let value = |value: &Value, kind: &DataType, name: &str| {
        constant(value, kind, name).map(|array| value_of(&array, 0))
    };
    let all = |parts: &[Filter]| -> Result<Option<Vec<Predicate>>> {
        let parts = parts.iter().map(|part| predicate(part, index, schema));
        parts.collect()
    };
    Ok(match filter {
        Filter::Compare {
            column: name,
            operator,
            value: given,
        } => match column(name) {
            Some((place, kind)) => Some(comparison(place, *operator, value(given, &kind, name)?)),
            None => None,
        },
        Filter::In(name, values) => match column(name) {
            Some((place, kind)) => {
                let values = values.iter().map(|given| value(given, &kind, name));
                Some(Predicate::In(place, values.collect::<Result<_>>()?))
            }
            None => None,
        },
        Filter::IsNull(name) => column(name).map(|(place, _)| Predicate::IsNull(place)),
        Filter::Not(inner) => {
            predicate(inner, index, schema)?.map(|inner| Predicate::Not(Box::new(inner)))
        }
        // Its columns tell what is true, and not what is unknown.
        Filter::Unless(_) => None,
        Filter::All(parts) => all(parts)?.map(Predicate::And),
        Filter::Any(parts) => all(parts)?.map(Predicate::Or),
    })
}

fn comparison(column: usize, operator: Operator, value: AttributeValue) -> Predicate {
    let range = |lower, upper| Predicate::Range {
        column,
        lower,
        upper,
    };
    match operator {
        Operator::Equal => Predicate::Eq(column, value),
        Operator::NotEqual => Predicate::Not(Box::new(Predicate::Eq(column, value))),
        Operator::Less => range(Bound::Unbounded, Bound::Excluded(value)),
        Operator::LessOrEqual => range(Bound::Unbounded, Bound::Included(value)),
        Operator::Greater => range(Bound::Excluded(value), Bound::Unbounded),
        Operator::GreaterOrEqual => range(Bound::Included(value), Bound::Unbounded),
    }
}

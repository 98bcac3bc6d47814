//! Values back from keys: what a row of a filter column holds.

use super::attribute::{AttributeType, AttributeValue};
use super::column::{AttributeColumn, Dictionary, Keys};
use super::number::real_of_key;
use super::position_set::Position;

impl AttributeColumn {
    /// The value of a row. A zero or a NaN comes back as the one that it equals.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    pub fn value(&self, position: Position) -> AttributeValue {
        let row = position.0 as usize;
        let code = match &self.keys {
            Keys::Narrow(codes) => usize::from(codes[row]),
            Keys::Medium(codes) => usize::from(codes[row]),
            Keys::Wide(codes) => codes[row] as usize,
            Keys::Plain { keys, present } => {
                return match present[row / 64] >> (row % 64) & 1 {
                    1 => self.number(keys[row]),
                    _ => AttributeValue::Null,
                };
            }
        };
        self.value_of_code(code)
    }

    /// The distinct values that are not NULL, ascending, where the column has a dictionary. A zero or a NaN comes as the one
    /// that it equals.
    pub fn distinct_values(&self) -> Option<impl Iterator<Item = AttributeValue> + '_> {
        let count = self.distinct()?;
        Some((1..=count).map(|code| self.value_of_code(code)))
    }

    /// What a code stands for.
    fn value_of_code(&self, code: usize) -> AttributeValue {
        match (code, &self.dictionary) {
            (0, _) | (_, Dictionary::None) => AttributeValue::Null,
            (code, Dictionary::Numbers(numbers)) => self.number(numbers[code - 1]),
            (code, Dictionary::Bytes { ends, bytes }) => {
                let start = if code == 1 { 0 } else { ends[code - 2] };
                AttributeValue::Bytes(bytes[start as usize..ends[code - 1] as usize].to_vec())
            }
        }
    }

    fn number(&self, key: i64) -> AttributeValue {
        match self.kind {
            AttributeType::Real => AttributeValue::Real(real_of_key(key)),
            AttributeType::Boolean => AttributeValue::Boolean(key != 0),
            _ => AttributeValue::Integer(key),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn column() -> impl Strategy<Value = Vec<AttributeValue>> {
        let nullable = |values: BoxedStrategy<AttributeValue>| {
            prop::collection::vec(
                prop_oneof![1 => Just(AttributeValue::Null), 4 => values],
                0..400,
            )
        };
        prop_oneof![
            nullable(any::<i64>().prop_map(AttributeValue::Integer).boxed()),
            nullable((-3i64..3).prop_map(AttributeValue::Integer).boxed()),
            nullable((-1e9..1e9).prop_map(AttributeValue::Real).boxed()),
            nullable(any::<bool>().prop_map(AttributeValue::Boolean).boxed()),
            nullable(
                "[a-d]{0,3}"
                    .prop_map(|s| AttributeValue::Bytes(s.into()))
                    .boxed()
            ),
        ]
    }

    proptest! {
        #[test]
        fn every_value_comes_back(values in column()) {
            let column = AttributeColumn::from_values(values.clone()).unwrap();
            for (row, value) in values.into_iter().enumerate() {
                prop_assert_eq!(column.value(Position(row as u32)), value);
            }
            if let Some(distinct) = column.distinct_values() {
                let mut expected: Vec<_> = (0..column.len())
                    .map(|row| column.value(Position(row as u32)))
                    .filter(|value| *value != AttributeValue::Null)
                    .collect();
                expected.sort_by_key(|value| match value {
                    AttributeValue::Bytes(bytes) => (0, bytes.clone()),
                    other => (other.number_key().unwrap_or(0), Vec::new()),
                });
                expected.dedup();
                prop_assert_eq!(distinct.collect::<Vec<_>>(), expected);
            }
        }
    }
}

//! Arrays from and to Rust's lists.

use super::from_sql::{FromSql, FromSqlResult};
use super::to_sql::{ToSql, ToSqlOutput};
use crate::error::{FromSqlError, Result};
use crate::types::{
    Array, Date, Interval, Numeric, ScalarType, Time, Timestamp, TimestampTz, Value, ValueRef,
};

/// A Rust type whose lists are arrays: `Vec<Option<T>>` of each, and `Vec<T>` of those that are no BLOB and no VECTOR,
/// are bound as and read from arrays of one dimension.
///
/// ```
/// use citadel_sql::Connection;
/// # fn main() -> citadel_sql::Result<()> {
/// let db = Connection::open_in_memory()?;
/// let ids = vec![3_i64, 1, 2];
/// let (sorted, firsts): (Vec<i64>, Vec<Option<String>>) = db.query_row(
///     "SELECT array_sort(?1::INTEGER[]), ARRAY['a', NULL] WHERE 2 = ANY (?1)",
///     [&ids],
///     |row| Ok((row.get(0)?, row.get(1)?)),
/// )?;
/// assert_eq!(sorted, [1, 2, 3]);
/// assert_eq!(firsts, [Some("a".to_owned()), None]);
/// # Ok(())
/// # }
/// ```
pub trait ArrayElement: ToSql + FromSql {
    /// The type of the elements.
    const TYPE: ScalarType;
}

macro_rules! elements {
    ($($ty:ty => $scalar:ident),* $(,)?) => {$(
        impl ArrayElement for $ty {
            const TYPE: ScalarType = ScalarType::$scalar;
        }
    )*};
}

elements! {
    bool => Boolean,
    i8 => Integer, i16 => Integer, i32 => Integer, i64 => Integer,
    u8 => Integer, u16 => Integer, u32 => Integer, u64 => Integer,
    f32 => Real, f64 => Real,
    String => Text, Vec<u8> => Blob,
    Date => Date, Time => Time, Timestamp => Timestamp, TimestampTz => TimestampTz, Interval => Interval,
    jiff::civil::Date => Date, jiff::civil::Time => Time, jiff::civil::DateTime => Timestamp,
    jiff::Timestamp => TimestampTz, jiff::Span => Interval,
    Numeric => Numeric, uuid::Uuid => Uuid,
}

fn array_of<'a, T: ArrayElement + 'a>(
    elements: impl Iterator<Item = Option<&'a T>>,
) -> Result<ToSqlOutput<'static>> {
    let mut values = Vec::with_capacity(elements.size_hint().0);
    for element in elements {
        values.push(match element {
            Some(element) => element.to_sql()?.into_value(),
            None => Value::Null,
        });
    }
    Ok(ToSqlOutput::Owned(Value::Array(Array::new(
        T::TYPE,
        values,
    )?)))
}

/// The elements of an array of one dimension at most.
fn list<T>(
    value: ValueRef<'_>,
    read: impl FnMut(ValueRef<'_>) -> FromSqlResult<T>,
) -> FromSqlResult<Vec<T>> {
    match value {
        ValueRef::Array(array) if array.dimensions().len() <= 1 => array.iter().map(read).collect(),
        _ => Err(FromSqlError::InvalidType),
    }
}

impl<T: ArrayElement> ToSql for [Option<T>] {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        array_of(self.iter().map(Option::as_ref))
    }
}

impl<T: ArrayElement> ToSql for Vec<Option<T>> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        self[..].to_sql()
    }
}

impl<T: ArrayElement> FromSql for Vec<Option<T>> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        list(value, Option::<T>::column_result)
    }
}

macro_rules! lists {
    ($($ty:ty),* $(,)?) => {$(
        impl ToSql for [$ty] {
            fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
                array_of(self.iter().map(Some))
            }
        }

        impl ToSql for Vec<$ty> {
            fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
                self[..].to_sql()
            }
        }

        impl FromSql for Vec<$ty> {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                list(value, <$ty>::column_result)
            }
        }
    )*};
}

lists! {
    i16, i32, i64, u16, u32, u64, f64, String, Vec<u8>, Date, Time, Timestamp, TimestampTz, Interval,
    jiff::civil::Date, jiff::civil::Time, jiff::civil::DateTime, jiff::Timestamp, jiff::Span, Numeric,
    uuid::Uuid,
}

impl ToSql for [&str] {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        let values = self.iter().map(|text| Value::Text((*text).to_owned()));
        Ok(ToSqlOutput::Owned(Value::Array(Array::new(
            ScalarType::Text,
            values,
        )?)))
    }
}

impl ToSql for Vec<&str> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        self[..].to_sql()
    }
}

impl ToSql for Array {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Array(self.as_ref())))
    }
}

impl FromSql for Array {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Array(array) => Ok(array.to_owned()),
            _ => Err(FromSqlError::InvalidType),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip<T: ToSql + FromSql + PartialEq + std::fmt::Debug>(list: T, text: &str) {
        let value = list.to_sql().unwrap().into_value();
        let Value::Array(array) = &value else {
            panic!("{value:?}");
        };
        assert_eq!(array.to_string(), text);
        assert_eq!(T::column_result(value.as_ref()).unwrap(), list);
    }

    #[test]
    fn lists_are_arrays() {
        round_trip(vec![1_i64, -2], "{1,-2}");
        round_trip(vec!["a b".to_owned(), String::new()], "{\"a b\",\"\"}");
        round_trip(vec![Some(true), None], "{t,NULL}");
        round_trip(Vec::<Option<f32>>::new(), "{}");
        round_trip(vec![Some(1.5_f32)], "{1.5}");
        round_trip(vec![vec![1_u8, 255]], "{\"\\\\x01ff\"}");
        round_trip(
            vec![uuid::Uuid::nil()],
            "{00000000-0000-0000-0000-000000000000}",
        );
        let words = ["a", "b"];
        let value = words[..].to_sql().unwrap().into_value();
        assert_eq!(Vec::<String>::column_result(value.as_ref()).unwrap(), words);
    }

    #[test]
    fn other_arrays_are_no_lists() {
        let square = Array::with_dimensions(
            ScalarType::Integer,
            &[crate::types::Dimension { len: 1, lower: 1 }; 2],
            [Value::Integer(1)],
        )
        .unwrap();
        let square = Value::Array(square);
        assert!(Vec::<i64>::column_result(square.as_ref()).is_err());
        assert!(Array::column_result(square.as_ref()).is_ok());
        let with_null = Value::Array(Array::new(ScalarType::Integer, [Value::Null]).unwrap());
        assert!(Vec::<i64>::column_result(with_null.as_ref()).is_err());
        assert_eq!(
            Vec::<Option<i64>>::column_result(with_null.as_ref()).unwrap(),
            [None]
        );
        assert!(Vec::<String>::column_result(with_null.as_ref()).is_err());
    }
}

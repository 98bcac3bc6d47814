//! Single values in Iceberg's binary form, in which manifests keep bounds.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type,
    Time64MicrosecondType, TimestampMicrosecondType,
};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, FixedSizeBinaryArray,
    Float32Array, Float64Array, Int32Array, Int64Array, LargeBinaryArray, StringArray,
    Time64MicrosecondArray, TimestampMicrosecondArray,
};
use arrow_schema::{DataType, TimeUnit};

/// The binary form of the value at a place, for the types that tables have; `None` for null and for nested types.
pub(crate) fn bytes_of(array: &dyn Array, at: usize) -> Option<Vec<u8>> {
    if array.is_null(at) {
        return None;
    }
    Some(match array.data_type() {
        DataType::Boolean => vec![u8::from(array.as_boolean().value(at))],
        DataType::Int32 => array
            .as_primitive::<Int32Type>()
            .value(at)
            .to_le_bytes()
            .into(),
        DataType::Int64 => array
            .as_primitive::<Int64Type>()
            .value(at)
            .to_le_bytes()
            .into(),
        DataType::Float32 => array
            .as_primitive::<Float32Type>()
            .value(at)
            .to_le_bytes()
            .into(),
        DataType::Float64 => array
            .as_primitive::<Float64Type>()
            .value(at)
            .to_le_bytes()
            .into(),
        DataType::Date32 => array
            .as_primitive::<Date32Type>()
            .value(at)
            .to_le_bytes()
            .into(),
        DataType::Time64(TimeUnit::Microsecond) => array
            .as_primitive::<Time64MicrosecondType>()
            .value(at)
            .to_le_bytes()
            .into(),
        DataType::Timestamp(TimeUnit::Microsecond, _) => array
            .as_primitive::<TimestampMicrosecondType>()
            .value(at)
            .to_le_bytes()
            .into(),
        DataType::Decimal128(..) => shortest(array.as_primitive::<Decimal128Type>().value(at)),
        DataType::Utf8 => array.as_string::<i32>().value(at).as_bytes().to_vec(),
        DataType::LargeBinary => array.as_binary::<i64>().value(at).to_vec(),
        DataType::FixedSizeBinary(_) => array.as_fixed_size_binary().value(at).to_vec(),
        _ => return None,
    })
}

/// The value again, as an array of one; `None` if the bytes are no value of the type.
pub(crate) fn scalar_of(bytes: &[u8], kind: &DataType) -> Option<ArrayRef> {
    let four = || bytes.try_into().ok();
    let eight = || bytes.try_into().ok();
    // A bound written before its column was widened is shorter.
    let long = || match bytes.len() {
        4 => four().map(|b| i64::from(i32::from_le_bytes(b))),
        _ => eight().map(i64::from_le_bytes),
    };
    Some(match kind {
        DataType::Boolean => Arc::new(BooleanArray::from(vec![*bytes.first()? != 0])),
        DataType::Int32 => Arc::new(Int32Array::from(vec![i32::from_le_bytes(four()?)])),
        DataType::Int64 => Arc::new(Int64Array::from(vec![long()?])),
        DataType::Float32 => Arc::new(Float32Array::from(vec![f32::from_le_bytes(four()?)])),
        DataType::Float64 => Arc::new(Float64Array::from(vec![match bytes.len() {
            4 => f64::from(f32::from_le_bytes(four()?)),
            _ => f64::from_le_bytes(eight()?),
        }])),
        DataType::Date32 => Arc::new(Date32Array::from(vec![i32::from_le_bytes(four()?)])),
        DataType::Time64(TimeUnit::Microsecond) => {
            Arc::new(Time64MicrosecondArray::from(vec![long()?]))
        }
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            Arc::new(TimestampMicrosecondArray::from(vec![long()?]).with_timezone_opt(zone.clone()))
        }
        DataType::Decimal128(precision, scale) => Arc::new(
            Decimal128Array::from(vec![widest(bytes)?])
                .with_precision_and_scale(*precision, *scale)
                .ok()?,
        ),
        DataType::Utf8 => Arc::new(StringArray::from(vec![std::str::from_utf8(bytes).ok()?])),
        DataType::LargeBinary => Arc::new(LargeBinaryArray::from(vec![bytes])),
        DataType::FixedSizeBinary(width) if bytes.len() == *width as usize => {
            Arc::new(FixedSizeBinaryArray::try_from_iter([bytes].into_iter()).ok()?)
        }
        _ => return None,
    })
}

/// Two's complement, big-endian, in as few bytes as hold it.
fn shortest(value: i128) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let spare = if value < 0 {
        value.leading_ones()
    } else {
        value.leading_zeros()
    };
    // One bit is the sign's.
    let skip = ((spare - 1) / 8) as usize;
    bytes[skip..].to_vec()
}

fn widest(bytes: &[u8]) -> Option<i128> {
    let first = *bytes.first()?;
    let mut wide = [if first & 0x80 == 0 { 0 } else { 0xFF }; 16];
    wide.get_mut(16usize.checked_sub(bytes.len())?..)?
        .copy_from_slice(bytes);
    Some(i128::from_be_bytes(wide))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_as_short_as_they_can_be() {
        for (value, length) in [
            (0, 1),
            (127, 1),
            (128, 2),
            (-128, 1),
            (-129, 2),
            (i128::MAX, 16),
            (i128::MIN, 16),
        ] {
            let bytes = shortest(value);
            assert_eq!(bytes.len(), length, "{value}");
            assert_eq!(widest(&bytes), Some(value));
        }
        assert_eq!(widest(&[0; 17]), None);
        assert_eq!(widest(&[]), None);
    }

    #[test]
    fn bytes_that_are_no_value_are_none() {
        for kind in [
            DataType::Int32,
            DataType::Int64,
            DataType::Float64,
            DataType::FixedSizeBinary(4),
        ] {
            assert!(scalar_of(&[1, 2, 3], &kind).is_none(), "{kind}");
        }
        assert!(scalar_of(&[0xFF], &DataType::Utf8).is_none());
    }
}

//! Conversions between types.
//!
//! Three strengths: [`cast`] is what the user asked for by name and may round; [`assign`] is what storing a value
//! in a column does, lossless or an error; [`coerce_parameter`] and [`coerce_compared`] are for values that the
//! program gave and whose type the place decides, where text is read as the place's type.

use super::array::{cast_elements, print_array, vector_of_array, vector_to_array};
use super::number_text::{
    boolean_to_text, finite, invalid_input, out_of_range, parse_boolean, parse_integer, parse_real,
    real_to_text,
};
use super::numeric::{Decimal, Rounding};
use super::temporal::{DAY, TimestampTz, Zone, needs_zone, temporal_cast};
use super::vector_type::{Element, VectorType, same_or_open};
use super::{
    Array, ArrayRef, ScalarType, SqlType, Value, ValueRef, bits, parse_array, parse_uuid,
    vector_fit, vector_text,
};
use crate::error::{Error, Result, SqlState};

/// May a value of `from` be cast to `to` at all?
pub(crate) fn can_cast(from: SqlType, to: SqlType) -> bool {
    use SqlType::{
        Blob, Boolean, Date, Integer, Interval, Numeric, Real, Text, Time, Timestamp, TimestampTz,
        Unknown, Vector,
    };
    match (from, to) {
        (Unknown, _) | (Text, _) | (_, Text) => true,
        (SqlType::Array(a), SqlType::Array(b)) => can_cast(a.sql_type(), b.sql_type()),
        (Vector(vector), SqlType::Array(element)) => {
            !vector.is_bits() && element.sql_type().is_numeric()
        }
        (SqlType::Array(element), Vector(vector)) => {
            !vector.is_bits() && element.sql_type().is_numeric()
        }
        (Vector(a), Vector(b)) => same_or_open(a.dim, b.dim),
        (Integer | Real | Numeric, Integer | Real | Numeric)
        | (Boolean, Integer)
        | (Integer, Boolean) => true,
        (Blob, Vector(_)) | (Vector(_), Blob) => true,
        (Date, Timestamp | TimestampTz) => true,
        (Timestamp | TimestampTz, Date | Time | Timestamp | TimestampTz) => true,
        (Time, Interval) | (Interval, Time) => true,
        _ => from == to,
    }
}

/// May a value of `from` be stored in a column of `to` (if the value itself allows it)?
pub(crate) fn can_assign(from: SqlType, to: SqlType) -> bool {
    match (from, to) {
        (SqlType::Unknown, _) => true,
        (SqlType::Vector(a), SqlType::Vector(b)) => a.agrees_with(b),
        (SqlType::Time, SqlType::Interval) => true,
        (SqlType::Array(a), SqlType::Array(b)) => can_assign(a.sql_type(), b.sql_type()),
        _ => {
            from == to
                || (from.is_numeric() && to.is_numeric())
                || (from.is_moment() && to.is_moment())
        }
    }
}

/// `CAST(value AS to)`. REAL to INTEGER rounds half to even; BLOB and TEXT meet in PostgreSQL's `\x` notation.
/// Where a time zone matters, it is UTC.
pub(crate) fn cast(value: ValueRef<'_>, to: SqlType) -> Result<Value> {
    cast_in(value, to, &Zone::default(), None)
}

/// The same in a time zone, and, for texts like `today`, at a moment.
pub(crate) fn cast_in(
    value: ValueRef<'_>,
    to: SqlType,
    zone: &Zone,
    now: Option<TimestampTz>,
) -> Result<Value> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    if let Some(cast) = temporal_cast(value, to, zone, now) {
        return cast;
    }
    match (value, to) {
        (ValueRef::Array(array), SqlType::Text) => {
            let mut text = String::new();
            print_array(array, zone, &mut text);
            return Ok(Value::Text(text));
        }
        (_, SqlType::Array(element)) => return to_array(value, element, zone, now),
        (ValueRef::Text(label), SqlType::Enum(ty)) => return ty.value(label).map(Value::Enum),
        (ValueRef::Enum(v), SqlType::Enum(ty)) if v.enum_type() == ty => {
            return Ok(Value::Enum(v));
        }
        _ => {}
    }
    match to {
        SqlType::Unknown => Ok(value.to_owned()),
        SqlType::Boolean => to_boolean(value),
        SqlType::Integer => to_integer(value),
        SqlType::Real => to_real(value),
        SqlType::Text => Ok(Value::Text(to_text(value))),
        SqlType::Blob => to_blob(value),
        SqlType::Vector(vector) => to_vector(value, vector),
        SqlType::Numeric => to_numeric(value),
        SqlType::Uuid => match value {
            ValueRef::Uuid(v) => Ok(Value::Uuid(v)),
            ValueRef::Text(text) => parse_uuid(text).map(Value::Uuid),
            _ => Err(cannot_cast(value, to)),
        },
        SqlType::Date
        | SqlType::Time
        | SqlType::Timestamp
        | SqlType::TimestampTz
        | SqlType::Interval
        | SqlType::Enum(_)
        | SqlType::Array(_) => Err(cannot_cast(value, to)),
    }
}

fn to_array(
    value: ValueRef<'_>,
    element: ScalarType,
    zone: &Zone,
    now: Option<TimestampTz>,
) -> Result<Value> {
    let to = element.sql_type();
    match value {
        ValueRef::Text(text) => parse_array(text, element, zone, now).map(Value::Array),
        ValueRef::Array(array) => cast_elements(array, element, |v| cast_in(v, to, zone, now)),
        ValueRef::Vector(vector) => vector_to_array(vector, element, |v| cast_in(v, to, zone, now)),
        _ => Err(cannot_cast(value, SqlType::Array(element))),
    }
}

/// Fits a value into a column of type `to`: the same value or an error.
pub(crate) fn assign(value: Value, to: SqlType) -> Result<Value> {
    match (value, to) {
        (Value::Null, _) => Ok(Value::Null),
        (Value::Integer(i), SqlType::Real) => {
            exact_real(i).map(Value::Real).ok_or_else(|| inexact(i, to))
        }
        (Value::Real(r), _) if !r.is_finite() => Err(out_of_range(SqlType::Real)),
        (Value::Real(r), SqlType::Integer) => exact_integer(r)
            .map(Value::Integer)
            .ok_or_else(|| inexact_real(r, to)),
        (Value::Integer(i), SqlType::Numeric) => Ok(Value::Numeric(i.into())),
        (Value::Real(r), SqlType::Numeric) => to_numeric(ValueRef::Real(r)),
        (Value::Numeric(n), SqlType::Integer) => match n.as_ref().as_integer() {
            Some(i) => Ok(Value::Integer(i)),
            None => Err(Error::sql(
                SqlState::NUMERIC_OUT_OF_RANGE,
                format!("{n} is not exact as {to}"),
            )
            .hint("CAST rounds it")),
        },
        // To the nearest, which is what a REAL is for.
        (Value::Numeric(n), SqlType::Real) => to_real(ValueRef::Numeric(n.as_ref())),
        (Value::Date(date), SqlType::Timestamp) => date.midnight().map(Value::Timestamp),
        (Value::Timestamp(timestamp), SqlType::Date) => {
            if timestamp.is_finite() && timestamp.micros() % DAY != 0 {
                return Err(not_midnight(&timestamp.to_string()));
            }
            Ok(Value::Date(timestamp.date()))
        }
        (Value::Time(time), SqlType::Interval) => cast(ValueRef::Time(time), to),
        (Value::Vector(v), SqlType::Vector(vector)) => vector_fit::fit(v, vector),
        (Value::Vector(v), SqlType::Unknown) => {
            vector_text::check(&v)?;
            Ok(Value::Vector(v))
        }
        (Value::Bits(v), SqlType::Vector(vector)) if vector.is_bits() => {
            check_bits(&v, vector.dim)?;
            Ok(Value::Bits(v))
        }
        (value, SqlType::Unknown) => Ok(value),
        (Value::Array(array), SqlType::Array(element)) => {
            assign_elements(array.as_ref(), element, &Zone::default())
        }
        (value, to) if value.sql_type() == to => Ok(value),
        (value, to) => Err(Error::sql(
            SqlState::DATATYPE_MISMATCH,
            format!("cannot store {} as {to}", value.sql_type()),
        )),
    }
}

/// The same where the time zone of the session matters.
pub(crate) fn assign_in(value: Value, to: SqlType, zone: &Zone) -> Result<Value> {
    let from = value.sql_type();
    if let (Value::Array(array), SqlType::Array(element)) = (&value, to) {
        return assign_elements(array.as_ref(), element, zone);
    }
    if !(from.is_moment() && to.is_moment() && needs_zone(from, to)) {
        return assign(value, to);
    }
    match (&value, to) {
        (Value::TimestampTz(moment), SqlType::Date) => {
            assign(Value::Timestamp(zone.local(*moment)), to)
        }
        _ => cast_in(value.as_ref(), to, zone, None),
    }
}

fn assign_elements(array: ArrayRef<'_>, to: ScalarType, zone: &Zone) -> Result<Value> {
    cast_elements(array, to, |value| {
        assign_in(value.to_owned(), to.sql_type(), zone)
    })
}

fn not_midnight(shown: &str) -> Error {
    Error::sql(
        SqlState::DATETIME_FIELD_OVERFLOW,
        format!("{shown} is not exact as DATE"),
    )
    .hint("CAST leaves the time of day out")
}

/// Gives a parameter the type of its place: TEXT is read as that type, a BLOB may hold the bytes of a vector. Components
/// fit as they do when a vector is stored.
pub(crate) fn coerce_parameter(value: Value, to: SqlType, zone: &Zone) -> Result<Value> {
    match (&value, to) {
        (Value::Text(_), SqlType::Text | SqlType::Unknown) => Ok(value),
        (Value::Text(text), SqlType::Vector(vector)) => assign(vector_of_text(text, vector)?, to),
        (Value::Text(_), _) | (Value::Blob(_), SqlType::Vector(_)) => {
            cast_in(value.as_ref(), to, zone, None)
        }
        (Value::Array(array), SqlType::Array(element))
            if array.as_ref().element_type() == ScalarType::Text && element != ScalarType::Text =>
        {
            cast_in(value.as_ref(), to, zone, None)
        }
        // Rust's lists of some numbers, and of truth values, are vectors first.
        (Value::Vector(vector), SqlType::Array(element)) => vector_to_array(vector, element, |v| {
            assign(v.to_owned(), element.sql_type())
        }),
        (Value::Bits(bits), SqlType::Array(ScalarType::Boolean)) => {
            let values = bits.as_ref().iter().map(Value::Boolean);
            Array::new(ScalarType::Boolean, values).map(Value::Array)
        }
        _ => assign_in(value, to, zone),
    }
}

/// As [`coerce_parameter`] for a parameter that is only compared: a number that its place's type cannot hold stays
/// what it is, since INTEGER and REAL compare exactly (`id = ?` given 8.5 is false, not an error).
pub(crate) fn coerce_compared(value: Value, to: SqlType, zone: &Zone) -> Result<Value> {
    match (&value, to) {
        (Value::Integer(i), SqlType::Real) if exact_real(*i).is_none() => Ok(value),
        (Value::Real(r), SqlType::Integer) if r.is_finite() && exact_integer(*r).is_none() => {
            Ok(value)
        }
        // They compare exactly with numbers of the others.
        (Value::Numeric(_), SqlType::Integer | SqlType::Real)
        | (Value::Real(_), SqlType::Numeric) => Ok(value),
        (Value::Array(array), SqlType::Array(element))
            if array.as_ref().element_type().sql_type().is_numeric()
                && element.sql_type().is_numeric() =>
        {
            Ok(value)
        }
        (Value::Text(text), SqlType::Integer) => match parse_integer(text) {
            Ok(i) => Ok(Value::Integer(i)),
            Err(error) => parse_real(text).map(Value::Real).map_err(|_| error),
        },
        _ => coerce_parameter(value, to, zone),
    }
}

fn exact_real(integer: i64) -> Option<f64> {
    let real = integer as f64;
    super::compare_integer_real(integer, real)
        .is_eq()
        .then_some(real)
}

fn exact_integer(real: f64) -> Option<i64> {
    let integer = real as i64;
    super::compare_integer_real(integer, real)
        .is_eq()
        .then_some(integer)
}

fn inexact(integer: i64, to: SqlType) -> Error {
    Error::sql(
        SqlState::NUMERIC_OUT_OF_RANGE,
        format!("{integer} is not exact as {to}"),
    )
    .hint("CAST rounds it")
}

fn inexact_real(real: f64, to: SqlType) -> Error {
    let text = real_to_text(real);
    Error::sql(
        SqlState::NUMERIC_OUT_OF_RANGE,
        format!("{text} is not exact as {to}"),
    )
    .hint("CAST rounds it")
}

fn to_boolean(value: ValueRef<'_>) -> Result<Value> {
    match value {
        ValueRef::Boolean(v) => Ok(Value::Boolean(v)),
        ValueRef::Integer(v) => Ok(Value::Boolean(v != 0)),
        ValueRef::Text(text) => parse_boolean(text).map(Value::Boolean),
        _ => Err(cannot_cast(value, SqlType::Boolean)),
    }
}

fn to_integer(value: ValueRef<'_>) -> Result<Value> {
    match value {
        ValueRef::Integer(v) => Ok(Value::Integer(v)),
        ValueRef::Boolean(v) => Ok(Value::Integer(i64::from(v))),
        ValueRef::Real(v) => exact_integer(v.round_ties_even())
            .map(Value::Integer)
            .ok_or_else(|| out_of_range(SqlType::Integer)),
        ValueRef::Numeric(v) => v
            .decimal()
            .to_integer(Rounding::Nearest)
            .map(Value::Integer)
            .ok_or_else(|| out_of_range(SqlType::Integer)),
        ValueRef::Text(text) => parse_integer(text).map(Value::Integer),
        _ => Err(cannot_cast(value, SqlType::Integer)),
    }
}

fn to_real(value: ValueRef<'_>) -> Result<Value> {
    match value {
        ValueRef::Real(v) => Ok(Value::Real(v)),
        ValueRef::Integer(v) => Ok(Value::Real(v as f64)),
        ValueRef::Numeric(v) => finite(v.decimal().to_real()).map(Value::Real),
        ValueRef::Text(text) => parse_real(text).map(Value::Real),
        _ => Err(cannot_cast(value, SqlType::Real)),
    }
}

fn to_numeric(value: ValueRef<'_>) -> Result<Value> {
    match value {
        ValueRef::Numeric(v) => Ok(Value::Numeric(v.to_owned())),
        ValueRef::Integer(v) => Ok(Value::Numeric(v.into())),
        ValueRef::Real(v) if !v.is_finite() => Err(out_of_range(SqlType::Numeric)),
        ValueRef::Real(v) => Decimal::of_real(v)?.finish().map(Value::Numeric),
        ValueRef::Text(text) => text.parse().map(Value::Numeric),
        _ => Err(cannot_cast(value, SqlType::Numeric)),
    }
}

fn to_text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Boolean(v) => boolean_to_text(v).to_owned(),
        ValueRef::Integer(v) => v.to_string(),
        ValueRef::Real(v) => real_to_text(v),
        ValueRef::Text(v) => v.to_owned(),
        ValueRef::Blob(v) => format!("\\x{}", hex(v)),
        ValueRef::Vector(v) => vector_text::print(v),
        ValueRef::Bits(v) => v.to_string(),
        // Done with before.
        ValueRef::Date(v) => v.to_string(),
        ValueRef::Time(v) => v.to_string(),
        ValueRef::Timestamp(v) => v.to_string(),
        ValueRef::TimestampTz(v) => v.to_string(),
        ValueRef::Interval(v) => v.to_string(),
        ValueRef::Numeric(v) => v.to_string(),
        ValueRef::Uuid(v) => v.to_string(),
        ValueRef::Enum(v) => v.to_string(),
        ValueRef::Array(v) => v.to_string(),
    }
}

fn to_blob(value: ValueRef<'_>) -> Result<Value> {
    match value {
        ValueRef::Blob(v) => Ok(Value::Blob(v.to_owned())),
        ValueRef::Vector(v) => Ok(Value::Blob(vector_text::to_le_bytes(v))),
        ValueRef::Bits(v) => Ok(Value::Blob(v.as_bytes().to_owned())),
        ValueRef::Text(text) => match text.strip_prefix("\\x") {
            Some(digits) => unhex(digits)
                .map(Value::Blob)
                .ok_or_else(|| invalid_input(SqlType::Blob, text)),
            None => unescaped(text)
                .map(Value::Blob)
                .ok_or_else(|| invalid_input(SqlType::Blob, text)),
        },
        _ => Err(cannot_cast(value, SqlType::Blob)),
    }
}

fn to_vector(value: ValueRef<'_>, to: VectorType) -> Result<Value> {
    let vector = match value {
        ValueRef::Vector(v) => v.to_owned(),
        ValueRef::Bits(v) if to.is_bits() => {
            return assign(Value::Bits(v.to_owned()), SqlType::Vector(to));
        }
        ValueRef::Bits(v) => v.numbers().collect(),
        ValueRef::Text(text) => match vector_of_text(text, to)? {
            Value::Vector(v) => v,
            bits => return assign(bits, SqlType::Vector(to)),
        },
        ValueRef::Blob(bytes) => return vector_fit::from_bytes(bytes, to),
        ValueRef::Array(array) if !to.is_bits() => {
            vector_of_array(array, |v| cast(v, SqlType::Real))?
        }
        _ => return Err(cannot_cast(value, SqlType::Vector(to))),
    };
    vector_fit::round(vector, to)
}

/// A vector as it is written: `[1,0]`, and bits as `10` too.
fn vector_of_text(text: &str, to: VectorType) -> Result<Value> {
    if to.element == Element::Bit
        && let Some(bits) = bits::parse(text)
    {
        return bits.map(Value::Bits);
    }
    vector_text::parse(text)
        .map(Value::Vector)
        .map_err(|error| match to.element {
            Element::Bit => error.hint("a vector of bits is written as '101' or '[1, 0, 1]'"),
            _ => error,
        })
}

fn check_bits(bits: &bits::Bits, dim: Option<u16>) -> Result<()> {
    let found = bits.as_ref().dim();
    match dim {
        _ if found == 0 => vector_text::check(&[]),
        Some(dim) if usize::from(dim) != found => {
            Err(vector_text::dimension_mismatch(usize::from(dim), found))
        }
        _ => Ok(()),
    }
}

fn cannot_cast(value: ValueRef<'_>, to: SqlType) -> Error {
    Error::sql(
        SqlState::DATATYPE_MISMATCH,
        format!("cannot cast {} to {to}", value.sql_type()),
    )
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]])
        .map(char::from)
        .collect()
}

/// Bytes of hexadecimal digits; `None` if there is anything else or an odd number of them.
pub(crate) fn unhex(digits: &str) -> Option<Vec<u8>> {
    let digit = |b: u8| {
        char::from(b)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs
        .iter()
        .map(|[high, low]| Some((digit(*high)? << 4) | digit(*low)?))
        .collect()
}

/// The bytes of a text in which a backslash begins three octal digits, or stands for itself when doubled.
fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        if let Some(after) = rest.strip_prefix(b"\\") {
            bytes.push(b'\\');
            rest = after;
            continue;
        }
        let (digits, after) = rest.split_at_checked(3)?;
        let octal = digits.iter().all(|digit| (b'0'..=b'7').contains(digit));
        let digits = std::str::from_utf8(digits).ok().filter(|_| octal)?;
        bytes.push(u8::from_str_radix(digits, 8).ok()?);
        rest = after;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUT_OF_RANGE: Option<SqlState> = Some(SqlState::NUMERIC_OUT_OF_RANGE);

    fn text(s: &str) -> Value {
        Value::Text(s.to_owned())
    }

    #[test]
    fn texts_become_blobs_by_their_escapes() {
        assert_eq!(unescaped(r"a\\b\000\377"), Some(b"a\\b\x00\xff".to_vec()));
        for wrong in [r"\", r"\9", r"\777", r"\12"] {
            assert_eq!(unescaped(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn casts() {
        let cases = [
            (Value::Real(2.5), SqlType::Integer, Value::Integer(2)),
            (Value::Real(3.5), SqlType::Integer, Value::Integer(4)),
            (Value::Real(-2.6), SqlType::Integer, Value::Integer(-3)),
            (Value::Boolean(true), SqlType::Integer, Value::Integer(1)),
            (Value::Integer(2), SqlType::Boolean, Value::Boolean(true)),
            (text(" 12 "), SqlType::Integer, Value::Integer(12)),
            (text("1e3"), SqlType::Real, Value::Real(1000.0)),
            (
                text("[1,2]"),
                SqlType::vector(2),
                Value::Vector(vec![1.0, 2.0]),
            ),
            (Value::Vector(vec![1.0]), SqlType::Text, text("[1]")),
            (Value::Blob(vec![0, 255]), SqlType::Text, text("\\x00ff")),
            (text("\\x00ff"), SqlType::Blob, Value::Blob(vec![0, 255])),
            (text("ab"), SqlType::Blob, Value::Blob(b"ab".to_vec())),
            (Value::Null, SqlType::Integer, Value::Null),
        ];
        for (value, to, expected) in cases {
            assert_eq!(
                cast(value.as_ref(), to).unwrap(),
                expected,
                "{value:?} {to}"
            );
        }
    }

    #[test]
    fn bad_casts() {
        for (value, to) in [
            (Value::Real(1e19), SqlType::Integer),
            (Value::Real(9.3e18), SqlType::Integer),
            (text("x"), SqlType::Integer),
            (Value::Real(1.0), SqlType::Boolean),
            (Value::Integer(1), SqlType::VECTOR),
            (text("[1,2]"), SqlType::vector(3)),
            (text("\\x0"), SqlType::Blob),
        ] {
            assert!(cast(value.as_ref(), to).is_err(), "{value:?} {to}");
        }
    }

    #[test]
    fn assignment_never_loses() {
        let big = (1_i64 << 53) + 1;
        assert_eq!(
            assign(Value::Integer(big), SqlType::Real)
                .unwrap_err()
                .sqlstate(),
            OUT_OF_RANGE
        );
        assert_eq!(
            assign(Value::Real(3.7), SqlType::Integer)
                .unwrap_err()
                .sqlstate(),
            OUT_OF_RANGE
        );
        assert_eq!(
            assign(Value::Real(3.0), SqlType::Integer).unwrap(),
            Value::Integer(3)
        );
        assert!(assign(text("1"), SqlType::Integer).is_err());
        assert!(assign(Value::Integer(1), SqlType::Text).is_err());
        assert!(assign(Value::Vector(vec![f32::NAN]), SqlType::vector(1)).is_err());
        assert!(assign(Value::Real(f64::INFINITY), SqlType::Real).is_err());
    }

    #[test]
    fn parameters_take_the_type_of_their_place() {
        assert_eq!(
            coerce_parameter(text("7"), SqlType::Integer, &Zone::default()).unwrap(),
            Value::Integer(7)
        );
        let blob = Value::Blob(1.5_f32.to_le_bytes().to_vec());
        assert_eq!(
            coerce_parameter(blob, SqlType::vector(1), &Zone::default()).unwrap(),
            Value::Vector(vec![1.5])
        );
        assert!(coerce_parameter(Value::Real(8.5), SqlType::Integer, &Zone::default()).is_err());
        assert_eq!(
            coerce_compared(Value::Real(8.5), SqlType::Integer, &Zone::default()).unwrap(),
            Value::Real(8.5)
        );
        assert_eq!(
            coerce_compared(text("8.5"), SqlType::Integer, &Zone::default()).unwrap(),
            Value::Real(8.5)
        );
        assert!(coerce_compared(Value::Boolean(true), SqlType::Integer, &Zone::default()).is_err());
        assert_eq!(
            coerce_parameter(Value::Integer(1), SqlType::Unknown, &Zone::default()).unwrap(),
            Value::Integer(1)
        );
    }
}

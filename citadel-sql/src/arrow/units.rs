//! The types whose values are whole numbers of some unit: integers, days, microseconds, and decimals of a scale.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, Date32Array, Decimal128Array, Int32Array, Int64Array, Time64MicrosecondArray,
    TimestampMicrosecondArray,
};
use arrow_schema::{DataType, TimeUnit};

use crate::error::Result;
use crate::types::numeric::{Decimal, Rounding, round_to};
use crate::types::{Date, Numeric, Time, Timestamp, TimestampTz, Value};

/// From 1970-01-01, where Arrow counts from, to 2000-01-01, where SQL's values do.
const DAYS: i128 = 10_957;
const MICROS_OF_DAY: i128 = 86_400_000_000;

/// Such a type.
#[derive(Clone, Debug)]
pub(crate) enum Units {
    Int,
    Long,
    Date,
    Time,
    Timestamp,
    /// With the name of its zone.
    TimestampTz(Arc<str>),
    Decimal {
        precision: u8,
        scale: u8,
    },
}

/// Where a value lies among whole numbers of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placed {
    /// The greatest whole number that is not above it.
    pub(crate) units: i128,
    /// It lies above that, below the next one.
    pub(crate) beyond: bool,
}

impl Placed {
    fn at(units: i128) -> Self {
        Self {
            units,
            beyond: false,
        }
    }

    fn of(number: &Decimal, scale: u8) -> Self {
        let down = round_to(number, scale.into(), Rounding::Down);
        let beyond = down.compare(number).is_ne();
        let outside = match number.is_negative() {
            true => i128::MIN,
            false => i128::MAX,
        };
        let units = down.finish().ok().and_then(|down| down.as_ref().units());
        Self {
            units: units.unwrap_or(outside),
            beyond,
        }
    }
}

/// Counts from 1970; what is infinite lies outside of every range.
fn since_1970(value: i64, is_finite: bool, shift: i128) -> Placed {
    Placed::at(match (is_finite, value < 0) {
        (true, _) => i128::from(value) + shift,
        (false, true) => i128::MIN,
        (false, false) => i128::MAX,
    })
}

impl Units {
    /// `None`: the values of the type are no whole numbers.
    pub(crate) fn of(kind: &DataType) -> Option<Self> {
        Some(match kind {
            DataType::Int32 => Self::Int,
            DataType::Int64 => Self::Long,
            DataType::Date32 => Self::Date,
            DataType::Time64(TimeUnit::Microsecond) => Self::Time,
            DataType::Timestamp(TimeUnit::Microsecond, None) => Self::Timestamp,
            DataType::Timestamp(TimeUnit::Microsecond, Some(zone)) => {
                Self::TimestampTz(Arc::clone(zone))
            }
            DataType::Decimal128(precision, scale) => Self::Decimal {
                precision: *precision,
                scale: u8::try_from(*scale).ok()?,
            },
            _ => return None,
        })
    }

    /// The least and the greatest number that the type has.
    pub(crate) fn range(&self) -> (i128, i128) {
        match self {
            Self::Int | Self::Date => (i32::MIN.into(), i32::MAX.into()),
            Self::Long | Self::Timestamp | Self::TimestampTz(_) => {
                (i64::MIN.into(), i64::MAX.into())
            }
            Self::Time => (0, MICROS_OF_DAY - 1),
            Self::Decimal { precision, .. } => {
                let most = 10_i128.pow(u32::from((*precision).min(38))) - 1;
                (-most, most)
            }
        }
    }

    /// Where a value lies among those of the type. `None`: it is of a type that is not compared with this one.
    pub(crate) fn place(&self, value: &Value) -> Option<Placed> {
        Some(match (self, value) {
            (Self::Int | Self::Long, Value::Integer(value)) => Placed::at((*value).into()),
            (Self::Int | Self::Long, Value::Real(value)) => {
                let floor = value.floor();
                Placed {
                    units: floor as i128,
                    beyond: floor != *value,
                }
            }
            (Self::Int | Self::Long, Value::Numeric(value)) => {
                Placed::of(&value.as_ref().decimal(), 0)
            }
            (Self::Decimal { scale, .. }, Value::Integer(value)) => {
                Placed::of(&Decimal::from(*value), *scale)
            }
            (Self::Decimal { scale, .. }, Value::Real(value)) => {
                Placed::of(&Decimal::exact(*value), *scale)
            }
            (Self::Decimal { scale, .. }, Value::Numeric(value)) => {
                Placed::of(&value.as_ref().decimal(), *scale)
            }
            (Self::Date, Value::Date(date)) => {
                since_1970(date.days().into(), date.is_finite(), DAYS)
            }
            (Self::Time, Value::Time(time)) => Placed::at(time.micros().into()),
            (Self::Timestamp, Value::Timestamp(moment)) => {
                since_1970(moment.micros(), moment.is_finite(), DAYS * MICROS_OF_DAY)
            }
            (Self::TimestampTz(_), Value::TimestampTz(moment)) => {
                since_1970(moment.micros(), moment.is_finite(), DAYS * MICROS_OF_DAY)
            }
            _ => return None,
        })
    }

    /// The number of units that a value is. `None`: it is no value of the type.
    pub(crate) fn exactly(&self, value: &Value) -> Option<i128> {
        let Placed { units, beyond } = self.place(value)?;
        let (least, greatest) = self.range();
        (!beyond && (least..=greatest).contains(&units)).then_some(units)
    }

    /// Numbers, each in [range](Self::range), as the lake has them.
    pub(crate) fn array(&self, units: impl Iterator<Item = Option<i128>>) -> ArrayRef {
        let long = |units: Option<i128>| units.map(|units| units as i64);
        let int = |units: Option<i128>| units.map(|units| units as i32);
        match self {
            Self::Int => Arc::new(units.map(int).collect::<Int32Array>()),
            Self::Long => Arc::new(units.map(long).collect::<Int64Array>()),
            Self::Date => Arc::new(units.map(int).collect::<Date32Array>()),
            Self::Time => Arc::new(units.map(long).collect::<Time64MicrosecondArray>()),
            Self::Timestamp => Arc::new(units.map(long).collect::<TimestampMicrosecondArray>()),
            Self::TimestampTz(zone) => {
                let moments = units.map(long).collect::<TimestampMicrosecondArray>();
                Arc::new(moments.with_timezone(Arc::clone(zone)))
            }
            Self::Decimal { precision, scale } => Arc::new(
                // Precision and scale are those of a decimal of the lake.
                units
                    .collect::<Decimal128Array>()
                    .with_data_type(DataType::Decimal128(*precision, *scale as i8)),
            ),
        }
    }
}

/// The day of a lake's date.
pub(crate) fn date(days: i32) -> Result<Date> {
    Date::checked(i64::from(days) - DAYS as i64)
}

/// The time of a lake's time.
pub(crate) fn time(micros: i64) -> Option<Time> {
    Time::from_micros(micros)
}

/// A lake's timestamp.
pub(crate) fn timestamp(micros: i64) -> Result<Timestamp> {
    Timestamp::checked(i128::from(micros) - DAYS * MICROS_OF_DAY)
}

/// A lake's timestamp with a zone.
pub(crate) fn timestamptz(micros: i64) -> Result<TimestampTz> {
    TimestampTz::checked(i128::from(micros) - DAYS * MICROS_OF_DAY)
}

/// A lake's decimal.
pub(crate) fn numeric(units: i128, scale: i8) -> Option<Numeric> {
    Numeric::from_units(units, u16::try_from(scale).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numeric_value(text: &str) -> Value {
        Value::Numeric(text.parse().unwrap())
    }

    #[test]
    fn values_have_a_place_among_units() {
        let cents = Units::Decimal {
            precision: 5,
            scale: 2,
        };
        let placed = |units: &Units, value: Value| {
            let Placed { units, beyond } = units.place(&value).unwrap();
            (units, beyond)
        };
        for (text, expected) in [
            ("1.5", (150, false)),
            ("1.509", (150, true)),
            ("-1.509", (-151, true)),
            ("-0.00", (0, false)),
            ("1e60", (i128::MAX, false)),
            ("-1e60", (i128::MIN, false)),
        ] {
            assert_eq!(placed(&cents, numeric_value(text)), expected, "{text}");
        }
        assert_eq!(placed(&cents, Value::Integer(-7)), (-700, false));
        assert_eq!(placed(&cents, Value::Real(0.1)), (10, true));
        assert_eq!(placed(&Units::Int, numeric_value("-2.5")), (-3, true));
        assert_eq!(placed(&Units::Long, Value::Real(2.5)), (2, true));
        assert!(cents.place(&Value::Text("1".to_owned())).is_none());
    }

    #[test]
    fn only_values_of_the_type_are_written() {
        let cents = Units::Decimal {
            precision: 5,
            scale: 2,
        };
        assert_eq!(cents.exactly(&numeric_value("999.99")), Some(99_999));
        assert_eq!(cents.exactly(&numeric_value("1000")), None);
        assert_eq!(cents.exactly(&numeric_value("0.001")), None);
        assert_eq!(Units::Date.exactly(&Value::Date(Date::INFINITY)), None);
        let day = Date::new(1970, 1, 2).unwrap();
        assert_eq!(Units::Date.exactly(&Value::Date(day)), Some(1));
        let end = Time::from_micros(MICROS_OF_DAY as i64).unwrap();
        assert_eq!(Units::Time.exactly(&Value::Time(end)), None);
        let early = Timestamp::NEG_INFINITY;
        assert_eq!(Units::Timestamp.exactly(&Value::Timestamp(early)), None);
    }

    #[test]
    fn what_is_written_is_read() {
        let day = Date::new(1969, 12, 31).unwrap();
        let units = Units::Date.exactly(&Value::Date(day)).unwrap();
        assert_eq!(date(units as i32).unwrap(), day);
        let moment = Timestamp::from_micros(-1).unwrap();
        let units = Units::Timestamp.exactly(&Value::Timestamp(moment)).unwrap();
        assert_eq!(timestamp(units as i64).unwrap(), moment);
        assert!(date(i32::MAX).is_err() && timestamp(i64::MIN).is_err());
    }
}

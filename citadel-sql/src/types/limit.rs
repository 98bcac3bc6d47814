//! What a declared type allows of the values of its kind.

use std::fmt;

use super::numeric::{Rounding, round_to};
use super::temporal::Interval;
use super::{Domain, SqlType, Time, Timestamp, TimestampTz, Value, ValueRef, map_elements};
use crate::error::{Error, Result, SqlState};

/// A bound on values that a column's declaration or a cast names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// `SMALLINT`
    Int16,
    /// `INT4`
    Int32,
    /// `VARCHAR(n)`
    Characters(u32),
    /// `TIME(p)`, `TIMESTAMP(p)`, `TIMESTAMPTZ(p)`, `INTERVAL(p)`: so many digits of seconds.
    Fraction { ty: SqlType, digits: u8 },
    /// `NUMERIC(p, s)`: so many digits, of which so many stand behind the point.
    Digits { precision: u16, scale: i16 },
    /// A domain: what its own base type allows, and what its conditions do.
    Domain(Domain),
}

impl Limit {
    /// What it allows without the conditions of domains.
    pub(crate) fn without_domains(self) -> Option<Self> {
        match self {
            Self::Domain(domain) => domain.def().limit?.without_domains(),
            limit => Some(limit),
        }
    }

    /// Is the value within it? NULL is, but for domains.
    ///
    /// # Errors
    /// It is not.
    pub(crate) fn check(self, value: ValueRef<'_>) -> Result<()> {
        match (self, value) {
            (Self::Int16, ValueRef::Integer(v)) if i16::try_from(v).is_err() => {
                Err(self.exceeded(SqlState::NUMERIC_OUT_OF_RANGE))
            }
            (Self::Int32, ValueRef::Integer(v)) if i32::try_from(v).is_err() => {
                Err(self.exceeded(SqlState::NUMERIC_OUT_OF_RANGE))
            }
            (Self::Characters(most), ValueRef::Text(text)) if self.cut(text).len() < text.len() => {
                let state = SqlState::STRING_TOO_LONG;
                Err(Error::sql(
                    state,
                    format!("the text has more than {most} characters"),
                ))
            }
            (Self::Digits { precision, scale }, ValueRef::Numeric(number)) => {
                let number = number.decimal();
                let is_within = i32::from(number.scale()) == i32::from(scale.max(0))
                    && number.is_below_power(i64::from(precision) - i64::from(scale));
                match is_within {
                    true => Ok(()),
                    false => Err(self.exceeded(SqlState::NUMERIC_OUT_OF_RANGE)),
                }
            }
            (Self::Domain(domain), value) if !matches!(value, ValueRef::Array(_)) => {
                domain.check(value)
            }
            (_, ValueRef::Array(array)) => array.iter().try_for_each(|value| self.check(value)),
            _ => Ok(()),
        }
    }

    /// As much of a text as it allows.
    pub(crate) fn cut(self, text: &str) -> &str {
        let Some(Self::Characters(most)) = self.without_domains() else {
            return text;
        };
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        if text.len() <= most {
            return text;
        }
        let end = text.char_indices().nth(most);
        end.map_or(text, |(end, _)| &text[..end])
    }

    /// The text without spaces that are too many, as the standard has it; another text that is too long stays so.
    pub(crate) fn fitted(self, text: &str) -> &str {
        let cut = self.cut(text);
        match text[cut.len()..].bytes().all(|byte| byte == b' ') {
            true => cut,
            false => text,
        }
    }

    /// What is stored of a value: a text without spaces that are too many, a time with as many digits as it may have.
    ///
    /// # Errors
    /// What it is rounded to is out of range.
    pub(crate) fn fit(self, value: Value) -> Result<Value> {
        match (self, value) {
            (_, Value::Array(array)) => {
                let array = array.as_ref();
                let fit = |value: ValueRef<'_>| self.fit(value.to_owned());
                map_elements(array, array.element_type(), fit).map(Value::Array)
            }
            (Self::Domain(_), value) => match self.without_domains() {
                Some(limit) => limit.fit(value),
                None => Ok(value),
            },
            (Self::Characters(_), Value::Text(text)) => {
                Ok(Value::Text(self.fitted(&text).to_owned()))
            }
            (Self::Fraction { .. }, value) => self.rounded(value),
            (Self::Digits { precision, scale }, Value::Numeric(number)) => {
                let number = round_to(
                    &number.as_ref().decimal(),
                    i64::from(scale),
                    Rounding::Nearest,
                );
                let whole_digits = i64::from(precision) - i64::from(scale);
                if !number.is_below_power(whole_digits) {
                    return Err(self.exceeded(SqlState::NUMERIC_OUT_OF_RANGE));
                }
                number.finish().map(Value::Numeric)
            }
            (_, value) => Ok(value),
        }
    }

    /// A time rounded to its digits, halves away from the beginning of time.
    pub(crate) fn rounded(self, value: Value) -> Result<Value> {
        let Some(Self::Fraction { digits, .. }) = self.without_domains() else {
            return Ok(value);
        };
        let unit = 10_i64.pow(6 - u32::from(digits.min(6)));
        let round = |micros: i64| {
            let (micros, unit) = (i128::from(micros), i128::from(unit));
            (micros.abs() + unit / 2) / unit * unit * micros.signum()
        };
        Ok(match value {
            Value::Time(time) => {
                let micros = i64::try_from(round(time.micros())).unwrap_or(0);
                Value::Time(Time::from_micros(micros).unwrap_or(time))
            }
            Value::Timestamp(timestamp) if timestamp.is_finite() => {
                Value::Timestamp(Timestamp::checked(round(timestamp.micros()))?)
            }
            Value::TimestampTz(moment) if moment.is_finite() => {
                Value::TimestampTz(TimestampTz::checked(round(moment.micros()))?)
            }
            Value::Interval(interval) => Value::Interval(Interval::checked(
                i128::from(interval.months()),
                i128::from(interval.days()),
                round(interval.micros()),
            )?),
            value => value,
        })
    }

    /// The type that it bounds.
    pub(crate) fn base(self) -> SqlType {
        match self {
            Self::Int16 | Self::Int32 => SqlType::Integer,
            Self::Characters(_) => SqlType::Text,
            Self::Fraction { ty, .. } => ty,
            Self::Digits { .. } => SqlType::Numeric,
            Self::Domain(domain) => domain.def().base,
        }
    }

    fn exceeded(self, state: SqlState) -> Error {
        Error::sql(state, format!("{self} out of range"))
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int16 => f.write_str("SMALLINT"),
            Self::Int32 => f.write_str("INT4"),
            Self::Characters(most) => write!(f, "VARCHAR({most})"),
            Self::Digits { precision, scale } => write!(f, "NUMERIC({precision},{scale})"),
            Self::Fraction { ty, digits } => write!(f, "{ty}({digits})"),
            Self::Domain(domain) => write!(f, "{domain}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_characters_are_checked() {
        for (limit, value, fits) in [
            (Limit::Int16, 32_767, true),
            (Limit::Int16, -32_769, false),
            (Limit::Int32, 2_147_483_647, true),
            (Limit::Int32, 2_147_483_648, false),
        ] {
            assert_eq!(
                limit.check(ValueRef::Integer(value)).is_ok(),
                fits,
                "{limit} {value}"
            );
        }
        let three = Limit::Characters(3);
        assert_eq!((three.cut("äöüß"), three.cut("ab")), ("äöü", "ab"));
        assert_eq!(
            (three.fitted("abc  "), three.fitted("ab  c")),
            ("abc", "ab  c")
        );
        assert!(three.check(ValueRef::Text("äöü")).is_ok());
        assert!(three.check(ValueRef::Text("abcd")).is_err());
        assert!(three.check(ValueRef::Null).is_ok());
    }
}

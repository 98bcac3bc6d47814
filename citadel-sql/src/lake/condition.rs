//! Conditions that a lake can answer.

use crate::codec::{Decoded, Malformed, Reader, put_bytes, put_signed, put_varint};
use crate::error::Result;
use crate::types::{Date, NumericRef, Time, Timestamp, TimestampTz, Value};
use uuid::Uuid;

/// A condition over columns and constants, three-valued as SQL's. What is negated is written without NOT, so that an unknown
/// part may be taken for false anywhere in it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition<C> {
    /// `column op constant`
    Compare {
        column: String,
        op: Comparison,
        value: C,
    },
    /// `column IN (…)`
    In { column: String, list: Vec<C> },
    /// `column IS NULL`
    IsNull(String),
    /// `column IS NOT NULL`
    IsNotNull(String),
    /// All of them; of none, true.
    All(Vec<Condition<C>>),
    /// One of them at least; of none, false.
    Any(Vec<Condition<C>>),
}

/// How a column compares with a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Eq,
    NotEq,
    Lt,
    LtEq,
    Gt,
    GtEq,
}

impl Comparison {
    const ALL: [Self; 6] = [
        Self::Eq,
        Self::NotEq,
        Self::Lt,
        Self::LtEq,
        Self::Gt,
        Self::GtEq,
    ];

    /// `5 < x` is `x > 5`.
    pub(crate) fn mirrored(self) -> Self {
        match self {
            Self::Eq => Self::Eq,
            Self::NotEq => Self::NotEq,
            Self::Lt => Self::Gt,
            Self::LtEq => Self::GtEq,
            Self::Gt => Self::Lt,
            Self::GtEq => Self::LtEq,
        }
    }

    /// `NOT x < 5` is `x >= 5`.
    pub(crate) fn negated(self) -> Self {
        match self {
            Self::Eq => Self::NotEq,
            Self::NotEq => Self::Eq,
            Self::Lt => Self::GtEq,
            Self::LtEq => Self::Gt,
            Self::Gt => Self::LtEq,
            Self::GtEq => Self::Lt,
        }
    }

    fn code(self) -> u8 {
        Self::ALL.iter().position(|op| *op == self).unwrap_or(0) as u8
    }
}

impl<C> Condition<C> {
    /// The same over other constants.
    pub(crate) fn with_constants<D>(
        &self,
        constant: &mut dyn FnMut(&C) -> Result<D>,
    ) -> Result<Condition<D>> {
        Ok(match self {
            Self::Compare { column, op, value } => Condition::Compare {
                column: column.clone(),
                op: *op,
                value: constant(value)?,
            },
            Self::In { column, list } => Condition::In {
                column: column.clone(),
                list: list.iter().map(constant).collect::<Result<_>>()?,
            },
            Self::IsNull(column) => Condition::IsNull(column.clone()),
            Self::IsNotNull(column) => Condition::IsNotNull(column.clone()),
            Self::All(parts) => Condition::All(Self::all_with(parts, constant)?),
            Self::Any(parts) => Condition::Any(Self::all_with(parts, constant)?),
        })
    }

    fn all_with<D>(
        parts: &[Self],
        constant: &mut dyn FnMut(&C) -> Result<D>,
    ) -> Result<Vec<Condition<D>>> {
        let mut all = Vec::with_capacity(parts.len());
        for part in parts {
            all.push(part.with_constants(constant)?);
        }
        Ok(all)
    }
}

impl Condition<Value> {
    /// The condition as bytes.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Compare { column, op, value } => {
                out.push(0);
                put_bytes(out, column.as_bytes());
                out.push(op.code());
                put_value(out, value);
            }
            Self::In { column, list } => {
                out.push(1);
                put_bytes(out, column.as_bytes());
                put_varint(out, list.len() as u64);
                list.iter().for_each(|value| put_value(out, value));
            }
            Self::IsNull(column) => {
                out.push(2);
                put_bytes(out, column.as_bytes());
            }
            Self::IsNotNull(column) => {
                out.push(3);
                put_bytes(out, column.as_bytes());
            }
            Self::All(parts) | Self::Any(parts) => {
                out.push(if matches!(self, Self::All(_)) { 4 } else { 5 });
                put_varint(out, parts.len() as u64);
                parts.iter().for_each(|part| part.encode(out));
            }
        }
    }

    /// What [`encode`](Self::encode) wrote. It is no deeper than a statement may be.
    pub(crate) fn decode(from: &mut Reader<'_>) -> Decoded<Self> {
        Ok(match from.byte()? {
            0 => Self::Compare {
                column: from.text()?.to_owned(),
                op: *Comparison::ALL
                    .get(usize::from(from.byte()?))
                    .ok_or(Malformed)?,
                value: value(from)?,
            },
            1 => Self::In {
                column: from.text()?.to_owned(),
                list: (0..from.count()?)
                    .map(|_| value(from))
                    .collect::<Decoded<_>>()?,
            },
            2 => Self::IsNull(from.text()?.to_owned()),
            3 => Self::IsNotNull(from.text()?.to_owned()),
            kind @ 4..=5 => {
                let parts = (0..from.count()?)
                    .map(|_| Self::decode(from))
                    .collect::<Decoded<_>>()?;
                match kind {
                    4 => Self::All(parts),
                    _ => Self::Any(parts),
                }
            }
            _ => return Err(Malformed),
        })
    }
}

fn put_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Boolean(value) => out.extend([1, u8::from(*value)]),
        Value::Integer(value) => {
            out.push(2);
            put_signed(out, *value);
        }
        Value::Real(value) => {
            out.push(3);
            out.extend(value.to_le_bytes());
        }
        Value::Text(value) => {
            out.push(4);
            put_bytes(out, value.as_bytes());
        }
        Value::Blob(value) => {
            out.push(5);
            put_bytes(out, value);
        }
        Value::Date(date) => {
            out.push(6);
            put_signed(out, date.days().into());
        }
        Value::Time(time) => {
            out.push(7);
            put_signed(out, time.micros());
        }
        Value::Timestamp(moment) => {
            out.push(8);
            put_signed(out, moment.micros());
        }
        Value::TimestampTz(moment) => {
            out.push(9);
            put_signed(out, moment.micros());
        }
        Value::Numeric(number) => {
            out.push(10);
            put_varint(out, number.as_ref().scale().into());
            put_bytes(out, number.as_ref().as_bytes());
        }
        Value::Uuid(uuid) => {
            out.push(11);
            out.extend(uuid.as_bytes());
        }
        // Nothing is compared with vectors, intervals, arrays or labels; of nothing, nothing is known.
        _ => out.push(0),
    }
}

fn value(from: &mut Reader<'_>) -> Decoded<Value> {
    Ok(match from.byte()? {
        0 => Value::Null,
        1 => Value::Boolean(from.byte()? != 0),
        2 => Value::Integer(from.signed()?),
        3 => Value::Real(f64::from_le_bytes(from.array()?)),
        4 => Value::Text(from.text()?.to_owned()),
        5 => Value::Blob(from.bytes()?.to_vec()),
        6 => {
            let days = i32::try_from(from.signed()?).ok();
            Value::Date(days.and_then(Date::from_days).ok_or(Malformed)?)
        }
        7 => Value::Time(Time::from_micros(from.signed()?).ok_or(Malformed)?),
        8 => Value::Timestamp(Timestamp::from_micros(from.signed()?).ok_or(Malformed)?),
        9 => Value::TimestampTz(TimestampTz::from_micros(from.signed()?).ok_or(Malformed)?),
        10 => {
            let scale = from.varint()?;
            let number = NumericRef::from_bytes(from.bytes()?, scale).ok_or(Malformed)?;
            Value::Numeric(number.to_owned())
        }
        11 => Value::Uuid(Uuid::from_bytes(from.array()?)),
        _ => return Err(Malformed),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_read_as_it_was_written() {
        let compare = |op, value| Condition::Compare {
            column: "a".to_owned(),
            op,
            value,
        };
        let list = vec![
            Value::Integer(-7),
            Value::Null,
            Value::Real(0.5),
            Value::Date(Date::NEG_INFINITY),
            Value::Time(Time::from_micros(86_400_000_000).unwrap()),
            Value::Timestamp(Timestamp::from_micros(-1).unwrap()),
            Value::TimestampTz(TimestampTz::INFINITY),
            Value::Numeric("-12345678901234567890.10".parse().unwrap()),
            Value::Uuid(Uuid::from_u128(7)),
        ];
        let condition = Condition::Any(vec![
            Condition::All(vec![
                compare(Comparison::GtEq, Value::Text("é".to_owned())),
                compare(Comparison::NotEq, Value::Blob(vec![0, 255])),
                compare(Comparison::Eq, Value::Boolean(true)),
            ]),
            Condition::In {
                column: "b".to_owned(),
                list,
            },
            Condition::IsNull("c".to_owned()),
            Condition::IsNotNull("d".to_owned()),
            Condition::All(Vec::new()),
        ]);
        let mut bytes = Vec::new();
        condition.encode(&mut bytes);
        let mut from = Reader::new(&bytes);
        assert_eq!(Condition::decode(&mut from).unwrap(), condition);
        from.finish().unwrap();
        for cut in 0..bytes.len() {
            assert!(Condition::decode(&mut Reader::new(&bytes[..cut])).is_err());
        }
    }

    #[test]
    fn comparisons_turn_round() {
        for op in Comparison::ALL {
            assert_eq!(op.mirrored().mirrored(), op);
            assert_eq!(op.negated().negated(), op);
        }
    }
}

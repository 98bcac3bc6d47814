//! Types and constants as parts of definitions.

use crate::codec::{Decoded, Malformed, Reader, put_bytes, put_signed, put_varint};
use crate::types::{
    ArrayRef, Bits, Date, Domain, DomainCheck, DomainDef, Element, EnumType, Interval, Limit,
    NumericRef, SqlType, Time, Timestamp, TimestampTz, Value, VectorType,
};

/// Before the type of an array's elements.
const ARRAY: u8 = 22;

/// Before the definition of an ENUM type.
const ENUM: u8 = 23;

/// Before the definition of a domain.
const DOMAIN: u8 = 24;

/// Of so many domains at most one is made.
pub(crate) const DOMAIN_DEPTH_MAX: usize = 32;

/// The type of a column: never unknown, and a vector's dimension always given.
pub(super) fn put_type(out: &mut Vec<u8>, ty: SqlType) {
    match ty {
        SqlType::Unknown => out.push(0),
        SqlType::Boolean => out.push(1),
        SqlType::Integer => out.push(2),
        SqlType::Real => out.push(3),
        SqlType::Text => out.push(4),
        SqlType::Blob => out.push(5),
        SqlType::Date => out.push(13),
        SqlType::Time => out.push(14),
        SqlType::Timestamp => out.push(15),
        SqlType::TimestampTz => out.push(16),
        SqlType::Interval => out.push(17),
        SqlType::Numeric => out.push(19),
        SqlType::Uuid => out.push(21),
        SqlType::Vector(vector) => {
            out.push(match vector.element {
                Element::F32 => 6,
                Element::F16 => 7,
                Element::I8 => 8,
                Element::Bit => 9,
            });
            put_varint(out, u64::from(vector.dim.unwrap_or(0)));
        }
        SqlType::Enum(ty) => {
            out.push(ENUM);
            ty.put(out);
        }
        SqlType::Array(element) => {
            out.push(ARRAY);
            put_type(out, element.sql_type());
        }
    }
}

/// The type of a column; one with a limit is said by it.
pub(super) fn put_limited_type(out: &mut Vec<u8>, ty: SqlType, limit: Option<Limit>) {
    let Some(limit) = limit else {
        return put_type(out, ty);
    };
    if let SqlType::Array(_) = ty {
        out.push(ARRAY);
    }
    put_limit(out, limit);
}

fn put_limit(out: &mut Vec<u8>, limit: Limit) {
    match limit {
        Limit::Domain(domain) => {
            out.push(DOMAIN);
            put_domain(out, domain);
        }
        Limit::Int16 => out.push(10),
        Limit::Int32 => out.push(11),
        Limit::Characters(most) => {
            out.push(12);
            put_varint(out, u64::from(most));
        }
        Limit::Digits { precision, scale } => {
            out.push(20);
            put_varint(out, u64::from(precision));
            put_signed(out, i64::from(scale));
        }
        Limit::Fraction { ty, digits } => {
            out.extend_from_slice(&[18, digits]);
            put_type(out, ty);
        }
    }
}

/// The definition of a domain, with that of its base type.
pub(super) fn put_domain(out: &mut Vec<u8>, domain: Domain) {
    let def = domain.def();
    put_varint(out, def.id);
    put_bytes(out, def.name.as_bytes());
    put_limited_type(out, def.base, def.limit);
    out.push(u8::from(def.not_null));
    match &def.default {
        None => out.push(0),
        Some(default) => {
            out.push(1);
            put_bytes(out, default.as_bytes());
        }
    }
    put_varint(out, def.checks.len() as u64);
    for check in &def.checks {
        put_bytes(out, check.name.as_bytes());
        put_bytes(out, check.condition.as_bytes());
    }
}

pub(super) fn domain(from: &mut Reader<'_>, depth: usize) -> Decoded<Domain> {
    let id = from.varint()?;
    let name = from.text()?.to_owned();
    let (base, limit) = nested_type(from, depth + 1)?;
    Ok(Domain::of(DomainDef {
        id,
        name,
        base,
        limit,
        not_null: flag(from)?,
        default: match flag(from)? {
            false => None,
            true => Some(from.text()?.to_owned()),
        },
        checks: (0..from.count()?)
            .map(|_| {
                Ok(DomainCheck {
                    name: from.text()?.to_owned(),
                    condition: from.text()?.to_owned(),
                })
            })
            .collect::<Decoded<_>>()?,
    }))
}

pub(super) fn limited_type(from: &mut Reader<'_>) -> Decoded<(SqlType, Option<Limit>)> {
    nested_type(from, 0)
}

fn nested_type(from: &mut Reader<'_>, depth: usize) -> Decoded<(SqlType, Option<Limit>)> {
    if depth > DOMAIN_DEPTH_MAX {
        return Err(Malformed);
    }
    let limit = match from.byte()? {
        DOMAIN => Limit::Domain(domain(from, depth)?),
        10 => Limit::Int16,
        11 => Limit::Int32,
        12 => Limit::Characters(u32::try_from(from.varint()?).map_err(|_| Malformed)?),
        18 => fraction(from)?,
        ARRAY => {
            let (ty, limit) = nested_type(from, depth + 1)?;
            let element = ty.scalar().ok_or(Malformed)?;
            return Ok((SqlType::Array(element), limit));
        }
        20 => Limit::Digits {
            precision: u16::try_from(from.varint()?).map_err(|_| Malformed)?,
            scale: i16::try_from(from.signed()?).map_err(|_| Malformed)?,
        },
        tag => return Ok((sql_type(tag, from)?, None)),
    };
    Ok((limit.base(), Some(limit)))
}

fn fraction(from: &mut Reader<'_>) -> Decoded<Limit> {
    let digits = from.byte()?;
    let tag = from.byte()?;
    match sql_type(tag, from)? {
        ty @ (SqlType::Time | SqlType::Timestamp | SqlType::TimestampTz | SqlType::Interval)
            if digits <= 6 =>
        {
            Ok(Limit::Fraction { ty, digits })
        }
        _ => Err(Malformed),
    }
}

pub(super) fn sql_type(tag: u8, from: &mut Reader<'_>) -> Decoded<SqlType> {
    Ok(match tag {
        1 => SqlType::Boolean,
        2 => SqlType::Integer,
        3 => SqlType::Real,
        4 => SqlType::Text,
        5 => SqlType::Blob,
        6 => vector_type(from, Element::F32)?,
        7 => vector_type(from, Element::F16)?,
        8 => vector_type(from, Element::I8)?,
        9 => vector_type(from, Element::Bit)?,
        13 => SqlType::Date,
        14 => SqlType::Time,
        15 => SqlType::Timestamp,
        16 => SqlType::TimestampTz,
        17 => SqlType::Interval,
        19 => SqlType::Numeric,
        21 => SqlType::Uuid,
        ENUM => SqlType::Enum(EnumType::read(from)?),
        ARRAY => {
            let tag = from.byte()?;
            SqlType::Array(sql_type(tag, from)?.scalar().ok_or(Malformed)?)
        }
        _ => return Err(Malformed),
    })
}

fn vector_type(from: &mut Reader<'_>, element: Element) -> Decoded<SqlType> {
    match u16::try_from(from.varint()?) {
        Ok(dim @ 1..) => Ok(SqlType::Vector(VectorType::new(dim, element))),
        _ => Err(Malformed),
    }
}

pub(super) fn put_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Array(v) => {
            out.push(15);
            put_type(out, v.as_ref().element_type().sql_type());
            put_bytes(out, v.as_ref().as_bytes());
        }
        Value::Null => out.push(0),
        Value::Boolean(v) => out.extend_from_slice(&[1, u8::from(*v)]),
        Value::Integer(v) => {
            out.push(2);
            put_signed(out, *v);
        }
        Value::Real(v) => {
            out.push(3);
            out.extend_from_slice(&v.to_le_bytes());
        }
        Value::Text(v) => {
            out.push(4);
            put_bytes(out, v.as_bytes());
        }
        Value::Blob(v) => {
            out.push(5);
            put_bytes(out, v);
        }
        Value::Numeric(v) => {
            out.push(13);
            put_varint(out, u64::from(v.as_ref().scale()));
            put_bytes(out, v.as_ref().as_bytes());
        }
        Value::Enum(v) => {
            out.push(16);
            v.enum_type().put(out);
            put_varint(out, v.place());
        }
        Value::Uuid(v) => {
            out.push(14);
            out.extend_from_slice(v.as_bytes());
        }
        Value::Date(v) => {
            out.push(8);
            put_signed(out, i64::from(v.days()));
        }
        Value::Time(v) => {
            out.push(9);
            put_signed(out, v.micros());
        }
        Value::Timestamp(v) => {
            out.push(10);
            put_signed(out, v.micros());
        }
        Value::TimestampTz(v) => {
            out.push(11);
            put_signed(out, v.micros());
        }
        Value::Interval(v) => {
            out.push(12);
            put_signed(out, i64::from(v.months()));
            put_signed(out, i64::from(v.days()));
            put_signed(out, v.micros());
        }
        Value::Vector(v) => {
            out.push(6);
            let bytes: Vec<u8> = v.iter().flat_map(|c| c.to_le_bytes()).collect();
            put_bytes(out, &bytes);
        }
        Value::Bits(v) => {
            out.push(7);
            put_varint(out, v.as_ref().dim() as u64);
            put_bytes(out, v.as_ref().as_bytes());
        }
    }
}

pub(super) fn value(from: &mut Reader<'_>) -> Decoded<Value> {
    Ok(match from.byte()? {
        0 => Value::Null,
        1 => Value::Boolean(flag(from)?),
        2 => Value::Integer(from.signed()?),
        3 => Value::Real(f64::from_le_bytes(from.array()?)),
        4 => Value::Text(from.text()?.to_owned()),
        5 => Value::Blob(from.bytes()?.to_owned()),
        6 => {
            let (components, rest) = from.bytes()?.as_chunks::<4>();
            if !rest.is_empty() {
                return Err(Malformed);
            }
            Value::Vector(components.iter().map(|c| f32::from_le_bytes(*c)).collect())
        }
        7 => {
            let dim = u16::try_from(from.varint()?).map_err(|_| Malformed)?;
            let bits = Bits::from_bytes(from.bytes()?.to_owned(), dim);
            Value::Bits(bits.ok_or(Malformed)?)
        }
        8 => Value::Date(Date::from_days(small(from)?).ok_or(Malformed)?),
        9 => Value::Time(Time::from_micros(from.signed()?).ok_or(Malformed)?),
        10 => Value::Timestamp(Timestamp::from_micros(from.signed()?).ok_or(Malformed)?),
        11 => Value::TimestampTz(TimestampTz::from_micros(from.signed()?).ok_or(Malformed)?),
        13 => {
            let scale = from.varint()?;
            let number = NumericRef::from_bytes(from.bytes()?, scale).ok_or(Malformed)?;
            Value::Numeric(number.to_owned())
        }
        14 => Value::Uuid(uuid::Uuid::from_bytes(from.array()?)),
        12 => Value::Interval(Interval::new(small(from)?, small(from)?, from.signed()?)),
        16 => {
            let ty = EnumType::read(from)?;
            Value::Enum(ty.at(from.varint()?).ok_or(Malformed)?)
        }
        15 => {
            let tag = from.byte()?;
            let element = sql_type(tag, from)?.scalar().ok_or(Malformed)?;
            let array = ArrayRef::from_bytes(element, from.bytes()?).ok_or(Malformed)?;
            Value::Array(array.to_owned())
        }
        _ => return Err(Malformed),
    })
}

fn small(from: &mut Reader<'_>) -> Decoded<i32> {
    i32::try_from(from.signed()?).map_err(|_| Malformed)
}

/// 0 or 1.
pub(super) fn flag(from: &mut Reader<'_>) -> Decoded<bool> {
    match from.byte()? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Malformed),
    }
}

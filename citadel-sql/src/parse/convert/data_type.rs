//! Names of types. Only what is exactly right is taken.

use sqlparser::ast::{
    ArrayElemTypeDef, CharacterLength, DataType, ExactNumberInfo, ObjectName, ObjectNamePart,
    TimezoneInfo,
};

use super::Converter;
use crate::ast::Identifier;
use crate::error::{Error, Position, Result, SqlState};
use crate::types::{Element, Limit, ScalarType, SqlType, VectorType};

/// The most characters that a declaration may allow.
const MOST_CHARACTERS: u64 = 10_485_760;

impl Converter<'_> {
    /// The type of a name, and what it allows of the values of that type.
    pub(super) fn limited_type(
        &self,
        ty: DataType,
        position: Option<Position>,
    ) -> Result<(SqlType, Option<Limit>)> {
        if let DataType::Array(element) = ty {
            return self.array_type(element, position);
        }
        let limit = match ty {
            DataType::SmallInt(None) | DataType::Int2(None) => Limit::Int16,
            DataType::Int4(None) => Limit::Int32,
            DataType::Varchar(Some(length)) | DataType::CharacterVarying(Some(length)) => {
                match length {
                    CharacterLength::IntegerLength {
                        length: length @ 1..=MOST_CHARACTERS,
                        unit: None,
                    } => Limit::Characters(u32::try_from(length).unwrap_or(u32::MAX)),
                    other => {
                        let text = format!("VARCHAR({other})");
                        return Err(Error::unsupported(text).at(position));
                    }
                }
            }
            DataType::Time(Some(digits), zone) => {
                let ty = self.data_type(DataType::Time(None, zone), position)?;
                fraction(ty, digits).map_err(|error| error.at(position))?
            }
            DataType::Timestamp(Some(digits), zone) => {
                let ty = self.data_type(DataType::Timestamp(None, zone), position)?;
                fraction(ty, digits).map_err(|error| error.at(position))?
            }
            DataType::Datetime(Some(digits)) => {
                fraction(SqlType::Timestamp, digits).map_err(|error| error.at(position))?
            }
            DataType::Interval {
                fields: None,
                precision: Some(digits),
            } => fraction(SqlType::Interval, digits).map_err(|error| error.at(position))?,
            DataType::Numeric(info) | DataType::Decimal(info) | DataType::Dec(info)
                if info != ExactNumberInfo::None =>
            {
                digits(&info).map_err(|error| error.at(position))?
            }
            ty => return Ok((self.data_type(ty, position)?, None)),
        };
        Ok((limit.base(), Some(limit)))
    }

    /// The type of a name that may be one which a database defines.
    pub(super) fn type_name(&self, ty: DataType, position: Option<Position>) -> Result<TypeName> {
        let (named, ty) = match defined(&ty) {
            None => {
                let (ty, limit) = self.limited_type(ty, position)?;
                return Ok(TypeName {
                    ty,
                    named: None,
                    limit,
                });
            }
            Some((name, false)) => (name, SqlType::Text),
            Some((name, true)) => (name, SqlType::Array(ScalarType::Text)),
        };
        let name = self.name(named.clone())?;
        Ok(TypeName {
            ty,
            named: Some(Identifier {
                position: name.position.or(position),
                ..name
            }),
            limit: None,
        })
    }

    /// `t[]`, `t[3]`, `t ARRAY`: as in PostgreSQL, how many dimensions and elements are said bounds nothing.
    fn array_type(
        &self,
        mut array: ArrayElemTypeDef,
        position: Option<Position>,
    ) -> Result<(SqlType, Option<Limit>)> {
        let element = loop {
            match array {
                ArrayElemTypeDef::SquareBracket(element, _)
                | ArrayElemTypeDef::Qualified(element, _) => match *element {
                    DataType::Array(inner) => array = inner,
                    element => break element,
                },
                other => {
                    let text = format!("type {}", DataType::Array(other));
                    return Err(Error::unsupported(text)
                        .at(position)
                        .hint("the type of an array is written t[] or t ARRAY"));
                }
            }
        };
        let (ty, limit) = self.limited_type(element, position)?;
        match ty.scalar() {
            Some(element) => Ok((SqlType::Array(element), limit)),
            None => Err(Error::unsupported(format!("an array of {ty}")).at(position)),
        }
    }

    /// The type of a name that allows all of its values.
    fn data_type(&self, ty: DataType, position: Option<Position>) -> Result<SqlType> {
        match ty {
            DataType::Int(None)
            | DataType::Integer(None)
            | DataType::BigInt(None)
            | DataType::Int8(None)
            | DataType::Int64 => Ok(SqlType::Integer),
            DataType::Real
            | DataType::Float8
            | DataType::Float64
            | DataType::DoublePrecision
            | DataType::Float(ExactNumberInfo::None)
            | DataType::Double(ExactNumberInfo::None) => Ok(SqlType::Real),
            DataType::Text
            | DataType::Varchar(None)
            | DataType::CharacterVarying(None)
            | DataType::String(None) => Ok(SqlType::Text),
            DataType::Blob(None) | DataType::Bytea | DataType::Bytes(None) => Ok(SqlType::Blob),
            DataType::Bool | DataType::Boolean => Ok(SqlType::Boolean),
            DataType::Numeric(_) | DataType::Decimal(_) | DataType::Dec(_) => Ok(SqlType::Numeric),
            DataType::Uuid => Ok(SqlType::Uuid),
            DataType::Date => Ok(SqlType::Date),
            DataType::Time(None, TimezoneInfo::None | TimezoneInfo::WithoutTimeZone) => {
                Ok(SqlType::Time)
            }
            DataType::Timestamp(None, TimezoneInfo::None | TimezoneInfo::WithoutTimeZone)
            | DataType::Datetime(None) => Ok(SqlType::Timestamp),
            DataType::Timestamp(None, TimezoneInfo::WithTimeZone | TimezoneInfo::Tz) => {
                Ok(SqlType::TimestampTz)
            }
            DataType::Interval {
                fields: None,
                precision: None,
            } => Ok(SqlType::Interval),
            DataType::Time(None, _) => Err(Error::unsupported("type TIME WITH TIME ZONE")
                .at(position)
                .hint("TIMESTAMPTZ is a moment, TIME a time of day")),
            DataType::Custom(name, modifiers) if is_vector(&name) => {
                vector_type(&modifiers).map_err(|error| error.at(position))
            }
            other => Err(unknown_type(&other.to_string()).at(position)),
        }
    }
}

/// There is no such type.
pub(crate) fn unknown_type(name: &str) -> Error {
    Error::unsupported(format!("type {name}")).hint("the types are INTEGER, REAL, NUMERIC, TEXT, BLOB, BOOLEAN, DATE, TIME, TIMESTAMP, TIMESTAMPTZ, INTERVAL, UUID, VECTOR(n), and arrays of all but the last")
}

/// `(p, s)`: so many digits, of which so many behind the point.
fn digits(info: &ExactNumberInfo) -> Result<Limit> {
    let (precision, scale) = match info {
        ExactNumberInfo::PrecisionAndScale(precision, scale) => (*precision, *scale),
        ExactNumberInfo::Precision(precision) => (*precision, 0),
        ExactNumberInfo::None => (0, 0),
    };
    let wrong = |text: String| Error::sql(SqlState::INVALID_PARAMETER_VALUE, text);
    let fitting = u16::try_from(precision)
        .ok()
        .filter(|p| (1..=1000).contains(p));
    let precision =
        fitting.ok_or_else(|| wrong(format!("NUMERIC has 1 to 1000 digits, not {precision}")))?;
    let fitting = i16::try_from(scale)
        .ok()
        .filter(|s| (-1000..=1000).contains(s));
    let scale = fitting
        .ok_or_else(|| wrong(format!("NUMERIC has a scale of -1000 to 1000, not {scale}")))?;
    Ok(Limit::Digits { precision, scale })
}

/// So many digits of seconds.
pub(super) fn fraction(ty: SqlType, digits: u64) -> Result<Limit> {
    match u8::try_from(digits) {
        Ok(digits @ 0..=6) => Ok(Limit::Fraction { ty, digits }),
        _ => Err(Error::sql(
            SqlState::INVALID_PARAMETER_VALUE,
            format!("{ty} has 0 to 6 digits of seconds, not {digits}"),
        )),
    }
}

/// A type by its name.
pub(super) struct TypeName {
    pub(super) ty: SqlType,
    /// One that is not built in; then `ty` is TEXT, or TEXT[] for its arrays.
    pub(super) named: Option<Identifier>,
    pub(super) limit: Option<Limit>,
}

/// The name of a type that is not built in, and whether arrays of it are meant.
fn defined(ty: &DataType) -> Option<(&ObjectName, bool)> {
    match ty {
        DataType::Custom(name, modifiers) if modifiers.is_empty() && !is_vector(name) => {
            Some((name, false))
        }
        DataType::Array(
            ArrayElemTypeDef::SquareBracket(element, _) | ArrayElemTypeDef::Qualified(element, _),
        ) => defined(element).map(|(name, _)| (name, true)),
        _ => None,
    }
}

fn is_vector(name: &ObjectName) -> bool {
    matches!(
        name.0.as_slice(),
        [ObjectNamePart::Identifier(ident)] if ident.value.eq_ignore_ascii_case("vector")
    )
}

/// `VECTOR(n)`, `VECTOR(n, f16)`; without a dimension only a cast may take it, which `bind` sees to.
fn vector_type(modifiers: &[String]) -> Result<SqlType> {
    let vector = match modifiers {
        [] => VectorType::any(Element::F32),
        [element] if Element::of_name(element).is_some() => VectorType::any(element_of(element)?),
        [dim] => VectorType::new(dimension(dim)?, Element::F32),
        [dim, element] => VectorType::new(dimension(dim)?, element_of(element)?),
        [_, rest @ ..] => {
            return Err(Error::unsupported(format!(
                "VECTOR(n, {})",
                rest.join(", ")
            )));
        }
    };
    Ok(SqlType::Vector(vector))
}

fn dimension(text: &str) -> Result<u16> {
    text.parse().ok().filter(|&dim| dim > 0).ok_or_else(|| {
        Error::sql(
            SqlState::INVALID_PARAMETER_VALUE,
            format!("the dimension of a VECTOR is 1 to 65535, not {text}"),
        )
    })
}

fn element_of(name: &str) -> Result<Element> {
    Element::of_name(name).ok_or_else(|| {
        Error::sql(
            SqlState::INVALID_PARAMETER_VALUE,
            format!("a VECTOR has no components of type {name}"),
        )
        .hint("they are f32 (VECTOR(n) alone), f16, i8 or bit")
    })
}

//! Names of types. Only what is exactly right is taken: `SMALLINT` would need range checks, `VARCHAR(n)` a limit.

use sqlparser::ast::{DataType, ExactNumberInfo, ObjectName, ObjectNamePart};

use super::Converter;
use crate::error::{Error, Position, Result, SqlState};
use crate::types::SqlType;

impl Converter<'_> {
    /// The type of a name.
    pub(super) fn data_type(&self, ty: DataType, position: Option<Position>) -> Result<SqlType> {
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
            DataType::Custom(name, modifiers) if is_vector(&name) => {
                vector_type(&modifiers).map_err(|error| error.at(position))
            }
            other => Err(Error::unsupported(format!("type {other}"))
                .at(position)
                .hint("the types are INTEGER, REAL, TEXT, BLOB, BOOLEAN and VECTOR(n)")),
        }
    }
}

fn is_vector(name: &ObjectName) -> bool {
    matches!(
        name.0.as_slice(),
        [ObjectNamePart::Identifier(ident)] if ident.value.eq_ignore_ascii_case("vector")
    )
}

/// `VECTOR(n)`; without a dimension only a cast may take it, which `bind` sees to.
fn vector_type(modifiers: &[String]) -> Result<SqlType> {
    match modifiers {
        [] => Ok(SqlType::Vector(None)),
        [dimension] => dimension
            .parse()
            .ok()
            .filter(|&dimension: &u16| dimension > 0)
            .map(|dimension| SqlType::Vector(Some(dimension)))
            .ok_or_else(|| {
                Error::sql(
                    SqlState::INVALID_PARAMETER_VALUE,
                    format!("the dimension of a VECTOR is 1 to 65535, not {dimension}"),
                )
            }),
        [_, rest @ ..] => Err(Error::unsupported(format!(
            "VECTOR(n, {})",
            rest.join(", ")
        ))),
    }
}

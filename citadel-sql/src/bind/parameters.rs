//! What the places of a parameter say about its type.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::bound::Parameters;
use super::typing::Strength;
use crate::error::{Error, Position, Result, SqlState};
use crate::functions::SequenceUse;
use crate::types::temporal::Zone;
use crate::types::{ScalarType, SqlType, Value, coerce_compared, coerce_parameter};

impl Parameters {
    pub(super) fn new(names: &[Option<String>], zone: &Zone) -> Self {
        Self {
            names: names.to_vec(),
            types: vec![SqlType::Unknown; names.len()],
            compared: vec![true; names.len()],
            next_hidden: names.len(),
            moments: Vec::new(),
            zone: zone.clone(),
            added: Arc::default(),
            uses_added: false,
            decimals: FxHashMap::default(),
            uses_zone: false,
            sequences: SequenceUse::None,
        }
    }

    /// Takes note that a place wants a type.
    pub(super) fn want(
        &mut self,
        index: usize,
        wanted: SqlType,
        strength: Strength,
        position: Option<Position>,
    ) -> Result<()> {
        let (Some(ty), Some(compared)) = (self.types.get_mut(index), self.compared.get_mut(index))
        else {
            return Err(Error::sql(
                SqlState::UNDEFINED_PARAMETER,
                format!("no parameter {}", index + 1),
            )
            .at(position));
        };
        let is_compared = strength == Strength::Compared;
        match (*ty, wanted) {
            (known, wanted) if known == wanted => *compared &= is_compared,
            (SqlType::Unknown, wanted) => {
                (*ty, *compared) = (wanted, is_compared);
                let element = wanted.element().map_or(wanted, ScalarType::sql_type);
                self.uses_zone |= element.is_moment();
            }
            (SqlType::Vector(known), SqlType::Vector(other))
                if let Some(both) = known.both(other) =>
            {
                (*ty, *compared) = (SqlType::Vector(both), *compared && is_compared);
            }
            // Numbers of both kinds compare: where one place only compares, the other decides.
            (known, wanted) if known.is_numeric() && wanted.is_numeric() && is_compared => {}
            (known, wanted) if known.is_numeric() && wanted.is_numeric() && *compared => {
                (*ty, *compared) = (wanted, false);
            }
            (known, wanted) => {
                return Err(Error::sql(
                    SqlState::DATATYPE_MISMATCH,
                    format!(
                        "parameter {} is used as {known} and as {wanted}",
                        self.spelling(index)
                    ),
                )
                .at(position)
                .hint("say its type with CAST"));
            }
        }
        Ok(())
    }

    /// Is one of them a label? Which labels there are is only known when a run begins.
    pub(crate) fn has_labels(&self) -> bool {
        self.types.iter().any(|ty| is_label(*ty))
    }

    /// As [`coerce`](Self::coerce) before a run; labels are left as they are given.
    #[inline]
    pub(crate) fn coerce_early(&self, index: usize, value: Value) -> Result<Value> {
        match self.types.get(index) {
            Some(ty) if is_of(&value, *ty) || is_label(*ty) => Ok(value),
            _ => self.coerce(index, value),
        }
    }

    /// Gives a parameter's value the type that its places want.
    ///
    /// # Errors
    /// The value is not one of that type.
    pub(crate) fn coerce(&self, index: usize, value: Value) -> Result<Value> {
        let ty = self.types.get(index).copied().unwrap_or(SqlType::Unknown);
        if is_of(&value, ty) {
            return Ok(value);
        }
        let coerced = if self.compared.get(index).copied().unwrap_or(true) {
            coerce_compared(value, ty, &self.zone)
        } else {
            coerce_parameter(value, ty, &self.zone)
        };
        coerced.map_err(|error| error.hint(format!("in parameter {}", self.spelling(index))))
    }

    /// How the text may write the parameter.
    fn spelling(&self, index: usize) -> String {
        match self.names.get(index) {
            Some(Some(name)) => name.clone(),
            _ => format!("?{}", index + 1),
        }
    }
}

/// A label of an ENUM type, or an array of them?
fn is_label(ty: SqlType) -> bool {
    matches!(ty, SqlType::Enum(_) | SqlType::Array(ScalarType::Enum(_)))
}

/// Is the value of the type, whatever it is? REAL may be infinite, and vectors have dimensions.
fn is_of(value: &Value, ty: SqlType) -> bool {
    match value {
        Value::Integer(_) => ty == SqlType::Integer,
        Value::Text(_) => ty == SqlType::Text,
        Value::Blob(_) => ty == SqlType::Blob,
        Value::Boolean(_) => ty == SqlType::Boolean,
        _ => false,
    }
}

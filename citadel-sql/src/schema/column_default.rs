//! DEFAULT: what a column gets where a statement says nothing of it.

use crate::types::{Value, ValueRef, literal_text};

/// A column's default.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ColumnDefault {
    /// The same for all rows, of the column's type already; NULL where none was said.
    Value(Value),
    /// Computed for each row.
    Computed(DefaultText),
}

/// An expression without columns, as the catalog keeps it: its text, which is bound anew wherever it is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DefaultText(pub(crate) String);

impl Default for ColumnDefault {
    fn default() -> Self {
        Self::Value(Value::Null)
    }
}

impl ColumnDefault {
    /// The value, where it is the same for all rows; NULL for one that is computed.
    pub(crate) fn constant(&self) -> ValueRef<'_> {
        match self {
            Self::Value(value) => value.as_ref(),
            Self::Computed(_) => ValueRef::Null,
        }
    }

    /// Is nothing said?
    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Value(Value::Null))
    }

    /// The default as SQL.
    pub(crate) fn sql(&self) -> String {
        match self {
            Self::Value(value) => literal_text(value),
            Self::Computed(text) => format!("({})", text.0),
        }
    }
}

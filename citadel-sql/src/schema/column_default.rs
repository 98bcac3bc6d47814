//! DEFAULT: what a column gets where a statement says nothing of it.

use std::sync::Arc;

use super::{SequenceDef, SequenceId, quoted};
use crate::types::{Value, ValueRef, literal_text};

/// A column's default.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ColumnDefault {
    /// The same for all rows, of the column's type already; NULL where none was said.
    Value(Value),
    /// Computed for each row.
    Computed(DefaultText),
}

/// An expression without columns, as the catalog keeps it: its text, which is bound anew wherever it is needed, with gaps
/// where sequences are named. Names are data, so a sequence that gets another name changes nothing here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DefaultText {
    /// Pieces of its SQL, each with the sequence that is named behind it.
    pub(crate) pieces: Vec<(String, SequenceId)>,
    /// What is behind the last sequence.
    pub(crate) tail: String,
}

/// The sequences that go with a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ColumnSequences {
    /// Those that are dropped with it.
    pub(crate) owned: Vec<SequenceId>,
    /// It is an identity column.
    pub(crate) identity: Option<Identity>,
    /// AUTOINCREMENT of a row id: the greatest that was ever given is kept as the state of a sequence, one without a name.
    pub(crate) counter: Option<SequenceId>,
}

/// `GENERATED … AS IDENTITY`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// It takes no other value, unless OVERRIDING says so.
    pub(crate) always: bool,
    /// One that the column owns, and that its default asks.
    pub(crate) sequence: SequenceId,
}

impl ColumnSequences {
    /// Those whose state goes with the column.
    pub(crate) fn ids(&self) -> impl Iterator<Item = SequenceId> {
        self.owned.iter().copied().chain(self.counter)
    }
}

impl Default for ColumnDefault {
    fn default() -> Self {
        Self::Value(Value::Null)
    }
}

impl DefaultText {
    /// The next number of a sequence.
    pub(crate) fn next_of(sequence: SequenceId) -> Self {
        Self {
            pieces: vec![("nextval(".to_owned(), sequence)],
            tail: ")".to_owned(),
        }
    }

    /// The expression as SQL, with sequences as `named` writes them.
    pub(crate) fn sql(&self, named: impl Fn(SequenceId) -> String) -> String {
        let mut sql = String::new();
        for (piece, id) in &self.pieces {
            sql.push_str(piece);
            sql.push_str(&named(*id));
        }
        sql.push_str(&self.tail);
        sql
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

    /// Does it ask the sequence?
    pub(crate) fn asks(&self, sequence: SequenceId) -> bool {
        match self {
            Self::Value(_) => false,
            Self::Computed(text) => text.pieces.iter().any(|(_, id)| *id == sequence),
        }
    }

    /// The default as SQL.
    pub(crate) fn sql(&self, sequences: &[Arc<SequenceDef>]) -> String {
        let named = |id| {
            let known = sequences.iter().find(|sequence| sequence.id == id);
            let name = known.map_or_else(String::new, |sequence| quoted(&sequence.name));
            literal_text(&Value::Text(name))
        };
        match self {
            Self::Value(value) => literal_text(value),
            Self::Computed(text) => format!("({})", text.sql(named)),
        }
    }
}

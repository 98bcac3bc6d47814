//! The part of the bound tree that defines sequences.

use std::sync::Arc;

use crate::schema::{ColumnNo, SequenceDef, SequenceOptions, TableDef};

/// A statement that defines sequences.
#[derive(Clone, Debug)]
pub(crate) enum SequenceStatement {
    Create {
        name: String,
        options: SequenceOptions,
        owner: Option<Owner>,
    },
    Alter(AlterSequence),
    Drop {
        sequences: Vec<Arc<SequenceDef>>,
        /// Defaults that ask them, and go as well.
        defaults: Vec<Owner>,
    },
}

/// A column, with which sequences are dropped or which asks them.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    pub(crate) table: Arc<TableDef>,
    pub(crate) column: ColumnNo,
}

/// ALTER SEQUENCE: what the sequence becomes.
#[derive(Clone, Debug)]
pub(crate) struct AlterSequence {
    pub(crate) sequence: Arc<SequenceDef>,
    pub(crate) name: String,
    pub(crate) options: SequenceOptions,
    /// The number that comes next.
    pub(crate) restart: Option<i64>,
    /// Whose it becomes, if that changes; `None` within: nobody's.
    pub(crate) owner: Option<Option<Owner>>,
}

/// A sequence that a column gets with its definition, and which its default asks.
#[derive(Clone, Debug)]
pub(crate) struct NewSequence {
    pub(crate) options: SequenceOptions,
    /// As in [`crate::ast::SequenceColumn::identity`].
    pub(crate) identity: Option<bool>,
}

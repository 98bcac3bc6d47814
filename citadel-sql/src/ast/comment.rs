//! COMMENT ON.

use super::Identifier;

/// `COMMENT ON kind name IS text`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Comment {
    pub(crate) kind: CommentKind,
    pub(crate) name: Identifier,
    /// Of COLUMN.
    pub(crate) column: Option<Identifier>,
    /// `None`: there is to be none.
    pub(crate) text: Option<String>,
}

/// What a comment is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CommentKind {
    Table,
    View,
    MaterializedView,
    Sequence,
    Type,
    Domain,
    Column,
}

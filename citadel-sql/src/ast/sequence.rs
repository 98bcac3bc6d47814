//! Sequences.

use super::Identifier;
use crate::error::Position;
use crate::schema::IntegerWidth;

/// `CREATE SEQUENCE [IF NOT EXISTS] name …`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CreateSequence {
    pub(crate) name: Identifier,
    pub(crate) if_not_exists: bool,
    pub(crate) options: Vec<SequenceOption>,
}

/// `ALTER SEQUENCE [IF EXISTS] name …`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AlterSequence {
    pub(crate) name: Identifier,
    pub(crate) if_exists: bool,
    pub(crate) change: SequenceChange,
}

/// What ALTER SEQUENCE changes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SequenceChange {
    /// `RENAME TO name`
    Rename(Identifier),
    Options(Vec<SequenceOption>),
}

/// A clause of CREATE or ALTER SEQUENCE, or of IDENTITY.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SequenceOption {
    pub(crate) kind: SequenceOptionKind,
    pub(crate) position: Option<Position>,
}

/// The kinds of [`SequenceOption`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SequenceOptionKind {
    /// `AS type`
    As(IntegerWidth),
    /// `INCREMENT [BY] n`
    Increment(i64),
    /// `MINVALUE n | NO MINVALUE`
    MinValue(Option<i64>),
    /// `MAXVALUE n | NO MAXVALUE`
    MaxValue(Option<i64>),
    /// `START [WITH] n`
    Start(i64),
    /// `RESTART [[WITH] n]`
    Restart(Option<i64>),
    /// `[NO] CYCLE`
    Cycle(bool),
    /// `CACHE n`
    Cache(i64),
    /// `OWNED BY t.c | NONE`
    OwnedBy(Option<(Identifier, Identifier)>),
}

/// A column with a sequence of its own: SERIAL, or IDENTITY.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SequenceColumn {
    /// `GENERATED ALWAYS` (true) or `BY DEFAULT AS IDENTITY`; `None`: SERIAL.
    pub(crate) identity: Option<bool>,
    pub(crate) options: Vec<SequenceOption>,
}

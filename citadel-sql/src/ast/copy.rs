//! COPY.

use super::{Expr, Identifier, Query};
use crate::error::Position;

/// `COPY … FROM …` or `COPY … TO …`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Copy {
    pub(crate) what: Copied,
    pub(crate) place: CopyPlace,
    pub(crate) options: Vec<CopyOption>,
}

/// What is copied, and which way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Copied {
    /// `COPY t [(a, b)] FROM`: rows that come. No columns: all.
    Into {
        table: Identifier,
        columns: Vec<Identifier>,
    },
    /// `COPY t [(a, b)] TO`: rows that go.
    OutOf {
        table: Identifier,
        columns: Vec<Identifier>,
    },
    /// `COPY (query) TO`
    Query(Box<Query>),
}

/// Where rows come from, or go.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CopyPlace {
    /// A file: a text, or a parameter.
    File(Expr),
    /// `STDIN` and `STDOUT`: what the caller reads from or writes to.
    Stream,
}

/// `name [value]` of WITH (…).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CopyOption {
    /// In upper case.
    pub(crate) name: String,
    pub(crate) value: CopyOptionValue,
    pub(crate) position: Option<Position>,
}

/// What an option says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CopyOptionValue {
    /// Nothing: it is on.
    None,
    /// A word, a number or a string.
    Text(String),
    /// `(a, b)`
    Columns(Vec<Identifier>),
    /// `*`
    All,
}

//! COPY.

use super::bound::Expr;
use crate::copy::{Format, InputColumn, OnError};
use crate::types::Limit;

/// Where rows come from or go to.
#[derive(Clone, Debug)]
pub(crate) enum CopyPlace {
    /// A file: a constant TEXT.
    File(Expr),
    /// What the caller gives.
    Stream,
}

/// What `COPY … FROM` reads.
#[derive(Clone, Debug)]
pub(crate) struct CopyInput {
    pub(crate) place: CopyPlace,
    pub(crate) format: Format,
    pub(crate) columns: Vec<InputColumn>,
    pub(crate) on_error: OnError,
}

/// What `COPY … TO` writes.
#[derive(Clone, Debug)]
pub(crate) struct CopyOutput {
    pub(crate) place: CopyPlace,
    pub(crate) format: Format,
    /// For each column, what its declared type allows, where it is one of a table.
    pub(crate) limits: Vec<Option<Limit>>,
}

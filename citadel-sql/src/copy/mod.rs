//! COPY: rows that come from text, and rows that become text.
//!
//! [`Input`] reads records of some [`Format`] and gives them as batches of a table's columns: what INSERT then puts into the
//! table. [`Output`] writes batches. Neither knows of tables, plans or transactions.
//!
//! The readers are our own, since the difference between an empty field and an empty string in quotes, which is that
//! between NULL and a text, is lost in those that there are.

mod bytes;
mod csv_reader;
mod csv_writer;
mod format;
mod input;
mod json_reader;
mod json_writer;
mod output;
mod record;
mod rejected;
mod text_reader;
mod text_writer;

pub(crate) use format::{CsvFormat, Format, Header, TextFormat};
pub(crate) use input::{Feed, Input, InputColumn, OnError};
pub(crate) use output::Output;
pub use rejected::RejectedRow;

use crate::error::{Error, SqlState};

/// What is read is not of the format.
fn malformed(line: u64, what: impl std::fmt::Display) -> Error {
    Error::sql(
        SqlState::BAD_COPY_FILE_FORMAT,
        format!("line {line}: {what}"),
    )
}

/// Reading or writing fails.
pub(crate) fn io_error(doing: &str, error: &std::io::Error) -> Error {
    Error::sql(SqlState::IO_ERROR, format!("{doing}: {error}"))
}

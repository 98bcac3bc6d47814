//! Errors that name the table and what the lake says.

use crate::error::{Error, SqlState};

/// What was committed here has yet to be done in a lake.
pub(super) fn waits(table: &str, cause: &Error) -> Error {
    Error::sql(
        cause.sqlstate().unwrap_or(SqlState::IO_ERROR),
        format!(
            "the transaction is committed, and what it did to the lake table \"{table}\" is not in the lake yet: {}",
            cause.message()
        ),
    )
    .hint("do not repeat it: it is done by the next statement that reads the table, or when the database is opened")
}

/// The table misses what was committed.
pub(super) fn lags(table: &str, cause: &Error) -> Error {
    Error::sql(
        cause.sqlstate().unwrap_or(SqlState::IO_ERROR),
        format!(
            "the lake table \"{table}\" cannot be read before what was committed is in it: {}",
            cause.message()
        ),
    )
}

/// An intent that no version of this crate writes.
pub(super) fn damaged() -> Error {
    Error::Corrupt("an intent for a lake does not decode".to_owned())
}

//! "No row" as `None`.

use crate::error::{Error, Result};

/// Turns the error of a missing row into `None`.
///
/// ```
/// use citadel_sql::{Connection, OptionalExtension};
///
/// # fn main() -> citadel_sql::Result<()> {
/// let db = Connection::open_in_memory()?;
/// db.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)", ())?;
/// let name: Option<String> = db
///     .query_row("SELECT name FROM t WHERE id = ?", [7], |row| row.get(0))
///     .optional()?;
/// assert_eq!(name, None);
/// # Ok(())
/// # }
/// ```
pub trait OptionalExtension<T> {
    /// `Ok(None)` where there was no row.
    ///
    /// # Errors
    /// Every other error stays.
    fn optional(self) -> Result<Option<T>>;
}

impl<T> OptionalExtension<T> for Result<T> {
    fn optional(self) -> Result<Option<T>> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(Error::QueryReturnedNoRows) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

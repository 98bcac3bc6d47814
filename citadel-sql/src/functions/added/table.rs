//! Functions that give rows, of those that are added.

use std::fmt;

use super::Signature;
use super::signature::is_of;
use crate::error::{Error, Result, SqlState};
use crate::types::{SqlType, Value, ValueRef};

/// Rows as a program makes them.
pub(crate) type MadeRows = Box<dyn Iterator<Item = Result<Vec<Value>>> + Send>;

type Call = Box<dyn Fn(&[ValueRef<'_>]) -> Result<MadeRows> + Send + Sync>;

/// A function that stands in FROM.
pub(crate) struct AddedTable {
    name: String,
    /// Its arguments; the result says nothing.
    signature: Signature,
    columns: Vec<(String, SqlType)>,
    call: Call,
}

impl AddedTable {
    /// A function of a lower-case name.
    pub(crate) fn new(
        name: String,
        parameters: Vec<SqlType>,
        columns: Vec<(String, SqlType)>,
        call: Call,
    ) -> Self {
        Self {
            name,
            signature: Signature::new(parameters, SqlType::Unknown).takes_nulls(),
            columns,
            call,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn signature(&self) -> &Signature {
        &self.signature
    }

    pub(crate) fn columns(&self) -> &[(String, SqlType)] {
        &self.columns
    }

    /// Begins with the rows.
    ///
    /// # Errors
    /// Those of the program.
    pub(crate) fn call(&self, arguments: &[ValueRef<'_>]) -> Result<MadeRows> {
        (self.call)(arguments)
    }

    /// Looks at a row that the program made.
    ///
    /// # Errors
    /// It is not one of the columns.
    pub(crate) fn check(&self, row: &[Value]) -> Result<()> {
        let columns = self.columns.len();
        if row.len() != columns {
            return Err(Error::sql(
                SqlState::DATATYPE_MISMATCH,
                format!(
                    "function {} gave a row of {} values, not {columns}",
                    self.name,
                    row.len()
                ),
            ));
        }
        for (value, (column, ty)) in row.iter().zip(&self.columns) {
            if !is_of(value, *ty) {
                return Err(Error::sql(
                    SqlState::DATATYPE_MISMATCH,
                    format!(
                        "function {} gave {} for \"{column}\", not {ty}",
                        self.name,
                        value.sql_type()
                    ),
                ));
            }
        }
        Ok(())
    }
}

impl fmt::Debug for AddedTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.name, self.signature)
    }
}

//! Who is told of each row that is written.

use std::fmt;

use parking_lot::Mutex;

use super::TableWriter;
use crate::schema::RowId;

/// What was done to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RowAction {
    /// It is new.
    Insert,
    /// It has other values, or another row id.
    Update,
    /// It is gone.
    Delete,
}

type Told = Box<dyn FnMut(RowAction, &str, i64) + Send>;

/// Is told of rows, one at a time: what was done, the table, the row id.
pub(crate) struct RowListener(Mutex<Told>);

impl RowListener {
    pub(crate) fn new(told: impl FnMut(RowAction, &str, i64) + Send + 'static) -> Self {
        Self(Mutex::new(Box::new(told)))
    }
}

impl fmt::Debug for RowListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RowListener")
    }
}

impl TableWriter {
    /// Tells the listener of a row.
    pub(super) fn tell(&self, action: RowAction, id: RowId) {
        if let Some(listener) = &self.listener {
            (listener.0.lock())(action, &self.table.name, id.0);
        }
    }
}

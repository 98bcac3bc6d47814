//! How the commit is written.

use super::WriteTxn;
use crate::options::Durability;

impl WriteTxn {
    /// When this transaction's commit is safe on the medium, in place of what is set for the database.
    pub fn set_durability(&mut self, durability: Durability) {
        self.terms.durability = durability;
    }

    /// Lets the commit sync its pages before its record, however few they are, and be written even if nothing was changed.
    pub(crate) fn sync_pages_first(&mut self) {
        self.terms.pages_first = true;
        self.touch();
    }
}

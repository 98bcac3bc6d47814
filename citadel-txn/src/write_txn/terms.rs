//! How the commit is written.

use super::WriteTxn;
use crate::options::Durability;

impl WriteTxn {
    /// When this transaction's commit is safe on the medium, in place of what is set for the database.
    pub fn set_durability(&mut self, durability: Durability) {
        self.terms.durability = durability;
    }

    /// Lets the commit hold anew what is not known to be durable, and be written even if nothing was changed: its pages are
    /// synced before its record, however few they are.
    pub(crate) fn renew(&mut self) {
        self.terms.renews = true;
        self.touch();
    }
}

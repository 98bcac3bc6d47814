//! What a rekey did.

use citadel_core::Generation;

/// What a rekey did; where it was resumed, what it did since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RekeyReport {
    /// The first generation under the new root key.
    pub epoch: Generation,
    /// Pages of trees that were older and were sealed anew.
    pub pages_resealed: u64,
    /// Pages that were opened, all of them of the epoch: everything that is reachable.
    pub pages_proven: u64,
    /// Free pages that were overwritten, those behind the last page in use included.
    pub pages_scrubbed: u64,
}

impl RekeyReport {
    pub(super) fn new(epoch: Generation) -> Self {
        Self {
            epoch,
            pages_resealed: 0,
            pages_proven: 0,
            pages_scrubbed: 0,
        }
    }
}

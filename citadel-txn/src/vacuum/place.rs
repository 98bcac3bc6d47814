//! Where pages are taken while a vacuum is under way.

use crate::shared::Shared;

/// Lets pages be taken as near to the beginning of the file as can be, until it is dropped.
pub(super) struct KeepLow<'a> {
    shared: &'a Shared,
}

impl<'a> KeepLow<'a> {
    pub(super) fn begin(shared: &'a Shared) -> Self {
        let this = Self { shared };
        this.set(true);
        this
    }

    fn set(&self, low: bool) {
        if let Some(space) = self.shared.space().lock().as_mut() {
            space.keep_low(low);
        }
    }
}

impl Drop for KeepLow<'_> {
    fn drop(&mut self) {
        self.set(false);
    }
}

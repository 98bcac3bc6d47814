//! Writing a record by itself.

use citadel_core::SealedFile;

use super::Record;
use crate::error::{Error, Result};
use crate::wipe::wipe;

impl Record {
    /// Writes it at its place, through the system's cache.
    ///
    /// # Errors
    /// What the file says.
    pub(crate) fn write(&self, file: &SealedFile) -> Result<()> {
        let place = self.trail.place(self.generation);
        let place = place.ok_or(Error::corrupt("a record without a place"))?;
        let mut batch = file.batch(self.generation);
        let mut bytes = self.encode();
        let sealed = batch.seal_record(place, &bytes);
        wipe(&mut bytes);
        sealed?;
        Ok(batch.write()?)
    }
}

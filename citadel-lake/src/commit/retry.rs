//! How long to wait before the next attempt.

use std::time::Duration;

use uuid::Uuid;

use crate::error::{LakeError, Result};

/// Every lost attempt means that another writer won, so even a hundred writers get through.
const ATTEMPTS_MAX: u32 = 200;
const FIRST: Duration = Duration::from_millis(2);
const LONGEST: Duration = Duration::from_millis(500);

/// Attempts so far.
#[derive(Default)]
pub(crate) struct Retry {
    attempts: u32,
}

impl Retry {
    /// Waits for a random time, up to twice as long as before.
    ///
    /// # Errors
    /// [`LakeError::Busy`] after too many attempts.
    pub(crate) fn wait(&mut self) -> Result<()> {
        self.attempts += 1;
        if self.attempts >= ATTEMPTS_MAX {
            return Err(LakeError::Busy {
                attempts: self.attempts,
            });
        }
        let longest = FIRST
            .saturating_mul(1 << self.attempts.min(12))
            .min(LONGEST);
        let random = (Uuid::new_v4().as_u128() & 0xFFFF) as u32;
        std::thread::sleep(longest * random / 0xFFFF);
        Ok(())
    }
}

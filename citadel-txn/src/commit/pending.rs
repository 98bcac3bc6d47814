//! A commit that is made and may not be durable yet.

use std::sync::Arc;

use citadel_core::Generation;

use crate::error::Result;
use crate::options::Durability;
use crate::shared::Shared;

/// A commit on its way to the medium: later transactions stand on it. Readers see it when it is durable, or at once where it
/// was made with [`Durability::Normal`] or [`Durability::Off`].
///
/// Dropping it changes nothing: the commit becomes durable with the next one that is waited for, or when the database is
/// closed, which tells of no error.
#[derive(Debug)]
#[must_use = "a commit may be lost until it was waited for"]
pub struct PendingCommit {
    database: Arc<Shared>,
    generation: Generation,
    durability: Durability,
}

impl PendingCommit {
    pub(crate) fn new(
        database: Arc<Shared>,
        generation: Generation,
        durability: Durability,
    ) -> Self {
        Self {
            database,
            generation,
            durability,
        }
    }

    /// The number of the commit.
    pub fn generation(&self) -> Generation {
        self.generation
    }

    /// Returns when the commit is as safe as its durability promises; all before it are, too.
    ///
    /// # Errors
    /// What the file says. After a failed write or sync no later commit of this database can succeed; whether this one did,
    /// only reopening tells.
    pub fn wait(self) -> Result<Generation> {
        match self.durability {
            Durability::Full => self.database.make_durable(self.generation)?,
            Durability::Normal => self.database.sync_if_due()?,
            Durability::Off => {}
        }
        Ok(self.generation)
    }
}

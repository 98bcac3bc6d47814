//! Recognizing one's own commit.

use std::collections::HashMap;

use uuid::Uuid;

/// The table property that names the newest commit.
const COMMIT_ID: &str = "citadel.commit-id";

/// The id of one commit, the same in all of its attempts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CommitId(Uuid);

impl CommitId {
    pub(crate) fn new() -> Self {
        Self(Uuid::now_v7())
    }

    /// The property that each attempt carries.
    pub(crate) fn property(self) -> (String, String) {
        (COMMIT_ID.to_owned(), self.0.to_string())
    }

    /// Whether the newest commit of a table with these properties is this one.
    pub(crate) fn made(self, properties: &HashMap<String, String>) -> bool {
        properties.get(COMMIT_ID) == Some(&self.0.to_string())
    }
}

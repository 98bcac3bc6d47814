//! Recognizing one's own commit.

use std::collections::HashMap;

use uuid::Uuid;

use crate::error::Result;
use crate::metadata::{Head, Place};

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

    fn made(self, properties: &HashMap<String, String>) -> bool {
        properties.get(COMMIT_ID) == Some(&self.0.to_string())
    }

    /// The version that one of the attempts published after all, among those after `before`.
    ///
    /// A later commit of somebody else replaces the property, so each version is looked at, not the newest alone.
    pub(crate) fn find(self, place: &Place, before: u64) -> Result<Option<Head>> {
        for version in before + 1.. {
            let Some(metadata) = place.version(version)? else {
                break;
            };
            if self.made(metadata.properties()) {
                return Ok(Some(Head { version, metadata }));
            }
        }
        Ok(None)
    }
}

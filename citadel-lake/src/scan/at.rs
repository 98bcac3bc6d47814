//! Which state of a table is meant.

use iceberg::spec::{SnapshotRef, TableMetadata};

use crate::error::{LakeError, Result};

/// A state of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) enum At {
    /// The newest.
    Now,
    /// That of a snapshot.
    Snapshot(i64),
    /// That of a time, in milliseconds since 1970.
    Time(i64),
}

impl At {
    /// The snapshot that was current then; `None` for a table that has none yet.
    pub(crate) fn find(self, metadata: &TableMetadata) -> Result<Option<&SnapshotRef>> {
        let by_id = |id| {
            metadata.snapshot_by_id(id).map(Some).ok_or_else(|| {
                LakeError::misuse(format!("there is no snapshot {id}, or it was expired"))
            })
        };
        match self {
            Self::Now => Ok(metadata.current_snapshot()),
            Self::Snapshot(id) => by_id(id),
            Self::Time(time_ms) => {
                let mut log = metadata.history().iter().rev();
                let entry = log.find(|entry| entry.timestamp_ms() <= time_ms);
                entry.map_or_else(
                    || {
                        Err(LakeError::misuse(format!(
                            "no snapshot is known from before {time_ms} ms"
                        )))
                    },
                    |entry| by_id(entry.snapshot_id),
                )
            }
        }
    }
}

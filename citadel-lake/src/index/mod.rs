//! Vector indexes beside data files.
//!
//! A data file never changes, so the index of one of its vector columns is a PRISM segment in a file beside it (a Puffin file below `index/`),
//! whose row ids are places in the data file. Which data file has which index stands in a list, a file that is written anew with each
//! change and that the table property `citadel.indexes` names. So an index is added by a commit that changes metadata alone: no data file
//! is touched, no append waits for it, and a crash leaves at most a file that nothing names.
//!
//! A segment is bound to its data file: path, size, number of rows and column stand in the segment's file and are compared before it is used.
//! If it is missing, damaged or of another file, the data file is scanned instead; an answer never depends on an index being there.

mod build;
mod list;
mod sidecar;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use citadel_vector::Segment;

use crate::error::Result;
use crate::metadata::{LiveFile, Place};

pub(crate) use build::build;
pub(crate) use list::{Entry, INDEXES, IndexList, State};

/// Segments of more bytes than this together are forgotten, to be read again when they are needed.
const CACHED_BYTES_MAX: u64 = 1 << 30;

/// Segments that were read, shared by all handles on a table.
#[derive(Debug, Default)]
pub(crate) struct Segments(Mutex<Cached>);

#[derive(Default)]
struct Cached {
    segments: HashMap<String, Arc<Segment>>,
    bytes: u64,
}

impl std::fmt::Debug for Cached {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cached")
            .field("segments", &self.segments.len())
            .field("bytes", &self.bytes)
            .finish()
    }
}

impl Segments {
    /// The segment of an entry, if its file is what the entry says and belongs to the data file.
    ///
    /// # Errors
    /// Those of the store; a file that is missing or wrong is `None`.
    pub(crate) fn get(
        &self,
        place: &Place,
        entry: &Entry,
        live: &LiveFile,
    ) -> Result<Option<Arc<Segment>>> {
        let State::Ready { file, bytes } = &entry.state else {
            return Ok(None);
        };
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(segment) = lock().segments.get(file) {
            return Ok(Some(Arc::clone(segment)));
        }
        let Some(segment) = sidecar::read(place, file, *bytes, entry, live)? else {
            return Ok(None);
        };
        let segment = Arc::new(segment);
        let mut cached = lock();
        if cached.bytes + bytes > CACHED_BYTES_MAX {
            *cached = Cached::default();
        }
        cached.bytes += bytes;
        cached.segments.insert(file.clone(), Arc::clone(&segment));
        Ok(Some(segment))
    }
}

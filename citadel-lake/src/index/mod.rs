//! Vector indexes beside data files.
//!
//! A data file never changes, so the index of one of its vector columns is a graph (PRISM) or lists of codes (IVF-PQ, with a codebook that
//! the column's indexes share) in a file beside it (a Puffin file below `index/`), whose row ids are places in the data file. Which data file has which index stands in a list, a file that is written anew with each
//! change and that the table property `citadel.indexes` names. So an index is added by a commit that changes metadata alone: no data file
//! is touched, no append waits for it, and a crash leaves at most a file that nothing names.
//!
//! An index is bound to its data file: path, size, number of rows and column stand in the index's file and are compared before it is used.
//! If it is missing, damaged or of another file, the data file is scanned instead; an answer never depends on an index being there.
//!
//! Beside its codes an index may hold copies of the vectors (`copies`), if the column asks for more precision than its kind has.

mod build;
mod codebook;
mod copies;
mod filters;
mod list;
mod segment;
mod sidecar;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use citadel_vector::Codebook;

use crate::error::Result;
use crate::metadata::{LiveFile, Place};

pub(crate) use build::{Lists, Source, build};
pub(crate) use codebook::{CodebookFile, codebook_key, codebooks, load, sample, train};
pub(crate) use filters::{FILTERS, can_hold, filter_ids, pushed};
pub(crate) use list::{Entry, INDEXES, IndexList, State};
pub(crate) use segment::Index;

/// Indexes of more bytes than this together are forgotten, to be read again when they are needed.
const CACHED_BYTES_MAX: u64 = 1 << 30;

/// Indexes that were read, shared by all handles on a table.
#[derive(Debug, Default)]
pub(crate) struct Segments(Mutex<Cached>);

#[derive(Default)]
struct Cached {
    indexes: HashMap<String, Arc<Index>>,
    codebooks: HashMap<String, Arc<Codebook>>,
    bytes: u64,
}

impl std::fmt::Debug for Cached {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cached")
            .field("indexes", &self.indexes.len())
            .field("bytes", &self.bytes)
            .finish()
    }
}

impl Segments {
    /// The index of an entry, if its file is what the entry says and belongs to the data file.
    ///
    /// # Errors
    /// Those of the store; a file that is missing or wrong is `None`.
    pub(crate) fn get(
        &self,
        place: &Place,
        entry: &Entry,
        live: &LiveFile,
    ) -> Result<Option<Arc<Index>>> {
        let State::Ready {
            file,
            bytes,
            codebook,
        } = &entry.state
        else {
            return Ok(None);
        };
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = lock().indexes.get(file) {
            return Ok(Some(Arc::clone(index)));
        }
        let book = match codebook {
            None => None,
            Some(codebook) => match self.codebook(place, codebook)? {
                Some(book) => Some(book),
                None => return Ok(None),
            },
        };
        let Some(index) = sidecar::read(place, file, *bytes, entry, live, book.as_ref())? else {
            return Ok(None);
        };
        let index = Arc::new(index);
        let mut cached = lock();
        if cached.bytes + bytes > CACHED_BYTES_MAX {
            *cached = Cached::default();
        }
        cached.bytes += bytes;
        cached.indexes.insert(file.clone(), Arc::clone(&index));
        Ok(Some(index))
    }

    /// A codebook, if its file can be read.
    ///
    /// # Errors
    /// Those of the store; a file that is missing or damaged is `None`.
    pub(crate) fn codebook(&self, place: &Place, file: &str) -> Result<Option<Arc<Codebook>>> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(book) = lock().codebooks.get(file) {
            return Ok(Some(Arc::clone(book)));
        }
        let book = load(place, file)?;
        if let Some(book) = &book {
            lock().codebooks.insert(file.to_owned(), Arc::clone(book));
        }
        Ok(book)
    }
}

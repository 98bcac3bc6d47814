//! The vectors of rows, read from the snapshot each time that a build wants them: memory holds none of them.
//!
//! A build reads each three times, in the order of rows but for a few thousand; reading takes a small part of its time.

use std::sync::atomic::{AtomicBool, Ordering};

use citadel_txn::View;
use citadel_vector::Vectors;
use parking_lot::Mutex;

use super::corrupt;
use crate::error::{Error, Result};
use crate::schema::{AnnIndex, RowId, TableDef};
use crate::store::VectorSource;

/// The vectors of some rows that have one.
pub(super) struct RowVectors<'a> {
    view: &'a dyn View,
    source: VectorSource,
    rows: &'a [i64],
    /// Makes the build end: a vector could not be read, or it was cancelled.
    pub(super) stop: AtomicBool,
    failure: Mutex<Option<Error>>,
}

impl<'a> RowVectors<'a> {
    pub(super) fn new(
        view: &'a dyn View,
        table: &TableDef,
        index: &AnnIndex,
        rows: &'a [i64],
    ) -> Result<Self> {
        Ok(Self {
            view,
            source: VectorSource::of_index(table, &index.vector)?,
            rows,
            stop: AtomicBool::new(false),
            failure: Mutex::default(),
        })
    }

    /// Why a vector could not be read, if one could not.
    pub(super) fn outcome(&self) -> Result<()> {
        self.failure.lock().take().map_or(Ok(()), Err)
    }

    fn read(&self, row: i64, out: &mut [f32]) -> Result<()> {
        let read = |vector: crate::types::StoredVector<'_>| vector.copy_to(out);
        match self.source.fetch_stored(self.view, RowId(row), read)? {
            Some(true) => Ok(()),
            _ => Err(corrupt(format!(
                "the vector of row {row} changed while it was being indexed"
            ))),
        }
    }
}

impl Vectors for RowVectors<'_> {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn copy_to(&self, index: usize, out: &mut [f32]) {
        if let Err(error) = self.read(self.rows[index], out) {
            self.failure.lock().get_or_insert(error);
            self.stop.store(true, Ordering::Relaxed);
            out.fill(1.0);
        }
    }
}

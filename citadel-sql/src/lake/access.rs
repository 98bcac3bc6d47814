//! The face of a lake.

use std::fmt;

use parking_lot::Mutex;
use rustc_hash::FxHashSet;

use super::{Condition, Site, Upkeep};
use crate::batch::{Batch, Column};
use crate::bind::bound::{NewColumn, NewLake};
use crate::error::{Error, Result, SqlState};
use crate::functions::Told;
use crate::schema::{ColumnNo, Metric};
use crate::types::{SqlType, Value};

/// What SQL asks of a lake. Tables go by their site.
pub(crate) trait Lake: fmt::Debug + Send + Sync {
    /// Makes a table with these columns, or opens the one that is there, which must have them. Without columns it must be there.
    fn open(&self, new: &NewLake, columns: &[NewColumn]) -> Result<Opened>;

    /// The current snapshot; `None` if nothing was ever written.
    fn current(&self, site: &Site) -> Result<Option<i64>>;

    /// The snapshot that was current at a time, in milliseconds since 1970.
    fn current_at(&self, site: &Site, time_ms: i64) -> Result<i64>;

    /// Begins to read a snapshot.
    fn read(&self, site: &Site, read: &Read<'_>) -> Result<Box<dyn LakeRows>>;

    /// The nearest rows of a snapshot.
    fn nearest(&self, site: &Site, search: &Search<'_>) -> Result<Found>;

    /// Writes rows as data files that are part of nothing yet; gives what is to be known of them. `next` gives batches of the named
    /// columns; false: no more.
    fn stage(
        &self,
        site: &Site,
        columns: &[&str],
        next: &mut dyn FnMut(&mut Batch) -> Result<bool>,
    ) -> Result<Vec<u8>>;

    /// Removes staged files.
    fn discard(&self, site: &Site, staged: &[u8]);

    /// Makes staged files part of the table, once for each batch id.
    fn append(&self, site: &Site, batch_id: &str, staged: &[u8]) -> Result<()>;

    /// Deletes the rows that satisfy a condition, once for each batch id.
    fn delete(&self, site: &Site, batch_id: &str, condition: &Condition<Value>) -> Result<()>;

    /// Was a batch stored?
    fn has_batch(&self, site: &Site, batch_id: &str) -> Result<bool>;

    /// What a table tells of itself, as rows.
    fn told(&self, site: &Site, what: Told) -> Result<Vec<Vec<Value>>>;

    /// Does something with the files of a table, and reports.
    fn upkeep(&self, site: &Site, what: Upkeep) -> Result<Vec<Value>>;

    /// A batch id that nobody else draws.
    fn new_batch_id(&self) -> String;
}

/// Rows that come from a lake.
pub(crate) trait LakeRows: Send {
    /// Appends up to `max` rows to columns; 0 at the end.
    fn next(&mut self, out: &mut [Column], max: usize) -> Result<usize>;

    /// How many rows there are at most.
    fn total(&self) -> u64;

    /// What EXPLAIN ANALYZE adds.
    fn report(&self) -> Vec<(String, String)>;
}

/// A table as it was found or made.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) columns: Vec<NewColumn>,
    pub(crate) vectors: Vec<(ColumnNo, Metric)>,
    /// Where it is, and where an embedded one's pointer stands now.
    pub(crate) site: Site,
    /// What takes it back, if it was made and is part of the transaction.
    pub(crate) made: Option<Box<dyn Withdraw>>,
}

/// A table that was made for a transaction that may not be committed.
pub(crate) trait Withdraw: fmt::Debug + Send + Sync {
    /// Takes it back, as far as that can be done.
    fn withdraw(self: Box<Self>);
}

/// What is read of a snapshot.
#[derive(Debug)]
#[cfg_attr(not(feature = "lake"), expect(dead_code, reason = "nobody reads"))]
pub(crate) struct Read<'a> {
    pub(crate) snapshot: i64,
    pub(crate) columns: &'a [(&'a str, SqlType)],
    pub(crate) condition: Option<&'a Condition<Value>>,
    /// What the transaction has deleted: rows of which one of these is true are gone.
    pub(crate) deleted: &'a [Condition<Value>],
}

/// Which rows of a snapshot are wanted.
#[derive(Debug)]
#[cfg_attr(not(feature = "lake"), expect(dead_code, reason = "nobody searches"))]
pub(crate) struct Search<'a> {
    pub(crate) read: Read<'a>,
    pub(crate) vector: &'a str,
    pub(crate) metric: Metric,
    pub(crate) query: &'a [f32],
    pub(crate) k: usize,
    /// Without indexes.
    pub(crate) exact: bool,
}

/// What a search found: the columns that were wanted, and then the distance.
pub(crate) struct Found {
    pub(crate) count: usize,
    pub(crate) rows: Box<dyn LakeRows>,
}

/// The lakes that a database reaches.
#[derive(Debug)]
pub(crate) struct Lakes {
    lake: Option<Box<dyn Lake>>,
    /// Batch ids of intents that this process has carried out: they may still be there in older snapshots.
    pub(super) settled: Mutex<FxHashSet<String>>,
    #[cfg(test)]
    pub(super) crash: Mutex<Option<super::commit::Step>>,
}

impl Default for Lakes {
    fn default() -> Self {
        Self {
            lake: lake(),
            settled: Mutex::default(),
            #[cfg(test)]
            crash: Mutex::default(),
        }
    }
}

#[cfg(feature = "lake")]
fn lake() -> Option<Box<dyn Lake>> {
    Some(Box::new(super::bridge::Bridge::default()))
}

#[cfg(not(feature = "lake"))]
fn lake() -> Option<Box<dyn Lake>> {
    None
}

impl Lakes {
    /// Whom to ask.
    ///
    /// # Errors
    /// Nobody is there.
    pub(crate) fn get(&self) -> Result<&dyn Lake> {
        self.lake.as_deref().ok_or_else(|| {
            Error::sql(
                SqlState::FEATURE_NOT_SUPPORTED,
                "tables USING iceberg are not supported: this program was built without the feature \"lake\"",
            )
        })
    }
}

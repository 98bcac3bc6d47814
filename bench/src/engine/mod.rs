//! The engines, with one face.

mod child;
mod citadel;
mod postgres;
mod sqlite_vec;
mod usearch;
mod writes;

pub(crate) use child::{Child, Hello};
pub(crate) use citadel::Citadel;
pub(crate) use postgres::Postgres;
pub(crate) use sqlite_vec::SqliteVec;
pub(crate) use usearch::Usearch;

use crate::Result;
use crate::data::{Filter, Query};

/// Row ids, nearest first.
pub(crate) type Answer = Vec<i64>;

/// Rows asked for.
pub(crate) const K: usize = 10;

/// The setting of an answer that misses nothing.
pub(crate) const EXACT: &str = "exact";

/// What loading and building cost; what an engine does not tell is none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Built {
    /// Storing the rows, where that is apart from the index.
    pub(crate) load_seconds: Option<f64>,
    pub(crate) seconds: Option<f64>,
    /// Of the index in memory.
    pub(crate) memory_bytes: Option<f64>,
    /// Of rows and index on disk.
    pub(crate) file_bytes: Option<f64>,
}

/// One round of queries at one setting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) queries: &'a [Query],
    pub(crate) filter: Filter,
    pub(crate) setting: &'a str,
    /// Whether the answers are looked at, or the time alone.
    pub(crate) answers: bool,
}

/// What a round gave.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) seconds: f64,
    pub(crate) answers: Vec<Answer>,
}

/// Milliseconds of a query before a write, and of the first one after it: medians.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AfterWrite {
    /// Which write.
    pub(crate) case: &'static str,
    pub(crate) before_ms: f64,
    pub(crate) after_ms: f64,
    /// Of the two, of any write.
    pub(crate) largest_ratio: f64,
}

/// The case that every engine has, whose rows can be changed.
pub(crate) const AFTER_UPDATE: &str = "after_update";

impl AfterWrite {
    /// One UPDATE.
    pub(crate) fn update(before_ms: f64, after_ms: f64) -> Vec<Self> {
        vec![Self {
            case: AFTER_UPDATE,
            before_ms,
            after_ms,
            largest_ratio: after_ms / before_ms,
        }]
    }
}

/// Something that finds nearest rows.
pub(crate) trait Engine {
    fn name(&self) -> &str;

    /// Its name and version, and how it is set up.
    fn version(&self) -> String;

    /// Loads the rows and builds the index.
    fn build(&mut self) -> Result<Built>;

    /// The settings worth trying, least effort first; none where the case is not its own.
    fn settings(&mut self, filter: Filter) -> Result<Vec<String>>;

    /// Answers queries on one thread, whatever is prepared being prepared once, and times itself.
    fn ask(&mut self, ask: &Ask<'_>) -> Result<Outcome>;

    /// One write between queries, an UPDATE at least; none where rows cannot be changed.
    fn writes(&mut self) -> Result<Vec<AfterWrite>> {
        Ok(Vec::new())
    }

    /// Milliseconds from a closed file to the first answer.
    fn open_ms(&mut self) -> Result<Option<f64>> {
        Ok(None)
    }
}

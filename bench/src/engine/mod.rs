//! The engines, with one face.

mod citadel;
mod sqlite_vec;
mod usearch;

pub(crate) use citadel::Citadel;
pub(crate) use sqlite_vec::SqliteVec;
pub(crate) use usearch::Usearch;

use crate::Result;
use crate::data::{Filter, Query};

/// Row ids, nearest first.
pub(crate) type Answer = Vec<i64>;

/// Something that finds nearest rows.
pub(crate) trait Engine {
    fn name(&self) -> &'static str;

    /// How it is set up.
    fn params(&self) -> String;

    /// Answers queries on the calling thread, whatever is prepared being prepared once.
    fn answer(&mut self, queries: &[Query], filter: Filter, k: usize) -> Result<Vec<Answer>>;
}

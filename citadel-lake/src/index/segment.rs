//! An index in memory, of either kind.

use citadel_vector::{
    Attribute, IvfError, IvfSegment, Metric, PositionSet, Predicate, Scratch, SearchError,
    SearchParams, Segment, Unsupported,
};

use super::copies::Copies;
use crate::error::{LakeError, Result};
use crate::schema;

/// The share of the nearest rows that a search through a graph aims at.
const RECALL: f64 = 0.98;

/// The index of a data file; row ids are places in the file.
#[derive(Debug)]
pub(crate) struct Index {
    pub(super) codes: Codes,
    /// Copies of the vectors, where the column wants more of them than codes.
    pub(super) copies: Option<Copies>,
}

/// What finds candidates.
#[derive(Debug)]
pub(super) enum Codes {
    /// A graph.
    Prism(Box<Segment>),
    /// Lists of codes.
    IvfPq(IvfSegment),
}

impl Index {
    pub(crate) fn fits(&self, metric: Metric, dim: usize) -> bool {
        self.shape() == (metric, dim)
    }

    fn shape(&self) -> (Metric, usize) {
        match &self.codes {
            Codes::Prism(segment) => (segment.metric(), segment.dim()),
            Codes::IvfPq(segment) => (segment.metric(), segment.dim()),
        }
    }

    /// If it has copies, they are of its own vectors.
    pub(super) fn has_own_copies(&self) -> bool {
        let (metric, dim) = self.shape();
        let mut copies = self.copies.iter();
        copies.all(|copies| copies.fit(metric, dim, self.len() as u64))
    }

    /// Of candidates, those that are worth reading: by copies of the vectors, if there are any. At most `k` are wanted, none of them beyond
    /// `worst`.
    pub(crate) fn narrow(
        &self,
        asked: (schema::Metric, &[f32]),
        k: usize,
        worst: Option<f32>,
        candidates: Vec<u64>,
    ) -> Vec<u64> {
        match &self.copies {
            Some(copies) => copies.narrow(asked, k, worst, candidates),
            None => candidates,
        }
    }

    /// Rows of the file.
    pub(crate) fn len(&self) -> usize {
        match &self.codes {
            Codes::Prism(segment) => segment.len(),
            Codes::IvfPq(segment) => segment.len(),
        }
    }

    pub(crate) fn attributes(&self) -> &[Attribute] {
        match &self.codes {
            Codes::Prism(segment) => segment.attributes(),
            Codes::IvfPq(segment) => segment.attributes(),
        }
    }

    pub(crate) fn can_answer(&self, predicate: &Predicate) -> bool {
        match &self.codes {
            Codes::Prism(segment) => segment.can_answer(predicate).is_ok(),
            Codes::IvfPq(segment) => segment.can_answer(predicate).is_ok(),
        }
    }

    pub(crate) fn matching(&self, predicate: &Predicate) -> Result<PositionSet> {
        let refused = |error: Unsupported| LakeError::misuse(error.to_string());
        match &self.codes {
            Codes::Prism(segment) => segment.matching(predicate).map_err(refused),
            Codes::IvfPq(segment) => segment.matching(predicate).map_err(refused),
        }
    }

    pub(crate) fn positions_of(&self, rows: impl IntoIterator<Item = i64>) -> PositionSet {
        match &self.codes {
            Codes::Prism(segment) => segment.positions_of(rows),
            Codes::IvfPq(segment) => segment.positions_of(rows),
        }
    }

    /// The places in the file of some positions, ascending.
    pub(crate) fn places(&self, positions: &PositionSet) -> Vec<u64> {
        let row_id = |position| match &self.codes {
            Codes::Prism(segment) => segment.row_id(position),
            Codes::IvfPq(segment) => segment.row_id(position),
        };
        let places = positions
            .iter()
            .map(|position| row_id(position).unsigned_abs());
        let mut places: Vec<u64> = places.collect();
        places.sort_unstable();
        places
    }

    /// The places of rows that it takes for the nearest, ascending; more than `k` of them, to be measured. Where copies tell which are worth
    /// reading, there are as many as the search has looked at closely.
    pub(crate) fn candidates(
        &self,
        query: &[f32],
        k: usize,
        allowed: Option<&PositionSet>,
        scratch: &mut Scratch,
    ) -> Result<Vec<u64>> {
        let found = match &self.codes {
            Codes::Prism(segment) => {
                let effort = segment.effort(k, RECALL, allowed.is_some());
                let parameters = SearchParams { ef: effort.ef };
                match segment.search(query, allowed, parameters, scratch) {
                    Ok(mut search) => {
                        let more = self.copies.as_ref().map_or(0, |_| effort.ef);
                        search.next(effort.candidates.max(more)).to_vec()
                    }
                    // A query without a direction has no distance to anything.
                    Err(SearchError::Zero) => Vec::new(),
                    Err(error) => return Err(LakeError::misuse(error.to_string())),
                }
            }
            Codes::IvfPq(segment) => match segment.search(query, k, allowed) {
                Ok(found) => found,
                Err(IvfError::Zero) => Vec::new(),
                Err(error) => return Err(LakeError::misuse(error.to_string())),
            },
        };
        let places = found.iter().map(|found| found.row_id.unsigned_abs());
        let mut places: Vec<u64> = places.collect();
        places.sort_unstable();
        Ok(places)
    }
}

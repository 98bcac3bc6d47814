//! An index in memory, of either kind.

use citadel_vector::{
    Attribute, IvfError, IvfSegment, Metric, PositionSet, Predicate, Scratch, SearchError,
    SearchParams, Segment, Unsupported,
};

use crate::error::{LakeError, Result};

/// The share of the nearest rows that a search through a graph aims at.
const RECALL: f64 = 0.98;

/// The index of a data file; row ids are places in the file.
#[derive(Debug)]
pub(crate) enum Index {
    /// A graph.
    Prism(Box<Segment>),
    /// Lists of codes.
    IvfPq(IvfSegment),
}

impl Index {
    pub(crate) fn fits(&self, metric: Metric, dim: usize) -> bool {
        match self {
            Self::Prism(segment) => segment.metric() == metric && segment.dim() == dim,
            Self::IvfPq(segment) => segment.metric() == metric && segment.dim() == dim,
        }
    }

    /// Rows of the file.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Prism(segment) => segment.len(),
            Self::IvfPq(segment) => segment.len(),
        }
    }

    pub(crate) fn attributes(&self) -> &[Attribute] {
        match self {
            Self::Prism(segment) => segment.attributes(),
            Self::IvfPq(segment) => segment.attributes(),
        }
    }

    pub(crate) fn can_answer(&self, predicate: &Predicate) -> bool {
        match self {
            Self::Prism(segment) => segment.can_answer(predicate).is_ok(),
            Self::IvfPq(segment) => segment.can_answer(predicate).is_ok(),
        }
    }

    pub(crate) fn matching(&self, predicate: &Predicate) -> Result<PositionSet> {
        let refused = |error: Unsupported| LakeError::misuse(error.to_string());
        match self {
            Self::Prism(segment) => segment.matching(predicate).map_err(refused),
            Self::IvfPq(segment) => segment.matching(predicate).map_err(refused),
        }
    }

    pub(crate) fn positions_of(&self, rows: impl IntoIterator<Item = i64>) -> PositionSet {
        match self {
            Self::Prism(segment) => segment.positions_of(rows),
            Self::IvfPq(segment) => segment.positions_of(rows),
        }
    }

    /// The places in the file of some positions, ascending.
    pub(crate) fn places(&self, positions: &PositionSet) -> Vec<u64> {
        let row_id = |position| match self {
            Self::Prism(segment) => segment.row_id(position),
            Self::IvfPq(segment) => segment.row_id(position),
        };
        let places = positions
            .iter()
            .map(|position| row_id(position).unsigned_abs());
        let mut places: Vec<u64> = places.collect();
        places.sort_unstable();
        places
    }

    /// The places of rows that it takes for the nearest, ascending; more than `k` of them, to be measured.
    pub(crate) fn candidates(
        &self,
        query: &[f32],
        k: usize,
        allowed: Option<&PositionSet>,
        scratch: &mut Scratch,
    ) -> Result<Vec<u64>> {
        let found = match self {
            Self::Prism(segment) => {
                let effort = segment.effort(k, RECALL, allowed.is_some());
                let parameters = SearchParams { ef: effort.ef };
                match segment.search(query, allowed, parameters, scratch) {
                    Ok(mut search) => search.next(effort.candidates).to_vec(),
                    // A query without a direction has no distance to anything.
                    Err(SearchError::Zero) => Vec::new(),
                    Err(error) => return Err(LakeError::misuse(error.to_string())),
                }
            }
            Self::IvfPq(segment) => match segment.search(query, k, allowed) {
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

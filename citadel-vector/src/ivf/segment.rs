//! Rows in lists, as codes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::calibrate;
use super::codebook::Codebook;
use crate::filter::{
    Attribute, AttributeColumn, Position, PositionSet, Predicate, Unsupported, check, evaluate,
};
use crate::metric::Metric;
use crate::prism::Rows;

/// What an IVF-PQ segment is built from.
pub struct IvfBuild<'a> {
    /// What lists and codes mean.
    pub codebook: Arc<Codebook>,
    /// Ids of rows with a vector, ascending.
    pub rows: &'a [i64],
    /// Their vectors, row-major.
    pub vectors: &'a [f32],
    /// Ids of rows without one, or without a distance to anything, ascending.
    pub undefined: &'a [i64],
    /// Values of filter columns, of `rows` and then of `undefined`.
    pub attributes: Vec<Attribute>,
    /// Set it to make the build end soon with [`IvfError::Cancelled`].
    pub cancel: &'a AtomicBool,
}

/// An IVF-PQ segment cannot be built, searched or decoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IvfError {
    /// Counts of rows, vectors or values do not agree.
    #[error("{what}: {found}, where {expected} are expected")]
    Count {
        /// Of what.
        what: &'static str,
        /// How many there must be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// Row ids must be ascending, each once.
    #[error("row {0} is out of order")]
    Order(i64),
    /// A vector or query has no distance to anything: it is zero, under cosine.
    #[error("a zero vector has no cosine")]
    Zero,
    /// A vector or query has a component that is not finite.
    #[error("a component is not finite")]
    NotFinite,
    /// Bytes that are no segment or codebook, or were changed.
    #[error("{0}")]
    Malformed(&'static str),
    /// The segment was built with another codebook.
    #[error("the segment was built with another codebook")]
    OtherCodebook,
    /// The caller asked to stop.
    #[error("the build was cancelled")]
    Cancelled,
}

/// An immutable index over rows: lists of codes. It holds no raw vectors.
#[derive(Clone, Debug)]
pub struct IvfSegment {
    pub(super) codebook: Arc<Codebook>,
    /// Where the rows of each list begin among positions; one more than lists.
    pub(super) starts: Vec<u32>,
    /// Codes by position, of rows with a vector.
    pub(super) codes: Vec<u8>,
    pub(super) rows: Rows,
    pub(super) attributes: Vec<Attribute>,
    /// Lists to look at, at least, for the recall that the build aimed at.
    pub(super) probes: u32,
    /// Candidates for each wanted row, for the same.
    pub(super) rerank: u32,
}

impl IvfSegment {
    /// Builds a segment.
    ///
    /// # Errors
    /// [`IvfError`] if the input breaks a rule of [`IvfBuild`].
    pub fn build(build: IvfBuild<'_>) -> Result<Self, IvfError> {
        let dim = build.codebook.dim;
        let (indexed, undefined) = (build.rows.len(), build.undefined.len());
        let count = |what, expected, found| match expected == found {
            true => Ok(()),
            false => Err(IvfError::Count {
                what,
                expected,
                found,
            }),
        };
        count("components of vectors", indexed * dim, build.vectors.len())?;
        for attribute in &build.attributes {
            let found = attribute.column.len();
            count("values of a filter column", indexed + undefined, found)?;
        }
        let mut ids = [build.rows, build.undefined].concat();
        for rows in [build.rows, build.undefined] {
            if let Some(pair) = rows.windows(2).find(|pair| pair[0] >= pair[1]) {
                return Err(IvfError::Order(pair[1]));
            }
        }
        ids.sort_unstable();
        if let Some(pair) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(IvfError::Order(pair[1]));
        }
        if build.vectors.iter().any(|component| !component.is_finite()) {
            return Err(IvfError::NotFinite);
        }
        let coded: Vec<(usize, Vec<u8>)> = build
            .vectors
            .par_chunks_exact(dim)
            .map(|vector| match build.cancel.load(Ordering::Relaxed) {
                false => build.codebook.code(vector).ok_or(IvfError::Zero),
                true => Err(IvfError::Cancelled),
            })
            .collect::<Result<_, _>>()?;
        let mut order: Vec<u32> = (0..indexed as u32).collect();
        order.sort_by_key(|&row| (coded[row as usize].0, row));
        let mut starts = vec![0u32; build.codebook.lists() + 1];
        for (list, _) in &coded {
            starts[list + 1] += 1;
        }
        for list in 1..starts.len() {
            starts[list] += starts[list - 1];
        }
        let codes = order
            .iter()
            .flat_map(|&row| coded[row as usize].1.iter().copied());
        let codes: Vec<u8> = codes.collect();
        order.extend(indexed as u32..(indexed + undefined) as u32);
        let attributes = build.attributes.iter().map(|attribute| Attribute {
            name: attribute.name.clone(),
            column: AttributeColumn::reordered(&attribute.column, &order),
        });
        let mut segment = Self {
            attributes: attributes.collect(),
            rows: Rows::new(&order, build.rows, build.undefined),
            codebook: build.codebook,
            starts,
            codes,
            probes: 1,
            rerank: 4,
        };
        calibrate::run(&mut segment, build.rows, build.vectors, build.cancel);
        match build.cancel.load(Ordering::Relaxed) {
            false => Ok(segment),
            true => Err(IvfError::Cancelled),
        }
    }

    /// How distances are measured.
    #[must_use]
    pub fn metric(&self) -> Metric {
        self.codebook.metric
    }

    /// Components of each vector.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.codebook.dim
    }

    /// All rows, those without a vector included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Rows with a vector: their positions are the first ones.
    #[must_use]
    pub fn indexed_len(&self) -> usize {
        self.starts.last().map_or(0, |last| *last as usize)
    }

    /// The codebook that it was built with.
    #[must_use]
    pub fn codebook(&self) -> &Arc<Codebook> {
        &self.codebook
    }

    /// The filter columns.
    #[must_use]
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// The row at a position.
    #[must_use]
    pub fn row_id(&self, position: Position) -> i64 {
        self.rows.id(position)
    }

    /// The rows for which the predicate is true.
    ///
    /// # Errors
    /// If the filter columns cannot answer it.
    pub fn matching(&self, predicate: &Predicate) -> Result<PositionSet, Unsupported> {
        evaluate(predicate, &self.attributes, self.rows.as_column())
    }

    /// Whether the filter columns can answer a predicate.
    ///
    /// # Errors
    /// If they cannot.
    pub fn can_answer(&self, predicate: &Predicate) -> Result<(), Unsupported> {
        check(predicate, &self.attributes)
    }

    /// The positions of rows; ids that are not in the segment are left out.
    #[must_use]
    pub fn positions_of(&self, row_ids: impl IntoIterator<Item = i64>) -> PositionSet {
        let mut set = PositionSet::empty(self.len());
        for id in row_ids {
            if let Some(position) = self.rows.position_of(id) {
                set.insert(position);
            }
        }
        set
    }

    /// Bytes held in memory, without the codebook.
    #[must_use]
    pub fn bytes_in_memory(&self) -> usize {
        let attributes = self
            .attributes
            .iter()
            .map(|held| held.column.bytes_in_memory());
        self.codes.len() + 4 * self.starts.len() + 12 * self.len() + attributes.sum::<usize>()
    }
}

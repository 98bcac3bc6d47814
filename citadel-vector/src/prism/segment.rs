//! A segment in memory: what a build makes and a search reads. Immutable.
//!
//! It holds codes, links, filter columns and row ids, and no raw vectors: those stay in the table, which the caller
//! reranks from. Its bytes are the business of [`crate::segment`].

use super::blocks::Held;
use super::build;
use super::fingerprint::Fingerprint;
use super::{
    Build, BuildError, Estimate, Graph, Matrix, Rows, Scratch, Search, SearchError, SearchParams,
};
use crate::calibrate::{Calibration, Effort};
use crate::filter::{Attribute, Position, PositionSet, Predicate, Unsupported, check, evaluate};
use crate::kernel::BIAS;
use crate::metric::Metric;
use crate::quantize::{CoarseCodes, ScalarCodes, coded};

/// An immutable index over the rows of a table at one generation.
#[derive(Clone)]
pub struct Segment {
    pub(crate) shape: Shape,
    pub(crate) column: String,
    pub(crate) generation: u64,
    /// The build configuration, as the header pins it.
    pub(crate) config: [u8; 32],
    pub(crate) fingerprint: [u8; 32],
    pub(crate) codes: ScalarCodes,
    /// Eight-bit codes, which put candidates in order.
    pub(crate) matrix: Held<Matrix>,
    /// Four-bit codes of the same rows, which lead walks and scans where they are precise enough.
    pub(crate) coarse: Option<Coarse>,
    /// How far each row is from what its eight-bit codes stand for, at most.
    pub(crate) residuals: Vec<f32>,
    /// Length of the longest row of eight-bit codes, in component units, rounded up.
    pub(crate) longest: f32,
    /// Half the squared length of each row of codes; empty unless the metric is L2.
    pub(crate) halves: Vec<f32>,
    pub(crate) graph: Held<Graph>,
    pub(crate) entries: Vec<u32>,
    pub(crate) rows: Rows,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) calibration: Calibration,
}

/// Coarse codes of all rows.
#[derive(Clone)]
pub(crate) struct Coarse {
    pub(crate) codes: CoarseCodes,
    pub(crate) matrix: Held<Matrix>,
    /// How far each row is from what its coarse codes stand for, at most.
    pub(crate) residuals: Vec<f32>,
    /// The greatest of those.
    pub(crate) farthest: f32,
}

impl Coarse {
    /// Codes the rows of a matrix: vectors of `dim` components, no farther from what its codes stand for than `residuals`. A
    /// step of those codes is `scale` long.
    pub(crate) fn new(
        codes: CoarseCodes,
        fine: &Matrix,
        dim: usize,
        residuals: &[f32],
        scale: f32,
    ) -> Self {
        // Squares, rounded up in integers: exact sums of them, whatever their order.
        const UNIT: f64 = (1u64 << 20) as f64;
        let squares: [u64; 256] = std::array::from_fn(|code| {
            let steps = code as f64 - f64::from(BIAS);
            ((steps - codes.value(code as u8)).powi(2) * UNIT).ceil() as u64
        });
        let beyond = |row: usize, residual: f32| {
            // Where a row is padded the query is zero, and nothing is off.
            let codes = &fine.row(row as u32)[..coded(dim)];
            let squared: u64 = codes.iter().map(|&code| squares[usize::from(code)]).sum();
            let steps = (squared as f64 / UNIT).sqrt();
            (f64::from(residual) + steps * f64::from(scale)) as f32
        };
        let residuals: Vec<f32> = (residuals.iter().enumerate())
            .map(|(row, &residual)| beyond(row, residual).next_up().min(f32::MAX))
            .collect();
        Self {
            codes,
            matrix: Held::Resident(fine.coarse(codes)),
            farthest: residuals.iter().copied().fold(0.0, f32::max),
            residuals,
        }
    }
}

/// Sizes and metric of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) metric: Metric,
    pub(crate) dim: usize,
    /// Rows with a vector: positions `0..indexed`.
    pub(crate) indexed: usize,
    /// Rows without one: the positions after those.
    pub(crate) undefined: usize,
}

impl Segment {
    /// Builds a segment.
    ///
    /// # Errors
    ///
    /// If the input breaks a rule of [`Build`], or the build was cancelled.
    pub fn build(build: Build<'_>) -> Result<Self, BuildError> {
        build::run(build)
    }

    /// How distances are measured.
    pub fn metric(&self) -> Metric {
        self.shape.metric
    }

    /// Components of each vector.
    pub fn dim(&self) -> usize {
        self.shape.dim
    }

    /// All rows, those without a vector included.
    pub fn len(&self) -> usize {
        self.shape.indexed + self.shape.undefined
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Rows with a vector: their positions are `0..indexed_len()`.
    pub fn indexed_len(&self) -> usize {
        self.shape.indexed
    }

    /// The name of the vector column.
    pub fn column(&self) -> &str {
        &self.column
    }

    /// The database generation of the rows.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// BLAKE3 over the rows that the segment was built from.
    pub fn fingerprint(&self) -> [u8; 32] {
        self.fingerprint
    }

    /// The [fingerprint](Segment::fingerprint) that this segment would have if its vectors were those that `vector` puts
    /// into the buffer, as little-endian f32, for each row id. Rows come by ascending id; ids and filter columns are the
    /// segment's own.
    ///
    /// # Errors
    ///
    /// What `vector` returns.
    pub fn fingerprint_with<E>(
        &self,
        mut vector: impl FnMut(i64, &mut Vec<u8>) -> Result<(), E>,
    ) -> Result<[u8; 32], E> {
        let mut fingerprint = Fingerprint::new();
        let mut bytes = Vec::with_capacity(self.dim() * 4);
        let mut order = Vec::with_capacity(self.len());
        let indexed = |position: Position| (position.0 as usize) < self.indexed_len();
        for (row_id, position) in self.rows().filter(|(_, position)| indexed(*position)) {
            bytes.clear();
            vector(row_id, &mut bytes)?;
            fingerprint.indexed(row_id, &bytes);
            order.push(position.0);
        }
        for (row_id, position) in self.rows().filter(|(_, position)| !indexed(*position)) {
            fingerprint.undefined(row_id);
            order.push(position.0);
        }
        for attribute in &self.attributes {
            fingerprint.attribute(&attribute.name, &attribute.column.reordered(&order));
        }
        Ok(fingerprint.finish())
    }

    /// The filter columns, in the order that predicates name them by.
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// The row at a position.
    ///
    /// # Panics
    ///
    /// If the segment has no such position.
    pub fn row_id(&self, position: Position) -> i64 {
        self.rows.id(position)
    }

    /// Where a row is, or `None` if it is not in the segment.
    pub fn position_of(&self, row_id: i64) -> Option<Position> {
        self.rows.position_of(row_id)
    }

    /// All rows in ascending order of their ids, with their positions.
    pub fn rows(&self) -> impl Iterator<Item = (i64, Position)> + '_ {
        self.rows.ascending()
    }

    /// Positions of the rows whose distance is undefined: a NULL vector, or a zero vector under cosine. A search never yields
    /// them; SQL sorts them where NULLs go.
    pub fn undefined(&self) -> impl Iterator<Item = Position> + use<> {
        (self.shape.indexed as u32..self.len() as u32).map(Position)
    }

    /// The rows, those without a vector included, for which the predicate is true.
    ///
    /// # Errors
    ///
    /// If the filter columns cannot answer it exactly: check it on rows then.
    pub fn matching(&self, predicate: &Predicate) -> Result<PositionSet, Unsupported> {
        evaluate(predicate, &self.attributes, self.rows.as_column())
    }

    /// Whether [`matching`](Segment::matching) can answer a predicate, without looking at rows.
    ///
    /// # Errors
    ///
    /// As `matching`.
    pub fn can_answer(&self, predicate: &Predicate) -> Result<(), Unsupported> {
        check(predicate, &self.attributes)
    }

    /// The positions of some rows; ids that the segment has not are passed over.
    pub fn positions_of(&self, row_ids: impl IntoIterator<Item = i64>) -> PositionSet {
        let mut set = PositionSet::empty(self.len());
        for position in row_ids.into_iter().filter_map(|id| self.position_of(id)) {
            set.insert(position);
        }
        set
    }

    /// Begins a search for the rows nearest to `query` among `allowed` (all rows, if `None`).
    ///
    /// For `k` exact neighbours, take [`SearchParams::rerank`] candidates, compute their distances from the stored vectors and
    /// keep the best `k`.
    ///
    /// # Errors
    ///
    /// If the query has another dimension, is not finite, or is zero under cosine; or if `allowed` is of another segment.
    pub fn search<'s>(
        &'s self,
        query: &[f32],
        allowed: Option<&'s PositionSet>,
        params: SearchParams,
        scratch: &'s mut Scratch,
    ) -> Result<Search<'s>, SearchError> {
        self.in_memory().search(query, allowed, params, scratch)
    }

    /// The codes that lead walks and scans.
    pub(crate) fn leading(&self) -> &Held<Matrix> {
        self.coarse
            .as_ref()
            .map_or(&self.matrix, |coarse| &coarse.matrix)
    }

    /// The recall of walks, measured when the segment was built.
    pub fn calibration(&self) -> &Calibration {
        &self.calibration
    }

    /// What a search for `k` rows is to do, so that it finds at least the share `recall` of the true ones. `filtered`: only some
    /// rows are allowed. The curves were measured without a filter, but a walk under one finds no less with the same effort, by
    /// what it keeps in view; how much more is not known.
    pub fn effort(&self, k: usize, recall: f64, filtered: bool) -> Effort {
        match self.calibration.effort(k, recall) {
            Some(effort) if filtered => Effort {
                recall: None,
                ..effort
            },
            Some(effort) => effort,
            None => Effort {
                ef: SearchParams::for_k(k).ef,
                candidates: SearchParams::for_k(k).rerank(k),
                recall: None,
            },
        }
    }

    /// How a search among `matching` rows would begin, and what it would cost.
    pub fn estimate(&self, matching: usize, params: SearchParams) -> Estimate {
        if self.entries.is_empty() {
            return Estimate::scan(matching);
        }
        Estimate::new(self.shape.indexed, matching, params.ef)
    }

    /// Whether all of it is in memory; what is not is read [through](Segment::through) a source.
    pub fn is_resident(&self) -> bool {
        self.matrix.resident().is_some()
            && self.graph.resident().is_some()
            && self.leading().resident().is_some()
    }

    /// Bytes that the segment holds in memory, about.
    pub fn bytes_in_memory(&self) -> usize {
        let columns: usize = (self.attributes.iter())
            .map(|attribute| attribute.column.bytes_in_memory())
            .sum();
        let coarse = (self.coarse.as_ref()).map_or(0, |coarse| {
            coarse.matrix.bytes_in_memory() + coarse.residuals.len() * 4
        });
        let beside = (self.halves.len() + self.residuals.len() + self.entries.len()) * 4;
        let codes = self.matrix.bytes_in_memory() + coarse + beside;
        codes + self.graph.bytes_in_memory() + self.rows.bytes_in_memory() + columns
    }
}

impl std::fmt::Debug for Segment {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Segment")
            .field("shape", &self.shape)
            .field("column", &self.column)
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

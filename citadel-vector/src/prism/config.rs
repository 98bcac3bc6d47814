//! What a build is given, and how it can end.

use std::sync::atomic::AtomicBool;

use crate::filter::Attribute;
use crate::metric::Metric;

/// Rows that one segment can hold.
pub(crate) const MAX_ROWS: usize = 1 << 29;
/// Dimensions that a vector can have.
pub(crate) const MAX_DIM: usize = 65_535;

/// How to build the graph. All but `threads` are pinned by the segment's header.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BuildConfig {
    /// Seed of the random links.
    pub seed: u64,
    /// Near links of a row, 4 to 256; or none at all, see [`BuildConfig::flat`].
    pub degree: usize,
    /// Near neighbours among which links are chosen; at least `degree`, at most 4,096.
    pub beam: usize,
    /// The same where a walk looks for them, in a segment of more than `scope` rows. The more rows there are, the nearer to each
    /// other they are, and the more of the nearest ones are in one clump: links out of it need a wider look.
    pub walk_beam: usize,
    /// How much nearer a row must be to a chosen link than to its owner to be left out, 1.0 to 4.0: larger keeps more and
    /// longer links.
    pub alpha: f32,
    /// Rows among which near neighbours of a row are looked for directly: up to this many rows they are exact, in a larger
    /// segment a walk looks for more.
    pub scope: usize,
    /// Threads to build with; 0 takes all cores, at most four. Does not change the result.
    pub threads: usize,
}

impl Default for BuildConfig {
    fn default() -> Self {
        Self {
            seed: 0x9e37_79b9_7f4a_7c15,
            degree: 28,
            beam: 128,
            walk_beam: 384,
            alpha: 1.1,
            scope: 65_536,
            threads: 0,
        }
    }
}

impl BuildConfig {
    /// No links: a segment that is made in a fraction of the time, and of which a search scores every row that may match. For
    /// a few thousand rows, and for memory: it is not calibrated, and its fingerprint is zero.
    pub fn flat() -> Self {
        Self {
            degree: 0,
            ..Self::default()
        }
    }

    /// Is the segment to have no links?
    pub(crate) fn is_flat(&self) -> bool {
        self.degree == 0
    }

    /// BLAKE3 of the settings that shape a segment, as the header pins them.
    pub fn pinned(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"citadel prism, build configuration 2");
        hasher.update(&self.seed.to_le_bytes());
        for number in [self.degree, self.beam, self.walk_beam, self.scope] {
            hasher.update(&(number as u64).to_le_bytes());
        }
        hasher.update(&self.alpha.to_le_bytes());
        *hasher.finalize().as_bytes()
    }

    pub(crate) fn check(&self) -> Result<(), BuildError> {
        let fine = (self.is_flat() || (4..=256).contains(&self.degree))
            && (self.degree..=4_096).contains(&self.beam)
            && (self.degree..=4_096).contains(&self.walk_beam)
            && (1.0..=4.0).contains(&self.alpha)
            && self.scope > 0;
        if fine {
            Ok(())
        } else {
            Err(BuildError::Config(*self))
        }
    }

    pub(crate) fn thread_count(&self) -> usize {
        match self.threads {
            0 => std::thread::available_parallelism().map_or(1, |cores| cores.get().min(4)),
            threads => threads,
        }
    }
}

/// A source of vectors: each is read a few times, in any order, from several threads.
pub trait Vectors: Sync {
    /// Number of vectors.
    fn len(&self) -> usize;

    /// Writes vector `index` to `out`, whose length is the dimension.
    fn copy_to(&self, index: usize, out: &mut [f32]);

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Vectors one after the other in one slice.
#[derive(Clone, Copy, Debug)]
pub struct RowMajor<'a> {
    values: &'a [f32],
    dim: usize,
}

impl<'a> RowMajor<'a> {
    /// A matrix of `values.len() / dim` rows.
    ///
    /// # Panics
    ///
    /// If that is not a whole number.
    pub fn new(values: &'a [f32], dim: usize) -> Self {
        assert!(
            dim > 0 && values.len().is_multiple_of(dim),
            "a whole number of rows"
        );
        Self { values, dim }
    }
}

impl Vectors for RowMajor<'_> {
    fn len(&self) -> usize {
        self.values.len() / self.dim
    }

    fn copy_to(&self, index: usize, out: &mut [f32]) {
        out.copy_from_slice(&self.values[index * self.dim..][..self.dim]);
    }
}

/// Everything that a segment is built from. Run it with [`Segment::build`](crate::Segment::build).
pub struct Build<'a> {
    /// How distances are measured.
    pub metric: Metric,
    /// Components of each vector, 1 to 65,535.
    pub dim: usize,
    /// How to build.
    pub config: BuildConfig,
    /// The name of the vector column, kept in the header.
    pub column: &'a str,
    /// The database generation of the rows, kept in the header.
    pub generation: u64,
    /// Ids of the rows with a vector, ascending.
    pub rows: &'a [i64],
    /// Their vectors, in the same order; finite and, under cosine, not zero.
    pub vectors: &'a dyn Vectors,
    /// Ids of the rows whose distance is undefined, ascending: a NULL vector, or a zero vector under cosine.
    pub undefined: &'a [i64],
    /// The filter columns, each with one value for each of `rows`, then of `undefined`.
    pub attributes: Vec<Attribute>,
    /// Called now and then, from any thread.
    pub progress: &'a (dyn Fn(Progress) + Sync),
    /// Set it to make the build end soon with [`BuildError::Cancelled`].
    pub cancel: &'a AtomicBool,
}

/// How far a build is. Reports of several threads may arrive out of order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// Rows done in this stage.
    pub done: usize,
    /// Rows to do in this stage.
    pub total: usize,
}

/// The stages of a build, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Reading and coding vectors.
    Code,
    /// Finding near neighbours: most of the time.
    Neighbors,
    /// Linking rows.
    Link,
    /// Looking for near neighbours a second time, in segments larger than the scope; linking follows again.
    Refine,
    /// Measuring the recall of walks by rows that are withheld.
    Calibrate,
}

/// A build that did not give a segment.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BuildError {
    /// The dimension is not supported.
    #[error("a vector of {0} dimensions cannot be indexed (1 to 65535 can)")]
    Dimension(usize),
    /// A setting is out of its range.
    #[error("a build setting is out of its range: {0:?}")]
    Config(BuildConfig),
    /// Too many rows for one segment.
    #[error("{0} rows are too many for one segment")]
    TooManyRows(usize),
    /// Ids and vectors, or an attribute, differ in number.
    #[error("{what}: {found} where {expected} were expected")]
    Count {
        /// What was counted.
        what: &'static str,
        /// How many were needed.
        expected: usize,
        /// How many there were.
        found: usize,
    },
    /// Row ids are not ascending, or a row is given twice.
    #[error("row {0} is out of order or given twice")]
    Order(i64),
    /// A component is NaN or infinite.
    #[error("the vector of row {0} has a component that is not finite")]
    NotFinite(i64),
    /// A vector has no direction.
    #[error("the vector of row {0} is zero, which has no cosine")]
    Zero(i64),
    /// The caller asked to stop.
    #[error("the build was cancelled")]
    Cancelled,
    /// The machine gave no threads.
    #[error("no threads to build with: {0}")]
    Threads(String),
}

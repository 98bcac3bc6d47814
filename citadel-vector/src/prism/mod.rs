//! PRISM: rows grouped by their attributes, and one graph to walk them all.
//!
//! # Vocabulary
//!
//! - A *position* is the place of a row in the segment. Rows are laid out by *cell* (rows with the same values of the filter
//!   columns that have few of them), and within a cell by *locality* (rows that are near each other are neighbours in memory).
//!   So the rows that a filter allows are a few contiguous stretches.
//! - A *code* is a row's vector, rotated, in 8-bit components. *Coarse codes*, 4-bit, are made from those. A walk or a scan is led
//!   by coarse codes (by the others where coarse ones are not precise enough), the best of it are put in order by 8-bit codes,
//!   and the caller reranks with stored vectors.
//! - A *representative* is the first row with its code. Other rows with the same code are its *repeats*, a chain hanging off it:
//!   real data repeat themselves, and a thousand equal rows must not fill a neighbour list or fall out of reach.
//! - The *graph* links each representative to near ones in different directions (Vamana's robust pruning, from near neighbours
//!   that were computed directly, Subramanya et al. 2019), to those that chose it, and to a few random ones.
//! - *Entries* are rows spread evenly over the layout; a walk scores all of them and starts from the best.
//!
//! # A walk
//!
//! One pool holds what was scored, sorted. The walk takes the best row not expanded yet, scores its neighbours that were not
//! seen, and puts them into the pool, until the best `ef` rows have all been expanded. (It takes two rows at a time, to wait for
//! both rows' neighbours at once.) Under a filter, rows that do not match
//! are walked through like any other and do not count towards `ef`. What falls off the pool is kept aside, so that a caller
//! who wants more makes the same search go on; when the graph has nothing left, or when scanning all matching rows is cheaper
//! than walking on, those not yielded yet are scanned. So `min(k, matching)` rows are always found.
//!
//! # What always holds
//!
//! 1. Every indexed row is reachable from the entries.
//! 2. The same rows, configuration and seed give the same bytes, whatever the number of threads and the instruction set.
//! 3. A search yields no row twice, only rows that are allowed and indexed, and stops only when it has yielded all of those.
//!
//! # Inner product
//!
//! A graph needs a metric in which a row is near itself. Rows get one more component, `sqrt(M² - |x|²)` with `M` the longest
//! row, that makes all of them equally long (Neyshabur and Srebro 2015): euclidean neighbours of that set make the graph. A
//! query has zero there, so walking by inner product is walking by distance, and the component is needed only while building.

mod blocks;
mod bounds;
mod build;
mod candidate;
mod config;
mod connect;
mod fingerprint;
mod graph;
mod held_out;
mod layout;
mod matrix;
mod narrow;
mod near;
mod neighbors;
mod pool;
mod precision;
mod prune;
mod rank;
mod reading;
mod refine;
mod regime;
mod rows;
mod scan;
mod scratch;
mod search;
mod segment;
mod walk;

pub use blocks::{BlockKind, Blocks, CutShort, Unavailable};
pub use bounds::Bounded;
pub use candidate::Candidate;
pub use config::{Build, BuildConfig, BuildError, Progress, RowMajor, Stage, Vectors};
pub use reading::Reading;
pub use regime::{Estimate, Regime};
pub use scratch::Scratch;
pub use search::{Search, SearchError, SearchParams, SearchStats};
pub use segment::Segment;

pub(crate) use blocks::{Blocking, CHECK_LEN, Check, Held, Paged, check_of};
pub(crate) use config::MAX_ROWS;
pub(crate) use graph::{Graph, MAX_ROOM, decode_rooms};
pub(crate) use matrix::Matrix;
pub(crate) use rows::Rows;
pub(crate) use segment::{Coarse, Shape};

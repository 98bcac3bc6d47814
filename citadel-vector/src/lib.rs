//! Vector search without a database: distance kernels, quantizers, filters, and PRISM, an index of immutable segments.
//!
//! This crate knows nothing of SQL, pages or files: slices in, slices out.
//!
//! - [`Metric`], [`Query`] and [`TopK`] answer exactly.
//! - [`Segment::build`] makes an index; [`Segment::matching`] turns a [`Predicate`] into a [`PositionSet`] with an exact count;
//!   [`Segment::search`] yields candidates among them, to be reranked with the stored vectors.
//! - [`IvfSegment`] is the other kind of index: lists of codes under a [`Codebook`] that segments share.
//! - [`Segment::encode`] and [`Segment::decode`] are its bytes, of which every one is verified.
//!
//! ```
//! use std::sync::atomic::AtomicBool;
//! use citadel_vector::*;
//!
//! // Three points in the plane, one of them without a vector, and one filter column.
//! let vectors = [0.0, 0.0, 3.0, 4.0];
//! let colors = ["red", "blue", "red"].map(|color| AttributeValue::Bytes(color.into()));
//! let segment = Segment::build(Build {
//!     metric: Metric::L2,
//!     dim: 2,
//!     config: BuildConfig::default(),
//!     column: "place",
//!     generation: 1,
//!     rows: &[10, 20],
//!     vectors: &RowMajor::new(&vectors, 2),
//!     undefined: &[30],
//!     attributes: vec![Attribute {
//!         name: "color".into(),
//!         column: AttributeColumn::from_values(colors)?,
//!     }],
//!     progress: &|_| {},
//!     cancel: &AtomicBool::new(false),
//! })?;
//!
//! let red = segment.matching(&Predicate::Eq(0, AttributeValue::Bytes("red".into())))?;
//! assert_eq!(red.len(), 2);
//! let mut scratch = Scratch::new();
//! let params = SearchParams::default();
//! let mut search = segment.search(&[3.0, 3.0], Some(&red), params, &mut scratch)?;
//! let candidates = search.next(params.rerank(10));
//! assert_eq!(candidates.len(), 1);
//! assert_eq!(candidates[0].row_id, 10);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod calibrate;
mod element;
mod filter;
mod ivf;
mod kernel;
mod metric;
mod prism;
mod quantize;
mod segment;
mod top_k;
mod wire;

pub use calibrate::{CalibratedRecall, Calibration, Curve, Effort, Point};
pub use element::{Element, hamming, jaccard, l1_to_stored};
pub use filter::{
    Attribute, AttributeColumn, AttributeType, AttributeValue, MixedTypes, Position, PositionSet,
    Predicate, Truth, Unsupported,
};
pub use ivf::{Clusters, Codebook, IvfBuild, IvfError, IvfSegment, TrainConfig, TrainError};
pub use metric::{
    Metric, Query, distance, inner_product, instruction_set, l1, l1_le, norm, prefetch,
};
pub use prism::{
    BlockKind, Blocks, Bounded, Build, BuildConfig, BuildError, Candidate, CutShort, Estimate,
    Progress, Reading, Regime, RowMajor, Scratch, Search, SearchError, SearchParams, SearchStats,
    Segment, Stage, Unavailable, Vectors,
};
pub use segment::{
    EncodedSegment, Refusal, Residency, SectionSummary, SectionTag, SegmentHeader, SegmentStore,
};
pub use top_k::{Neighbor, TopK};

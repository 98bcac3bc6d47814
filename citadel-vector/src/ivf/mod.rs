//! IVF-PQ: an index without a graph, for what is too large for one.
//!
//! Vectors are put into *lists*, each around a centre, and stored as *codes*: the vector (or, with `residual`, what it is off its centre) is cut
//! into parts, and each part is replaced by the number of the nearest of 256 typical parts. Centres and typical parts are the [`Codebook`]; it
//! is trained once on a sample and shared by any number of segments, so that their approximate distances can be compared.
//!
//! A search looks at the lists whose centres are nearest, and adds up, for each of their codes, distances of parts that it has computed
//! once: one table look-up for each part. What it yields is to be reranked with the stored vectors, as with PRISM. Where a filter
//! leaves fewer rows in these lists than are wanted, it goes on to the next lists, so an answer is never short.
//!
//! For cosine, vectors are brought to unit length first; their distance orders them as the cosine does.
//!
//! Sources: Jégou, Douze, Schmid, "Product quantization for nearest neighbor search" (2011).

mod calibrate;
mod clusters;
mod codebook;
mod kmeans;
mod search;
mod segment;
mod wire;

pub use clusters::Clusters;
pub use codebook::{Codebook, TrainConfig, TrainError};
pub use segment::{IvfBuild, IvfError, IvfSegment};

#[cfg(test)]
mod tests;

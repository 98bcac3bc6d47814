//! Vector search without a database: slices in, slices out.

#![allow(dead_code, unused_imports)]

mod filter;
mod kernel;
mod metric;
mod top_k;
mod wire;

pub use filter::{
    Attribute, AttributeColumn, AttributeType, AttributeValue, MixedTypes, Position, PositionSet,
    Predicate, Unsupported,
};
pub use metric::{Metric, Query, distance, inner_product, instruction_set, l1, l1_le, norm};
pub use top_k::{Neighbor, TopK};

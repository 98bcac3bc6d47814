//! Columns: Arrow's types as Iceberg's and back, and batches brought into a table's shape.
//!
//! A column is known by its field id, which is allocated once and never used again; its name is how people and batches refer to it. Files are
//! read by id, so a renamed column keeps its values and a dropped one never comes back under an old name.

pub(crate) mod align;
mod arrow;
mod evolve;
mod kind;
mod names;
mod precision;
mod vector;

pub(crate) use arrow::{FieldIds, to_field, to_schema, with_uuids};
pub use arrow::{is_uuid, uuid_field};
pub use evolve::SchemaChange;
pub(crate) use evolve::evolve;
pub use kind::IndexKind;
pub(crate) use kind::memory_bytes;
pub(crate) use names::{NAME_MAPPING, mapped, name_mapping};
pub use precision::Precision;
pub use vector::{Metric, VectorColumn};
pub(crate) use vector::{Vectors, key};

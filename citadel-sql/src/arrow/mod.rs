//! Batches as Arrow's and back: what tables in lakes and Parquet files have in common. Only they and this room know Arrow.

mod read;
mod types;
mod units;
mod write;

pub(crate) use read::push_batch;
pub(crate) use types::{UUID_BYTES, data_type, float_list, sql_type};
pub(crate) use units::{Placed, Units};
pub(crate) use write::array;

//! Data files: Parquet out, Parquet in.
//!
//! A file is written with the field id of every column and read by these ids alone, so the order and the names of columns at the time of
//! writing do not matter when it is read.

mod adapt;
mod ball;
mod bounds;
mod deletes;
mod object;
mod read;
mod statistics;
mod write;

pub(crate) use adapt::own_id;
pub(crate) use ball::Ball;
pub(crate) use bounds::scalar_of;
pub(crate) use deletes::{
    Combinations, Deleted, FILE_PATH_ID, read_combinations, read_deletes, write_deletes,
};
pub(crate) use read::{FileRows, ball, open, open_at};
pub(crate) use write::{DataWriter, TARGET_BYTES};

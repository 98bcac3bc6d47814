//! Data files: Parquet out, Parquet in.
//!
//! A file is written with the field id of every column and read by these ids alone, so the order and the names of columns at the time of
//! writing do not matter when it is read.

mod adapt;
mod ball;
mod bounds;
mod deletes;
mod file_bounds;
mod groups;
mod object;
mod places;
mod read;
mod settings;
mod statistics;
mod write;

pub(crate) use adapt::own_id;
pub(crate) use ball::Ball;
pub(crate) use bounds::scalar_of;
pub(crate) use deletes::{
    Combinations, Deleted, FILE_PATH_ID, read_combinations, read_deletes, write_deletes,
};
pub(crate) use file_bounds::FileBounds;
pub(crate) use read::{FileRows, Which, ball, open};
pub(crate) use settings::Settings;
pub(crate) use write::{DataWriter, discard};

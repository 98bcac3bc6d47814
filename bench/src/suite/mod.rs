//! What is measured.

mod bars;
pub(crate) mod lake;
pub(crate) mod sql;
pub(crate) mod storage;
pub(crate) mod tpch;
pub(crate) mod vector;

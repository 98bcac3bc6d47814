//! What is measured.

pub(crate) mod sql;
pub(crate) mod storage;
pub(crate) mod vector;

//! What is measured.

pub(crate) mod storage;
pub(crate) mod vector;

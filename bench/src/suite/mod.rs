//! What is measured.

pub(crate) mod storage;
pub(crate) mod vector;
mod vector_writes;

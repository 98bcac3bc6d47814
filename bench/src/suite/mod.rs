//! What is measured.

pub(crate) mod vector;
mod vector_writes;

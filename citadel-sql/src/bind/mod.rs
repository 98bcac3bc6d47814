//! AST → bound tree: names, types and parameters resolved; what is unknown or unsupported is an error here.

pub(crate) mod bound;

mod visit;

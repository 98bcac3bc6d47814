//! Scripts: text that comes in pieces, statements that go out whole.

mod splitter;
mod trigger_block;

pub(crate) use splitter::{Piece, Splitter};

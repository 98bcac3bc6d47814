//! Scripts: text that comes in pieces, statements that go out whole.

mod splitter;

pub(crate) use splitter::{Piece, Splitter};

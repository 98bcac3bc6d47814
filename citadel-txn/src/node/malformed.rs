//! What reading a node answers where the bytes are none.

/// The bytes do not have the form of a node. Where, is known to whoever knows which page they came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

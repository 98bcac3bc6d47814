//! What a reader of a large value says about reading it once more.

/// Whether a value that lies in extents will be read again soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// It may be: the cache keeps it, if it is not too long.
    Likely,
    /// It will not be: the cache is left to others.
    No,
}

//! What a sealed run is for.

/// What a sealed run is for. The kind is part of what the run is sealed with: bytes of one kind never open as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum PageKind {
    /// A node of a B+tree.
    TreeNode = 1,
    /// A contiguous part of a large value.
    Extent = 2,
    /// The list of the extents of a very large value.
    ExtentMap = 3,
    /// Free space.
    FreeMap = 4,
    /// A commit record: among the pages, or in one of two slots outside of them.
    CommitRecord = 5,
}

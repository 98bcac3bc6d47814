//! What a vacuum did.

/// What a vacuum did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VacuumReport {
    /// Pages of the file before, header not counted.
    pub pages_before: u64,
    /// Pages of the file, or of the compact copy, afterwards.
    pub pages_after: u64,
    /// Pages that were written to get there.
    pub pages_moved: u64,
}

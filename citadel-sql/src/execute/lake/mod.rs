//! Tables in lakes: rows of one snapshot, the nearest of them, and what a DELETE notes.

mod delete;
mod moment;
mod scan;
mod state;
mod top_k;

pub(super) use delete::delete;
pub(crate) use moment::milliseconds;
pub(super) use scan::LakeScanOp;
pub(super) use top_k::LakeTopKOp;

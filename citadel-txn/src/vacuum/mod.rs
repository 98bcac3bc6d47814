//! Making a database small again.
//!
//! Deleting leaves free pages, which later commits use; the file does not shrink by itself. [`into`] writes a compact
//! copy elsewhere.

mod into;
mod report;

pub use report::VacuumReport;

//! Whether a database holds together.

use std::fmt;

use crate::api::connection::Connection;
use crate::error::Result;
use crate::schema::Catalog;
use crate::{ann, store};

/// What a check found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CheckReport {
    /// The commit that was read.
    pub generation: u64,
    /// Tables in it.
    pub tables: usize,
    faults: Vec<String>,
}

impl CheckReport {
    /// Does everything hold together? Then every row can be read.
    pub fn is_ok(&self) -> bool {
        self.faults.is_empty()
    }

    /// What is wrong, one sentence each.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }
}

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.faults {
            writeln!(f, "{fault}")?;
        }
        let (generation, tables) = (self.generation, self.tables);
        match self.faults.len() {
            0 => writeln!(
                f,
                "ok: generation {generation}; tables: {tables}; every page, row and index entry was read"
            ),
            faults => writeln!(f, "faults: {faults}, in generation {generation}"),
        }
    }
}

impl Connection {
    /// Reads everything committed: every page against its seal, trees and free space, every row, every index entry
    /// against its row, every vector index against its table.
    ///
    /// # Errors
    /// The operating system refuses a read. Damage is no error but a fault in the report.
    pub fn check(&self) -> Result<CheckReport> {
        let storage = &self.database().shared().storage;
        let below = storage.check()?;
        let mut report = CheckReport {
            generation: below.generation.get(),
            tables: 0,
            faults: below.problems,
        };
        if !report.is_ok() {
            // Rows on damaged pages would only say the same again.
            return Ok(report);
        }
        let snapshot = storage.begin_read()?;
        let catalog = Catalog::load(&snapshot)?;
        report.tables = catalog.tables().len();
        report.faults.extend(store::check(&snapshot, &catalog)?);
        report.faults.extend(ann::check(&snapshot, &catalog)?);
        Ok(report)
    }
}

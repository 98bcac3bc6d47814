//! Rows of a lake as columns of batches.

use arrow_array::RecordBatch;
use citadel_lake::{Batches, SearchReport};

use super::of_lake;
use crate::arrow::push_batch;
use crate::batch::Column;
use crate::error::{Error, Result};
use crate::lake::LakeRows;
use crate::types::SqlType;

/// The rows of a scan.
pub(super) struct ArrowRows {
    batches: Batches,
    files: usize,
    columns: Names,
    current: Option<(RecordBatch, usize)>,
}

/// What the columns are called, and what they are to be.
type Names = Vec<(String, SqlType)>;

fn owned(columns: &[(&str, SqlType)]) -> Names {
    let owned = columns.iter().map(|(name, ty)| ((*name).to_owned(), *ty));
    owned.collect()
}

impl ArrowRows {
    pub(super) fn new(batches: Batches, columns: &[(&str, SqlType)]) -> Self {
        Self {
            files: batches.files(),
            batches,
            columns: owned(columns),
            current: None,
        }
    }
}

impl LakeRows for ArrowRows {
    fn next(&mut self, out: &mut [Column], max: usize) -> Result<usize> {
        loop {
            if let Some((batch, from)) = &mut self.current {
                let rows = max.min(batch.num_rows() - *from);
                if rows > 0 {
                    push_batch(batch, *from, rows, &self.columns, out).map_err(within)?;
                    *from += rows;
                    return Ok(rows);
                }
            }
            match self.batches.next() {
                Some(batch) => self.current = Some((batch.map_err(of_lake)?, 0)),
                None => return Ok(0),
            }
        }
    }

    fn total(&self) -> u64 {
        self.batches.rows()
    }

    fn report(&self) -> Vec<(String, String)> {
        let mut report = vec![("Files".to_owned(), self.files.to_string())];
        let (read, all) = self.batches.row_groups();
        if read < all {
            report.push(("Row Groups".to_owned(), format!("{read} of {all}")));
        }
        report
    }
}

/// The rows that a search found.
pub(super) struct FoundRows {
    batch: RecordBatch,
    from: usize,
    columns: Names,
    report: SearchReport,
}

impl FoundRows {
    pub(super) fn new(
        batch: RecordBatch,
        columns: &[(&str, SqlType)],
        report: SearchReport,
    ) -> Self {
        let mut columns = owned(columns);
        columns.push(("distance".to_owned(), SqlType::Real));
        Self {
            batch,
            from: 0,
            columns,
            report,
        }
    }
}

impl LakeRows for FoundRows {
    fn next(&mut self, out: &mut [Column], max: usize) -> Result<usize> {
        let rows = max.min(self.batch.num_rows() - self.from);
        if rows > 0 {
            push_batch(&self.batch, self.from, rows, &self.columns, out).map_err(within)?;
            self.from += rows;
        }
        Ok(rows)
    }

    fn total(&self) -> u64 {
        self.batch.num_rows() as u64
    }

    fn report(&self) -> Vec<(String, String)> {
        let SearchReport {
            files_indexed,
            files_scanned,
            files_pruned,
            vectors_read,
            ..
        } = self.report;
        vec![
            (
                "Files".to_owned(),
                format!(
                    "{files_indexed} by index, {files_scanned} scanned, {files_pruned} left out"
                ),
            ),
            ("Vectors Read".to_owned(), vectors_read.to_string()),
        ]
    }
}

/// Says where the rows are.
fn within(error: Error) -> Error {
    error.within("lake")
}

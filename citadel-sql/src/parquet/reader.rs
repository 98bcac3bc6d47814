//! Reading a file.

use std::path::Path;

use arrow_array::RecordBatch;
use citadel_lake::{ParquetFile, ParquetRows};

use super::{FileColumn, of_file};
use crate::arrow::{push_batch, sql_type};
use crate::batch::Batch;
use crate::copy::Feed;
use crate::error::{Error, Result, SqlState};
use crate::types::SqlType;

pub(super) fn columns(path: &str) -> Result<Vec<FileColumn>> {
    let file = ParquetFile::open(Path::new(path)).map_err(of_file)?;
    let columns = file.schema().fields().iter().map(|field| {
        let (ty, limit) = sql_type(field).ok_or_else(|| {
            Error::unsupported(format!(
                "parquet: column \"{}\" of the type {}",
                field.name(),
                field.data_type()
            ))
        })?;
        Ok(FileColumn {
            name: field.name().clone(),
            ty,
            limit,
        })
    });
    columns.collect()
}

pub(super) fn read(path: &str, columns: &[(String, SqlType)]) -> Result<super::FileRows> {
    let file = ParquetFile::open(Path::new(path)).map_err(of_file)?;
    let places = columns.iter().map(|(name, _)| {
        let mut fields = file.schema().fields().iter();
        fields
            .position(|field| field.name() == name)
            .ok_or_else(|| {
                Error::sql(
                    SqlState::UNDEFINED_COLUMN,
                    format!("parquet: {path} has no column \"{name}\" any more"),
                )
            })
    });
    let places: Vec<usize> = places.collect::<Result<_>>()?;
    // The file gives them in its own order.
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by_key(|at| places[*at]);
    let ascending: Vec<usize> = order.iter().map(|at| places[*at]).collect();
    let rows = file.rows(&ascending).map_err(of_file)?;
    let mut place_of = vec![0; order.len()];
    for (place, at) in order.iter().enumerate() {
        place_of[*at] = place;
    }
    Ok(Box::new(Reader {
        rows,
        columns: columns.to_vec(),
        place_of,
        current: None,
    }))
}

/// The rows of a file.
struct Reader {
    rows: ParquetRows,
    columns: Vec<(String, SqlType)>,
    /// For each column, its place among those that are read.
    place_of: Vec<usize>,
    current: Option<(RecordBatch, usize)>,
}

impl Feed for Reader {
    fn next(&mut self, out: &mut Batch, wanted: usize) -> Result<bool> {
        loop {
            if let Some((batch, from)) = &mut self.current {
                let rows = wanted.min(batch.num_rows() - *from);
                if rows > 0 {
                    push_batch(batch, *from, rows, &self.columns, &mut out.columns)?;
                    *from += rows;
                    out.rows += rows;
                    return Ok(true);
                }
            }
            let Some(batch) = self.rows.next() else {
                return Ok(false);
            };
            let batch = batch.map_err(of_file)?;
            let batch = batch.project(&self.place_of).map_err(|error| {
                Error::sql(SqlState::DATA_EXCEPTION, format!("parquet: {error}"))
            })?;
            self.current = Some((batch, 0));
        }
    }

    fn place(&self, _: usize) -> Option<String> {
        None
    }
}

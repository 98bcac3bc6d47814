//! Parquet files that belong to no table, as rows. They are read and written by citadel-lake, where the feature `lake` is there.

#[cfg(feature = "lake")]
mod reader;
#[cfg(feature = "lake")]
mod writer;

use crate::batch::Batch;
use crate::copy::Feed;
use crate::error::Result;
use crate::types::{Limit, SqlType};

/// Rows of a file, as they are read.
pub(crate) type FileRows = Box<dyn Feed + Send>;

/// A column of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileColumn {
    pub(crate) name: String,
    pub(crate) ty: SqlType,
    pub(crate) limit: Option<Limit>,
}

/// A file that rows are written to.
pub(crate) trait FileOutput {
    /// Adds rows.
    ///
    /// # Errors
    /// A value is none of its column's type there. Or writing fails.
    fn write(&mut self, batch: &Batch) -> Result<()>;

    /// Ends the file.
    ///
    /// # Errors
    /// Writing fails.
    fn finish(self: Box<Self>) -> Result<()>;
}

/// The columns of a file.
///
/// # Errors
/// It cannot be read, or has a column that SQL has no type for.
#[cfg(feature = "lake")]
pub(crate) fn columns(path: &str) -> Result<Vec<FileColumn>> {
    reader::columns(path)
}

/// The rows of a file, of these columns by their names; a list of numbers may be wanted as a vector.
///
/// # Errors
/// As [`columns`].
#[cfg(feature = "lake")]
pub(crate) fn read(path: &str, columns: &[(String, SqlType)]) -> Result<FileRows> {
    reader::read(path, columns)
}

/// Creates a file of these columns.
///
/// # Errors
/// It cannot be created, or a column has no place in one.
#[cfg(feature = "lake")]
pub(crate) fn create(
    path: &std::path::Path,
    columns: &[FileColumn],
) -> Result<Box<dyn FileOutput>> {
    writer::create(path, columns)
}

/// What the lake says of a file.
#[cfg(feature = "lake")]
fn of_file(error: citadel_lake::LakeError) -> crate::error::Error {
    use crate::error::{Error, SqlState};
    let state = match &error {
        error if error.is_io() => SqlState::IO_ERROR,
        error if error.is_corrupt() => SqlState::DATA_CORRUPTED,
        error if error.is_unsupported() => SqlState::FEATURE_NOT_SUPPORTED,
        _ => SqlState::DATA_EXCEPTION,
    };
    Error::sql(state, format!("parquet: {error}"))
}

#[cfg(not(feature = "lake"))]
mod absent {
    use super::{FileColumn, FileOutput, FileRows};
    use crate::error::{Error, Result, SqlState};
    use crate::types::SqlType;

    pub(crate) fn columns(_: &str) -> Result<Vec<FileColumn>> {
        Err(not_here())
    }

    pub(crate) fn read(_: &str, _: &[(String, SqlType)]) -> Result<FileRows> {
        Err(not_here())
    }

    pub(crate) fn create(_: &std::path::Path, _: &[FileColumn]) -> Result<Box<dyn FileOutput>> {
        Err(not_here())
    }

    fn not_here() -> Error {
        Error::sql(
            SqlState::FEATURE_NOT_SUPPORTED,
            "Parquet files are not supported: this program was built without the feature \"lake\"",
        )
    }
}

#[cfg(not(feature = "lake"))]
pub(crate) use absent::{columns, create, read};

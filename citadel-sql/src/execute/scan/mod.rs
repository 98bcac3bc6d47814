//! Sources of rows: tables by row id, through an index, functions, and rows of expressions.

mod added;
mod index_scan;
mod parquet;
mod pk_lookup;
mod row_count;
mod sample_scan;
mod seq_scan;
mod table_function;
mod table_rows;
mod unnest;
mod values;

pub(super) use added::AddedTableOp;
pub(super) use index_scan::{IndexScanOp, missing_row};
pub(super) use parquet::ReadParquetOp;
pub(super) use pk_lookup::PkLookupOp;
pub(super) use row_count::RowCountOp;
pub(super) use sample_scan::SampleScanOp;
pub(super) use seq_scan::SeqScanOp;
pub(super) use table_function::TableFunctionOp;
pub(super) use table_rows::TableRows;
pub(super) use unnest::UnnestOp;
pub(super) use values::{EmptyOp, SingleRowOp, ValuesOp};

use crate::store::Direction;

fn direction(descending: bool) -> Direction {
    if descending {
        Direction::Backward
    } else {
        Direction::Forward
    }
}

//! Rows of Parquet files.

use std::sync::Arc;

use crate::batch::{BATCH_ROWS, Batch};
use crate::bind::bound::ExprKind;
use crate::error::{Error, Result, SqlState};
use crate::execute::context::ExecContext;
use crate::execute::operator::Operator;
use crate::parquet::{self, FileRows};
use crate::plan::TableFunctionCall;
use crate::types::{SqlType, Value};

/// `read_parquet`: the columns that the file had when the statement was bound, as far as somebody reads them.
pub(in crate::execute) struct ReadParquetOp {
    call: Arc<TableFunctionCall>,
    /// The places of the columns in the file; a number of the row may stand behind them.
    places: Vec<usize>,
    /// Their types.
    types: Vec<SqlType>,
    rows: Option<FileRows>,
}

impl ReadParquetOp {
    pub(in crate::execute) fn new(call: &Arc<TableFunctionCall>) -> Self {
        let count = call.layout.len() - usize::from(call.ordinality);
        let read = call.layout[..count].iter().map(|id| id.column as usize);
        let places: Vec<usize> = read.collect();
        Self {
            types: places.iter().map(|place| call.types[*place]).collect(),
            places,
            call: Arc::clone(call),
            rows: None,
        }
    }

    fn open(&self) -> Result<FileRows> {
        let call = &self.call;
        let Some(ExprKind::Literal(Value::Text(path))) =
            call.arguments.first().map(|path| &path.kind)
        else {
            return Err(Error::Misuse("read_parquet without a file".to_owned()));
        };
        let columns = parquet::columns(path)?;
        let bound = &call.types[..call.types.len() - usize::from(call.ordinality)];
        if !columns.iter().map(|column| &column.ty).eq(bound) {
            return Err(Error::sql(
                SqlState::DATA_EXCEPTION,
                format!("parquet: {path} has other columns than when the statement was prepared"),
            ));
        }
        let read = self.places.iter().map(|place| {
            let column = &columns[*place];
            (column.name.clone(), column.ty)
        });
        parquet::read(path, &read.collect::<Vec<_>>())
    }
}

impl Operator for ReadParquetOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        context.check_interrupt()?;
        out.reset(&self.types);
        let mut rows = match self.rows.take() {
            Some(rows) => rows,
            None => self.open()?,
        };
        let more = rows.next(out, wanted.clamp(1, BATCH_ROWS))?;
        self.rows = Some(rows);
        Ok(more)
    }
}

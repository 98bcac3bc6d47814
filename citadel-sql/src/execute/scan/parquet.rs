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

/// `read_parquet`: the columns that the file had when the statement was bound.
pub(in crate::execute) struct ReadParquetOp {
    call: Arc<TableFunctionCall>,
    rows: Option<FileRows>,
}

impl ReadParquetOp {
    pub(in crate::execute) fn new(call: &Arc<TableFunctionCall>) -> Self {
        Self {
            call: Arc::clone(call),
            rows: None,
        }
    }

    /// The types of the file's columns; a number of the row may stand behind them.
    fn types(&self) -> &[SqlType] {
        let count = self.call.types.len() - usize::from(self.call.ordinality);
        &self.call.types[..count]
    }

    fn open(&self) -> Result<FileRows> {
        let Some(ExprKind::Literal(Value::Text(path))) =
            self.call.arguments.first().map(|path| &path.kind)
        else {
            return Err(Error::Misuse("read_parquet without a file".to_owned()));
        };
        let columns = parquet::columns(path)?;
        if !columns.iter().map(|column| &column.ty).eq(self.types()) {
            return Err(Error::sql(
                SqlState::DATA_EXCEPTION,
                format!("parquet: {path} has other columns than when the statement was prepared"),
            ));
        }
        let columns = columns.into_iter().map(|column| (column.name, column.ty));
        parquet::read(path, &columns.collect::<Vec<_>>())
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
        out.reset(self.types());
        let mut rows = match self.rows.take() {
            Some(rows) => rows,
            None => self.open()?,
        };
        let more = rows.next(out, wanted.clamp(1, BATCH_ROWS))?;
        self.rows = Some(rows);
        Ok(more)
    }
}

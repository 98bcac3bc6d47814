//! Rows of a table on their way to the output: what is read, filtered, and passed on.

use super::expression::{CompiledExpr, Rows};
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::bind::bound::ColumnId;
use crate::error::Result;
use crate::plan::TableSource;
use crate::schema::ColumnNo;
use crate::types::{SqlType, Value};

/// A scan with a filter reads at least so many rows at a time.
const FILTERED_CHUNK_MIN: usize = 64;

/// Reads columns for filter and output, keeps the rows that pass, and puts the output's columns in order.
pub(super) struct TableRows {
    /// Columns that are read from the table. In a batch that was read, they are followed by the row id, if wanted.
    stored: Vec<ColumnNo>,
    wants_row_id: bool,
    types: Vec<SqlType>,
    filter: Option<CompiledExpr>,
    /// For each column of the output, its place in what is read.
    output: Vec<usize>,
    /// What is read is the output.
    direct: bool,
    read: Batch,
    selected: Vec<u32>,
}

impl TableRows {
    pub(super) fn new(source: &TableSource, params: &[Value]) -> Result<Self> {
        let mut layout: Vec<ColumnId> = Vec::new();
        let mut wants_row_id = false;
        let mut want = |id: ColumnId| {
            if id.column == ColumnId::ROWID {
                wants_row_id = true;
            } else if !layout.contains(&id) {
                layout.push(id);
            }
        };
        source.columns.iter().for_each(|&id| want(id));
        for conjunct in &source.filter {
            conjunct.for_each_column(&mut want);
        }
        let stored: Vec<ColumnNo> = layout
            .iter()
            .filter_map(|id| u16::try_from(id.column).ok())
            .map(ColumnNo)
            .collect();
        let mut types: Vec<SqlType> = stored
            .iter()
            .map(|no| source.table.column(*no).ty)
            .collect();
        if wants_row_id {
            layout.push(ColumnId {
                relation: source.relation,
                column: ColumnId::ROWID,
            });
            types.push(SqlType::Integer);
        }
        let filter = CompiledExpr::conjunction(&source.filter, &layout, params)?;
        let filter = filter.filter(|f| !matches!(f.as_constant(), Some(Value::Boolean(true))));
        let output: Vec<usize> = source
            .columns
            .iter()
            .filter_map(|id| layout.iter().position(|read| read == id))
            .collect();
        let identity =
            output.len() == layout.len() && output.iter().enumerate().all(|(a, b)| a == *b);
        Ok(Self {
            stored,
            wants_row_id,
            types,
            direct: identity && filter.is_none(),
            filter,
            output,
            read: Batch::default(),
            selected: Vec::new(),
        })
    }

    /// The columns to read.
    pub(super) fn stored(&self) -> &[ColumnNo] {
        &self.stored
    }

    /// The filter passes no row, whatever it holds.
    pub(super) fn is_never(&self) -> bool {
        let constant = self.filter.as_ref().and_then(CompiledExpr::as_constant);
        matches!(constant, Some(Value::Boolean(false) | Value::Null))
    }

    /// How many rows to read at first for so many wanted.
    pub(super) fn first_chunk(&self, wanted: usize) -> usize {
        let least = if self.filter.is_some() {
            FILTERED_CHUNK_MIN
        } else {
            1
        };
        wanted.clamp(least, BATCH_ROWS)
    }

    /// Lets `read` append rows: row ids, if wanted, and the stored columns. It gives their number.
    pub(super) fn fill(
        &mut self,
        out: &mut Batch,
        read: impl FnOnce(Option<&mut Column>, &mut [Column]) -> Result<usize>,
    ) -> Result<usize> {
        let batch = if self.direct { out } else { &mut self.read };
        batch.reset(&self.types);
        let (stored, row_id) = batch.columns.split_at_mut(self.stored.len());
        let row_id = if self.wants_row_id {
            row_id.first_mut()
        } else {
            None
        };
        let rows = read(row_id, stored)?;
        batch.rows = rows;
        if rows == 0 {
            out_of_rows(batch);
        }
        Ok(rows)
    }

    /// Filters what was read into `out`. False: no row passed.
    pub(super) fn finish(&mut self, out: &mut Batch) -> Result<bool> {
        if self.direct {
            return Ok(out.rows > 0);
        }
        let all = Rows::All(self.read.rows);
        if let Some(filter) = &self.filter {
            filter.select(&self.read, all, &mut self.selected)?;
        }
        let keeps_all = self.filter.is_none() || self.selected.len() == self.read.rows;
        out.columns.resize_with(self.output.len(), Column::default);
        for (column, &at) in out.columns.iter_mut().zip(&self.output) {
            let read = &mut self.read.columns[at];
            if keeps_all {
                std::mem::swap(column, read);
            } else {
                column.restart_as(read);
                column.append_rows(read, &self.selected)?;
            }
        }
        out.rows = if keeps_all {
            self.read.rows
        } else {
            self.selected.len()
        };
        Ok(out.rows > 0)
    }
}

/// A batch that stays empty keeps no half-read columns.
fn out_of_rows(batch: &mut Batch) {
    batch.columns.iter_mut().for_each(Column::clear);
}

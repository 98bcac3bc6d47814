//! Rows of a table on their way to the output: what is read, filtered, and passed on.
//!
//! What the filter does not look at is read late, only for the rows that pass: a wide vector, and in a scan of the whole table
//! what takes long to decode.

use std::sync::Arc;

use citadel_txn::View;

use crate::batch::{BATCH_ROWS, Batch, Column, ColumnData};
use crate::bind::bound::ColumnId;
use crate::error::{Error, Result, SqlState};
use crate::expression::{CompiledExpr, Rows};
use crate::plan::TableSource;
use crate::schema::{ColumnNo, ColumnStorage, RowId};
use crate::store::{RawRows, VectorReader, VectorScan};
use crate::types::{SqlType, Value};

/// A scan with a filter reads at least so many rows at a time.
const FILTERED_CHUNK_MIN: usize = 64;

/// Reads columns for filter and output, keeps the rows that pass, and puts the output's columns in order.
pub(in crate::execute) struct TableRows {
    /// Columns that are read from the table. In a batch that was read, they are followed by the row id, if wanted.
    stored: Vec<ColumnNo>,
    types: Vec<SqlType>,
    /// Shared by the parts of one scan.
    filter: Option<Arc<CompiledExpr>>,
    output: Vec<Output>,
    /// What is read is the output.
    direct: bool,
    /// The columns that the filter is compiled against.
    layout: Vec<ColumnId>,
    read: Batch,
    selected: Vec<u32>,
    raw: Option<RawColumns>,
}

/// Columns that are decoded late, from the bytes of rows that were kept.
struct RawColumns {
    rows: RawRows,
    types: Vec<SqlType>,
    columns: Vec<Column>,
}

/// Where a column of the output comes from.
enum Output {
    /// A place in what is read.
    Read(usize),
    /// A place in what is decoded late.
    Raw(usize),
    /// The vectors of the rows that pass.
    Late {
        vectors: Box<VectorScan>,
        ty: SqlType,
    },
}

impl TableRows {
    /// For rows that are looked up one by one.
    pub(in crate::execute) fn new(source: &TableSource, params: &[Value]) -> Result<Self> {
        Self::of(source, params, Vec::new())
    }

    /// For a scan that gives the bytes of rows, where that is worth it.
    pub(in crate::execute) fn of_scan(source: &TableSource, params: &[Value]) -> Result<Self> {
        Self::of(source, params, raw_columns(source))
    }

    fn of(source: &TableSource, params: &[Value], raw: Vec<ColumnNo>) -> Result<Self> {
        let (layout, late) = layout(source, &raw);
        let wants_row_id = layout.last().is_some_and(|id| id.column == ColumnId::ROWID);
        let stored: Vec<ColumnNo> = layout.iter().filter_map(|id| column_no(*id)).collect();
        let mut types: Vec<SqlType> = stored
            .iter()
            .map(|no| source.table.column(*no).ty)
            .collect();
        if wants_row_id {
            types.push(SqlType::Integer);
        }
        let filter = filter(source, &layout, params)?;
        let mut output = Vec::with_capacity(source.columns.len());
        for id in &source.columns {
            let no = column_no(*id);
            let raw = no.and_then(|no| raw.iter().position(|raw| *raw == no));
            output.push(match (no.filter(|no| late.contains(no)), raw) {
                (Some(no), _) => Output::Late {
                    vectors: Box::new(VectorReader::new(&source.table, no)?.scan()),
                    ty: source.table.column(no).ty,
                },
                (None, Some(raw)) => Output::Raw(raw),
                (None, None) => Output::Read(place(&layout, *id)?),
            });
        }
        let in_place =
            |(at, output): (usize, &Output)| matches!(output, Output::Read(from) if *from == at);
        let identity = output.len() == layout.len() && output.iter().enumerate().all(in_place);
        Ok(Self {
            stored,
            types,
            direct: identity && source.filter.is_empty(),
            layout,
            filter,
            output,
            read: Batch::default(),
            selected: Vec::new(),
            raw: (!raw.is_empty()).then(|| RawColumns {
                rows: RawRows::new(&source.table, &raw),
                types: raw.iter().map(|no| source.table.column(*no).ty).collect(),
                columns: Vec::new(),
            }),
        })
    }

    /// Lets go of what was read. False: it cannot be restarted.
    pub(in crate::execute) fn rest(&mut self) -> bool {
        self.read.rest();
        // A scan of vectors holds pages, and rows that were kept take memory.
        let holds_none = |output: &Output| matches!(output, Output::Read(_));
        self.output.iter().all(holds_none)
    }

    /// Begins anew with other parameters.
    pub(in crate::execute) fn restart(
        &mut self,
        source: &TableSource,
        params: &[Value],
    ) -> Result<()> {
        self.filter = filter(source, &self.layout, params)?;
        Ok(())
    }

    /// Can there be one for each part of the table? Not where vectors are read late.
    pub(in crate::execute) fn is_divisible(&self) -> bool {
        let is_late = |output: &Output| matches!(output, Output::Late { .. });
        !self.output.iter().any(is_late)
    }

    /// The same for another part of the table, if there can be one.
    pub(in crate::execute) fn again(&self) -> Option<Self> {
        let again = |output: &Output| match output {
            Output::Read(at) => Some(Output::Read(*at)),
            Output::Raw(at) => Some(Output::Raw(*at)),
            Output::Late { .. } => None,
        };
        Some(Self {
            stored: self.stored.clone(),
            types: self.types.clone(),
            filter: self.filter.clone(),
            output: self.output.iter().map(again).collect::<Option<_>>()?,
            direct: self.direct,
            layout: self.layout.clone(),
            read: Batch::default(),
            selected: Vec::new(),
            raw: self.raw.as_ref().map(RawColumns::again),
        })
    }

    /// The columns to read.
    pub(in crate::execute) fn stored(&self) -> &[ColumnNo] {
        &self.stored
    }

    /// The filter passes no row, whatever it holds.
    pub(in crate::execute) fn is_never(&self) -> bool {
        let constant = self.filter.as_ref().and_then(|filter| filter.as_constant());
        matches!(constant, Some(Value::Boolean(false) | Value::Null))
    }

    /// How many rows to read at first for so many wanted.
    pub(in crate::execute) fn first_chunk(&self, wanted: usize) -> usize {
        let least = if self.filter.is_some() {
            FILTERED_CHUNK_MIN
        } else {
            1
        };
        wanted.clamp(least, BATCH_ROWS)
    }

    /// Lets `read` append rows: row ids, if wanted, and the stored columns. It gives their number.
    pub(in crate::execute) fn fill(
        &mut self,
        out: &mut Batch,
        read: impl FnOnce(Option<&mut Column>, &mut [Column]) -> Result<usize>,
    ) -> Result<usize> {
        self.fill_with_raw(out, |row_ids, columns, _| read(row_ids, columns))
    }

    /// The same; `read` also keeps the bytes of rows, if they are wanted.
    pub(in crate::execute) fn fill_with_raw(
        &mut self,
        out: &mut Batch,
        read: impl FnOnce(Option<&mut Column>, &mut [Column], Option<&mut RawRows>) -> Result<usize>,
    ) -> Result<usize> {
        let batch = if self.direct {
            &mut *out
        } else {
            &mut self.read
        };
        batch.reset(&self.types);
        let (stored, row_id) = batch.columns.split_at_mut(self.stored.len());
        let mut raw = self.raw.as_mut().map(|raw| &mut raw.rows);
        if let Some(raw) = &mut raw {
            raw.clear();
        }
        let rows = read(row_id.first_mut(), stored, raw)?;
        batch.rows = rows;
        if rows == 0 {
            out.rows = 0;
        }
        Ok(rows)
    }

    /// Of what was read, keeps some rows alone.
    pub(in crate::execute) fn keep(&mut self, out: &mut Batch, rows: &[u32]) {
        match self.direct {
            true => out.keep(rows),
            false => self.read.keep(rows),
        }
    }

    /// Filters what was read into `out`. False: no row passed.
    pub(in crate::execute) fn finish(&mut self, view: &dyn View, out: &mut Batch) -> Result<bool> {
        if self.direct {
            return Ok(out.rows > 0);
        }
        let all = Rows::All(self.read.rows);
        match &self.filter {
            Some(filter) => filter.select(&self.read, all, &mut self.selected)?,
            None => {
                self.selected.clear();
                self.selected.extend((0u32..).take(self.read.rows));
            }
        }
        out.rows = self.selected.len();
        if out.rows == 0 {
            return Ok(false);
        }
        out.columns.resize_with(self.output.len(), Column::default);
        // Late columns first: they need the row ids, which may be moved away after.
        for (column, output) in out.columns.iter_mut().zip(&mut self.output) {
            if let Output::Late { vectors, ty } = output {
                *column = Column::new(*ty, self.selected.len());
                let ids = self.read.columns.last();
                push_vectors(view, vectors, ids, &self.selected, column)?;
            }
        }
        if let Some(raw) = &mut self.raw {
            raw.decode(self.read.columns.last(), &self.selected)?;
        }
        let keeps_all = self.selected.len() == self.read.rows;
        for (column, output) in out.columns.iter_mut().zip(&self.output) {
            if let (Output::Raw(at), Some(raw)) = (output, &mut self.raw) {
                std::mem::swap(column, &mut raw.columns[*at]);
            }
            if let Output::Read(at) = output {
                let read = &mut self.read.columns[*at];
                if keeps_all {
                    std::mem::swap(column, read);
                } else {
                    column.restart_as(read);
                    column.append_rows(read, &self.selected)?;
                }
            }
        }
        Ok(true)
    }
}

impl RawColumns {
    /// The same for another part of the table.
    fn again(&self) -> Self {
        Self {
            rows: self.rows.again(),
            types: self.types.clone(),
            columns: Vec::new(),
        }
    }

    /// Decodes the columns of the rows that pass.
    fn decode(&mut self, row_ids: Option<&Column>, selected: &[u32]) -> Result<()> {
        let Some(ColumnData::Integer(ids)) = row_ids.map(Column::data) else {
            return Err(no_row_ids());
        };
        self.columns.resize_with(self.types.len(), Column::default);
        for (column, ty) in self.columns.iter_mut().zip(&self.types) {
            column.clear();
            if column.sql_type() != ty.evaluated() {
                *column = Column::new(*ty, selected.len());
            }
        }
        for &row in selected {
            let row = row as usize;
            self.rows.decode(row, RowId(ids[row]), &mut self.columns)?;
        }
        Ok(())
    }
}

/// The columns that a scan had better decode late: those that the filter does not look at, where a TEXT or BLOB is among them.
fn raw_columns(source: &TableSource) -> Vec<ColumnNo> {
    let mut filtered: Vec<ColumnId> = Vec::new();
    for conjunct in &source.filter {
        conjunct.for_each_column(&mut |id| filtered.push(id));
    }
    let is_raw = |no: &ColumnNo| {
        source.table.column(*no).storage == ColumnStorage::Row
            && source.table.rowid_column != Some(*no)
    };
    let rest = source.columns.iter().filter(|id| !filtered.contains(id));
    let rest: Vec<ColumnNo> = rest
        .filter_map(|id| column_no(*id))
        .filter(is_raw)
        .collect();
    let is_long = |no: &ColumnNo| {
        let ty = source.table.column(*no).ty;
        matches!(ty, SqlType::Text | SqlType::Blob | SqlType::Vector(_))
    };
    match !source.filter.is_empty() && rest.iter().any(is_long) {
        true => rest,
        false => Vec::new(),
    }
}

/// What rows must pass; `None`: all do.
fn filter(
    source: &TableSource,
    layout: &[ColumnId],
    params: &[Value],
) -> Result<Option<Arc<CompiledExpr>>> {
    let filter = CompiledExpr::conjunction(&source.filter, layout, params)?;
    let filter = filter.filter(|f| !matches!(f.as_constant(), Some(Value::Boolean(true))));
    Ok(filter.map(Arc::new))
}

/// The columns to read at first, the row id last if it is among them; and the columns to read late, but for those that are decoded
/// late.
fn layout(source: &TableSource, raw: &[ColumnNo]) -> (Vec<ColumnId>, Vec<ColumnNo>) {
    let mut filtered: Vec<ColumnId> = Vec::new();
    for conjunct in &source.filter {
        conjunct.for_each_column(&mut |id| filtered.push(id));
    }
    let is_late = |id: &ColumnId| {
        let in_tree =
            |no: &ColumnNo| matches!(source.table.column(*no).storage, ColumnStorage::Tree(_));
        !source.filter.is_empty()
            && !filtered.contains(id)
            && column_no(*id).is_some_and(|no| in_tree(&no))
    };
    let (late, early): (Vec<ColumnId>, Vec<ColumnId>) =
        source.columns.iter().copied().partition(is_late);
    let mut layout: Vec<ColumnId> = Vec::with_capacity(early.len() + filtered.len() + 1);
    for id in early.into_iter().chain(filtered) {
        if !layout.contains(&id) {
            layout.push(id);
        }
    }
    let row_id = ColumnId {
        relation: source.relation,
        column: ColumnId::ROWID,
    };
    let wants_row_id = !late.is_empty() || !raw.is_empty() || layout.contains(&row_id);
    let is_raw = |id: &ColumnId| column_no(*id).is_some_and(|no| raw.contains(&no));
    layout.retain(|id| *id != row_id && !is_raw(id));
    if wants_row_id {
        layout.push(row_id);
    }
    (layout, late.into_iter().filter_map(column_no).collect())
}

/// The number of a stored column; `None` for the hidden row id.
fn column_no(id: ColumnId) -> Option<ColumnNo> {
    u16::try_from(id.column).ok().map(ColumnNo)
}

fn place(layout: &[ColumnId], id: ColumnId) -> Result<usize> {
    let at = layout.iter().position(|read| *read == id);
    at.ok_or_else(|| Error::sql(SqlState::INTERNAL_ERROR, "a column is not among those read"))
}

/// Appends the vectors of some of the rows that were read.
fn push_vectors(
    view: &dyn View,
    vectors: &mut VectorScan,
    row_ids: Option<&Column>,
    selected: &[u32],
    out: &mut Column,
) -> Result<()> {
    let Some(ColumnData::Integer(ids)) = row_ids.map(Column::data) else {
        return Err(no_row_ids());
    };
    for &row in selected {
        let id = RowId(ids[row as usize]);
        match vectors.find(view, id, |vector| out.push_stored_vector(vector))? {
            Some(pushed) => pushed?,
            None => out.push_null(),
        }
    }
    Ok(())
}

#[cold]
fn no_row_ids() -> Error {
    Error::sql(SqlState::INTERNAL_ERROR, "rows came without row ids")
}

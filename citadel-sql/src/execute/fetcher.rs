//! Columns of rows that are known by their ids.

use citadel_txn::View;

use crate::batch::Batch;
use crate::bind::bound::{ColumnId, RelationNo};
use crate::error::Result;
use crate::schema::{ColumnNo, RowId, TableDef};
use crate::store::RowReader;
use crate::types::SqlType;

/// Fetches some columns of a table, the hidden row id among them if wanted.
#[derive(Debug)]
pub(in crate::execute) struct Fetcher {
    reader: RowReader,
    /// Stored columns first, then the hidden row id.
    layout: Vec<ColumnId>,
    types: Vec<SqlType>,
    /// How many of the layout the reader gives.
    stored: usize,
    /// Is the row's id all that is wanted?
    ids_only: bool,
}

impl Fetcher {
    /// A fetcher of columns of one relation, each named once. The layout puts the hidden row id last.
    pub(in crate::execute) fn new(
        table: &TableDef,
        relation: RelationNo,
        wanted: &[ColumnId],
    ) -> Self {
        let columns: Vec<ColumnNo> = wanted
            .iter()
            .filter_map(|id| u16::try_from(id.column).ok())
            .map(ColumnNo)
            .collect();
        let id = |column| ColumnId { relation, column };
        let mut layout: Vec<_> = columns.iter().map(|no| id(u32::from(no.0))).collect();
        let mut types: Vec<_> = columns.iter().map(|&no| table.column(no).ty).collect();
        let rowid = id(ColumnId::ROWID);
        if wanted.contains(&rowid) {
            layout.push(rowid);
            types.push(SqlType::Integer);
        }
        Self {
            reader: RowReader::new(table, &columns),
            layout,
            types,
            stored: columns.len(),
            ids_only: columns.iter().all(|&no| table.rowid_column == Some(no)),
        }
    }

    /// What the fetched rows are made of, in order.
    pub(in crate::execute) fn layout(&self) -> &[ColumnId] {
        &self.layout
    }

    /// The types of the layout.
    pub(in crate::execute) fn types(&self) -> &[SqlType] {
        &self.types
    }

    /// Appends a row to the first columns of a batch. False: there is no such row.
    pub(in crate::execute) fn fetch(
        &self,
        view: &dyn View,
        row: RowId,
        out: &mut Batch,
    ) -> Result<bool> {
        let (stored, rest) = out.columns.split_at_mut(self.stored);
        if !self.reader.fetch(view, row, stored)? {
            return Ok(false);
        }
        if let (true, Some(rowid)) = (self.layout.len() > self.stored, rest.first_mut()) {
            rowid.push_integer(row.0)?;
        }
        out.rows += 1;
        Ok(true)
    }

    /// Appends a row that is known to be there: where its id is all that is wanted, nothing is read.
    pub(in crate::execute) fn fetch_known(
        &self,
        view: &dyn View,
        row: RowId,
        out: &mut Batch,
    ) -> Result<bool> {
        if !self.ids_only {
            return self.fetch(view, row, out);
        }
        for column in &mut out.columns[..self.layout.len()] {
            column.push_integer(row.0)?;
        }
        out.rows += 1;
        Ok(true)
    }
}

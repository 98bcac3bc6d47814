//! Filling a new index from the rows that are there.

use citadel_txn::WriteTxn;

use crate::batch::{BATCH_ROWS, Column, ColumnData};
use crate::error::{Error, Result, SqlState};
use crate::schema::{AnnIndex, BTreeIndex, ColumnNo, IndexDef, RowId, TableDef};
use crate::store::index_key::{IndexEntry, describe_key};
use crate::store::{Direction, RowIdRange, TableScan, delta};
use crate::types::{SqlType, ValueRef};

/// Entries are sorted in runs of about this many bytes, so that they go in side by side in bounded memory.
const RUN_BYTES: usize = 32 << 20;

/// Fills a btree index.
///
/// # Errors
/// Two rows with one key where the index is unique; a key that is too long; storage errors.
pub(super) fn build_btree(
    txn: &mut WriteTxn,
    table: &TableDef,
    index: &IndexDef,
    btree: &BTreeIndex,
) -> Result<()> {
    let max_len = txn.max_key_len();
    let mut wanted = btree.columns.clone();
    wanted.sort_unstable();
    wanted.dedup();
    let slot = |no: ColumnNo| wanted.iter().position(|w| *w == no).unwrap_or_default();
    let mut columns: Vec<_> = wanted
        .iter()
        .map(|no| Column::new(table.column(*no).ty, BATCH_ROWS))
        .collect();
    let mut entry = IndexEntry::default();
    let mut run = Run::default();
    let mut rows = Rows::new(table, &wanted);
    while let Some(ids) = rows.next(txn, &mut columns)? {
        for (row, id) in ids.iter().enumerate() {
            let value = |no: ColumnNo| -> ValueRef<'_> { columns[slot(no)].get(row) };
            entry.make(index, btree, RowId(*id), max_len, value)?;
            run.add(&entry);
        }
        if run.bytes.len() >= RUN_BYTES {
            run.write(txn, table, index, btree)?;
        }
    }
    run.write(txn, table, index, btree)
}

/// Names every row of the table in the delta of a new ann index.
///
/// # Errors
/// Storage errors.
pub(super) fn touch_all(txn: &mut WriteTxn, table: &TableDef, ann: &AnnIndex) -> Result<()> {
    let mut rows = Rows::new(table, &[]);
    while let Some(ids) = rows.next(txn, &mut [])? {
        for id in ids {
            delta::touch(txn, ann, RowId(*id))?;
        }
    }
    Ok(())
}

/// The rows of a table, a batch at a time.
struct Rows {
    scan: TableScan,
    ids: Column,
}

impl Rows {
    fn new(table: &TableDef, wanted: &[ColumnNo]) -> Self {
        Self {
            scan: TableScan::new(table, wanted, RowIdRange::ALL, Direction::Forward),
            ids: Column::new(SqlType::Integer, BATCH_ROWS),
        }
    }

    /// The next rows' ids, and their values in `columns` in place of the last ones'.
    fn next(&mut self, txn: &WriteTxn, columns: &mut [Column]) -> Result<Option<&[i64]>> {
        self.ids.clear();
        columns.iter_mut().for_each(Column::clear);
        let rows = self
            .scan
            .next(txn, Some(&mut self.ids), columns, BATCH_ROWS)?;
        Ok(match self.ids.data() {
            ColumnData::Integer(ids) if rows > 0 => Some(ids),
            _ => None,
        })
    }
}

/// Entries waiting to be sorted.
#[derive(Default)]
struct Run {
    /// Keys and values, end to end.
    bytes: Vec<u8>,
    entries: Vec<Span>,
}

/// Where an entry lies in the run's bytes.
#[derive(Clone, Copy)]
struct Span {
    key: usize,
    value: usize,
    end: usize,
}

impl Run {
    fn add(&mut self, entry: &IndexEntry) {
        let key = self.bytes.len();
        self.bytes.extend_from_slice(entry.key());
        let value = self.bytes.len();
        self.bytes.extend_from_slice(entry.value());
        self.entries.push(Span {
            key,
            value,
            end: self.bytes.len(),
        });
    }

    /// Writes the entries in key order, and forgets them.
    fn write(
        &mut self,
        txn: &mut WriteTxn,
        table: &TableDef,
        index: &IndexDef,
        btree: &BTreeIndex,
    ) -> Result<()> {
        let bytes = &self.bytes;
        let key = |span: &Span| &bytes[span.key..span.value];
        self.entries.sort_unstable_by(|a, b| key(a).cmp(key(b)));
        for span in &self.entries {
            if txn.insert(btree.tree, key(span), &bytes[span.value..span.end])? {
                return Err(duplicate(table, index, btree, key(span))?);
            }
        }
        self.entries.clear();
        self.bytes.clear();
        Ok(())
    }
}

fn duplicate(table: &TableDef, index: &IndexDef, btree: &BTreeIndex, key: &[u8]) -> Result<Error> {
    Ok(Error::sql(
        SqlState::UNIQUE_VIOLATION,
        format!(
            "could not create unique index \"{}\": key {} is duplicated",
            index.name,
            describe_key(table, index, btree, key)?
        ),
    ))
}

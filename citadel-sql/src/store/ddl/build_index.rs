//! Filling a new index from the rows that are there.

use citadel_txn::WriteTxn;

use super::sorter::{Loaded, Sorter, Watch};
use crate::batch::{BATCH_ROWS, Batch, Column, ColumnData};
use crate::error::{Error, Result, SqlState};
use crate::schema::{AnnIndex, BTreeIndex, ColumnNo, IndexDef, IndexedVector, RowId, TableDef};
use crate::store::entries::explain;
use crate::store::index_key::{IndexEntry, describe_key};
use crate::store::{Direction, IndexParts, RowIdRange, TableScan, VectorSource, delta};
use crate::types::SqlType;

/// Fills a btree index.
///
/// # Errors
/// Two rows with one key where the index is unique; a key that is too long; what the index computes fails for a row; storage
/// errors; what `watch` says.
pub(super) fn build_btree(
    txn: &mut WriteTxn,
    table: &TableDef,
    index: &IndexDef,
    btree: &BTreeIndex,
    watch: Watch<'_>,
) -> Result<()> {
    let max_len = txn.max_key_len();
    let wanted = btree.columns_read();
    let parts = IndexParts::of(table, btree, &wanted)?;
    let columns = wanted
        .iter()
        .map(|no| Column::new(table.column(*no).ty, BATCH_ROWS));
    let mut batch = Batch {
        columns: columns.collect(),
        rows: 0,
    };
    let mut selected = Vec::new();
    let mut entry = IndexEntry::default();
    let mut sorter = Sorter::new();
    let mut rows = Rows::new(table, &wanted);
    let refuse = |key: &[u8]| duplicate(table, index, btree, key);
    while let Some(ids) = rows.next(txn, &mut batch.columns)? {
        watch()?;
        batch.rows = ids.len();
        parts
            .select(&batch, &mut selected)
            .map_err(|error| explain(index, error))?;
        let keys = parts
            .keys(&batch, &selected)
            .map_err(|error| explain(index, error))?;
        for (at, &row) in selected.iter().enumerate() {
            let id = RowId(ids[row as usize]);
            let values = keys.iter().map(|key| key.get(at));
            entry.make(index, btree, (id, max_len), values)?;
            if let Loaded::Duplicate(key) = sorter.push(txn, entry.key(), entry.value(), watch)? {
                return Err(refuse(&key)?);
            }
        }
    }
    match sorter.load(txn, btree.tree, watch)? {
        Loaded::Whole => Ok(()),
        Loaded::Duplicate(key) => Err(refuse(&key)?),
    }
}

/// Names every row of the table in the delta of a new ann index. An expression is computed for each.
///
/// # Errors
/// An expression that fails for a row; storage errors; what `watch` says.
pub(super) fn touch_all(
    txn: &mut WriteTxn,
    table: &TableDef,
    ann: &AnnIndex,
    watch: Watch<'_>,
) -> Result<()> {
    if matches!(ann.vector, IndexedVector::Expression(_)) {
        let source = VectorSource::of_index(table, &ann.vector)?;
        source.for_each(txn, table, RowIdRange::ALL, |_, _, _| {
            watch()?;
            Ok(())
        })?;
    }
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

//! The rows of one table.

use std::cmp::Ordering;
use std::iter::Peekable;
use std::sync::Arc;

use citadel_txn::{Durability, Salvage, SalvagedEntries, WriteTxn};

use super::SalvagedTable;
use crate::api::Database;
use crate::error::Result;
use crate::schema::{Catalog, ColumnNo, ColumnStorage, TableDef};
use crate::store::{TableWriter, row_key, stored_values};
use crate::types::ValueRef;

/// Rows of one commit: few enough for what they hold, many enough for the commit to cost little.
const ROWS_PER_COMMIT: u64 = 4_096;

/// Copies all rows that can be read into the table of the same name.
pub(super) fn copy(
    source: &Salvage,
    table: &TableDef,
    database: &Database,
    salvaged: &mut SalvagedTable,
    tick: &mut dyn FnMut() -> Result<()>,
) -> Result<()> {
    let mut vectors: Vec<Vectors<'_>> = (0..)
        .map(ColumnNo)
        .zip(&table.columns)
        .filter_map(|(no, column)| match column.storage {
            ColumnStorage::Tree(tree) => Some(Vectors::new(no, source.entries(tree))),
            ColumnStorage::Row => None,
        })
        .collect();
    let mut entries = source.entries(table.rows).peekable();
    while entries.peek().is_some() {
        let mut txn = begin(database)?;
        let mut writer = TableWriter::new(new_table(&txn, table)?);
        for entry in entries.by_ref().take(ROWS_PER_COMMIT as usize) {
            tick()?;
            let vectors = &mut vectors;
            match read(table, &entry.key, &entry.value, vectors, salvaged) {
                Ok((id, values)) => put(&mut txn, &mut writer, id, &values, salvaged)?,
                Err(error) => salvaged.refuse(error),
            }
        }
        txn.commit()?;
    }
    for column in &mut vectors {
        salvaged.vectors_without_row += column.rest();
    }
    Ok(())
}

fn begin(database: &Database) -> Result<WriteTxn> {
    let mut txn = database.shared().storage.begin_write()?;
    txn.set_durability(Durability::Normal);
    Ok(txn)
}

fn new_table(txn: &WriteTxn, old: &TableDef) -> Result<Arc<TableDef>> {
    let catalog = Catalog::load(txn)?;
    let found = catalog.table(&old.name).cloned();
    found.ok_or_else(|| crate::error::Error::Corrupt(format!("table \"{}\" is gone", old.name)))
}

type ReadRow = (crate::schema::RowId, Vec<crate::types::Value>);

/// The values of a row.
fn read(
    table: &TableDef,
    key: &[u8],
    row: &[u8],
    vectors: &mut [Vectors<'_>],
    salvaged: &mut SalvagedTable,
) -> Result<ReadRow> {
    let id = row_key::decode(key)?;
    let mut without = 0;
    let values = stored_values(table, id, row, |no| {
        let column = vectors.iter_mut().find(|column| column.no == no)?;
        let vector = column.of_row(key);
        without += u64::from(vector.is_none());
        vector
    });
    salvaged.vectors_lost += without;
    Ok((id, values?))
}

/// Inserts a row, or says why it cannot be.
fn put(
    txn: &mut WriteTxn,
    writer: &mut TableWriter,
    id: crate::schema::RowId,
    values: &[crate::types::Value],
    salvaged: &mut SalvagedTable,
) -> Result<()> {
    let refs: Vec<ValueRef<'_>> = values.iter().map(crate::types::Value::as_ref).collect();
    let before = txn.savepoint();
    let inserted = writer.insert_at(txn, id, &refs);
    if let Err(error) = inserted {
        if error.is_io() {
            return Err(error);
        }
        txn.rollback_to(&before)?;
        salvaged.refuse(format!("row {}: {error}", id.0));
    } else {
        salvaged.rows += 1;
    }
    Ok(txn.release(before)?)
}

/// The vectors of one column, walked beside the rows.
struct Vectors<'a> {
    no: ColumnNo,
    entries: Peekable<SalvagedEntries<'a>>,
    passed_over: u64,
}

impl<'a> Vectors<'a> {
    fn new(no: ColumnNo, entries: SalvagedEntries<'a>) -> Self {
        Self {
            no,
            entries: entries.peekable(),
            passed_over: 0,
        }
    }

    /// The vector of a row; rows come by ascending key.
    fn of_row(&mut self, key: &[u8]) -> Option<Vec<u8>> {
        loop {
            match self.entries.peek()?.key.as_slice().cmp(key) {
                Ordering::Less => self.passed_over += 1,
                Ordering::Equal => return self.entries.next().map(|entry| entry.value),
                Ordering::Greater => return None,
            }
            self.entries.next();
        }
    }

    /// Vectors that no row asked for.
    fn rest(&mut self) -> u64 {
        self.passed_over + self.entries.by_ref().count() as u64
    }
}

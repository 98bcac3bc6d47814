//! What a materialized view keeps: emptied, and filled anew.
//!
//! Rows are put in while there are no indexes to be kept with them; these are built from the rows afterwards, as CREATE INDEX
//! builds them.

use std::sync::Arc;

use citadel_txn::{View, WriteTxn};

use super::build_index::{build_btree, touch_all};
use super::rewrite_table::empty;
use super::sorter::Watch;
use crate::error::Result;
use crate::schema::{IndexDef, IndexKind, MIN_SEGMENT_ROWS, Materialized, SchemaChange, TableDef};

/// Takes all rows out; it cannot be read then.
///
/// # Errors
/// Storage errors.
pub(crate) fn empty_materialized(txn: &mut WriteTxn, table: &TableDef) -> Result<Arc<TableDef>> {
    empty(txn, table, |table| set_filled(table, false))
}

/// Builds the indexes from the rows that were put in, and lets it be read. Gives the vector indexes that are to get a segment.
///
/// # Errors
/// As for CREATE INDEX.
pub(crate) fn fill_materialized(
    txn: &mut WriteTxn,
    table: &TableDef,
    watch: Watch<'_>,
) -> Result<Vec<Arc<IndexDef>>> {
    let mut table = table.clone();
    set_filled(&mut table, true);
    let mut change = SchemaChange::begin(txn)?;
    change.put_table(&table)?;
    change.finish()?;
    let mut left = Vec::new();
    let is_small = txn.tree_len(table.rows)? < MIN_SEGMENT_ROWS;
    for index in &table.indexes {
        match &index.kind {
            IndexKind::BTree(btree) => build_btree(txn, &table, index, btree, watch)?,
            IndexKind::Ann(ann) if is_small => touch_all(txn, &table, ann, watch)?,
            IndexKind::Ann(_) => left.push(Arc::clone(index)),
        }
    }
    Ok(left)
}

fn set_filled(table: &mut TableDef, is_filled: bool) {
    if let Some(kept) = &table.materialized {
        table.materialized = Some(Arc::new(Materialized {
            is_filled,
            ..Materialized::clone(kept)
        }));
    }
}

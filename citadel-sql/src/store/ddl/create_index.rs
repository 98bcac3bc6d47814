//! CREATE INDEX.

use std::sync::Arc;

use citadel_txn::{TreeOptions, View, WriteTxn};

use super::build_index::{build_btree, touch_all};
use super::names::refuse_taken;
use crate::bind::bound;
use crate::error::{Error, Result, SqlState};
use crate::schema::{
    AnnIndex, BTreeIndex, Catalog, ColumnNo, IndexDef, IndexKey, IndexKind, IndexOrigin,
    IndexedVector, MIN_SEGMENT_ROWS, SchemaChange, TableDef,
};
use crate::store::row_text;
use crate::types::SqlType;

/// Makes an index over the rows that its table has.
///
/// A btree index is complete at once. An ann index of few rows, or a deferred one, begins with all rows in its delta:
/// right, and as fast as the exact plan. Any other one is empty, and the room above makes its first segment before the
/// statement ends.
///
/// # Errors
/// The name is taken; a column without an order; an expression that fails for a row; rows that break UNIQUE; a key that is too long; storage errors; what
/// `watch` says, which is asked now and then whether to go on.
pub(crate) fn create_index(
    txn: &mut WriteTxn,
    new: &bound::CreateIndex,
    watch: &mut dyn FnMut() -> Result<()>,
) -> Result<Arc<IndexDef>> {
    refuse_taken(&Catalog::load(txn)?, &new.name)?;
    let mut change = SchemaChange::begin(txn)?;
    let kind = make_trees(change.txn(), new)?;
    if let IndexKind::BTree(btree) = &kind {
        let columns = btree.keys.iter().filter_map(IndexKey::as_column);
        refuse_unordered(&new.table, &columns.collect::<Vec<_>>())?;
    }
    let index = IndexDef {
        id: change.new_index_id(),
        name: new.name.clone(),
        table: new.table.id,
        origin: IndexOrigin::Statement,
        kind,
        sql: new.sql.clone(),
    };
    change.put_index(&index)?;
    change.finish()?;
    match &index.kind {
        IndexKind::BTree(btree) => build_btree(txn, &new.table, &index, btree, watch)?,
        IndexKind::Ann(ann) if begins_in_delta(txn, new)? => {
            touch_all(txn, &new.table, ann, watch)?
        }
        IndexKind::Ann(_) => {}
    }
    Ok(Arc::new(index))
}

/// Are the rows that are there left to the delta of a new ann index?
fn begins_in_delta(txn: &WriteTxn, new: &bound::CreateIndex) -> Result<bool> {
    let deferred = matches!(new.kind, bound::NewIndex::Ann { deferred: true, .. });
    Ok(deferred || txn.tree_len(new.table.rows)? < MIN_SEGMENT_ROWS)
}

fn make_trees(txn: &mut WriteTxn, new: &bound::CreateIndex) -> Result<IndexKind> {
    let mut tree = || txn.create_tree(TreeOptions::default());
    Ok(match &new.kind {
        bound::NewIndex::BTree {
            relation,
            keys,
            condition,
            unique,
            nulls_distinct,
        } => IndexKind::BTree(BTreeIndex {
            keys: keys
                .iter()
                .map(|key| row_text::define(&new.table, key, *relation, key.ty))
                .collect::<Result<_>>()?,
            condition: condition
                .as_ref()
                .map(|condition| {
                    let text = row_text::write(&new.table, condition, *relation);
                    text.ok_or_else(|| {
                        Error::unsupported("an index with this condition").at(condition.position)
                    })
                })
                .transpose()?,
            unique: *unique,
            nulls_distinct: *nulls_distinct,
            tree: tree()?,
        }),
        bound::NewIndex::Ann {
            relation,
            vector,
            metric,
            filters,
            options,
            deferred: _,
        } => IndexKind::Ann(AnnIndex {
            vector: IndexedVector::define(&new.table, vector, *relation)?,
            metric: *metric,
            filters: filters.clone(),
            delta: tree()?,
            segments: tree()?,
            options: *options,
        }),
    })
}

/// Refuses columns that have no order.
pub(super) fn refuse_unordered(table: &TableDef, columns: &[ColumnNo]) -> Result<()> {
    let unordered = |no: &&ColumnNo| matches!(table.column(**no).ty, SqlType::Vector(_));
    match columns.iter().find(unordered) {
        None => Ok(()),
        Some(no) => Err(Error::sql(
            SqlState::DATATYPE_MISMATCH,
            format!(
                "column \"{}\" of table \"{}\" is a vector, which has no order: no btree index or key can hold it",
                table.column(*no).name,
                table.name
            ),
        )
        .hint("CREATE INDEX … USING ann")),
    }
}

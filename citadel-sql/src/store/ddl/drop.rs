//! DROP TABLE and DROP INDEX.

use citadel_txn::{TreeId, WriteTxn};

use crate::error::{Error, Result, SqlState};
use crate::schema::{
    Catalog, ColumnStorage, IndexDef, IndexKind, IndexOrigin, SchemaChange, TableDef,
};

/// Drops a table with all its indexes, triggers and trees.
///
/// # Errors
/// The table is not there any more; storage errors.
pub(crate) fn drop_table(txn: &mut WriteTxn, table: &TableDef) -> Result<()> {
    let mut change = SchemaChange::begin(txn)?;
    for index in &table.indexes {
        change.remove_index(index)?;
        drop_trees(change.txn(), index_trees(index))?;
    }
    for id in table.columns.iter().flat_map(|c| c.sequences.ids()) {
        change.remove_sequence(id)?;
    }
    change.remove_table(table)?;
    change.remove_triggers_of(table.id.0)?;
    drop_trees(change.txn(), table_trees(table))?;
    change.finish()
}

/// Drops an index with its trees.
///
/// # Errors
/// A constraint needs the index; it is not there any more; storage errors.
pub(crate) fn drop_index(txn: &mut WriteTxn, index: &IndexDef) -> Result<()> {
    if index.origin != IndexOrigin::Statement {
        return Err(Error::sql(
            SqlState::DEPENDENT_OBJECTS,
            format!(
                "cannot drop index \"{}\": a constraint of its table requires it",
                index.name
            ),
        ));
    }
    let catalog = Catalog::load(txn)?;
    let mut change = SchemaChange::begin(txn)?;
    change.remove_index(index)?;
    let table = catalog.table_by_id(index.table);
    if let Some(known) = table.and_then(|table| table.statistics.as_ref()) {
        let left = known.moved(Some, |id| (id != index.id).then_some(id));
        change.put_statistics(index.table, &left)?;
    }
    drop_trees(change.txn(), index_trees(index))?;
    change.finish()
}

/// Drops the trees of an index.
pub(super) fn drop_index_trees(txn: &mut WriteTxn, index: &IndexDef) -> Result<()> {
    drop_trees(txn, index_trees(index))
}

/// Drops the trees of a table and its indexes.
pub(super) fn drop_all_trees(txn: &mut WriteTxn, table: &TableDef) -> Result<()> {
    let trees: Vec<TreeId> = table.trees().iter().map(|(tree, _)| *tree).collect();
    drop_trees(txn, trees)
}

fn drop_trees(txn: &mut WriteTxn, trees: impl IntoIterator<Item = TreeId>) -> Result<()> {
    for tree in trees {
        txn.drop_tree(tree)?;
    }
    Ok(())
}

fn table_trees(table: &TableDef) -> impl Iterator<Item = TreeId> {
    let columns = table
        .columns
        .iter()
        .filter_map(|column| match column.storage {
            ColumnStorage::Tree(tree) => Some(tree),
            ColumnStorage::Row => None,
        });
    std::iter::once(table.rows).chain(columns)
}

fn index_trees(index: &IndexDef) -> Vec<TreeId> {
    match &index.kind {
        IndexKind::BTree(btree) => vec![btree.tree],
        IndexKind::Ann(ann) => vec![ann.delta, ann.segments],
    }
}

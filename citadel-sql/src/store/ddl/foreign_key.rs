//! Definitions of foreign keys.

use std::sync::Arc;

use citadel_txn::WriteTxn;

use super::names::Names;
use super::sorter::Watch;
use crate::bind::bound::{AlterTable, AlteredKey, DroppedKey, NewForeignKey};
use crate::error::{Error, Result, SqlState};
use crate::schema::{
    Catalog, ColumnNo, ForeignKeyDef, SchemaChange, SequenceDef, TableDef, TableId,
};
use crate::store::foreign_key::check_rows;

/// The definition of a new foreign key of a table.
pub(super) fn key_def(
    names: &mut Names<'_>,
    table: &TableDef,
    new: &NewForeignKey,
) -> Result<ForeignKeyDef> {
    let name = match &new.name {
        Some(name) if is_taken(table, name) => {
            return Err(Error::sql(
                SqlState::DUPLICATE_OBJECT,
                format!("constraint \"{name}\" exists already"),
            ));
        }
        Some(name) => name.clone(),
        None => names.choose_key(table, &new.columns, |name| !is_taken(table, name)),
    };
    Ok(ForeignKeyDef {
        name,
        columns: new.columns.clone(),
        parent: new.parent.as_ref().map_or(table.id, |parent| parent.id),
        parent_columns: new.parent_columns.clone(),
        match_full: new.match_full,
        on_delete: new.on_delete.clone(),
        on_update: new.on_update.clone(),
        timing: new.timing,
    })
}

fn is_taken(table: &TableDef, name: &str) -> bool {
    let is_it = |known: &str| known.eq_ignore_ascii_case(name);
    table.foreign_keys.iter().any(|key| is_it(&key.name))
        || table.checks.iter().any(|check| is_it(&check.name))
        || table.indexes.iter().any(|index| is_it(&index.name))
}

/// The foreign keys of a table that is altered, and the names of those that are new.
pub(super) fn altered_keys(
    names: &mut Names<'_>,
    alter: &AlterTable,
    new: &mut TableDef,
) -> Result<Vec<String>> {
    let mut added = Vec::new();
    for altered in &alter.foreign_keys {
        let key = match altered {
            AlteredKey::Kept(key) => moved(alter, key).ok_or_else(|| {
                Error::sql(
                    SqlState::INTERNAL_ERROR,
                    format!("\"{}\" is kept, and a column of it is not", key.name),
                )
            })?,
            AlteredKey::New(key) => {
                let key = key_def(names, new, key)?;
                added.push(key.name.clone());
                key
            }
        };
        new.foreign_keys.push(key);
    }
    Ok(added)
}

fn moved(alter: &AlterTable, key: &ForeignKeyDef) -> Option<ForeignKeyDef> {
    let to = |no: ColumnNo| alter.moved(no);
    let all = |columns: &[ColumnNo]| columns.iter().map(|no| to(*no)).collect::<Option<_>>();
    Some(ForeignKeyDef {
        columns: all(&key.columns)?,
        parent_columns: match key.parent == alter.table.id {
            true => all(&key.parent_columns)?,
            false => key.parent_columns.clone(),
        },
        on_delete: key.on_delete.moved(to)?,
        on_update: key.on_update.moved(to)?,
        ..key.clone()
    })
}

/// Keeps the keys of other tables that refer to one that is altered in step with it; some go.
pub(super) fn follow_parent(
    change: &mut SchemaChange<'_>,
    catalog: &Catalog,
    (alter, new): (&AlterTable, &TableDef),
    sequences: &[Arc<SequenceDef>],
) -> Result<()> {
    let parent = Arc::new(new.clone());
    let tables = with_table(catalog, &parent);
    for other in catalog.tables() {
        let refers = |key: &ForeignKeyDef| key.parent == new.id;
        if other.id == new.id || !other.foreign_keys.iter().any(refers) {
            continue;
        }
        let mut child = TableDef::clone(other);
        child
            .foreign_keys
            .retain(|key| !is_dropped(&alter.dropped_keys, other.id, key));
        for key in child.foreign_keys.iter_mut().filter(|key| refers(key)) {
            for no in &mut key.parent_columns {
                *no = alter.moved(*no).ok_or_else(|| {
                    Error::sql(
                        SqlState::INTERNAL_ERROR,
                        format!("\"{}\" refers to a column that goes", key.name),
                    )
                })?;
            }
        }
        child.sql = child.statement(sequences, &tables);
        change.put_table(&child)?;
    }
    Ok(())
}

/// The tables of a catalog, with another definition of one.
pub(super) fn with_table(catalog: &Catalog, table: &Arc<TableDef>) -> Vec<Arc<TableDef>> {
    let others = catalog.tables().iter().filter(|known| known.id != table.id);
    others.cloned().chain([Arc::clone(table)]).collect()
}

fn is_dropped(dropped: &[DroppedKey], table: TableId, key: &ForeignKeyDef) -> bool {
    let mut all = dropped.iter();
    all.any(|dropped| dropped.table.id == table && dropped.name == key.name)
}

/// Drops foreign keys of tables that stay.
///
/// # Errors
/// Storage errors.
pub(crate) fn drop_keys(txn: &mut WriteTxn, dropped: &[DroppedKey]) -> Result<()> {
    if dropped.is_empty() {
        return Ok(());
    }
    let catalog = Catalog::load(txn)?;
    let mut change = SchemaChange::begin(txn)?;
    for table in catalog.tables() {
        let mut child = TableDef::clone(table);
        child
            .foreign_keys
            .retain(|key| !is_dropped(dropped, table.id, key));
        if child.foreign_keys.len() < table.foreign_keys.len() {
            child.sql = child.statement(catalog.sequences(), catalog.tables());
            change.put_table(&child)?;
        }
    }
    change.finish()
}

/// Looks at the rows that are there for new keys.
pub(super) fn look_at_keys(
    txn: &WriteTxn,
    table: &TableDef,
    added: &[String],
    watch: Watch<'_>,
) -> Result<()> {
    if added.is_empty() {
        return Ok(());
    }
    let catalog = Catalog::load(txn)?;
    let keys = table
        .foreign_keys
        .iter()
        .filter(|key| added.contains(&key.name));
    let keys: Vec<_> = keys
        .filter_map(|key| Some((key, &**catalog.table_by_id(key.parent)?)))
        .collect();
    check_rows(txn, table, &keys, watch, &mut |_, error| Err(error))
}

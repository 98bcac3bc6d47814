//! From what hangs on rows back to the rows: names the entries that no row has.

use citadel_txn::{Cursor, TreeId, View};

use crate::error::Result;
use crate::findings::Findings;
use crate::schema::{RowId, TableDef};
use crate::store::entries::EntryMakers;
use crate::store::index_key::{IndexEntry, row_id_of_entry};
use crate::store::row::Field;
use crate::store::row_key;
use crate::store::writer::{btrees, fields, tree_columns};

/// A tree whose number of entries is not what the rows of its table make it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Suspect {
    /// The n-th btree index of the table.
    Index(usize),
    /// The tree of the n-th column that has one.
    Vectors(usize),
}

/// Walks a suspect and names each entry that no row has.
pub(super) fn name(
    view: &dyn View,
    table: &TableDef,
    suspect: Suspect,
    findings: &mut Findings,
    tick: &mut dyn FnMut() -> Result<()>,
) -> Result<()> {
    match suspect {
        Suspect::Index(at) => {
            let Some((index, btree)) = btrees(table).nth(at) else {
                return Ok(());
            };
            let mut entry = IndexEntry::default();
            let makers = EntryMakers::of(table)?;
            walk(view, btree.tree, tick, |key, value| {
                let Ok(id) = row_id_of_entry(key, value) else {
                    findings.add(format_args!(
                        "index \"{}\" has an entry without a row id",
                        index.name
                    ));
                    return Ok(());
                };
                let row = view.get(table.rows, &row_key::encode(id))?;
                let is_there = row.is_some();
                let belongs = match (&row, makers.iter().nth(at)) {
                    (Some(row), Some(maker)) => {
                        // A row that does not decode, or of which nothing can be computed, was found already.
                        let made = makers.read(view, table, id, row).and_then(|row| {
                            maker.make(&mut entry, (index, btree), id, usize::MAX, |no| {
                                row.value(no)
                            })
                        });
                        made.is_ok()
                            && entry.is_there()
                            && entry.key() == key
                            && entry.value() == value
                    }
                    _ => false,
                };
                if !belongs {
                    let there = match (is_there, entry.is_there()) {
                        (false, _) => "is not there",
                        (true, false) => "is not to be in it",
                        (true, true) => "has another key",
                    };
                    findings.add(format_args!(
                        "index \"{}\" has an entry for row {}, which {there}",
                        index.name, id.0
                    ));
                }
                Ok(())
            })
        }
        Suspect::Vectors(at) => {
            let Some((no, column, tree)) = tree_columns(table).nth(at) else {
                return Ok(());
            };
            walk(view, tree, tick, |key, _| {
                let id = row_key::decode(key)?;
                let wants = with_row(view, table, id, |fields| {
                    Ok(fields[usize::from(no.0)] == Field::Elsewhere)
                })?;
                if wants != Some(true) {
                    findings.add(format_args!(
                        "table \"{}\": column \"{}\" has a vector for row {}, which has none",
                        table.name, column.name, id.0
                    ));
                }
                Ok(())
            })
        }
    }
}

fn walk(
    view: &dyn View,
    tree: TreeId,
    tick: &mut dyn FnMut() -> Result<()>,
    mut visit: impl FnMut(&[u8], &[u8]) -> Result<()>,
) -> Result<()> {
    let mut entries = Cursor::new(tree);
    let mut found = entries.first(view)?;
    while found {
        tick()?;
        visit(entries.key(), &entries.value(view)?)?;
        found = entries.next(view)?;
    }
    Ok(())
}

/// Looks at a row. `None`: it is not there, or does not decode, which was found already.
fn with_row<T>(
    view: &dyn View,
    table: &TableDef,
    id: RowId,
    look: impl FnOnce(&[Field<'_>]) -> Result<T>,
) -> Result<Option<T>> {
    let Some(row) = view.get(table.rows, &row_key::encode(id))? else {
        return Ok(None);
    };
    match fields(table, id, &row) {
        Ok(fields) => look(&fields).map(Some),
        Err(_) => Ok(None),
    }
}

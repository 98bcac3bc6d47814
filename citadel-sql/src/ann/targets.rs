//! Which indexes a call names: by table and vector column, or by table and index name.

use std::sync::Arc;

use crate::error::{Error, Result, SqlState};
use crate::schema::{AnnIndex, Catalog, IndexDef, IndexKind, TableDef};

/// An ann index with its definition.
pub(super) type Target = (Arc<IndexDef>, AnnIndex);

/// The table, and its ann indexes on a column or of a name. At least one, or it is an error.
pub(super) fn find(
    catalog: &Catalog,
    table: &str,
    column_or_index: &str,
) -> Result<(Arc<TableDef>, Vec<Target>)> {
    let table = catalog.table(table).ok_or_else(|| {
        Error::sql(
            SqlState::UNDEFINED_TABLE,
            format!("table \"{table}\" does not exist"),
        )
    })?;
    let column = table.column_no(column_or_index);
    let mut found = of_table(table);
    found.retain(|(def, index)| match column {
        Some(column) => index.column == column,
        None => def.name.eq_ignore_ascii_case(column_or_index),
    });
    if found.is_empty() {
        return Err(none(table, column_or_index, column.is_some()));
    }
    Ok((Arc::clone(table), found))
}

/// All ann indexes of a table, by ascending id.
pub(super) fn of_table(table: &TableDef) -> Vec<Target> {
    table
        .indexes
        .iter()
        .filter_map(|def| match &def.kind {
            IndexKind::Ann(index) => Some((Arc::clone(def), index.clone())),
            IndexKind::BTree(_) => None,
        })
        .collect()
}

fn none(table: &TableDef, name: &str, is_column: bool) -> Error {
    if is_column {
        let message = format!(
            "column \"{name}\" of table \"{}\" has no ann index",
            table.name
        );
        Error::sql(SqlState::UNDEFINED_OBJECT, message).hint(format!(
            "CREATE INDEX … ON {} USING ann ({name}) makes one",
            table.name
        ))
    } else {
        let message = format!(
            "table \"{}\" has neither a column nor an ann index \"{name}\"",
            table.name
        );
        Error::sql(SqlState::UNDEFINED_OBJECT, message)
    }
}

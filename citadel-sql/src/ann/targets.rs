//! Which indexes a call names: by table and index name, or by table and vector column.

use std::sync::Arc;

use crate::error::{Error, Result, SqlState};
use crate::schema::{AnnIndex, Catalog, IndexDef, IndexKind, IndexedVector, TableDef};
use crate::types::SqlType;

/// An ann index with its definition.
pub(super) type Target = (Arc<IndexDef>, AnnIndex);

/// The table, and its ann index of a name, or else those on a column. At least one, or it is an error.
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
    let all = of_table(table);
    if let Some(named) = all
        .iter()
        .find(|(def, _)| def.name.eq_ignore_ascii_case(column_or_index))
    {
        return Ok((Arc::clone(table), vec![named.clone()]));
    }
    let column = table.column_no(column_or_index);
    let on_column =
        |index: &AnnIndex| column.is_some_and(|no| index.vector == IndexedVector::Column(no));
    let mut found = all;
    found.retain(|(_, index)| on_column(index));
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
        let error = Error::sql(SqlState::UNDEFINED_OBJECT, message);
        let is_vector = |no| matches!(table.column(no).ty, SqlType::Vector(_));
        if table.column_no(name).is_some_and(is_vector) {
            return error.hint(format!(
                "CREATE INDEX … ON {} USING ann ({name}) makes one",
                table.name
            ));
        }
        error
    } else {
        let message = format!(
            "table \"{}\" has neither a column nor an ann index \"{name}\"",
            table.name
        );
        Error::sql(SqlState::UNDEFINED_OBJECT, message)
    }
}

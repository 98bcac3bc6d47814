//! Names: tables, indexes and views share one space, as in PostgreSQL.

use crate::error::{Error, Result, SqlState};
use crate::schema::{Catalog, ColumnNo, TableDef};

/// Refuses a name that a table, an index or a view has.
pub(super) fn refuse_taken(catalog: &Catalog, name: &str) -> Result<()> {
    if !catalog.is_taken(name) {
        return Ok(());
    }
    Err(Error::sql(
        SqlState::DUPLICATE_TABLE,
        format!("relation \"{name}\" already exists"),
    ))
}

/// A free name for the index of a constraint: `t_pkey`, `t_a_b_key`, with a number where that is taken.
/// `new` are the names given since the catalog was loaded.
pub(super) fn constraint_name(
    catalog: &Catalog,
    new: &[String],
    table: &TableDef,
    columns: &[ColumnNo],
    suffix: &str,
) -> String {
    let mut base = table.name.clone();
    for no in columns {
        base.push('_');
        base.push_str(&table.column(*no).name);
    }
    base.push_str(suffix);
    let free = |name: &String| {
        !catalog.is_taken(name) && !new.iter().any(|taken| taken.eq_ignore_ascii_case(name))
    };
    if free(&base) {
        return base;
    }
    let mut number = 1u64;
    loop {
        let name = format!("{base}{number}");
        if free(&name) {
            return name;
        }
        number += 1;
    }
}

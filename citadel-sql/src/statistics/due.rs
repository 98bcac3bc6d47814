//! When statistics are old.

use citadel_txn::View;

use crate::error::Result;
use crate::schema::TableDef;

/// Rows that have changed when statistics are gathered anew: so many, and a share of those that there were.
const ROWS_MIN: f64 = 500.0;
const SHARE: f64 = 0.1;

/// Have so many rows changed that the statistics of a table are to be gathered anew? `changed` is what is known of it;
/// a table that has become larger or smaller has changed by that much at least. Without statistics there is nothing to
/// renew.
///
/// # Errors
/// Storage errors.
pub(crate) fn is_due(view: &dyn View, table: &TableDef, changed: u64) -> Result<bool> {
    let Some(known) = &table.statistics else {
        return Ok(false);
    };
    let grown = view.tree_len(table.rows)?.abs_diff(known.rows);
    Ok(changed.max(grown) as f64 >= ROWS_MIN + SHARE * known.rows as f64)
}

/// Has the table rows, and no statistics, or old ones?
///
/// # Errors
/// Storage errors.
pub(crate) fn is_wanted(view: &dyn View, table: &TableDef) -> Result<bool> {
    match &table.statistics {
        Some(_) => is_due(view, table, 0),
        None => Ok(view.tree_len(table.rows)? > 0),
    }
}

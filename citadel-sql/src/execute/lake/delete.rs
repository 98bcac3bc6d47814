//! DELETE: counted now, done at COMMIT.

use super::state;
use crate::batch::{BATCH_ROWS, Column};
use crate::error::{Error, Result};
use crate::execute::context::ExecContext;
use crate::lake::{self, Condition, LakeStage, Read};
use crate::plan::LakeDelete;

/// Notes the delete of the rows that satisfy a condition; gives how many do in the snapshot that the transaction sees.
pub(in crate::execute) fn delete(plan: &LakeDelete, context: &mut ExecContext<'_>) -> Result<u64> {
    let table = &plan.table;
    if context.view().tree_len(table.rows)? > 0 {
        return Err(Error::unsupported(format!(
            "DELETE from the lake table \"{}\" after an INSERT of the same transaction",
            table.name
        ))
        .hint("COMMIT first"));
    }
    let condition = match &plan.pushed.condition {
        Some(condition) => state::condition(condition, context.params)?,
        None => Condition::All(Vec::new()),
    };
    let mut count = 0;
    if let Some(snapshot) = state::snapshot(table, None, context)? {
        let read = Read {
            snapshot,
            columns: &[],
            condition: Some(&condition),
            deleted: &state::deleted(table, None, context)?,
        };
        let face = context.lake.lakes.get()?;
        let mut rows = face.read(&state::site(table, context)?, &read)?;
        let none: &mut [Column] = &mut [];
        loop {
            context.check_interrupt()?;
            match rows.next(none, BATCH_ROWS)? {
                0 => break,
                read => count += read as u64,
            }
            let watch = context.lake.watch;
            watch.tell(LakeStage::Read, count, rows.total());
        }
    }
    if count > 0 {
        lake::stage_delete(context.txn.write()?, table, &condition)?;
    }
    Ok(count)
}

//! CREATE, ALTER and DROP.

use std::sync::Arc;

use super::{Changed, not_rows};
use crate::ann;
use crate::bind::bound::CreateIndex;
use crate::error::Result;
use crate::execute::context::{ExecContext, check_interrupt};
use crate::plan::PhysicalPlan;
use crate::schema::{IndexDef, IndexKind};
use crate::store;

/// Changes definitions.
pub(super) fn run(plan: &PhysicalPlan, context: &mut ExecContext<'_>) -> Result<Changed> {
    match plan {
        PhysicalPlan::CreateTable(create) => {
            store::create_table(context.txn.write()?, create)?;
        }
        PhysicalPlan::CreateView(create) => store::create_view(context.txn.write()?, create)?,
        PhysicalPlan::DropRelations { tables, views } => {
            for view in views {
                store::drop_view(context.txn.write()?, view)?;
            }
            for table in tables {
                store::drop_table(context.txn.write()?, table)?;
                forget_segments(context, &table.indexes);
            }
        }
        PhysicalPlan::CreateIndex(create) => create_index(create, context)?,
        PhysicalPlan::DropIndex(indexes) => {
            for index in indexes {
                store::drop_index(context.txn.write()?, index)?;
            }
            forget_segments(context, indexes);
        }
        PhysicalPlan::AlterTable(alter) => {
            for view in &alter.views {
                store::drop_view(context.txn.write()?, view)?;
            }
            let interrupt = context.interrupt;
            let watch = &mut || check_interrupt(interrupt);
            store::alter_table(context.txn.write()?, alter, watch)?;
            forget_segments(context, &alter.table.indexes);
        }
        PhysicalPlan::Truncate(tables) => {
            for table in tables {
                store::truncate(context.txn.write()?, table)?;
                forget_segments(context, &table.indexes);
            }
        }
        PhysicalPlan::AlterIndex(alter) => store::alter_index(context.txn.write()?, alter)?,
        PhysicalPlan::Nothing => {}
        plan => return Err(not_rows(plan)),
    }
    Ok(Changed::default())
}

fn create_index(create: &CreateIndex, context: &mut ExecContext<'_>) -> Result<()> {
    let (segments, interrupt) = (context.segments, context.interrupt);
    let progress = context.progress.clone();
    let txn = context.txn.write()?;
    let index = store::create_index(txn, create, &mut || check_interrupt(interrupt))?;
    if let IndexKind::Ann(ann) = &index.kind {
        let new = (&*create.table, index.id, ann);
        ann::fill_new_index(txn, new, segments, &|at| progress.tell(at), interrupt)?;
    }
    Ok(())
}

/// Should the drop be rolled back, the segments are loaded again.
fn forget_segments(context: &ExecContext<'_>, indexes: &[Arc<IndexDef>]) {
    for index in indexes {
        context.segments.forget_index(index.id);
    }
}

//! CREATE, ALTER and DROP.

use std::sync::Arc;

use super::{Changed, not_rows};
use crate::ann;
use crate::bind::bound::{CreateIndex, CreateTable, DefinitionChange};
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::execute::lake::delete as delete_in_lake;
use crate::lake;
use crate::plan::PhysicalPlan;
use crate::schema::{IndexDef, IndexKind, LakeDef, TableDef};
use crate::statistics;
use crate::store;

/// Changes definitions.
pub(super) fn run(plan: &PhysicalPlan, context: &mut ExecContext<'_>) -> Result<Changed> {
    match plan {
        PhysicalPlan::CreateTable(create) => {
            create_table(create, context)?;
        }
        PhysicalPlan::LakeDelete(delete) => {
            context.txn.write()?;
            return Ok(Changed {
                rows: delete_in_lake(delete, context)?,
                last_rowid: None,
            });
        }
        PhysicalPlan::CreateView(create) => store::create_view(context.txn.write()?, create)?,
        PhysicalPlan::DropRelations {
            tables,
            views,
            keys,
            triggers,
        } => {
            store::drop_keys(context.txn.write()?, keys)?;
            if !triggers.is_empty() {
                store::drop_triggers(context.txn.write()?, triggers)?;
            }
            for view in views {
                store::drop_view(context.txn.write()?, view)?;
            }
            for table in tables {
                if table.lake.is_some() {
                    lake::check_droppable(context.lake.lakes, context.view(), table)?;
                    lake::forget_pointer(context.txn.write()?, table)?;
                }
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
        PhysicalPlan::Trigger(statement) => {
            store::define_triggers(context.txn.write()?, statement)?;
        }
        PhysicalPlan::AlterTable(alter) => {
            if !alter.dropped_triggers.is_empty() {
                store::drop_triggers(context.txn.write()?, &alter.dropped_triggers)?;
            }
            if !alter.renamed_triggers.is_empty() {
                store::replace_triggers(context.txn.write()?, &alter.renamed_triggers)?;
            }
            for view in &alter.views {
                store::drop_view(context.txn.write()?, view)?;
            }
            for table in &alter.dropped_tables {
                store::drop_table(context.txn.write()?, table)?;
                forget_segments(context, &table.indexes);
            }
            let interrupt = context.interrupt;
            let watch = &mut || interrupt.check();
            store::alter_table(context.txn.write()?, alter, context.params, watch)?;
            forget_segments(context, &alter.table.indexes);
        }
        PhysicalPlan::Sequence(statement) => {
            store::define_sequence(context.txn.write()?, statement)?;
        }
        PhysicalPlan::Truncate { tables, restarts } => {
            for table in tables {
                store::truncate(context.txn.write()?, table, *restarts)?;
                forget_segments(context, &table.indexes);
            }
        }
        PhysicalPlan::Analyze(tables) => {
            let interrupt = context.interrupt;
            let watch = || interrupt.check();
            let txn = context.txn.write()?;
            for one in tables {
                if one.if_due && !statistics::is_wanted(txn, &one.table)? {
                    continue;
                }
                statistics::analyze(txn, &one.table, one.columns.as_deref(), &watch)?;
            }
        }
        PhysicalPlan::ChangeDefinition(DefinitionChange::Enum(change)) => {
            store::change_enum(context.txn.write()?, change)?;
        }
        PhysicalPlan::ChangeDefinition(DefinitionChange::Comment { on, text }) => {
            store::put_comment(context.txn.write()?, on, text.as_deref())?;
        }
        PhysicalPlan::ChangeDefinition(DefinitionChange::Domain(change)) => {
            let interrupt = context.interrupt;
            let watch = &mut || interrupt.check();
            store::change_domain(context.txn.write()?, change, watch)?;
        }
        PhysicalPlan::AlterIndex(alter) => store::alter_index(context.txn.write()?, alter)?,
        PhysicalPlan::Nothing => {}
        plan => return Err(not_rows(plan)),
    }
    Ok(Changed::default())
}

/// Makes a table; one in a lake is made or opened there first.
pub(super) fn create_table(
    create: &CreateTable,
    context: &mut ExecContext<'_>,
) -> Result<Arc<TableDef>> {
    let refreshed = create.materialized.as_ref();
    if let Some(table) = refreshed.and_then(|new| new.refreshed.as_ref()) {
        let emptied = store::empty_materialized(context.txn.write()?, table)?;
        forget_segments(context, &table.indexes);
        return Ok(emptied);
    }
    let Some(new) = &create.lake else {
        return store::create_table(context.txn.write()?, create);
    };
    context.txn.write()?;
    let opened = context.lake.lakes.get()?.open(new, &create.columns)?;
    context.lake.pins.note_made(opened.made);
    let mut create = create.clone();
    create.columns = opened.columns;
    // The definition names all columns and the whole location, which the user's text may not.
    create.sql = String::new();
    if let Some(new) = &mut create.lake {
        new.opened = Some(Arc::new(LakeDef {
            home: opened.site.home.clone(),
            vectors: opened.vectors,
        }));
    }
    let txn = context.txn.write()?;
    let table = store::create_table(txn, &create)?;
    opened.site.keep(txn, table.id)?;
    Ok(table)
}

fn create_index(create: &CreateIndex, context: &mut ExecContext<'_>) -> Result<()> {
    let (segments, interrupt) = (context.segments, context.interrupt);
    let progress = context.progress.clone();
    let txn = context.txn.write()?;
    let index = store::create_index(txn, create, &mut || interrupt.check())?;
    if let IndexKind::Ann(ann) = &index.kind {
        let new = (&*create.table, index.id, ann);
        ann::fill_new_index(
            txn,
            new,
            segments,
            &|at| progress.tell(at),
            interrupt.flag(),
        )?;
    }
    Ok(())
}

/// Builds the indexes of a materialized view, whose rows are there.
pub(super) fn fill_materialized(table: &TableDef, context: &mut ExecContext<'_>) -> Result<()> {
    let (segments, interrupt) = (context.segments, context.interrupt);
    let progress = context.progress.clone();
    let txn = context.txn.write()?;
    let left = store::fill_materialized(txn, table, &mut || interrupt.check())?;
    for index in left {
        if let IndexKind::Ann(ann) = &index.kind {
            let new = (table, index.id, ann);
            ann::fill_new_index(
                txn,
                new,
                segments,
                &|at| progress.tell(at),
                interrupt.flag(),
            )?;
        }
    }
    Ok(())
}

/// Should the drop be rolled back, the segments are loaded again.
fn forget_segments(context: &ExecContext<'_>, indexes: &[Arc<IndexDef>]) {
    for index in indexes {
        context.segments.forget_index(index.id);
    }
}

//! CREATE TABLE … AS.

use std::sync::Arc;

use super::Changed;
use super::define::{create_table, fill_materialized};
use super::insert::Inserter;
use crate::batch::{BATCH_ROWS, Batch};
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::execute::operator::BoxedOperator;
use crate::plan::CreateTableAs;
use crate::schema::{ColumnNo, TableDef};

/// Makes a table and puts the rows of a source into it.
pub(super) fn run(
    plan: &CreateTableAs,
    source: &mut BoxedOperator,
    batch: &mut Batch,
    context: &mut ExecContext<'_>,
) -> Result<Changed> {
    let table = create_table(&plan.create, context)?;
    if plan.create.materialized.is_some() {
        let columns: Vec<ColumnNo> = (0..).map(ColumnNo).take(table.columns.len()).collect();
        let bare = without_indexes(&table);
        put_rows((&bare, &columns), source, batch, context)?;
        fill_materialized(&table, context)?;
        return Ok(Changed::default());
    }
    // A table that is opened in a lake has its columns in its own order.
    let named = plan.create.columns.iter();
    let columns: Vec<ColumnNo> = named.filter_map(|c| table.column_no(&c.name)).collect();
    put_rows((&table, &columns), source, batch, context)?;
    Ok(Changed::default())
}

/// The table of a materialized view while its rows are put in.
fn without_indexes(table: &Arc<TableDef>) -> Arc<TableDef> {
    Arc::new(TableDef {
        indexes: Vec::new(),
        ..TableDef::clone(table)
    })
}

fn put_rows(
    (table, columns): (&Arc<TableDef>, &[ColumnNo]),
    source: &mut BoxedOperator,
    batch: &mut Batch,
    context: &mut ExecContext<'_>,
) -> Result<()> {
    let mut inserter = Inserter::appending(table, columns);
    let mut inserted = Changed::default();
    while source.next(context, batch, BATCH_ROWS)? {
        context.check_interrupt()?;
        inserter.insert(table, batch, context, &mut inserted)?;
    }
    Ok(())
}

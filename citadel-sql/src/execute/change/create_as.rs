//! CREATE TABLE … AS.

use super::Changed;
use super::define::create_table;
use super::insert::Inserter;
use crate::batch::{BATCH_ROWS, Batch};
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::execute::operator::BoxedOperator;
use crate::plan::CreateTableAs;
use crate::schema::ColumnNo;

/// Makes a table and puts the rows of a source into it.
pub(super) fn run(
    plan: &CreateTableAs,
    source: &mut BoxedOperator,
    batch: &mut Batch,
    context: &mut ExecContext<'_>,
) -> Result<Changed> {
    let table = create_table(&plan.create, context)?;
    // A table that is opened in a lake has its columns in its own order.
    let named = plan.create.columns.iter();
    let columns: Vec<ColumnNo> = named.filter_map(|c| table.column_no(&c.name)).collect();
    let mut inserter = Inserter::appending(&table, &columns);
    let mut inserted = Changed::default();
    while source.next(context, batch, BATCH_ROWS)? {
        context.check_interrupt()?;
        inserter.insert(&table, batch, context, &mut inserted)?;
    }
    Ok(Changed::default())
}

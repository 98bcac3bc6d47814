//! CREATE TABLE … AS.

use super::Changed;
use super::insert::Inserter;
use crate::batch::{BATCH_ROWS, Batch};
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::execute::operator::BoxedOperator;
use crate::plan::CreateTableAs;
use crate::schema::ColumnNo;
use crate::store;

/// Makes a table and puts the rows of a source into it.
pub(super) fn run(
    plan: &CreateTableAs,
    source: &mut BoxedOperator,
    batch: &mut Batch,
    context: &mut ExecContext<'_>,
) -> Result<Changed> {
    let table = store::create_table(context.txn.write()?, &plan.create)?;
    let columns: Vec<ColumnNo> = (0..).map(ColumnNo).take(table.columns.len()).collect();
    let mut inserter = Inserter::appending(&table, &columns);
    let mut inserted = Changed::default();
    while source.next(context, batch, BATCH_ROWS)? {
        context.check_interrupt()?;
        inserter.insert(&table, batch, context, &mut inserted)?;
    }
    Ok(Changed::default())
}

//! Triggers that fire when a statement has written all its rows.

use std::sync::Arc;

use super::fire::{Flow, Images, Tables, fire};
use super::names;
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::plan::Events;
use crate::schema::{TableDef, TriggerEvent, TriggerLevel, TriggerSet, TriggerTiming};
use crate::store::{RowEvent, RowImage};

/// The rows of one table that were written.
pub(in crate::execute) struct AfterRows {
    pub(in crate::execute) table: Arc<TableDef>,
    pub(in crate::execute) triggers: Arc<TriggerSet>,
    /// What the statement is, in the order in which triggers of it fire before, and the columns that it names.
    pub(in crate::execute) statement: Events,
    pub(in crate::execute) rows: Vec<RowEvent>,
}

/// Fires the triggers of each row, and then those of the statement.
pub(in crate::execute) fn fire_after(
    after: AfterRows,
    context: &mut ExecContext<'_>,
) -> Result<()> {
    let AfterRows {
        table,
        triggers,
        statement,
        rows,
    } = after;
    let reads = |event| {
        let mut all = triggers.iter();
        all.any(|trigger| trigger.reads_rows && trigger.events.has(event))
    };
    let mut tables = Vec::new();
    for event in [
        TriggerEvent::Insert,
        TriggerEvent::Update,
        TriggerEvent::Delete,
    ] {
        if reads(event) {
            tables.push((event, tables_of(&table, event, &rows)?));
        }
    }
    let tables_for = |event| {
        let mut all = tables.iter();
        all.find(|(known, _)| *known == event)
            .map(|(_, tables)| tables)
    };
    let timing = TriggerTiming::After;
    for row in rows {
        let event = event_of(&row);
        let RowEvent { old, new, named } = row;
        let named = names(&table, &named);
        let mut images = Images { old, new };
        for trigger in triggers.firing(timing, TriggerLevel::Row, event, &named) {
            if fire(trigger, &mut images, tables_for(event), context)? == Flow::Ignore {
                break;
            }
        }
    }
    for (event, named) in statement.into_iter().rev() {
        let named = names(&table, &named);
        for trigger in triggers.firing(timing, TriggerLevel::Statement, event, &named) {
            fire(trigger, &mut Images::default(), tables_for(event), context)?;
        }
    }
    Ok(())
}

fn event_of(row: &RowEvent) -> TriggerEvent {
    match (&row.old, &row.new) {
        (None, _) => TriggerEvent::Insert,
        (Some(_), Some(_)) => TriggerEvent::Update,
        (Some(_), None) => TriggerEvent::Delete,
    }
}

/// The rows of an event as tables.
fn tables_of(table: &TableDef, event: TriggerEvent, rows: &[RowEvent]) -> Result<Tables> {
    let of_event = || rows.iter().filter(|row| event_of(row) == event);
    Ok(Tables {
        old: Arc::new(batches(
            table,
            of_event().filter_map(|row| row.old.as_ref()),
        )?),
        new: Arc::new(batches(
            table,
            of_event().filter_map(|row| row.new.as_ref()),
        )?),
    })
}

fn batches<'r>(table: &TableDef, rows: impl Iterator<Item = &'r RowImage>) -> Result<Vec<Batch>> {
    let mut all: Vec<Batch> = Vec::new();
    for row in rows {
        if all.last().is_none_or(|batch| batch.rows >= BATCH_ROWS) {
            let columns = table.columns.iter().map(|column| Column::new(column.ty, 0));
            all.push(Batch {
                columns: columns.collect(),
                rows: 0,
            });
        }
        if let Some(batch) = all.last_mut() {
            for (column, value) in batch.columns.iter_mut().zip(&row.values) {
                column.push(value.as_ref())?;
            }
            batch.rows += 1;
        }
    }
    Ok(all)
}

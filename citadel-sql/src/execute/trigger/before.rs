//! Triggers that fire before rows are written.

use std::cmp::Ordering;
use std::sync::Arc;

use super::fire::{Flow, Images, fire};
use super::names;
use crate::batch::Column;
use crate::error::{Error, Result, SqlState};
use crate::execute::context::ExecContext;
use crate::schema::{
    ColumnNo, RowId, TableDef, TriggerEvent, TriggerLevel, TriggerSet, TriggerTiming,
};
use crate::store::{RowImage, TableWriter, UpdatedRows};
use crate::types::{Value, ValueRef, total_order};

/// Fires the triggers of a statement that begins.
pub(in crate::execute) fn before_statement(
    triggers: &TriggerSet,
    event: TriggerEvent,
    named: &[&str],
    context: &mut ExecContext<'_>,
) -> Result<()> {
    let firing = triggers.firing(TriggerTiming::Before, TriggerLevel::Statement, event, named);
    for trigger in firing {
        fire(trigger, &mut Images::default(), None, context)?;
    }
    Ok(())
}

/// Fires those of a row. False: it is left alone.
pub(in crate::execute) fn before_row(
    triggers: &TriggerSet,
    (event, named): (TriggerEvent, &[&str]),
    images: &mut Images,
    context: &mut ExecContext<'_>,
) -> Result<bool> {
    let firing = triggers.firing(TriggerTiming::Before, TriggerLevel::Row, event, named);
    for trigger in firing {
        if fire(trigger, images, None, context)? == Flow::Ignore {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Fires those of a row that is to be deleted, and was so when the statement found it. False: it stays.
pub(in crate::execute) fn before_delete(
    triggers: &TriggerSet,
    table: &TableDef,
    writer: &mut TableWriter,
    old: RowImage,
    context: &mut ExecContext<'_>,
) -> Result<bool> {
    let mut images = Images {
        old: Some(old),
        new: None,
    };
    let goes = before_row(triggers, (TriggerEvent::Delete, &[]), &mut images, context)?;
    writer.forget();
    if goes && let Some(old) = &images.old {
        check_unchanged(writer, table, old, context)?;
    }
    Ok(goes)
}

/// Fires those of rows that are to be updated, takes out the rows that stay as they are, and gives the others the values that
/// the triggers say. Tells which rows are left, if not all are.
pub(in crate::execute) fn before_update(
    triggers: &TriggerSet,
    table: &TableDef,
    writer: &mut TableWriter,
    rows: &mut UpdatedRows,
    context: &mut ExecContext<'_>,
) -> Result<Option<Vec<u32>>> {
    let (timing, level) = (TriggerTiming::Before, TriggerLevel::Row);
    let named = names(table, &rows.named);
    let event = TriggerEvent::Update;
    if triggers
        .firing(timing, level, event, &named)
        .next()
        .is_none()
    {
        return Ok(None);
    }
    let new_column = |no: &ColumnNo| Column::new(table.column(*no).ty, rows.ids.len());
    let mut values: Vec<Column> = rows.columns.iter().map(new_column).collect();
    let mut kept: Vec<u32> = Vec::with_capacity(rows.ids.len());
    let mut olds: Vec<RowImage> = Vec::with_capacity(rows.ids.len());
    let found = images_of(writer, table, &rows.ids, context)?;
    for (at, old) in (0u32..).zip(found) {
        let mut new = old.clone();
        for (no, column) in rows.columns.iter().zip(&rows.values) {
            new.values[usize::from(no.0)] = column.get(at as usize).to_owned();
        }
        let mut images = Images {
            old: Some(old),
            new: Some(new),
        };
        let is_written = before_row(triggers, (event, &named), &mut images, context)?;
        writer.forget();
        let (Some(old), Some(new), true) = (images.old, images.new, is_written) else {
            continue;
        };
        kept.push(at);
        olds.push(old);
        compute(
            writer,
            table,
            &rows.columns,
            new.values,
            &mut values,
            context,
        )?;
    }
    for old in &olds {
        check_unchanged(writer, table, old, context)?;
    }
    let is_all = kept.len() == rows.ids.len();
    rows.ids = kept.iter().map(|at| rows.ids[*at as usize]).collect();
    rows.values = values;
    Ok((!is_all).then_some(kept))
}

/// Adds the values of some columns of a row, those that are computed from others computed anew.
fn compute(
    writer: &mut TableWriter,
    table: &TableDef,
    columns: &[ColumnNo],
    mut row: Vec<Value>,
    values: &mut [Column],
    context: &mut ExecContext<'_>,
) -> Result<()> {
    let is_computed = |no: &ColumnNo| table.column(*no).generated.is_some();
    if columns.iter().any(is_computed) {
        let whole: Vec<ValueRef<'_>> = row.iter().map(Value::as_ref).collect();
        let generated = writer.generate(context.txn.write()?, &whole)?;
        for (no, value) in generated {
            row[usize::from(no.0)] = value;
        }
    }
    for (no, column) in columns.iter().zip(values) {
        column.push(row[usize::from(no.0)].as_ref())?;
    }
    Ok(())
}

/// Rows as they are now.
pub(in crate::execute) fn images_of(
    writer: &TableWriter,
    table: &TableDef,
    ids: &[RowId],
    context: &mut ExecContext<'_>,
) -> Result<Vec<RowImage>> {
    let rows = ids.iter().map(|id| row(writer, table, *id, context));
    rows.collect()
}

/// A row as it is now.
pub(in crate::execute) fn row(
    writer: &TableWriter,
    table: &TableDef,
    id: RowId,
    context: &mut ExecContext<'_>,
) -> Result<RowImage> {
    match writer.read(context.txn.write()?, id)? {
        Some(row) => Ok(row),
        None => Err(changed_behind(table)),
    }
}

/// A row must be what it was before triggers were fired for it.
fn check_unchanged(
    writer: &TableWriter,
    table: &TableDef,
    old: &RowImage,
    context: &mut ExecContext<'_>,
) -> Result<()> {
    let is_same = |a: &Value, b: &Value| total_order(a.as_ref(), b.as_ref()) == Ordering::Equal;
    let now = writer.read(context.txn.write()?, old.id)?;
    let is_unchanged = now.is_some_and(|now| {
        let mut values = now.values.iter().zip(&old.values);
        values.all(|(a, b)| is_same(a, b))
    });
    match is_unchanged {
        true => Ok(()),
        false => Err(changed_behind(table)),
    }
}

fn changed_behind(table: &TableDef) -> Error {
    Error::sql(
        SqlState::TRIGGERED_CHANGE_VIOLATION,
        format!(
            "a row of table \"{}\" that the statement is to write was already changed by a trigger of the statement",
            table.name
        ),
    )
    .hint("an AFTER trigger may change it; in a BEFORE trigger, SET NEW gives it other values")
}

/// Takes triggers for rows that are written before, if there are some.
pub(in crate::execute) fn of_rows(
    triggers: Option<&Arc<TriggerSet>>,
    event: TriggerEvent,
) -> Option<Arc<TriggerSet>> {
    let (timing, level) = (TriggerTiming::Before, TriggerLevel::Row);
    triggers
        .filter(|set| set.has(timing, level, event))
        .cloned()
}

//! Changes of views, which their INSTEAD OF triggers make.

use super::fire::{Flow, Images, fire};
use super::names;
use crate::batch::{BATCH_ROWS, Batch};
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::execute::operator::BoxedOperator;
use crate::plan;
use crate::schema::{RowId, TriggerEvent, TriggerLevel, TriggerTiming};
use crate::store::RowImage;
use crate::types::{Value, assign};

/// Fires them for each row of the source, which is read to its end before; tells for how many rows something was done.
pub(in crate::execute) fn run_instead(
    plan: &plan::Instead,
    source: &mut BoxedOperator,
    batch: &mut Batch,
    context: &mut ExecContext<'_>,
) -> Result<u64> {
    let mut rows = Vec::new();
    while source.next(context, batch, BATCH_ROWS)? {
        context.check_interrupt()?;
        for at in 0..batch.rows {
            rows.push(images(plan, batch, at)?);
        }
    }
    let view = &*plan.view;
    let named = names(view, &plan.columns);
    let mut changed = 0;
    for mut images in rows {
        let mut is_done = true;
        let (timing, level) = (TriggerTiming::InsteadOf, TriggerLevel::Row);
        for trigger in plan.triggers.firing(timing, level, plan.event, &named) {
            if fire(trigger, &mut images, None, context)? == Flow::Ignore {
                is_done = false;
                break;
            }
        }
        changed += u64::from(is_done);
    }
    Ok(changed)
}

/// A row of the view as it is, and as it is to be.
fn images(plan: &plan::Instead, batch: &Batch, at: usize) -> Result<Images> {
    let view = &*plan.view;
    let image = |values| RowImage {
        id: RowId(0),
        values,
    };
    let (old, first) = match plan.event {
        TriggerEvent::Insert => (None, 0),
        TriggerEvent::Update | TriggerEvent::Delete => {
            let columns = batch.columns.iter().take(view.columns.len());
            let old: Vec<Value> = columns.map(|column| column.get(at).to_owned()).collect();
            (Some(old), view.columns.len())
        }
    };
    let new = match plan.event {
        TriggerEvent::Delete => None,
        TriggerEvent::Insert | TriggerEvent::Update => {
            let nulls = || vec![Value::Null; view.columns.len()];
            let mut new = old.clone().unwrap_or_else(nulls);
            for (no, column) in plan.columns.iter().zip(batch.columns.iter().skip(first)) {
                let value = column.get(at).to_owned();
                new[usize::from(no.0)] = assign(value, view.column(*no).ty)?;
            }
            Some(new)
        }
    };
    Ok(Images {
        old: old.map(image),
        new: new.map(image),
    })
}

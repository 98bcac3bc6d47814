//! One trigger, fired once.

use std::sync::Arc;

use super::compiled::{Compiled, Step};
use crate::batch::Batch;
use crate::error::{Error, Result, SqlState};
use crate::execute::context::ExecContext;
use crate::execute::execution::Execution;
use crate::execute::recursion::Working;
use crate::plan::Plan;
use crate::schema::{ColumnNo, TriggerDef};
use crate::store::RowImage;
use crate::types::Value;

/// How many triggers may run inside of one another.
const DEPTH_MAX: usize = 64;

/// The row that a trigger fires for, as it was and as it is to be or is then.
#[derive(Debug, Default)]
pub(in crate::execute) struct Images {
    pub(in crate::execute) old: Option<RowImage>,
    pub(in crate::execute) new: Option<RowImage>,
}

impl Images {
    /// Gives columns of NEW other values.
    fn set(&mut self, values: Vec<(ColumnNo, Value)>) {
        let Some(new) = &mut self.new else {
            return;
        };
        for (no, value) in values {
            new.values[usize::from(no.0)] = value;
        }
    }
}

/// The rows of a statement, for triggers that read them as tables.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    pub(super) old: Arc<Vec<Batch>>,
    pub(super) new: Arc<Vec<Batch>>,
}

/// What becomes of the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    GoOn,
    /// `RAISE(IGNORE)`
    Ignore,
}

/// Runs what a trigger does, if its condition is TRUE.
pub(super) fn fire(
    trigger: &TriggerDef,
    images: &mut Images,
    tables: Option<&Tables>,
    context: &mut ExecContext<'_>,
) -> Result<Flow> {
    context.check_interrupt()?;
    let (txn, apart) = context.apart()?;
    if apart.triggers.depth >= DEPTH_MAX {
        return Err(Error::sql(
            SqlState::STACK_DEPTH_EXCEEDED,
            format!(
                "stack depth limit exceeded: triggers fire one another more than {DEPTH_MAX} deep"
            ),
        ));
    }
    let compiled = apart.triggers.cache.get(trigger, apart.triggers, txn)?;
    let working = match tables {
        None => Vec::new(),
        Some(tables) => vec![
            Working::of(compiled.old_rows, Arc::clone(&tables.old)),
            Working::of(compiled.new_rows, Arc::clone(&tables.new)),
        ],
    };
    let mut params = vec![Value::Null; compiled.parameters.next_hidden];
    compiled
        .parameters
        .set_moments(&mut params, apart.triggers.began);
    set_arguments(&compiled, images, &mut params);
    if let Some(when) = &compiled.when {
        let context = &mut apart.inside(txn, &params);
        let value = value_of(when, &params, &working, context)?;
        if value != Value::Boolean(true) {
            return Ok(Flow::GoOn);
        }
    }
    let mut is_current = true;
    for step in &compiled.steps {
        if !std::mem::replace(&mut is_current, true) {
            set_arguments(&compiled, images, &mut params);
        }
        let context = &mut apart.inside(txn, &params);
        let done = match step {
            Step::Run(plan) => run(plan, &params, &working, context),
            Step::Set(sets) => {
                is_current = false;
                let values = sets.iter().map(|(no, plan)| {
                    let value = value_of(plan, &params, &working, context)?;
                    Ok((*no, value))
                });
                let values: Result<Vec<_>> = values.collect();
                values.map(|values| images.set(values))
            }
        };
        match done {
            Ok(()) => {}
            Err(error) if error.sqlstate() == Some(SqlState::ROW_IGNORED) => {
                return Ok(Flow::Ignore);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Flow::GoOn)
}

/// Gives the parameters that stand for columns of OLD and NEW their values.
fn set_arguments(compiled: &Compiled, images: &Images, params: &mut Vec<Value>) {
    for (parameter, column) in &compiled.arguments {
        let image = match column.is_new {
            true => images.new.as_ref(),
            false => images.old.as_ref(),
        };
        let value = image.map_or(Value::Null, |image| match column.column {
            Some(no) => image.values[usize::from(no.0)].clone(),
            None => Value::Integer(image.id.0),
        });
        if params.len() <= *parameter {
            params.resize(*parameter + 1, Value::Null);
        }
        params[*parameter] = value;
    }
}

/// Runs a statement to its end. What it gives is left aside.
fn run(
    plan: &Arc<Plan>,
    params: &[Value],
    working: &[Working],
    context: &mut ExecContext<'_>,
) -> Result<()> {
    let mut execution = Execution::start_inside(plan, params, working)?;
    let mut batch = Batch::default();
    while execution.next_into(context, &mut batch)? {
        context.check_interrupt()?;
    }
    let late = execution.take_late_checks();
    if let (Some(triggers), false) = (context.triggers, late.is_empty()) {
        triggers.late.lock().extend(late);
    }
    Ok(())
}

/// The only value that a query gives.
fn value_of(
    plan: &Arc<Plan>,
    params: &[Value],
    working: &[Working],
    context: &mut ExecContext<'_>,
) -> Result<Value> {
    let mut execution = Execution::start_inside(plan, params, working)?;
    let mut batch = Batch::default();
    let mut value = Value::Null;
    while execution.next_into(context, &mut batch)? {
        if batch.rows > 0
            && let Some(column) = batch.columns.first()
        {
            value = column.get(0).to_owned();
        }
    }
    Ok(value)
}

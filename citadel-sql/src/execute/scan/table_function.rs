//! Rows of functions in FROM.

use std::sync::Arc;

use crate::ann::{self, AnnIndexStatus, SegmentState, SegmentStatus};
use crate::batch::{BATCH_ROWS, Batch};
use crate::error::{Error, Result, SqlState};
use crate::execute::context::ExecContext;
use crate::execute::definitions;
use crate::execute::operator::Operator;
use crate::expression::constant;
use crate::functions::{TableFunction, Told};
use crate::lake;
use crate::plan::TableFunctionCall;
use crate::schema::Catalog;
use crate::types::{SqlType, Value};

/// A function's rows, computed at the first call.
pub(in crate::execute) struct TableFunctionOp {
    call: Arc<TableFunctionCall>,
    function: TableFunction,
    is_given: bool,
    /// Rows that have yet to be given.
    left: std::vec::IntoIter<Vec<Value>>,
}

impl TableFunctionOp {
    pub(in crate::execute) fn new(call: &Arc<TableFunctionCall>, function: TableFunction) -> Self {
        Self {
            call: Arc::clone(call),
            function,
            is_given: false,
            left: Vec::new().into_iter(),
        }
    }

    fn give(&mut self, out: &mut Batch) -> Result<bool> {
        for row in self.left.by_ref().take(BATCH_ROWS) {
            for (column, value) in out.columns.iter_mut().zip(&row) {
                column.push(value.as_ref())?;
            }
            out.rows += 1;
        }
        Ok(out.rows > 0)
    }
}

impl Operator for TableFunctionOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        _wanted: usize,
    ) -> Result<bool> {
        context.check_interrupt()?;
        let columns = self.function.columns().iter();
        let types: Vec<SqlType> = columns.map(|(_, ty)| *ty).collect();
        out.reset(&types);
        if std::mem::replace(&mut self.is_given, true) {
            return self.give(out);
        }
        let mut arguments = Vec::with_capacity(self.call.arguments.len());
        for argument in &self.call.arguments {
            match constant(argument, context.params).map_err(|error| error.at(argument.position))? {
                Value::Text(text) => arguments.push(text),
                // As in other functions, of nothing there is nothing.
                _ => return Ok(false),
            }
        }
        let rows = match (self.function, arguments.as_slice()) {
            (TableFunction::AnnIndexStatus, [table, column]) => {
                vec![ann_index_status(context, table, column)?]
            }
            (TableFunction::Lake(what), [table]) => lake_told(context, table, what)?,
            (TableFunction::Definitions(relation), []) => {
                definitions::rows(context.view(), relation)?
            }
            (function, _) => return Err(wrong_arguments(function)),
        };
        self.left = rows.into_iter();
        self.give(out)
    }

    fn rest(&mut self) -> bool {
        true
    }

    fn restart(&mut self, _: &[Value]) -> Result<()> {
        self.is_given = false;
        self.left = Vec::new().into_iter();
        Ok(())
    }
}

fn wrong_arguments(function: TableFunction) -> Error {
    Error::sql(
        SqlState::INTERNAL_ERROR,
        format!("{} was bound with other arguments", function.name()),
    )
}

fn lake_told(context: &ExecContext<'_>, name: &str, what: Told) -> Result<Vec<Vec<Value>>> {
    let view = context.view();
    let catalog = Catalog::load(view)?;
    let table = catalog.table(name).ok_or_else(|| {
        Error::sql(
            SqlState::UNDEFINED_TABLE,
            format!("table \"{name}\" does not exist"),
        )
    })?;
    let Some(def) = &table.lake else {
        return Err(Error::sql(
            SqlState::WRONG_OBJECT_TYPE,
            format!("\"{name}\" is no table in a lake"),
        ));
    };
    // A key lies here, whatever has become of the table.
    if what != Told::Key {
        lake::check_readable(context.lake.lakes, view, table)?;
    }
    let site = lake::Site::seen(view, table, def)?.watched(context.lake.watch);
    context.lake.lakes.get()?.told(&site, what)
}

fn ann_index_status(context: &ExecContext<'_>, table: &str, column: &str) -> Result<Vec<Value>> {
    let view = context.view();
    let catalog = Catalog::load(view)?;
    let asking = ann::Asking {
        cache: context.segments,
        settings: context.ann,
    };
    let status = ann::status(view, &catalog, &asking, table, column)?;
    let sum = |of: fn(&SegmentStatus) -> u64| status.segments.iter().map(of).sum();
    let last = status.segments.last();
    let number = |number: u64| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
    let text = |text: &str| Value::Text(text.to_owned());
    Ok(vec![
        text(&status.index),
        text(&status.table),
        text(&status.column),
        text(status.metric.name()),
        Value::Text(status.filters.join(", ")),
        number(status.rows),
        number(status.segments.len() as u64),
        number(sum(|segment| segment.rows)),
        number(status.delta_rows),
        number(sum(|segment| segment.bytes)),
        number(sum(|segment| segment.state.memory_bytes())),
        text(state(&status)),
        Value::from(last.map(|segment| segment.blake3.to_string())),
        last.map_or(Value::Null, |segment| number(segment.generation)),
        Value::from(last.map(|segment| segment.merged_at.to_string())),
        Value::Real(status.asked.share()),
        Value::from(status.recall().map(|recall| rounded(recall.mean))),
        Value::from(status.recall().map(|recall| rounded(recall.bound))),
        status
            .effort()
            .map_or(Value::Null, |effort| number(effort as u64)),
        Value::from(status.refusal().map(str::to_owned)),
    ])
}

/// A share, of which more digits than these say nothing.
fn rounded(share: f64) -> f64 {
    (share * 1e4).round() / 1e4
}

/// The state of the index as one word: that of the segment that is worst off.
fn state(status: &AnnIndexStatus) -> &'static str {
    let worst = |segment: &SegmentStatus| match segment.state {
        SegmentState::Built { .. } => 1,
        SegmentState::Loaded { .. } => 2,
        SegmentState::Paged { .. } => 3,
        SegmentState::NotLoaded => 4,
        SegmentState::Refused(_) => 5,
    };
    let words = [
        "no segment",
        "built",
        "loaded",
        "paged",
        "not loaded",
        "refused",
    ];
    words[status.segments.iter().map(worst).max().unwrap_or(0)]
}

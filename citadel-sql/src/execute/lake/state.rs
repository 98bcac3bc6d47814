//! Which state of a lake table is read, and with which constants.

use super::moment;
use crate::bind::bound::{AsOf, Expr};
use crate::error::{Error, Result, SqlState};
use crate::execute::context::ExecContext;
use crate::expression::constant;
use crate::lake::{self, Condition, Site};
use crate::schema::{LakeDef, TableDef};
use crate::types::{SqlType, Value, assign};

/// The lake of a table.
fn lake_of(table: &TableDef) -> Result<&LakeDef> {
    table.lake.as_deref().ok_or_else(|| {
        Error::sql(
            SqlState::INTERNAL_ERROR,
            format!("\"{}\" is no table in a lake", table.name),
        )
    })
}

/// Where a table lies, as the statement sees it.
pub(super) fn site(table: &TableDef, context: &ExecContext<'_>) -> Result<Site> {
    let site = Site::seen(context.view(), table, lake_of(table)?)?;
    Ok(site.watched(context.lake.watch))
}

/// The snapshot that is read; `None`: the table has none yet.
pub(super) fn snapshot(
    table: &TableDef,
    as_of: Option<&AsOf>,
    context: &ExecContext<'_>,
) -> Result<Option<i64>> {
    let site = site(table, context)?;
    let face = context.lake.lakes.get()?;
    match as_of {
        None => {
            lake::check_readable(context.lake.lakes, context.view(), table)?;
            let pins = context.lake.pins;
            pins.get(table.id, || face.current(&site))
        }
        Some(AsOf::Version(expr)) => match constant(expr, context.params)? {
            Value::Integer(id) => Ok(Some(id)),
            _ => Err(no_state("a snapshot is named by its number", expr)),
        },
        Some(AsOf::Time(expr)) => {
            let time_ms = match constant(expr, context.params)? {
                Value::Integer(time_ms) => Some(time_ms),
                Value::Text(text) => moment::milliseconds(&text),
                _ => None,
            };
            let time_ms = time_ms.ok_or_else(|| {
                no_state("a time is written '2026-11-29 18:05:09.250' in UTC", expr)
            })?;
            face.current_at(&site, time_ms).map(Some)
        }
    }
}

/// What the transaction has deleted of the state that is read: of an older one, nothing.
pub(super) fn deleted(
    table: &TableDef,
    as_of: Option<&AsOf>,
    context: &ExecContext<'_>,
) -> Result<Vec<Condition<Value>>> {
    match as_of {
        None => lake::staged_deletes(context.view(), table.id),
        Some(_) => Ok(Vec::new()),
    }
}

fn no_state(message: &str, expr: &Expr) -> Error {
    Error::sql(SqlState::INVALID_PARAMETER_VALUE, message).at(expr.position)
}

/// A condition with the values of this execution's constants.
pub(super) fn condition(condition: &Condition<Expr>, params: &[Value]) -> Result<Condition<Value>> {
    condition.with_constants(&mut |expr| {
        let value = constant(expr, params).map_err(|error| error.at(expr.position))?;
        // A string in quotes has the type of its place already; a parameter may have come as text.
        match (&value, expr.ty) {
            (Value::Text(_), ty) if ty != SqlType::Text && ty != SqlType::Unknown => {
                assign(value, ty)
            }
            _ => Ok(value),
        }
    })
}

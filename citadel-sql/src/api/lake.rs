//! CALL of procedures on tables in lakes.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::api::connection::Connection;
use crate::batch::{Batch, Column};
use crate::bind::bound::{Expr, ExprKind};
use crate::error::{Error, Result, SqlState};
use crate::execute::milliseconds;
use crate::functions::LakeProcedure;
use crate::lake::{self, Site, Upkeep};
use crate::schema::{LakeDef, TableDef};
use crate::types::{SqlType, Value};

/// Snapshots that are younger are not expired unless a time is given: what other engines take.
const EXPIRED_MS: i64 = 5 * 24 * 60 * 60 * 1_000;

/// Files that are younger are no orphans unless hours are given.
const ORPHAN_HOURS: u64 = 72;

impl Connection {
    /// `CALL lake_…(table, …)`: what was done, as a row. It is no part of a transaction.
    pub(crate) fn call_lake(
        &self,
        procedure: LakeProcedure,
        arguments: &[Expr],
        params: &[Value],
    ) -> Result<Batch> {
        self.require_autocommit(procedure.name())?;
        let arguments: Vec<(Value, &Expr)> = arguments
            .iter()
            .map(|expr| Ok((value(expr, params, procedure)?, expr)))
            .collect::<Result<_>>()?;
        let mut what = upkeep(procedure, &arguments)?;
        let Some((Value::Text(name), at)) = arguments.first() else {
            return Err(wrong(procedure, arguments.first().map(|(_, expr)| *expr)));
        };
        let shared = self.database().shared();
        let wait = self.session().busy_timeout();
        let row = self.session().look(|view, catalog| {
            let table = catalog.table(name).ok_or_else(|| {
                Error::sql(
                    SqlState::UNDEFINED_TABLE,
                    format!("table \"{name}\" does not exist"),
                )
                .at(at.position)
            })?;
            let Some(def) = &table.lake else {
                return Err(Error::sql(
                    SqlState::WRONG_OBJECT_TYPE,
                    format!("\"{name}\" is no table in a lake"),
                )
                .at(at.position));
            };
            if let Upkeep::Compact { by: Some(column) } = &mut what {
                *column = vector_column(table, def, column).ok_or_else(|| {
                    let text = format!("\"{name}\" has no vector column \"{column}\"");
                    let error = Error::sql(SqlState::UNDEFINED_COLUMN, text);
                    error.at(arguments.get(1).and_then(|(_, expr)| expr.position))
                })?;
            }
            // Files that wait for their commit are no orphans.
            lake::check_readable(&shared.lakes, view, table)?;
            let site = Site::newest(&shared.storage, wait, table, def).watched(self.lake_watch());
            if let Upkeep::RemoveOrphans { .. } = what {
                site.make_durable()?;
            }
            shared.lakes.get()?.upkeep(&site, what)
        })?;
        let columns = row.iter().map(|value| {
            let mut column = Column::new(SqlType::Integer, 1);
            column.push(value.as_ref())?;
            Ok(column)
        });
        Ok(Batch {
            columns: columns.collect::<Result<_>>()?,
            rows: 1,
        })
    }
}

/// The vector column of a name, as the lake calls it.
fn vector_column(table: &TableDef, lake: &LakeDef, name: &str) -> Option<String> {
    let mut vectors = lake.vectors.iter().map(|(no, _)| &table.column(*no).name);
    vectors
        .find(|known| known.eq_ignore_ascii_case(name))
        .cloned()
}

fn upkeep(procedure: LakeProcedure, arguments: &[(Value, &Expr)]) -> Result<Upkeep> {
    let given = |at: usize| arguments.get(at).map(|(value, expr)| (value, *expr));
    let refused = |expr| Err(wrong(procedure, Some(expr)));
    Ok(match procedure {
        LakeProcedure::Compact => Upkeep::Compact {
            by: match given(1) {
                None => None,
                Some((Value::Text(column), _)) => Some(column.clone()),
                Some((_, expr)) => return refused(expr),
            },
        },
        LakeProcedure::BuildIndexes => Upkeep::BuildIndexes,
        LakeProcedure::Expire => Upkeep::Expire {
            before_ms: match given(1) {
                None => now_ms() - EXPIRED_MS,
                Some((Value::Integer(time_ms), _)) => *time_ms,
                Some((Value::Text(text), expr)) => match milliseconds(text) {
                    Some(time_ms) => time_ms,
                    None => return refused(expr),
                },
                Some((_, expr)) => return refused(expr),
            },
            keep: match given(2) {
                None => 1,
                Some((Value::Integer(keep), expr)) => match usize::try_from(*keep) {
                    Ok(keep) => keep,
                    Err(_) => return refused(expr),
                },
                Some((_, expr)) => return refused(expr),
            },
        },
        LakeProcedure::RemoveOrphans => Upkeep::RemoveOrphans {
            hours: match given(1) {
                None => ORPHAN_HOURS,
                Some((Value::Integer(hours), expr)) => match u64::try_from(*hours) {
                    Ok(hours) => hours,
                    Err(_) => return refused(expr),
                },
                Some((_, expr)) => return refused(expr),
            },
        },
    })
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}

/// A literal or a parameter.
fn value(expr: &Expr, params: &[Value], procedure: LakeProcedure) -> Result<Value> {
    let value = match &expr.kind {
        ExprKind::Literal(value) => Some(value),
        ExprKind::Parameter(at) => params.get(*at),
        _ => None,
    };
    value.cloned().ok_or_else(|| wrong(procedure, Some(expr)))
}

fn wrong(procedure: LakeProcedure, expr: Option<&Expr>) -> Error {
    Error::sql(
        SqlState::INVALID_PARAMETER_VALUE,
        format!(
            "{} takes {}",
            procedure.name(),
            procedure.arguments().join(", ")
        ),
    )
    .at(expr.and_then(|expr| expr.position))
}

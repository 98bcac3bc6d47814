//! Vector indexes through a connection: folding them, and what state they are in.

use citadel_vector::Progress;

use crate::ann::{self, AnnIndexStatus, PersistReport};
use crate::api::connection::Connection;
use crate::api::session::Done;
use crate::batch::{Batch, Column};
use crate::bind::bound::{Expr, ExprKind};
use crate::error::{Error, Result, SqlState};
use crate::schema::Recall;
use crate::types::{SqlType, Value};

impl Connection {
    /// Folds the vector index on a column: all its rows, those written since the last time included, become one segment
    /// that later queries search and that opening the file loads as it is.
    ///
    /// The segment is built from a snapshot, while others go on reading and writing; what they change meanwhile is
    /// searched exactly until the next time. Inside of a transaction it is built from the transaction's own rows,
    /// and is undone with it. `CALL persist_ann_index('table', 'column')` does the same. In place of a column, the name of
    /// one index may be given.
    ///
    /// # Errors
    /// There is no such table, column or index; the statement is interrupted; storage errors.
    pub fn persist_ann_index(&self, table: &str, column: &str) -> Result<PersistReport> {
        let listener = self.build_progress();
        self.persist_ann_index_with(table, column, |progress| listener.tell(progress))
    }

    /// The same, telling how far it is.
    ///
    /// # Errors
    /// As [`persist_ann_index`](Connection::persist_ann_index).
    pub fn persist_ann_index_with(
        &self,
        table: &str,
        column: &str,
        progress: impl Fn(Progress) + Sync,
    ) -> Result<PersistReport> {
        self.arm_interrupt();
        let shared = self.database().shared();
        let (segments, interrupt) = (&shared.segments, self.interrupt().flag());
        if self.is_autocommit() {
            return ann::persist(
                &shared.storage,
                segments,
                table,
                column,
                &progress,
                interrupt,
            );
        }
        self.session().write(|txn, catalog, _| {
            let value =
                ann::persist_within(txn, catalog, segments, table, column, &progress, interrupt)?;
            Ok(Done {
                value,
                redefined: false,
                late: Vec::new(),
            })
        })
    }

    /// Changes how many of the true neighbours this connection's searches through ann indexes are to find; `None`: what each
    /// index says (`WITH (recall = …)`), or [`Recall::DEFAULT`]. `SET ann_recall` does the same.
    ///
    /// A search takes the least effort that found as many for a sample of the index's own rows, with a confidence of 95 %.
    /// [`Recall::EXACT`] takes the exact plan.
    pub fn set_ann_recall(&self, recall: Option<Recall>) {
        self.change_ann_settings(|settings| settings.recall = recall);
    }

    /// What was set; `None`: what each index says.
    pub fn ann_recall(&self) -> Option<Recall> {
        self.ann_settings().recall
    }

    /// Whether this connection's searches pass ann indexes by. Default: no. `SET ann_exact` does the same.
    pub fn set_ann_exact(&self, exact: bool) {
        self.change_ann_settings(|settings| settings.exact = exact);
    }

    /// Do searches pass ann indexes by?
    pub fn ann_exact(&self) -> bool {
        self.ann_settings().exact
    }

    /// The state of the vector index on a column: its segments, and how many rows were written since they were made.
    ///
    /// `SELECT * FROM ann_index_status('table', 'column')` tells the same as a row.
    ///
    /// # Errors
    /// There is no such table, column or index; storage errors.
    pub fn ann_index_status(&self, table: &str, column: &str) -> Result<AnnIndexStatus> {
        let asking = ann::Asking {
            cache: &self.database().shared().segments,
            settings: self.ann_settings(),
        };
        self.session()
            .look(|view, catalog| ann::status(view, catalog, &asking, table, column))
    }

    /// `CALL persist_ann_index(table, column)`: the report as a row.
    pub(crate) fn call_persist(
        &self,
        table: &Expr,
        column: &Expr,
        params: &[Value],
    ) -> Result<Batch> {
        let name = |expr| {
            let wanted = "persist_ann_index takes the names of a table and a column as texts";
            constant_text(expr, params, wanted)
        };
        let report = self.persist_ann_index(name(table)?, name(column)?)?;
        let blake3 = report.blake3.map(|blake3| blake3.to_string());
        let values = [
            Value::Integer(count(report.rows)),
            Value::Integer(count(report.segments)),
            Value::Integer(count(report.bytes)),
            Value::from(blake3),
            Value::Real(report.build_time.as_secs_f64() * 1e3),
        ];
        one_row(&values)
    }
}

/// A literal or a parameter that is a text.
pub(crate) fn constant_text<'a>(
    expr: &'a Expr,
    params: &'a [Value],
    wanted: &str,
) -> Result<&'a str> {
    let value = match &expr.kind {
        ExprKind::Literal(value) => Some(value),
        ExprKind::Parameter(at) => params.get(*at),
        _ => None,
    };
    match value {
        Some(Value::Text(text)) => Ok(text),
        _ => Err(Error::sql(SqlState::INVALID_PARAMETER_VALUE, wanted).at(expr.position)),
    }
}

fn count(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn one_row(values: &[Value]) -> Result<Batch> {
    let columns: Result<Vec<Column>> = values
        .iter()
        .map(|value| {
            let mut column = Column::new(SqlType::Unknown, 1);
            column.push(value.as_ref())?;
            Ok(column)
        })
        .collect();
    Ok(Batch {
        columns: columns?,
        rows: 1,
    })
}

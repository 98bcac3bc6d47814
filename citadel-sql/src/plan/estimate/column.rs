//! What is known of the columns that a condition reads.

use super::table::rows_of;
use crate::bind::bound::{ColumnId, Expr, ExprKind};
use crate::error::Result;
use crate::plan::PlanContext;
use crate::plan::logical::{LogicalPlan, LogicalScan};
use crate::schema::{ColumnNo, ColumnStatistics, IndexKind, TableDef};
use crate::types::ValueRef;

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub(in crate::plan) struct Known<'a> {
    pub(super) table: &'a TableDef,
    /// Rows of the table.
    pub(super) rows: f64,
    /// Rows of the relation that it is read from: no more values than those are there.
    pub(super) most: f64,
    /// `None`: the row id.
    pub(super) no: Option<ColumnNo>,
}

/// Finds columns.
#[derive(Debug)]
pub(in crate::plan) enum Columns<'a> {
    /// Of one table.
    Scan { scan: &'a LogicalScan, rows: f64 },
    /// Of other relations, as far as they come from tables.
    Found(Vec<(ColumnId, Known<'a>)>),
}

impl<'a> Columns<'a> {
    /// Those of a scan of a table with so many rows.
    pub(in crate::plan) fn of_scan(scan: &'a LogicalScan, rows: f64) -> Self {
        Self::Scan { scan, rows }
    }

    /// Those that expressions read of plans, each with the number of its rows.
    pub(in crate::plan) fn of_plans<'e>(
        plans: &[(&'a LogicalPlan, f64)],
        exprs: impl IntoIterator<Item = &'e Expr>,
        context: &PlanContext<'_>,
    ) -> Result<Self> {
        let mut ids: Vec<ColumnId> = Vec::new();
        for expr in exprs {
            expr.for_each_column(&mut |id| {
                if !ids.contains(&id) {
                    ids.push(id);
                }
            });
        }
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            for (plan, most) in plans {
                if let Some((table, no)) = origin(plan, id) {
                    let rows = rows_of(table, context)?;
                    let most = most.max(1.0);
                    found.push((
                        id,
                        Known {
                            table,
                            rows,
                            most,
                            no,
                        },
                    ));
                    break;
                }
            }
        }
        Ok(Self::Found(found))
    }

    pub(super) fn find(&self, id: ColumnId) -> Option<Known<'a>> {
        match self {
            Self::Scan { scan, rows } => {
                let no = column_of(scan, id)?;
                Some(Known {
                    table: &scan.table,
                    rows: *rows,
                    most: *rows,
                    no,
                })
            }
            Self::Found(found) => {
                let mut found = found.iter();
                found.find(|(known, _)| *known == id).map(|(_, of)| *of)
            }
        }
    }

    /// What is known of an expression that is a column.
    pub(super) fn of(&self, expr: &Expr) -> Option<Known<'a>> {
        match expr.kind {
            ExprKind::Column(id) => self.find(id),
            _ => None,
        }
    }
}

/// The column of a scan's table; the row id has no number.
fn column_of(scan: &LogicalScan, id: ColumnId) -> Option<Option<ColumnNo>> {
    if scan.relation != id.relation {
        return None;
    }
    if id.column == ColumnId::ROWID {
        return Some(None);
    }
    let no = ColumnNo(u16::try_from(id.column).ok()?);
    if scan.table.rowid_column == Some(no) {
        return Some(None);
    }
    (usize::from(no.0) < scan.table.columns.len()).then_some(Some(no))
}

/// The column of a table that a plan's column is, if it is one.
fn origin(plan: &LogicalPlan, id: ColumnId) -> Option<(&TableDef, Option<ColumnNo>)> {
    let passed = |columns: &[(ColumnId, Expr)]| {
        let mut columns = columns.iter();
        let (_, expr) = columns.find(|(known, _)| *known == id)?;
        Some(match expr.kind {
            ExprKind::Column(from) => Some(from),
            _ => None,
        })
    };
    match plan {
        LogicalPlan::Scan(scan) | LogicalPlan::Earlier(scan) => {
            Some((&*scan.table, column_of(scan, id)?))
        }
        LogicalPlan::Join { left, right, .. } => origin(left, id).or_else(|| origin(right, id)),
        LogicalPlan::Lateral(lateral) => origin(&lateral.left, id),
        LogicalPlan::Apply(apply) => origin(&apply.input, id),
        LogicalPlan::Window(window) => origin(&window.input, id),
        LogicalPlan::Aggregate {
            input,
            relation,
            keys,
            ..
        } => {
            let key = keys
                .get(id.column as usize)
                .filter(|_| id.relation == *relation)?;
            match key.kind {
                ExprKind::Column(from) => origin(input, from),
                _ => None,
            }
        }
        LogicalPlan::Project { input, columns } => origin(input, passed(columns)??),
        LogicalPlan::Extend { input, columns } => match passed(columns) {
            Some(from) => origin(input, from?),
            None => origin(input, id),
        },
        LogicalPlan::Filter { input, .. }
        | LogicalPlan::Distinct { input }
        | LogicalPlan::Sort { input, .. }
        | LogicalPlan::Limit { input, .. }
        | LogicalPlan::TopN { input, .. } => origin(input, id),
        LogicalPlan::SingleRow
        | LogicalPlan::Empty(_)
        | LogicalPlan::Values(_)
        | LogicalPlan::Function(_)
        | LogicalPlan::SetOperation(_)
        | LogicalPlan::Recursive(_)
        | LogicalPlan::Working(_) => None,
    }
}

impl<'a> Known<'a> {
    /// What ANALYZE found; of row ids that a column names, too.
    pub(super) fn statistics(&self) -> Option<&'a ColumnStatistics> {
        let no = self.no.or(self.table.rowid_column)?;
        self.table.statistics.as_ref()?.column(no)
    }

    /// Has no value of it two rows?
    pub(super) fn is_unique(&self) -> bool {
        let Some(no) = self.no else {
            return true;
        };
        let mut indexes = self.table.indexes.iter();
        indexes.any(|index| match &index.kind {
            IndexKind::BTree(btree) if btree.unique => {
                btree.plain_columns().is_some_and(|columns| columns == [no])
            }
            _ => false,
        })
    }

    /// The share of rows that have NULL, where it is known.
    pub(super) fn nulls(&self) -> Option<f64> {
        match self.no {
            Some(no) if !self.table.column(no).not_null => self.statistics().map(|of| of.nulls),
            _ => Some(0.0),
        }
    }

    /// How many values it has in the whole table, where that is known.
    pub(super) fn distinct(&self) -> Option<f64> {
        if self.is_unique() {
            return Some(self.rows);
        }
        self.statistics().map(|of| of.distinct.among(self.rows))
    }

    /// The share of rows that equal a value, or one that is known later.
    pub(super) fn equal_share(&self, value: Option<ValueRef<'_>>) -> Option<f64> {
        if self.is_unique() {
            return Some(1.0 / self.rows);
        }
        let of = self.statistics()?;
        Some(match value {
            Some(value) => of.equal_share(value, self.rows),
            None => of.average_share(self.rows),
        })
    }
}

/// How many values some columns of one table have together in the whole table, where an index knows; in any order.
pub(super) fn joint_distinct(table: &TableDef, columns: &[ColumnNo], rows: f64) -> Option<f64> {
    table.indexes.iter().find_map(|index| {
        let IndexKind::BTree(btree) = &index.kind else {
            return None;
        };
        let keys = btree.plain_columns()?;
        let first = keys.get(..columns.len())?;
        if !columns.iter().all(|no| first.contains(no)) {
            return None;
        }
        if btree.unique && first.len() == keys.len() {
            return Some(rows);
        }
        let of = table.statistics.as_ref()?.index(index.id)?;
        Some(of.prefixes.get(columns.len() - 1)?.among(rows))
    })
}

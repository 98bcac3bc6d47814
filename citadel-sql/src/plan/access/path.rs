//! One way to the rows of a table: what it costs, the order in which it gives them, and its plan.

use std::sync::Arc;

use super::{Wish, is_row_id};
use crate::bind::bound::{ColumnId, Expr, ExprKind};
use crate::plan::estimate::{Columns, share};
use crate::plan::expr::is_same;
use crate::plan::logical::LogicalScan;
use crate::plan::physical::{
    IndexScan, KeyColumn, NextColumn, PhysicalPlan, PkLookup, Range, SeqScan, TableSource,
};
use crate::plan::points::Points;
use crate::schema::{BTreeIndex, IndexDef};

/// Reading the next row of a scan costs 1; finding a row by its id, this.
const FETCH: f64 = 4.0;
/// Going to a place in a tree.
const SEEK: f64 = 2.0;
/// Sorting costs this for each row and doubling.
const SORT: f64 = 0.2;

/// A way to the rows, and the conjuncts that it makes good.
pub(super) struct Path {
    pub(super) kind: PathKind,
    /// Places in the scan's filter.
    pub(super) used: Vec<usize>,
    /// Those of them that are TRUE for all rows of a partial index.
    pub(super) ensured: Vec<usize>,
}

pub(super) enum PathKind {
    Rows(Range),
    Keys(Points),
    Index {
        index: Arc<IndexDef>,
        btree: BTreeIndex,
        /// What its key is on, in order.
        keys: Vec<Expr>,
        /// How many rows it has, where it is not of all.
        entries: Option<f64>,
        equal: Vec<Expr>,
        next: NextColumn,
    },
}

impl Path {
    /// Reads it a few rows by key?
    pub(super) fn is_narrow(&self) -> bool {
        match &self.kind {
            PathKind::Keys(_) => true,
            PathKind::Index {
                btree, equal, next, ..
            } => btree.unique && is_point(btree, equal, next),
            PathKind::Rows(_) => false,
        }
    }

    /// Rows that it reads.
    fn rows_read(&self, scan: &LogicalScan, table_rows: f64) -> f64 {
        match &self.kind {
            PathKind::Rows(range) if range.is_all() => table_rows,
            PathKind::Rows(_) => (table_rows * self.bound_share(scan, table_rows)).max(1.0),
            PathKind::Keys(keys) => keys.len() as f64,
            PathKind::Index { .. } => match self.points() {
                Some(points) => points,
                None => {
                    let rows = self.base_rows(table_rows);
                    (rows * self.bound_share(scan, table_rows)).max(1.0)
                }
            },
        }
    }

    /// How many keys of a unique index it goes to, each of one row.
    fn points(&self) -> Option<f64> {
        match &self.kind {
            PathKind::Index {
                btree, equal, next, ..
            } if btree.unique && is_point(btree, equal, next) => Some(match next {
                NextColumn::OneOf(list) => list.len() as f64,
                _ => 1.0,
            }),
            _ => None,
        }
    }

    /// Rows that it could give without bounds.
    fn base_rows(&self, table_rows: f64) -> f64 {
        match &self.kind {
            PathKind::Index {
                entries: Some(entries),
                ..
            } => *entries,
            _ => table_rows,
        }
    }

    /// The part of them that its bounds leave.
    fn bound_share(&self, scan: &LogicalScan, table_rows: f64) -> f64 {
        let bounds = self.used.iter().filter(|at| !self.ensured.contains(at));
        let bounds = bounds.filter_map(|at| scan.filter.get(*at));
        let shared = share(bounds, &Columns::of_scan(scan, table_rows));
        self.computed_share(scan, table_rows).unwrap_or(shared)
    }

    /// What the index's statistics say where its key is computed, of which no column tells anything.
    fn computed_share(&self, scan: &LogicalScan, table_rows: f64) -> Option<f64> {
        let PathKind::Index {
            index,
            keys,
            equal,
            next,
            ..
        } = &self.kind
        else {
            return None;
        };
        let is_column = |key: &Expr| matches!(key.kind, ExprKind::Column(_));
        let points = match next {
            NextColumn::OneOf(list) => list.len(),
            NextColumn::Any | NextColumn::NotNull | NextColumn::Range(_) => 1,
        };
        let used = equal.len() + usize::from(matches!(next, NextColumn::OneOf(_)));
        let is_range = matches!(next, NextColumn::Range(_));
        if used == 0 || is_range || keys.get(..used)?.iter().all(is_column) {
            return None;
        }
        let of = scan.table.statistics.as_ref()?.index(index.id)?;
        let distinct = of.prefixes.get(used - 1)?;
        Some((points as f64 / distinct.among(self.base_rows(table_rows))).min(1.0))
    }

    /// Rows that are left when the rest of the filter was looked at.
    fn output_rows(&self, scan: &LogicalScan, table_rows: f64) -> f64 {
        let columns = Columns::of_scan(scan, table_rows);
        let by_key = match &self.kind {
            PathKind::Keys(keys) => Some(keys.len() as f64),
            _ => self.points(),
        };
        let rows = match by_key {
            Some(points) => points * share(&self.residual(scan), &columns),
            None => {
                let filter = scan.filter.iter().enumerate();
                let filter = filter.filter(|(at, _)| !self.ensured.contains(at));
                let all = share(filter.map(|(_, conjunct)| conjunct), &columns);
                let read = self.rows_read(scan, table_rows);
                let rest = share(&self.residual(scan), &columns);
                match self.computed_share(scan, table_rows) {
                    Some(_) => read * rest,
                    None => self.base_rows(table_rows) * all,
                }
            }
        };
        rows.max(1.0)
    }

    /// The cost of reading the rows, and of sorting them if that remains to do.
    pub(super) fn cost(
        &self,
        scan: &LogicalScan,
        table_rows: f64,
        wish: Wish<'_>,
        ordered: bool,
    ) -> f64 {
        let read = self.rows_read(scan, table_rows);
        let output = self.output_rows(scan, table_rows).min(read.max(1.0));
        let needed = match wish.rows {
            // In order, reading stops when enough have passed the filter.
            Some(rows) if ordered && output > 0.0 => read * (rows / output).min(1.0),
            _ => read,
        };
        let fetch = match &self.kind {
            PathKind::Rows(range) => needed + if range.is_all() { 0.0 } else { SEEK },
            PathKind::Keys(_) => needed * FETCH,
            PathKind::Index { next, .. } => {
                let seeks = match next {
                    NextColumn::OneOf(list) => list.len() as f64,
                    _ => 1.0,
                };
                seeks * SEEK + needed * FETCH
            }
        };
        let sort = if ordered || wish.order.is_empty() {
            0.0
        } else {
            output * SORT * output.max(2.0).log2()
        };
        fetch + sort
    }

    /// The direction in which the rows come in the order wished for: descending or not. Without a wish, ascending.
    pub(super) fn direction_for(&self, wish: Wish<'_>, scan: &LogicalScan) -> Option<bool> {
        let order = wish.order;
        match &self.kind {
            PathKind::Rows(_) | PathKind::Keys(_) => {
                let Some(first) = order.first() else {
                    return Some(false);
                };
                is_row_id(first.column, scan).then_some(first.descending)
            }
            PathKind::Index {
                keys, equal, next, ..
            } => {
                if matches!(next, NextColumn::OneOf(list) if list.len() > 1) {
                    return order.is_empty().then_some(false);
                }
                index_direction(keys, equal.len(), wish, scan)
            }
        }
    }

    fn residual(&self, scan: &LogicalScan) -> Vec<Expr> {
        let kept = scan.filter.iter().enumerate();
        kept.filter(|(at, _)| !self.used.contains(at))
            .map(|(_, conjunct)| conjunct.clone())
            .collect()
    }

    pub(super) fn build(
        self,
        scan: &LogicalScan,
        table_rows: f64,
        descending: bool,
    ) -> PhysicalPlan {
        let filter = self.residual(scan);
        let rows = self.output_rows(scan, table_rows);
        let source = TableSource {
            relation: scan.relation,
            table: scan.table.clone(),
            alias: scan.alias.clone(),
            columns: scan.columns.clone(),
            filter,
            rows,
        };
        match self.kind {
            PathKind::Rows(range) => PhysicalPlan::SeqScan(SeqScan {
                source,
                range,
                descending,
            }),
            PathKind::Keys(keys) => PhysicalPlan::PkLookup(Arc::new(PkLookup {
                source,
                keys,
                descending,
            })),
            PathKind::Index {
                index, equal, next, ..
            } => PhysicalPlan::IndexScan(IndexScan {
                source,
                index,
                equal,
                next,
                descending,
            }),
        }
    }
}

/// Are all columns of the index equal to something?
fn is_point(btree: &BTreeIndex, equal: &[Expr], next: &NextColumn) -> bool {
    let by_next = usize::from(matches!(next, NextColumn::OneOf(_)));
    equal.len() + by_next == btree.keys.len()
}

/// The direction in which an index gives the order. Its first `equal` columns have one value.
fn index_direction(
    keys: &[Expr],
    equal: usize,
    wish: Wish<'_>,
    scan: &LogicalScan,
) -> Option<bool> {
    let (fixed, mut parts) = (&keys[..equal], keys[equal..].iter());
    let is_on = |part: &Expr, column: ColumnId| {
        let mut computed = wish.computed.iter();
        match computed.find(|(id, _)| *id == column) {
            Some((_, expr)) => is_same(expr, part),
            None => matches!(part.kind, ExprKind::Column(id) if id == column),
        }
    };
    let is_fixed = |key: &&KeyColumn| fixed.iter().any(|part| is_on(part, key.column));
    let mut direction = None;
    for key in wish.order.iter().filter(|key| !is_fixed(key)) {
        let agrees = |direction: Option<bool>| direction.is_none_or(|d| d == key.descending);
        let Some(part) = parts.next() else {
            // Equal keys come in the order of row ids, which leaves nothing to order.
            return (is_row_id(key.column, scan) && agrees(direction)).then_some(key.descending);
        };
        let nullable = match part.kind {
            ExprKind::Column(id) => {
                let column = scan.table.columns.get(id.column as usize);
                column.is_none_or(|column| !column.not_null)
            }
            _ => true,
        };
        // NULL sorts above everything in an index.
        let nulls_agree = !nullable || key.nulls_first == key.descending;
        if !is_on(part, key.column) || !nulls_agree || !agrees(direction) {
            return None;
        }
        direction = Some(key.descending);
    }
    Some(direction.unwrap_or(false))
}

//! The cheapest way to a table's rows: all of them, by row id, or through a btree index.
//!
//! A conjunct `column op constant` may become a bound; it then leaves the filter, since bounds are evaluated exactly
//! whatever the constant's type. Every other conjunct stays.

use std::sync::Arc;

use super::PlanContext;
use super::estimate::{EQUAL, selectivity, table_rows};
use super::expr::is_constant;
use super::logical::LogicalScan;
use super::physical::{
    IndexScan, KeyColumn, NextColumn, PhysicalPlan, PkLookup, Range, RangeEnd, SeqScan, TableSource,
};
use crate::bind::bound::{BinaryOp, ColumnId, Expr, ExprKind, RelationNo};
use crate::error::Result;
use crate::schema::{BTreeIndex, ColumnNo, IndexDef, IndexKind, TableDef};
use crate::types::SqlType;

/// Reading the next row of a scan costs 1; finding a row by its id, this.
const FETCH: f64 = 4.0;
/// Going to a place in a tree.
const SEEK: f64 = 2.0;
/// Sorting costs this for each row and doubling.
const SORT: f64 = 0.2;

/// What the reader of a scan would like.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wish<'a> {
    /// An order that saves a sort.
    pub(super) order: &'a [KeyColumn],
    /// Only this many rows will be read, if they come in order.
    pub(super) rows: Option<f64>,
}

/// A way to the rows, chosen.
#[derive(Debug)]
pub(super) struct Access {
    pub(super) plan: PhysicalPlan,
    /// The rows come in the order wished for.
    pub(super) ordered: bool,
    /// It reads a few rows by key rather than scanning.
    pub(super) narrow: bool,
}

/// The cheapest way to the rows of a scan.
pub(super) fn choose(
    scan: &LogicalScan,
    wish: Wish<'_>,
    context: &PlanContext<'_>,
) -> Result<Access> {
    let rows = table_rows(scan, context)?;
    let bounds: Vec<Option<Bound<'_>>> = scan
        .filter
        .iter()
        .map(|conjunct| Bound::of(conjunct, scan.relation))
        .collect();
    let mut paths = vec![whole(scan)];
    paths.extend(by_row_id(scan, &bounds));
    for index in &scan.table.indexes {
        if let IndexKind::BTree(btree) = &index.kind {
            paths.extend(by_index(scan, index, btree, &bounds));
        }
    }
    let mut best: Option<(f64, Path, Option<bool>)> = None;
    for path in paths {
        let direction = path.direction_for(wish.order, scan);
        let cost = path.cost(scan, rows, wish, direction.is_some());
        if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
            best = Some((cost, path, direction));
        }
    }
    let (_, path, direction) = best.unwrap_or_else(|| (0.0, whole(scan), None));
    Ok(Access {
        narrow: path.is_narrow(),
        ordered: direction.is_some() && !wish.order.is_empty(),
        plan: path.build(scan, rows, direction.unwrap_or(false)),
    })
}

/// What one conjunct says about one column.
struct Bound<'a> {
    column: ColumnId,
    kind: BoundKind<'a>,
}

enum BoundKind<'a> {
    Equal(&'a Expr),
    OneOf(&'a [Expr]),
    /// Low end, high end.
    Range(Option<(&'a Expr, bool)>, Option<(&'a Expr, bool)>),
}

impl<'a> Bound<'a> {
    fn of(conjunct: &'a Expr, relation: RelationNo) -> Option<Self> {
        let (operand, kind) = match &conjunct.kind {
            ExprKind::Binary { op, left, right } => {
                if is_constant(right) {
                    (left, comparison(*op, right)?)
                } else if is_constant(left) {
                    (right, comparison(mirrored(*op), left)?)
                } else {
                    return None;
                }
            }
            ExprKind::Between {
                operand,
                low,
                high,
                negated: false,
            } if is_constant(low) && is_constant(high) => (
                operand,
                BoundKind::Range(Some((low, true)), Some((high, true))),
            ),
            ExprKind::InList {
                operand,
                list,
                negated: false,
            } if !list.is_empty() && list.iter().all(is_constant) => {
                (operand, BoundKind::OneOf(list))
            }
            _ => return None,
        };
        match operand.kind {
            ExprKind::Column(column)
                if column.relation == relation && kind.compares_with(operand.ty) =>
            {
                Some(Self { column, kind })
            }
            _ => None,
        }
    }

    fn range(&self) -> Option<(Option<RangeEnd>, Option<RangeEnd>)> {
        let end = |(value, inclusive): (&Expr, bool)| RangeEnd {
            value: value.clone(),
            inclusive,
        };
        match &self.kind {
            BoundKind::Range(low, high) => Some((low.map(end), high.map(end))),
            _ => None,
        }
    }
}

impl BoundKind<'_> {
    /// Are the constants of a type that a key of this type can be compared with?
    fn compares_with(&self, ty: SqlType) -> bool {
        let fits = |constant: &Expr| match (ty, constant.ty) {
            (SqlType::Vector(_), _) => false,
            (_, SqlType::Unknown) => true,
            (a, b) => a == b || (a.is_numeric() && b.is_numeric()),
        };
        match self {
            Self::Equal(value) => fits(value),
            Self::OneOf(list) => list.iter().all(fits),
            Self::Range(low, high) => [low, high].into_iter().flatten().all(|(v, _)| fits(v)),
        }
    }
}

fn comparison(op: BinaryOp, value: &Expr) -> Option<BoundKind<'_>> {
    Some(match op {
        BinaryOp::Eq => BoundKind::Equal(value),
        BinaryOp::Gt => BoundKind::Range(Some((value, false)), None),
        BinaryOp::GtEq => BoundKind::Range(Some((value, true)), None),
        BinaryOp::Lt => BoundKind::Range(None, Some((value, false))),
        BinaryOp::LtEq => BoundKind::Range(None, Some((value, true))),
        _ => return None,
    })
}

fn mirrored(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Lt => BinaryOp::Gt,
        BinaryOp::LtEq => BinaryOp::GtEq,
        BinaryOp::Gt => BinaryOp::Lt,
        BinaryOp::GtEq => BinaryOp::LtEq,
        other => other,
    }
}

/// A way to the rows, and the conjuncts that it makes good.
struct Path {
    kind: PathKind,
    /// Places in the scan's filter.
    used: Vec<usize>,
}

enum PathKind {
    Rows(Range),
    Keys(Vec<Expr>),
    Index {
        index: Arc<IndexDef>,
        btree: BTreeIndex,
        equal: Vec<Expr>,
        next: NextColumn,
    },
}

fn whole(_: &LogicalScan) -> Path {
    Path {
        kind: PathKind::Rows(Range::default()),
        used: Vec::new(),
    }
}

fn is_row_id(id: ColumnId, table: &TableDef) -> bool {
    id.column == ColumnId::ROWID
        || table
            .rowid_column
            .is_some_and(|no| u32::from(no.0) == id.column)
}

/// Points, or else a range, of row ids.
fn by_row_id(scan: &LogicalScan, bounds: &[Option<Bound<'_>>]) -> Option<Path> {
    let of_row_id = |bound: &Bound<'_>| is_row_id(bound.column, &scan.table);
    if let Some((at, keys)) = points(bounds, of_row_id) {
        return Some(Path {
            kind: PathKind::Keys(keys),
            used: vec![at],
        });
    }
    let (range, used) = range(bounds, of_row_id);
    (!range.is_all()).then_some(Path {
        kind: PathKind::Rows(range),
        used,
    })
}

/// The best equality of a column: one value before a list of them.
fn points(
    bounds: &[Option<Bound<'_>>],
    of_column: impl Fn(&Bound<'_>) -> bool,
) -> Option<(usize, Vec<Expr>)> {
    let mut list = None;
    for (at, bound) in bounds.iter().enumerate() {
        match bound.as_ref().filter(|bound| of_column(bound)) {
            Some(Bound {
                kind: BoundKind::Equal(value),
                ..
            }) => return Some((at, vec![(*value).clone()])),
            Some(Bound {
                kind: BoundKind::OneOf(values),
                ..
            }) if list.is_none() => list = Some((at, values.to_vec())),
            _ => {}
        }
    }
    list
}

/// The first low and the first high end of a column.
fn range(
    bounds: &[Option<Bound<'_>>],
    of_column: impl Fn(&Bound<'_>) -> bool,
) -> (Range, Vec<usize>) {
    let mut range = Range::default();
    let mut used = Vec::new();
    for (at, bound) in bounds.iter().enumerate() {
        let ends = bound.as_ref().filter(|b| of_column(b));
        let Some((low, high)) = ends.and_then(Bound::range) else {
            continue;
        };
        // A conjunct is used whole or not at all.
        if (low.is_some() && range.low.is_some()) || (high.is_some() && range.high.is_some()) {
            continue;
        }
        range.low = range.low.or(low);
        range.high = range.high.or(high);
        used.push(at);
    }
    (range, used)
}

/// An index scan; also one without bounds, for its order.
fn by_index(
    scan: &LogicalScan,
    index: &Arc<IndexDef>,
    btree: &BTreeIndex,
    bounds: &[Option<Bound<'_>>],
) -> Option<Path> {
    let mut path = Path {
        kind: PathKind::Rows(Range::default()),
        used: Vec::new(),
    };
    let (mut equal, mut next) = (Vec::new(), NextColumn::Any);
    for no in &btree.columns {
        let of_column = |bound: &Bound<'_>| bound.column == id_of(scan.relation, *no);
        match points(bounds, of_column) {
            Some((at, mut keys)) if keys.len() == 1 => {
                path.used.push(at);
                equal.append(&mut keys);
                continue;
            }
            Some((at, keys)) => {
                path.used.push(at);
                next = NextColumn::OneOf(keys);
            }
            None => {
                let (range, used) = range(bounds, of_column);
                if !range.is_all() {
                    path.used.extend(used);
                    next = NextColumn::Range(range);
                }
            }
        }
        break;
    }
    path.kind = PathKind::Index {
        index: index.clone(),
        btree: btree.clone(),
        equal,
        next,
    };
    Some(path)
}

fn id_of(relation: RelationNo, no: ColumnNo) -> ColumnId {
    ColumnId {
        relation,
        column: u32::from(no.0),
    }
}

impl Path {
    /// Reads it a few rows by key?
    fn is_narrow(&self) -> bool {
        match &self.kind {
            PathKind::Keys(_) => true,
            PathKind::Index {
                btree, equal, next, ..
            } => btree.unique && is_point(btree, equal, next),
            PathKind::Rows(_) => false,
        }
    }

    /// Rows that it reads.
    fn rows_read(&self, table_rows: f64) -> f64 {
        match &self.kind {
            PathKind::Rows(range) => table_rows * range_share(range),
            PathKind::Keys(keys) => keys.len() as f64,
            PathKind::Index {
                btree, equal, next, ..
            } => {
                let points = match next {
                    NextColumn::OneOf(list) => list.len() as f64,
                    _ => 1.0,
                };
                if btree.unique && is_point(btree, equal, next) {
                    return points;
                }
                let equal_share = EQUAL.powi(i32::try_from(equal.len()).unwrap_or(i32::MAX));
                let share = match next {
                    NextColumn::Any => equal_share,
                    NextColumn::OneOf(_) => equal_share * EQUAL * points,
                    NextColumn::Range(range) => equal_share * range_share(range),
                };
                (table_rows * share).max(1.0)
            }
        }
    }

    /// The cost of reading the rows, and of sorting them if that remains to do.
    fn cost(&self, scan: &LogicalScan, table_rows: f64, wish: Wish<'_>, ordered: bool) -> f64 {
        let read = self.rows_read(table_rows);
        let rest: f64 = selectivity(&self.residual(scan)).max(1e-6);
        let output = read * rest;
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
    fn direction_for(&self, order: &[KeyColumn], scan: &LogicalScan) -> Option<bool> {
        match &self.kind {
            PathKind::Rows(_) | PathKind::Keys(_) => {
                let Some(first) = order.first() else {
                    return Some(false);
                };
                is_row_id(first.column, &scan.table).then_some(first.descending)
            }
            PathKind::Index {
                btree, equal, next, ..
            } => {
                if matches!(next, NextColumn::OneOf(list) if list.len() > 1) {
                    return order.is_empty().then_some(false);
                }
                index_direction(btree, equal.len(), order, scan)
            }
        }
    }

    fn residual(&self, scan: &LogicalScan) -> Vec<Expr> {
        let kept = scan.filter.iter().enumerate();
        kept.filter(|(at, _)| !self.used.contains(at))
            .map(|(_, conjunct)| conjunct.clone())
            .collect()
    }

    fn build(self, scan: &LogicalScan, table_rows: f64, descending: bool) -> PhysicalPlan {
        let filter = self.residual(scan);
        let rows = (self.rows_read(table_rows) * selectivity(&filter)).max(1.0);
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
            PathKind::Keys(keys) => PhysicalPlan::PkLookup(PkLookup {
                source,
                keys,
                descending,
            }),
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
    equal.len() + by_next == btree.columns.len()
}

fn range_share(range: &Range) -> f64 {
    match (&range.low, &range.high) {
        (None, None) => 1.0,
        (Some(_), Some(_)) => 1.0 / 9.0,
        _ => 1.0 / 3.0,
    }
}

/// The direction in which an index gives the order. Its first `equal` columns have one value.
fn index_direction(
    btree: &BTreeIndex,
    equal: usize,
    order: &[KeyColumn],
    scan: &LogicalScan,
) -> Option<bool> {
    let mut columns = btree.columns.iter();
    let fixed: Vec<ColumnId> = columns
        .by_ref()
        .take(equal)
        .map(|no| id_of(scan.relation, *no))
        .collect();
    let mut direction = None;
    for key in order.iter().filter(|key| !fixed.contains(&key.column)) {
        let agrees = |direction: Option<bool>| direction.is_none_or(|d| d == key.descending);
        let Some(no) = columns.next() else {
            // Equal keys come in the order of row ids, which leaves nothing to order.
            return (is_row_id(key.column, &scan.table) && agrees(direction))
                .then_some(key.descending);
        };
        let nullable = !scan.table.column(*no).not_null;
        // NULL sorts above everything in an index.
        let nulls_agree = !nullable || key.nulls_first == key.descending;
        if key.column != id_of(scan.relation, *no) || !nulls_agree || !agrees(direction) {
            return None;
        }
        direction = Some(key.descending);
    }
    Some(direction.unwrap_or(false))
}

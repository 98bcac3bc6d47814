//! The ways to the rows that the bounds of a scan allow.

use std::sync::Arc;

use super::bound::{Bound, BoundKind};
use super::is_row_id;
use super::path::{Path, PathKind};
use crate::bind::bound::Expr;
use crate::error::Result;
use crate::plan::PlanContext;
use crate::plan::estimate::partial_rows;
use crate::plan::expr::{is_same, split_conjuncts};
use crate::plan::implication::implies_all;
use crate::plan::logical::LogicalScan;
use crate::plan::physical::{NextColumn, Range};
use crate::plan::points::Points;
use crate::schema::{BTreeIndex, IndexDef};
use crate::store::BoundIndex;

/// All rows.
pub(super) fn whole() -> Path {
    Path {
        kind: PathKind::Rows(Range::default()),
        used: Vec::new(),
        ensured: Vec::new(),
    }
}

/// Points, or else a range, of row ids.
pub(super) fn by_row_id(scan: &LogicalScan, bounds: &[Option<Bound<'_>>]) -> Option<Path> {
    let of_row_id = |bound: &Bound<'_>| {
        let column = bound.column();
        column.is_some_and(|id| is_row_id(id, scan))
    };
    if let Some((at, keys)) = points(bounds, of_row_id) {
        return Some(Path {
            kind: PathKind::Keys(keys),
            used: vec![at],
            ensured: Vec::new(),
        });
    }
    let (range, used) = range(bounds, of_row_id);
    (!range.is_all()).then_some(Path {
        kind: PathKind::Rows(range),
        used,
        ensured: Vec::new(),
    })
}

/// The best equality of a column: one value before a list of them.
fn points(
    bounds: &[Option<Bound<'_>>],
    of_column: impl Fn(&Bound<'_>) -> bool,
) -> Option<(usize, Points)> {
    let mut list = None;
    for (at, bound) in bounds.iter().enumerate() {
        match bound.as_ref().filter(|bound| of_column(bound)) {
            Some(Bound {
                kind: BoundKind::Equal(value),
                ..
            }) => return Some((at, Points::List(vec![(*value).clone()]))),
            Some(Bound {
                kind: BoundKind::OneOf(values),
                ..
            }) if list.is_none() => list = Some((at, Points::List(values.to_vec()))),
            Some(Bound {
                kind: BoundKind::ElementOf(array),
                ..
            }) if list.is_none() => {
                list = Some((at, Points::Elements(Box::new((*array).clone()))));
            }
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

/// An index scan; also one without bounds, for its order. `None`: it is not sure that the index has all rows that are wanted.
pub(super) fn by_index(
    scan: &LogicalScan,
    index: &Arc<IndexDef>,
    btree: &BTreeIndex,
    (bounds, context): (&[Option<Bound<'_>>], &PlanContext<'_>),
) -> Result<Option<Path>> {
    // One that has no meaning any more serves no query.
    let Ok(bound_index) = BoundIndex::bind(&scan.table, btree, scan.relation) else {
        return Ok(None);
    };
    let mut path = Path {
        kind: PathKind::Rows(Range::default()),
        used: Vec::new(),
        ensured: Vec::new(),
    };
    let mut entries = None;
    if let Some(condition) = bound_index.condition {
        if !implies_all(&scan.filter, condition.clone()) {
            return Ok(None);
        }
        // What is TRUE for all of its rows need not be looked at again.
        let mut ensured = Vec::new();
        split_conjuncts(condition, &mut ensured);
        let is_ensured = |conjunct: &Expr| ensured.iter().any(|known| is_same(known, conjunct));
        let filter = scan.filter.iter().enumerate();
        let filter = filter.filter(|(_, conjunct)| is_ensured(conjunct));
        path.ensured.extend(filter.map(|(at, _)| at));
        path.used.extend(&path.ensured);
        entries = Some(partial_rows(scan, btree, context)?);
    }
    let (mut equal, mut next) = (Vec::new(), NextColumn::Any);
    for key in &bound_index.keys {
        let of_column = |bound: &Bound<'_>| bound.is_about(key);
        let not_null = bounds.iter().enumerate().filter(|(_, bound)| {
            let bound = bound.as_ref().filter(|bound| bound.is_about(key));
            bound.is_some_and(|bound| matches!(bound.kind, BoundKind::NotNull))
        });
        let not_null: Vec<usize> = not_null.map(|(at, _)| at).collect();
        // Neither what is equal to a value nor what lies in a range is NULL.
        path.used.extend(&not_null);
        match points(bounds, of_column) {
            Some((at, keys)) => {
                path.used.push(at);
                if let Some(only) = keys.only() {
                    equal.push(only.clone());
                    continue;
                }
                next = NextColumn::OneOf(keys);
            }
            None => {
                let (range, used) = range(bounds, of_column);
                if !range.is_all() {
                    path.used.extend(used);
                    next = NextColumn::Range(range);
                } else if !not_null.is_empty() {
                    next = NextColumn::NotNull;
                }
            }
        }
        break;
    }
    path.kind = PathKind::Index {
        index: index.clone(),
        btree: btree.clone(),
        keys: bound_index.keys,
        entries,
        equal,
        next,
    };
    Ok(Some(path))
}

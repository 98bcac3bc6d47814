//! The ways to the rows that the bounds of a scan allow.

use std::sync::Arc;

use super::bound::{Bound, BoundKind};
use super::path::{Path, PathKind};
use super::{id_of, is_row_id};
use crate::plan::logical::LogicalScan;
use crate::plan::physical::{NextColumn, Range};
use crate::plan::points::Points;
use crate::schema::{BTreeIndex, IndexDef};

/// All rows.
pub(super) fn whole() -> Path {
    Path {
        kind: PathKind::Rows(Range::default()),
        used: Vec::new(),
    }
}

/// Points, or else a range, of row ids.
pub(super) fn by_row_id(scan: &LogicalScan, bounds: &[Option<Bound<'_>>]) -> Option<Path> {
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

/// An index scan; also one without bounds, for its order.
pub(super) fn by_index(
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

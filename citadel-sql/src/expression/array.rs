//! Parts of arrays, and comparisons with all of their elements.

use super::compare::order;
use super::node::{CompareOp, Node, SubscriptNode, Subscripts};
use super::values::{Rows, Values, booleans};
use crate::batch::{Batch, Column};
use crate::error::Result;
use crate::types::{SliceBound, ValueRef, element, slice};

/// Subscripts beyond this are beyond every array.
const SUBSCRIPT_MAX: i64 = 1 << 40;

/// `a[i]`, `a[l:u]`: NULL if anything in it is.
pub(super) fn subscript<'a>(
    node: &'a SubscriptNode,
    input: &'a Batch,
    rows: Rows<'a>,
) -> Result<Column> {
    let arrays = node.array.evaluate(input, rows)?;
    let evaluate = |node: &'a Node| node.evaluate(input, rows);
    let mut out = Column::new(node.ty, rows.len());
    match &node.subscripts {
        Subscripts::Indexes(indexes) => {
            let indexes = indexes.iter().map(evaluate).collect::<Result<Vec<_>>>()?;
            for row in 0..rows.len() {
                let at: Option<Vec<i64>> = indexes.iter().map(|at| integer(at, row)).collect();
                out.push(match (arrays.get(row), at) {
                    (ValueRef::Array(array), Some(at)) => element(array, &at),
                    _ => ValueRef::Null,
                })?;
            }
        }
        Subscripts::Slices(ends) => {
            let end = |end: &'a Option<Node>| end.as_ref().map(evaluate).transpose();
            let ends = ends
                .iter()
                .map(|(low, high)| Ok((end(low)?, end(high)?)))
                .collect::<Result<Vec<_>>>()?;
            for row in 0..rows.len() {
                let bounds: Option<Vec<SliceBound>> = ends
                    .iter()
                    .map(|(low, high)| Some((said(low.as_ref(), row)?, said(high.as_ref(), row)?)))
                    .collect();
                match (arrays.get(row), bounds) {
                    (ValueRef::Array(array), Some(bounds)) => {
                        out.push_array(slice(array, &bounds)?.as_ref())?;
                    }
                    _ => out.push_null(),
                }
            }
        }
    }
    Ok(out)
}

fn integer(values: &Values<'_>, row: usize) -> Option<i64> {
    match values.get(row) {
        ValueRef::Integer(value) => Some(value.clamp(-SUBSCRIPT_MAX, SUBSCRIPT_MAX)),
        _ => None,
    }
}

/// An end of a slice, if it is said; `None`: it is NULL.
fn said(end: Option<&Values<'_>>, row: usize) -> Option<Option<i64>> {
    match end {
        None => Some(None),
        Some(end) => integer(end, row).map(Some),
    }
}

/// `operand op ANY (array)`, `operand op ALL (array)`
pub(super) fn any_element(
    op: CompareOp,
    operand: &Values<'_>,
    arrays: &Values<'_>,
    all: bool,
    rows: Rows<'_>,
) -> Result<Column> {
    booleans(rows, |row| {
        let ValueRef::Array(array) = arrays.get(row) else {
            return Ok(None);
        };
        let value = operand.get(row);
        let mut found = Some(all);
        for element in array {
            match order(value, element)?.map(|order| op.holds(order)) {
                Some(holds) if holds != all => return Ok(Some(holds)),
                Some(_) => {}
                None => found = None,
            }
        }
        Ok(found)
    })
}

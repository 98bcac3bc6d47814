//! The order of arrays: by their elements, then by how many there are, then by their dimensions.

use std::cmp::Ordering;

use super::ArrayRef;
use crate::types::compare;

/// The order of two arrays; `None` if their elements do not compare. A NULL element is above all others and equal to itself.
pub(crate) fn compare_arrays(left: ArrayRef<'_>, right: ArrayRef<'_>) -> Option<Ordering> {
    if left.element_type() == right.element_type() && left.as_bytes() == right.as_bytes() {
        return Some(Ordering::Equal);
    }
    for (a, b) in left.iter().zip(right) {
        let order = match (a.is_null(), b.is_null()) {
            (false, false) => compare(a, b)?,
            (a, b) => a.cmp(&b),
        };
        if order.is_ne() {
            return Some(order);
        }
    }
    let (left, right) = (left.shape(), right.shape());
    let (a, b) = (left.as_slice(), right.as_slice());
    let order = left.elements().cmp(&right.elements());
    let order = order.then_with(|| a.len().cmp(&b.len()));
    let order = order.then_with(|| a.iter().map(|d| d.len).cmp(b.iter().map(|d| d.len)));
    Some(order.then_with(|| a.iter().map(|d| d.lower).cmp(b.iter().map(|d| d.lower))))
}

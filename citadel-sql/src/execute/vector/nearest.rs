//! The first k rows by distance, out of a stream, in O(k) memory.

use std::collections::BinaryHeap;

use citadel_vector::{Neighbor, TopK};

use super::within::Within;
use crate::plan::vector::DistanceOrder;
use crate::schema::RowId;

/// Keeps the first k rows.
#[derive(Debug)]
pub(crate) struct Nearest {
    k: usize,
    order: DistanceOrder,
    /// Only distances in it are kept.
    within: Option<Within>,
    /// Rows with a distance; negated if the order descends.
    defined: TopK,
    /// The least row ids without a distance.
    undefined: BinaryHeap<RowId>,
}

impl Nearest {
    pub(crate) fn new(k: usize, order: DistanceOrder, within: Option<Within>) -> Self {
        Self {
            k,
            order,
            within,
            defined: TopK::new(k),
            undefined: BinaryHeap::new(),
        }
    }

    /// Nothing found yet, of the same.
    pub(crate) fn anew(&self) -> Self {
        Self::new(self.k, self.order, self.within.clone())
    }

    /// Offers what another one, of other rows, has kept.
    pub(crate) fn absorb(&mut self, mut other: Self) {
        for row in other.defined.drain_sorted() {
            self.defined.push(row.distance, row.row_id);
        }
        other
            .undefined
            .into_iter()
            .for_each(|row| self.push_undefined(row));
    }

    /// Offers a row. Each row is offered once.
    #[inline]
    pub(crate) fn push(&mut self, distance: Option<f32>, row: RowId) {
        if let Some(within) = &self.within
            && !distance.is_some_and(|distance| within.holds(distance))
        {
            return;
        }
        match distance {
            Some(distance) if self.order.descending => {
                self.defined.push(Some(-distance), row.0);
            }
            Some(distance) => {
                self.defined.push(Some(distance), row.0);
            }
            None => self.push_undefined(row),
        }
    }

    fn push_undefined(&mut self, row: RowId) {
        if self.undefined.len() < self.k {
            self.undefined.push(row);
        } else if let Some(mut greatest) = self.undefined.peek_mut()
            && row < *greatest
        {
            *greatest = row;
        }
    }

    /// Could a row without a distance be among the first k, as far as those with one decide?
    pub(crate) fn wants_undefined(&self) -> bool {
        self.within.is_none()
            && self.k > 0
            && (self.order.nulls_first || self.defined.len() < self.k)
    }

    /// Are k rows kept, all nearer than this? Then no row that is at least so far can enter.
    pub(crate) fn is_beyond(&self, at_least: f32) -> bool {
        let farthest = self.defined.bound().and_then(|row| row.distance);
        !self.order.descending && farthest.is_some_and(|distance| at_least > distance)
    }

    /// Could this row enter, if it has no distance? If not, neither can one with a greater row id. Others may have entered out of order:
    /// a zero vector has no cosine either.
    pub(crate) fn takes_undefined(&self, row: RowId) -> bool {
        self.undefined.len() < self.k || self.undefined.peek().is_some_and(|last| row < *last)
    }

    /// The range that distances are held against.
    pub(crate) fn within(&self) -> Option<&Within> {
        self.within.as_ref()
    }

    /// The first k rows in order.
    pub(crate) fn finish(mut self) -> Vec<Neighbor> {
        let sign = if self.order.descending { -1.0 } else { 1.0 };
        let defined = self.defined.drain_sorted().map(|row| Neighbor {
            distance: row.distance.map(|distance| distance * sign),
            row_id: row.row_id,
        });
        let undefined = self.undefined.into_sorted_vec();
        let undefined = undefined.into_iter().map(|row| Neighbor {
            distance: None,
            row_id: row.0,
        });
        if self.order.nulls_first {
            undefined.chain(defined).take(self.k).collect()
        } else {
            defined.chain(undefined).take(self.k).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::*;
    use proptest::prelude::*;

    fn by(order: DistanceOrder, a: &Neighbor, b: &Neighbor) -> Ordering {
        let nulls = |n: &Neighbor| n.distance.is_none() != order.nulls_first;
        let distances = match (a.distance, b.distance) {
            (Some(a), Some(b)) if order.descending => b.total_cmp(&a),
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => nulls(a).cmp(&nulls(b)),
        };
        distances.then(a.row_id.cmp(&b.row_id))
    }

    proptest! {
        #[test]
        fn equals_a_full_sort(
            rows in prop::collection::btree_map(-50i64..50, prop::option::of(1u8..5), 0..60),
            k in 0usize..20,
            descending: bool,
            nulls_first: bool,
        ) {
            let order = DistanceOrder { descending, nulls_first };
            let mut nearest = Nearest::new(k, order, None);
            let mut shares = [nearest.anew(), nearest.anew()];
            let mut all = Vec::new();
            for (row_id, distance) in rows {
                let distance = distance.map(f32::from);
                nearest.push(distance, RowId(row_id));
                shares[usize::from(row_id % 3 == 0)].push(distance, RowId(row_id));
                all.push(Neighbor { distance, row_id });
            }
            all.sort_by(|a, b| by(order, a, b));
            all.truncate(k);
            prop_assert_eq!(nearest.finish(), all.clone());
            let [mut first, mut second] = shares;
            first.absorb(second.anew());
            second.absorb(first);
            prop_assert_eq!(second.finish(), all);
        }
    }
}

//! The k nearest of a stream, exactly: a bounded heap.
//!
//! What always holds: at most `k` entries are kept; they are the least by (distance, row id) of all that were pushed; a NULL
//! distance comes after every number.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// One kept row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbor {
    /// Exact distance, or `None` where it is undefined (NULL).
    pub distance: Option<f32>,
    /// The row.
    pub row_id: i64,
}

impl Neighbor {
    /// Order of results: by distance, undefined last, ties by row id.
    pub fn order(&self, other: &Self) -> Ordering {
        let distances = match (self.distance, other.distance) {
            (Some(a), Some(b)) if a == b => Ordering::Equal,
            (Some(a), Some(b)) => a.total_cmp(&b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        distances.then(self.row_id.cmp(&other.row_id))
    }
}

/// Entry of the heap: the worst one is on top.
#[derive(Clone, Copy, Debug)]
struct Worst(Neighbor);

impl PartialEq for Worst {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Worst {}
impl PartialOrd for Worst {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Worst {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.order(&other.0)
    }
}

/// Keeps the `k` nearest rows of a stream in O(k) memory.
///
/// ```
/// use citadel_vector::TopK;
/// let mut top = TopK::new(2);
/// for (distance, row_id) in [(Some(3.0), 1), (None, 2), (Some(1.0), 9), (Some(1.0), 4)] {
///     top.push(distance, row_id);
/// }
/// let rows: Vec<i64> = top.drain_sorted().map(|neighbor| neighbor.row_id).collect();
/// assert_eq!(rows, [4, 9]);
/// ```
#[derive(Clone, Debug)]
pub struct TopK {
    k: usize,
    heap: BinaryHeap<Worst>,
    /// No row that is farther can enter; infinite while any can.
    farthest: f32,
}

impl TopK {
    /// A heap for the `k` nearest rows. Memory grows with the rows pushed, up to `k`.
    pub fn new(k: usize) -> Self {
        Self {
            k,
            heap: BinaryHeap::new(),
            farthest: f32::INFINITY,
        }
    }

    /// Offers a row; tells whether it is among the `k` nearest so far.
    #[inline]
    pub fn push(&mut self, distance: Option<f32>, row_id: i64) -> bool {
        // Nearly all rows of a long stream.
        if distance.is_some_and(|distance| distance > self.farthest) {
            return false;
        }
        self.enter(Worst(Neighbor { distance, row_id }))
    }

    fn enter(&mut self, offered: Worst) -> bool {
        if self.heap.len() < self.k {
            self.heap.push(offered);
        } else {
            match self.heap.peek_mut() {
                Some(mut worst) if offered < *worst => *worst = offered,
                _ => return false,
            }
        }
        let farthest = self.bound().and_then(|row| row.distance);
        self.farthest = farthest.unwrap_or(f32::INFINITY);
        true
    }

    /// The worst kept row once `k` are kept: nothing that orders after it can enter.
    pub fn bound(&self) -> Option<Neighbor> {
        (self.heap.len() == self.k)
            .then(|| self.heap.peek())
            .flatten()
            .map(|worst| worst.0)
    }

    /// Rows kept.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether no row is kept.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// Empties the heap, nearest first.
    pub fn drain_sorted(&mut self) -> impl Iterator<Item = Neighbor> + use<> {
        self.farthest = f32::INFINITY;
        std::mem::take(&mut self.heap)
            .into_sorted_vec()
            .into_iter()
            .map(|worst| worst.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn equals_a_full_sort(
            rows in prop::collection::vec((prop::option::of(-3i8..3), -50i64..50), 0..80),
            k in 0usize..20,
        ) {
            let mut top = TopK::new(k);
            let mut all = Vec::new();
            for (distance, row_id) in rows {
                let distance = distance.map(f32::from);
                top.push(distance, row_id);
                all.push(Neighbor { distance, row_id });
            }
            all.sort_by(Neighbor::order);
            all.truncate(k);
            prop_assert_eq!(top.drain_sorted().collect::<Vec<_>>(), all);
        }
    }

    #[test]
    fn the_bound_is_the_worst_of_a_full_heap() {
        let mut top = TopK::new(2);
        assert!(top.push(Some(2.0), 1) && top.bound().is_none());
        assert!(top.push(Some(5.0), 2));
        assert_eq!(top.bound().map(|bound| bound.row_id), Some(2));
        assert!(!top.push(Some(5.0), 3));
        assert!(top.push(Some(1.0), 4));
        assert_eq!(top.bound().map(|bound| bound.row_id), Some(1));
    }
}

//! A distance range, its constants evaluated.

use std::cmp::Ordering;

use crate::error::Result;
use crate::expression::constant;
use crate::plan::vector::{Comparison, DistanceRange};
use crate::types::{Value, ValueRef, compare};

/// Which distances are asked for.
#[derive(Clone, Debug)]
pub(crate) struct Within {
    ends: Vec<(Comparison, Value)>,
}

impl Within {
    /// Evaluates the ends of a range.
    pub(super) fn new(range: &DistanceRange, params: &[Value]) -> Result<Self> {
        let end =
            |(comparison, value): &(Comparison, _)| Ok((*comparison, constant(value, params)?));
        Ok(Self {
            ends: range.ends.iter().map(end).collect::<Result<_>>()?,
        })
    }

    /// Is the distance in the range? Compared as SQL compares REAL, exactly.
    pub(super) fn holds(&self, distance: f32) -> bool {
        self.all(
            |comparison, order| comparison.is_satisfied_by(order),
            distance,
        )
    }

    /// Could a longer distance be in the range?
    pub(super) fn may_hold_beyond(&self, distance: f32) -> bool {
        let open = |comparison, order: Ordering| match comparison {
            Comparison::Lt | Comparison::LtEq | Comparison::Eq => order.is_le(),
            Comparison::Gt | Comparison::GtEq => true,
        };
        self.all(open, distance)
    }

    fn all(&self, holds: impl Fn(Comparison, Ordering) -> bool, distance: f32) -> bool {
        let distance = ValueRef::Real(f64::from(distance));
        self.ends.iter().all(|(comparison, value)| {
            compare(distance, value.as_ref()).is_some_and(|order| holds(*comparison, order))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_hold_as_in_sql() {
        let within = |ends: Vec<(Comparison, Value)>| Within { ends };
        let half = within(vec![
            (Comparison::Gt, Value::Integer(0)),
            (Comparison::LtEq, Value::Real(0.5)),
        ]);
        assert!(half.holds(0.5) && !half.holds(0.0) && !half.holds(0.75));
        assert!(half.may_hold_beyond(0.25) && half.may_hold_beyond(-1.0));
        assert!(!half.may_hold_beyond(0.75));
        // 0.1 as f32 is a little more than 0.1.
        assert!(!within(vec![(Comparison::LtEq, Value::Real(0.1))]).holds(0.1));
        let null = within(vec![(Comparison::Lt, Value::Null)]);
        assert!(!null.holds(0.0) && !null.may_hold_beyond(0.0));
    }
}

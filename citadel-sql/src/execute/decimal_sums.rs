//! Sums of exact numbers, and what aggregates make of them.

use crate::error::Result;
use crate::functions::Spread;
use crate::types::numeric::{Decimal, sqrt};

/// What an aggregate gives.
#[derive(Clone, Copy, Debug)]
pub(super) enum DecimalResult {
    Sum,
    Average,
    Spread(Spread),
}

/// The numbers of one group.
#[derive(Clone, Debug)]
pub(super) struct DecimalSums {
    count: i64,
    sum: Decimal,
    /// Of squares, where they are asked for.
    squares: Decimal,
}

impl Default for DecimalSums {
    fn default() -> Self {
        Self {
            count: 0,
            sum: Decimal::zero(),
            squares: Decimal::zero(),
        }
    }
}

impl DecimalSums {
    pub(super) fn add(&mut self, number: &Decimal, result: DecimalResult) {
        self.count += 1;
        self.sum = self.sum.plus(number);
        if let DecimalResult::Spread(_) = result {
            self.squares = self.squares.plus(&number.times(number));
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum = self.sum.plus(&other.sum);
        self.squares = self.squares.plus(&other.squares);
    }

    /// The result; `None`: NULL.
    pub(super) fn result(&self, result: DecimalResult) -> Result<Option<Decimal>> {
        let count = Decimal::from(self.count);
        match result {
            _ if self.count == 0 => Ok(None),
            DecimalResult::Sum => Ok(Some(self.sum.clone())),
            DecimalResult::Average => self.sum.divided_by(&count).map(Some),
            DecimalResult::Spread(spread) => {
                let divisor = if spread.sample {
                    self.count - 1
                } else {
                    self.count
                };
                if divisor == 0 {
                    return Ok(None);
                }
                let above = count.times(&self.squares).minus(&self.sum.times(&self.sum));
                // Exact sums leave no error, so that it is never below zero.
                let variance = match above.is_zero() {
                    true => Decimal::zero(),
                    false => above.divided_by(&count.times(&Decimal::from(divisor)))?,
                };
                if spread.root {
                    return sqrt(&variance).map(Some);
                }
                Ok(Some(variance))
            }
        }
    }
}

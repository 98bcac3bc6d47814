//! Scalar and aggregate functions: what they are called, which types they take and give, what they compute.

mod aggregate;
mod scalar;

pub(crate) use aggregate::AggregateFunction;
pub(crate) use scalar::ScalarFunction;

//! Exact decimal numbers of any length.
//!
//! A number is a whole number of units of 10 to the power of minus its *scale*: 1.50 is 150 with scale 2. So it keeps
//! the zeros that it was written with, as PostgreSQL does, and numbers of different scales may be equal. Values hold the
//! units as bytes ([`Numeric`], [`NumericRef`]), as rows do; arithmetic is done on [`Decimal`]s.
//!
//! What always holds: a scale is at most 16,383, a number has at most 131,072 digits before its point, and is neither NaN
//! nor infinite. The digits of results are as many as PostgreSQL gives.

mod arithmetic;
mod convert;
mod decimal;
mod key;
pub(crate) mod pattern;
mod power;
mod scale;
mod text;
mod value;

pub(crate) use arithmetic::{Rounding, round_to};
pub(crate) use decimal::Decimal;
pub(crate) use key::{key_of, numeric_of_key};
pub(crate) use power::{exp, ln, log, log10, power, sqrt};
pub use value::{Numeric, NumericRef};

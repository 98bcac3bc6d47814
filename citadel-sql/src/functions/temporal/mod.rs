//! Functions of dates, times, timestamps and intervals.
//!
//! What needs the time zone of the session, or the time, takes it as arguments behind those that are written
//! ([`Needs`](super::Needs)): a zone by its name, and before it the moment.

mod arguments;
mod clock;
mod fields;
mod make;
mod patterns;
mod sqlite;
mod zones;

use super::ScalarFunction;

pub(crate) use fields::EXTRACT;
pub(crate) use zones::{
    DATE_ADD, DATE_SUBTRACT, OVERLAPS, TIMEZONE, zoned_assignment, zoned_cast, zoned_cast_type,
};

pub(super) const FUNCTIONS: [&[ScalarFunction]; 6] = [
    clock::FUNCTIONS,
    fields::FUNCTIONS,
    make::FUNCTIONS,
    patterns::FUNCTIONS,
    sqlite::FUNCTIONS,
    zones::FUNCTIONS,
];

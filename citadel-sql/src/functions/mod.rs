//! Scalar and aggregate functions: what they are called, which types they take and give, what they compute.
//!
//! A function is a row of a static table; `bind` finds it by name, fits the arguments to its [`ArgumentKind`]s and
//! keeps the reference. COALESCE, NULLIF, IIF and the distances are not here: `bind` turns them into CASE and into
//! the operators that they mean.

mod added;
mod aggregate;
mod array;
mod assignment;
mod bits;
mod callee;
mod character;
mod collation;
mod definitions;
mod encoding;
mod enumeration;
mod general;
mod grouping;
mod limit;
mod number;
mod pattern;
mod procedure;
mod raise;
mod scalar;
mod sequence;
mod table;
mod temporal;
mod text;
mod uuid;
mod vector;
mod window;

pub(crate) use added::{Added, AddedAggregate, AddedScalar, AddedTable, MadeRows, State};
pub use added::{Aggregate, Signature};
pub(crate) use aggregate::{AggregateFunction, MEDIAN, Spread, TOTAL};
pub(crate) use array::{ARRAY, ARRAY_OF_ARRAYS, ASSIGNED_ELEMENT, ASSIGNED_SLICE};
pub(crate) use assignment::assignment_to;
pub(crate) use callee::{Callee, TableCallee};
pub(crate) use collation::{COLLATED, COLLATION_KEY, collated_by, unknown_collation};
pub(crate) use definitions::Definitions;
pub(crate) use grouping::GROUPING;
pub(crate) use limit::{cast_within, fit_within};
pub(crate) use procedure::LakeProcedure;
pub(crate) use raise::{RAISE_ABORT, RAISE_IGNORE};
pub(crate) use scalar::{ArgumentKind, Clock, Needs, ScalarFunction, check_size};
pub(crate) use sequence::{
    SequenceUse, Sequences, name_of as sequence_name, undefined as undefined_sequence,
};
pub(crate) use table::{TableFunction, Told};
pub(crate) use temporal::{
    DATE_ADD, DATE_SUBTRACT, EXTRACT, OVERLAPS, TIMEZONE, zoned_assignment, zoned_cast,
    zoned_cast_type,
};
pub(crate) use vector::{SUBVECTOR, part_of_vector};
pub(crate) use window::WindowFunction;

/// Finds a scalar function by name, ASCII case folded.
pub(crate) fn scalar(name: &str) -> Option<&'static ScalarFunction> {
    all().find(|function| function.name.eq_ignore_ascii_case(name))
}

/// The names of all scalar functions, for suggestions.
pub(crate) fn scalar_names() -> impl Iterator<Item = &'static str> {
    all().map(|function| function.name)
}

fn all() -> impl Iterator<Item = &'static ScalarFunction> {
    [
        number::FUNCTIONS,
        bits::FUNCTIONS,
        text::FUNCTIONS,
        character::FUNCTIONS,
        encoding::FUNCTIONS,
        pattern::FUNCTIONS,
        vector::FUNCTIONS,
        general::FUNCTIONS,
        grouping::FUNCTIONS,
        uuid::FUNCTIONS,
        sequence::FUNCTIONS,
        enumeration::FUNCTIONS,
    ]
    .into_iter()
    .chain(temporal::FUNCTIONS)
    .chain(array::FUNCTIONS)
    .flatten()
    .chain([&COLLATION_KEY])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lower_case_and_unique() {
        let mut names: Vec<_> = scalar_names().collect();
        assert!(names.iter().all(|name| name.to_ascii_lowercase() == **name));
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(scalar("ABS").is_some());
    }

    #[test]
    fn every_arity_has_its_argument_kinds() {
        for function in all() {
            assert!(
                *function.arity.start() == 0 || !function.arguments.is_empty(),
                "{}",
                function.name
            );
        }
    }
}

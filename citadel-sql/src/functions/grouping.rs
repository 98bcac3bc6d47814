//! `GROUPING(a, b)`: which expressions of GROUP BY a row's grouping set has. `bind` puts its value in its place.

use super::scalar::gives_integer;
use super::{Needs, ScalarFunction};
use crate::error::{Error, SqlState};
use crate::functions::ArgumentKind;

/// Its name.
pub(crate) const GROUPING: &str = "grouping";

pub(super) static FUNCTIONS: &[ScalarFunction] = &[ScalarFunction {
    name: GROUPING,
    arity: 1..=31,
    arguments: &[ArgumentKind::Any],
    result_type: gives_integer,
    strict: false,
    needs: Needs::Nothing,
    // Only outside of grouping is it still there.
    eval: |_| {
        Err(Error::sql(
            SqlState::GROUPING_ERROR,
            "the arguments of GROUPING must be expressions of GROUP BY",
        ))
    },
}];

//! The select list, as ORDER BY and GROUP BY see it.

use super::bound::OutputColumn;

/// One item of a select list, bound.
pub(super) struct Item {
    pub(super) output: OutputColumn,
    /// Its name is an alias or what its expression suggests, so that ORDER BY and GROUP BY can say it.
    pub(super) is_named: bool,
}

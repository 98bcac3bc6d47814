//! The options of an ann index, as WITH and SET give them.

use super::suggest;
use crate::ast::{ExprKind, Identifier, IndexOption};
use crate::error::{Error, Result, SqlState};
use crate::schema::{AnnOptions, Recall};

/// All options of CREATE INDEX … USING ann.
const NAMES: [&str; 6] = [
    "metric",
    "filters",
    "recall",
    "auto_merge",
    "merge_threshold",
    "deferred",
];

/// An option that can be changed while the index lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AnnOption {
    AutoMerge,
    MergeThreshold,
    Recall,
}

impl AnnOption {
    /// The option of a name.
    ///
    /// # Errors
    /// There is none; or it can only be chosen when the index is made.
    pub(super) fn of(name: &Identifier) -> Result<Self> {
        match Self::named(name) {
            Some(option) => Ok(option),
            None if NAMES
                .iter()
                .any(|known| name.name.eq_ignore_ascii_case(known)) =>
            {
                Err(Error::unsupported(format!(
                    "changing the option \"{}\" of an index",
                    name.name.to_ascii_lowercase()
                ))
                .at(name.position)
                .hint("drop the index and make it anew"))
            }
            None => Err(unknown_option(name, "ann")),
        }
    }

    /// The same; `None`: no such option, or one of those that stay.
    pub(super) fn named(name: &Identifier) -> Option<Self> {
        match name.name.to_ascii_lowercase().as_str() {
            "auto_merge" => Some(Self::AutoMerge),
            "merge_threshold" => Some(Self::MergeThreshold),
            "recall" => Some(Self::Recall),
            _ => None,
        }
    }

    /// Sets the option.
    ///
    /// # Errors
    /// The value is none that it can have.
    pub(super) fn set(self, options: &mut AnnOptions, given: &IndexOption) -> Result<()> {
        match self {
            Self::AutoMerge => options.auto_merge = switch(given)?,
            Self::MergeThreshold => options.merge_threshold = Some(rows(given)?),
            Self::Recall => options.recall = Some(recall(given)?),
        }
        Ok(())
    }

    /// Sets the option to what it is where nobody says anything.
    pub(super) fn reset(self, options: &mut AnnOptions) {
        let default = AnnOptions::default();
        match self {
            Self::AutoMerge => options.auto_merge = default.auto_merge,
            Self::MergeThreshold => options.merge_threshold = default.merge_threshold,
            Self::Recall => options.recall = default.recall,
        }
    }
}

/// `on` or `off`, and what means the same.
pub(super) fn switch(option: &IndexOption) -> Result<bool> {
    let word = match &option.value.kind {
        ExprKind::Boolean(value) => return Ok(*value),
        ExprKind::Integer(number) => number.to_string(),
        ExprKind::Text(text) => text.to_ascii_lowercase(),
        ExprKind::Column {
            table: None,
            column,
        } => column.name.to_ascii_lowercase(),
        _ => String::new(),
    };
    match word.as_str() {
        "on" | "true" | "yes" | "1" => Ok(true),
        "off" | "false" | "no" | "0" => Ok(false),
        _ => Err(refused(option, "is on or off")),
    }
}

/// A number of rows, at least one.
fn rows(option: &IndexOption) -> Result<u64> {
    let number = match &option.value.kind {
        ExprKind::Integer(number) => u64::try_from(*number).ok(),
        ExprKind::Text(text) => text.trim().parse().ok(),
        _ => None,
    };
    number
        .filter(|rows| *rows > 0)
        .ok_or_else(|| refused(option, "is a number of rows, at least 1"))
}

/// A share of the true neighbours.
fn recall(option: &IndexOption) -> Result<Recall> {
    let share = match &option.value.kind {
        ExprKind::Real { value, .. } => Some(*value),
        ExprKind::Integer(1) => Some(1.0),
        ExprKind::Text(text) => text.trim().parse().ok(),
        _ => None,
    };
    (share.and_then(Recall::new))
        .ok_or_else(|| refused(option, "is a number above 0 and at most 1"))
}

fn refused(option: &IndexOption, wanted: &str) -> Error {
    Error::sql(
        SqlState::INVALID_PARAMETER_VALUE,
        format!("option \"{}\" {wanted}", option.name.name),
    )
    .at(option.value.position)
}

/// An option that an index of this method does not have.
pub(super) fn unknown_option(name: &Identifier, method: &str) -> Error {
    let error = Error::sql(
        SqlState::INVALID_PARAMETER_VALUE,
        format!("an index USING {method} has no option \"{}\"", name.name),
    )
    .at(name.position);
    if method == "ann" {
        let known = format!("the options are {}", NAMES.join(", "));
        suggest::hint(error.hint(known), &name.name, NAMES.into_iter())
    } else {
        error
    }
}

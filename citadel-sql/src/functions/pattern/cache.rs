//! Patterns that were compiled: making one costs far more than a match.

use std::cell::RefCell;

use regex::{Regex, RegexBuilder};

use crate::error::{Error, Result, SqlState};

/// How many patterns a thread keeps.
const KEPT: usize = 16;
/// Bytes that one may take.
const SIZE_MAX: usize = 4 << 20;

thread_local! {
    /// Those used last, the newest at the end.
    static PATTERNS: RefCell<Vec<(String, Regex)>> = const { RefCell::new(Vec::new()) };
}

/// Runs with a pattern.
pub(super) fn with<T>(pattern: &str, run: impl FnOnce(&Regex) -> Result<T>) -> Result<T> {
    PATTERNS.with_borrow_mut(|kept| {
        match kept.iter().rposition(|(known, _)| known == pattern) {
            Some(at) if at + 1 == kept.len() => {}
            Some(at) => kept[at..].rotate_left(1),
            None => {
                let regex = compile(pattern)?;
                if kept.len() == KEPT {
                    kept.remove(0);
                }
                kept.push((pattern.to_owned(), regex));
            }
        }
        run(&kept[kept.len() - 1].1)
    })
}

fn compile(pattern: &str) -> Result<Regex> {
    let compiled = RegexBuilder::new(pattern).size_limit(SIZE_MAX).build();
    compiled.map_err(|error| {
        let text = error.to_string();
        // The message shows the pattern over several lines; what is wrong is said in the last one.
        let reason = text.lines().last().unwrap_or_default();
        let reason = reason.strip_prefix("error: ").unwrap_or(reason);
        Error::sql(
            SqlState::INVALID_REGULAR_EXPRESSION,
            format!("invalid regular expression: {reason}"),
        )
    })
}

//! What a check finds wrong, said in sentences.

use std::fmt;

use crate::error::{Error, Result};

/// Findings that are spelt out; further ones are only counted, so that a ruined file does not fill memory.
const TOLD_MAX: usize = 100;

/// What is wrong, one sentence each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    told: Vec<String>,
    count: u64,
}

impl Findings {
    /// Another finding.
    pub(crate) fn add(&mut self, what: impl fmt::Display) {
        self.count += 1;
        if self.told.len() < TOLD_MAX {
            self.told.push(what.to_string());
        }
    }

    /// Findings that were only counted.
    pub(crate) fn add_untold(&mut self, count: u64) {
        self.count += count;
    }

    /// An error that the file is to blame for is a finding about `what`; any other error stays one.
    ///
    /// # Errors
    /// The error, where it is not damage.
    pub(crate) fn blame(&mut self, what: impl fmt::Display, error: Error) -> Result<()> {
        if error.is_corrupt() || error.is_tampered() {
            self.add(format_args!("{what}: {error}"));
            Ok(())
        } else {
            Err(error)
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Those that are spelt out.
    pub(crate) fn told(&self) -> &[String] {
        &self.told
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::SqlState;

    #[test]
    fn all_are_counted_and_the_first_are_told() {
        let mut findings = Findings::default();
        for number in 0..TOLD_MAX + 5 {
            findings.add(number);
        }
        assert_eq!((findings.count(), findings.told().len()), (105, TOLD_MAX));
        assert_eq!(findings.told()[0], "0");
    }

    #[test]
    fn only_damage_is_a_finding() {
        let mut findings = Findings::default();
        let damage = Error::Corrupt("a row".to_owned());
        assert!(findings.blame("table t", damage).is_ok());
        assert_eq!(findings.told(), ["table t: the database is damaged: a row"]);
        let other = Error::sql(SqlState::QUERY_CANCELED, "stopped");
        assert!(findings.blame("table t", other).is_err());
        assert_eq!(findings.count(), 1);
    }
}

//! What a record came to, and the lines by which a child tells it.

use std::time::Duration;

/// The three kinds of record, counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Query,
    Statement,
    ExpectedError,
}

/// What a record came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    Passed,
    /// It ran and gave other rows, or succeeded where it must fail.
    Wrong,
    /// It failed.
    Failed,
    Panicked,
}

/// One record's outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) line: usize,
    pub(crate) kind: Kind,
    pub(crate) verdict: Verdict,
    pub(crate) took: Duration,
    /// Why it did not pass.
    pub(crate) reason: String,
    /// The statement, where it did not pass.
    pub(crate) sql: String,
}

impl Outcome {
    /// One line without line breaks.
    pub(crate) fn to_line(&self) -> String {
        format!(
            "{}\t{}\t{}\t{}\t{}\t{}",
            self.line,
            self.kind as u8,
            self.verdict as u8,
            self.took.as_nanos(),
            flat(&self.reason),
            flat(&self.sql)
        )
    }

    /// The outcome of a line, if it is one.
    pub(crate) fn from_line(text: &str) -> Option<Self> {
        let mut parts = text.splitn(6, '\t');
        let mut next = || parts.next();
        Some(Self {
            line: next()?.parse().ok()?,
            kind: match next()? {
                "0" => Kind::Query,
                "1" => Kind::Statement,
                "2" => Kind::ExpectedError,
                _ => return None,
            },
            verdict: match next()? {
                "0" => Verdict::Passed,
                "1" => Verdict::Wrong,
                "2" => Verdict::Failed,
                "3" => Verdict::Panicked,
                _ => return None,
            },
            took: Duration::from_nanos(next()?.parse().ok()?),
            reason: next()?.to_owned(),
            sql: next()?.to_owned(),
        })
    }
}

fn flat(text: &str) -> String {
    text.replace(['\n', '\r', '\t'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_survives_its_line() {
        let outcome = Outcome {
            line: 7,
            kind: Kind::Statement,
            verdict: Verdict::Wrong,
            took: Duration::from_nanos(1234),
            reason: "expected a got b".into(),
            sql: "SELECT 1 , 2".into(),
        };
        assert_eq!(Outcome::from_line(&outcome.to_line()), Some(outcome));
        assert_eq!(Outcome::from_line("thread panicked"), None);
    }
}

//! What processes tell the referee: one line each.

use std::fmt;
use std::io::{self, Write};

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// The file is open.
    Ready,
    /// A thread is about to commit its n-th transaction.
    Attempt(u32, u64),
    /// It was acknowledged.
    Acknowledge(u32, u64),
    /// A follower or the verifier found that many transactions of a thread.
    Found(u32, u64),
    /// There is no database yet in the file.
    Nothing,
    /// All was done that was asked.
    Done,
    /// Something is wrong.
    Fault(String),
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready => f.write_str("ready"),
            Self::Attempt(thread, n) => write!(f, "attempt {thread} {n}"),
            Self::Acknowledge(thread, n) => write!(f, "acknowledge {thread} {n}"),
            Self::Found(thread, n) => write!(f, "found {thread} {n}"),
            Self::Nothing => f.write_str("nothing"),
            Self::Done => f.write_str("done"),
            Self::Fault(text) => write!(f, "fault {}", text.replace('\n', " / ")),
        }
    }
}

impl Line {
    /// Reads a line; none for one that was cut short.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        let pair = || {
            let (thread, n) = rest.split_once(' ')?;
            Some((thread.parse().ok()?, n.parse().ok()?))
        };
        match word {
            "ready" => Some(Self::Ready),
            "attempt" => pair().map(|(thread, n)| Self::Attempt(thread, n)),
            "acknowledge" => pair().map(|(thread, n)| Self::Acknowledge(thread, n)),
            "found" => pair().map(|(thread, n)| Self::Found(thread, n)),
            "nothing" => Some(Self::Nothing),
            "done" => Some(Self::Done),
            "fault" => Some(Self::Fault(rest.to_owned())),
            _ => None,
        }
    }

    /// Says it, in one write to the pipe. A referee that is gone has no use for it.
    pub(super) fn say(&self) {
        let line = format!("{self}\n");
        let mut out = io::stdout().lock();
        let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_said() {
        for line in [
            Line::Ready,
            Line::Attempt(3, 77),
            Line::Acknowledge(0, 1),
            Line::Found(2, 9),
            Line::Nothing,
            Line::Done,
            Line::Fault("all is lost".to_owned()),
        ] {
            assert_eq!(Line::parse(&line.to_string()), Some(line));
        }
        assert_eq!(Line::parse("ackn"), None);
        assert_eq!(Line::parse("acknowledge 3"), None);
    }
}

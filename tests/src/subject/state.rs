//! What a reader can see of a database, so that two states can be compared and told.

use std::fmt;

/// How the line begins that says which keys open a file.
const KEYS: &str = "opens with";

/// All that a reader sees, as lines.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct State(Vec<Box<[u8]>>);

impl State {
    /// A state of nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a line.
    pub fn push(&mut self, line: impl Into<Box<[u8]>>) {
        self.0.push(line.into());
    }

    /// Adds a line of text.
    pub fn say(&mut self, line: &str) {
        self.push(line.as_bytes());
    }

    /// Adds the line that says which keys open the file.
    pub(super) fn say_keys(&mut self, keys: &[u8]) {
        self.say(&format!("{KEYS} {keys:?}"));
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing to see.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether another state has the same rows, whatever the keys that open it.
    pub fn has_rows_of(&self, other: &Self) -> bool {
        self == other || self.rows().eq(other.rows())
    }

    fn rows(&self) -> impl Iterator<Item = &[u8]> {
        let lines = self.0.iter().map(AsRef::as_ref);
        lines.filter(|line: &&[u8]| !line.starts_with(KEYS.as_bytes()))
    }

    /// The first line that another state has otherwise.
    pub fn difference(&self, other: &Self) -> String {
        let at = self
            .0
            .iter()
            .zip(&other.0)
            .take_while(|(a, b)| a == b)
            .count();
        let line = |state: &Self| {
            state
                .0
                .get(at)
                .map_or("the end".into(), |line| line.escape_ascii().to_string())
        };
        format!("line {at}: {} instead of {}", line(self), line(other))
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "State({} lines)", self.0.len())
    }
}

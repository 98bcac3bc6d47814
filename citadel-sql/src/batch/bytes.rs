//! Strings of a column, end to end in one buffer.

/// Byte strings end to end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bytes {
    /// Where each string ends.
    ends: Vec<usize>,
    bytes: Vec<u8>,
}

impl Bytes {
    pub(super) fn with_capacity(rows: usize) -> Self {
        Self {
            ends: Vec::with_capacity(rows),
            bytes: Vec::new(),
        }
    }

    /// The strings that end there. `None`: they do not.
    pub(super) fn from_parts(ends: Vec<usize>, bytes: Vec<u8>) -> Option<Self> {
        let is_whole = ends.is_sorted() && ends.last().copied().unwrap_or(0) == bytes.len();
        is_whole.then_some(Self { ends, bytes })
    }

    /// Where each string ends.
    pub(super) fn ends(&self) -> &[usize] {
        &self.ends
    }

    /// All of them, end to end.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Appends one string.
    pub(crate) fn push(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
        self.ends.push(self.bytes.len());
    }

    /// The string of a row.
    pub(crate) fn get(&self, row: usize) -> &[u8] {
        &self.bytes[start(&self.ends, row)..self.ends[row]]
    }

    pub(super) fn append(&mut self, other: &Self) {
        append_ends(&mut self.ends, self.bytes.len(), &other.ends);
        self.bytes.extend_from_slice(&other.bytes);
    }

    pub(super) fn clear(&mut self) {
        self.ends.clear();
        self.bytes.clear();
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.ends.capacity() * size_of::<usize>() + self.bytes.capacity()
    }

    pub(super) fn truncate(&mut self, rows: usize) {
        self.bytes.truncate(start(&self.ends, rows));
        self.ends.truncate(rows);
    }
}

/// UTF-8 strings end to end; checked once, when they come in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    /// Where each string ends.
    ends: Vec<usize>,
    text: String,
}

impl Texts {
    pub(super) fn with_capacity(rows: usize) -> Self {
        Self {
            ends: Vec::with_capacity(rows),
            text: String::new(),
        }
    }

    /// The strings that end there. `None`: they do not.
    pub(super) fn from_parts(ends: Vec<usize>, text: String) -> Option<Self> {
        let is_whole = ends.is_sorted()
            && ends.last().copied().unwrap_or(0) == text.len()
            && ends.iter().all(|&end| text.is_char_boundary(end));
        is_whole.then_some(Self { ends, text })
    }

    /// Where each string ends.
    pub(super) fn ends(&self) -> &[usize] {
        &self.ends
    }

    /// All of them, end to end.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Appends one string.
    pub(crate) fn push(&mut self, value: &str) {
        self.text.push_str(value);
        self.ends.push(self.text.len());
    }

    /// The string of a row.
    pub(crate) fn get(&self, row: usize) -> &str {
        &self.text[start(&self.ends, row)..self.ends[row]]
    }

    pub(super) fn append(&mut self, other: &Self) {
        append_ends(&mut self.ends, self.text.len(), &other.ends);
        self.text.push_str(&other.text);
    }

    pub(super) fn clear(&mut self) {
        self.ends.clear();
        self.text.clear();
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.ends.capacity() * size_of::<usize>() + self.text.capacity()
    }

    pub(super) fn truncate(&mut self, rows: usize) {
        self.text.truncate(start(&self.ends, rows));
        self.ends.truncate(rows);
    }
}

fn start(ends: &[usize], row: usize) -> usize {
    if row == 0 { 0 } else { ends[row - 1] }
}

fn append_ends(ends: &mut Vec<usize>, base: usize, other: &[usize]) {
    ends.extend(other.iter().map(|end| base + end));
}

//! From sqlparser's lines and columns to positions with byte offsets.

use sqlparser::tokenizer::{Location, Span};

use crate::error::Position;

/// Where the tokens of a text begin, in order.
#[derive(Debug, Default)]
pub(super) struct Locator {
    starts: Vec<Position>,
}

/// Walks through a text beside the tokenizer, counting lines, columns and bytes as it does.
pub(super) struct Walker<'a> {
    rest: std::str::Chars<'a>,
    at: Position,
}

impl<'a> Walker<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            rest: text.chars(),
            at: Position {
                offset: 0,
                line: 1,
                column: 1,
            },
        }
    }

    /// Walks on to a place that is not behind this one, or to the end.
    pub(super) fn walk_to(&mut self, location: Location) -> Position {
        let target = (location.line, location.column);
        while (self.at.line as u64, self.at.column as u64) < target {
            let Some(c) = self.rest.next() else { break };
            self.at.offset += c.len_utf8();
            if c == '\n' {
                self.at.line += 1;
                self.at.column = 1;
            } else {
                self.at.column += 1;
            }
        }
        self.at
    }
}

impl Locator {
    /// Adds a place that is not before the last one.
    pub(super) fn push(&mut self, position: Position) {
        self.starts.push(position);
    }

    /// Where a span begins; `None` for the spans that sqlparser leaves empty.
    pub(super) fn start_of(&self, span: Span) -> Option<Position> {
        self.find(span.start)
    }

    /// The token at a place, or the last one before it.
    pub(super) fn find(&self, location: Location) -> Option<Position> {
        if location.line == 0 {
            return None;
        }
        let target = (location.line, location.column);
        let after = self
            .starts
            .partition_point(|p| (p.line as u64, p.column as u64) <= target);
        self.starts.get(after.checked_sub(1)?).copied()
    }
}

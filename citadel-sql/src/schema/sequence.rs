//! Sequences: numbers that are given out one after the other.
//!
//! A sequence is a definition and a state, which lies in a tree of its own ([`sequence_tree`](super::sequence_tree)): numbers
//! that are given out change no definition.

use crate::codec::{Decoded, Malformed, Reader, put_bytes, put_signed, put_varint};
use crate::error::{Error, Result, SqlState};
use crate::types::Limit;

use super::quoted;

/// Identity of a sequence for the life of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SequenceId(pub(crate) u64);

/// A sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SequenceDef {
    pub(crate) id: SequenceId,
    pub(crate) name: String,
    pub(crate) options: SequenceOptions,
}

/// Which numbers it gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SequenceOptions {
    pub(crate) width: IntegerWidth,
    /// Not zero.
    pub(crate) increment: i64,
    pub(crate) min: i64,
    /// Greater than `min`.
    pub(crate) max: i64,
    /// Between `min` and `max`.
    pub(crate) start: i64,
    pub(crate) cycles: bool,
}

/// The type of a sequence's numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum IntegerWidth {
    Small,
    Int4,
    #[default]
    Big,
}

/// Where a sequence stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SequenceState {
    pub(crate) last: i64,
    /// Was `last` given out? Else it comes next.
    pub(crate) is_called: bool,
}

impl IntegerWidth {
    /// That of a column with a limit.
    pub(crate) fn of(limit: Option<Limit>) -> Self {
        match limit.and_then(Limit::without_domains) {
            Some(Limit::Int16) => Self::Small,
            Some(Limit::Int32) => Self::Int4,
            _ => Self::Big,
        }
    }

    pub(crate) fn min(self) -> i64 {
        match self {
            Self::Small => i64::from(i16::MIN),
            Self::Int4 => i64::from(i32::MIN),
            Self::Big => i64::MIN,
        }
    }

    pub(crate) fn max(self) -> i64 {
        match self {
            Self::Small => i64::from(i16::MAX),
            Self::Int4 => i64::from(i32::MAX),
            Self::Big => i64::MAX,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Small => "SMALLINT",
            Self::Int4 => "INT4",
            Self::Big => "BIGINT",
        }
    }
}

impl SequenceOptions {
    /// One that counts from 1.
    #[cfg(test)]
    pub(crate) fn counting(width: IntegerWidth) -> Self {
        Self {
            width,
            increment: 1,
            min: 1,
            max: width.max(),
            start: 1,
            cycles: false,
        }
    }

    /// Nothing was given out yet.
    pub(crate) fn fresh(&self) -> SequenceState {
        SequenceState {
            last: self.start,
            is_called: false,
        }
    }

    /// What CREATE SEQUENCE and IDENTITY say; what goes without saying is left out.
    pub(crate) fn sql(&self) -> String {
        let rises = self.increment > 0;
        let (min, max) = match rises {
            true => (1, self.width.max()),
            false => (self.width.min(), -1),
        };
        let mut parts = Vec::new();
        if self.increment != 1 {
            parts.push(format!("INCREMENT BY {}", self.increment));
        }
        if self.min != min {
            parts.push(format!("MINVALUE {}", self.min));
        }
        if self.max != max {
            parts.push(format!("MAXVALUE {}", self.max));
        }
        if self.start != if rises { self.min } else { self.max } {
            parts.push(format!("START WITH {}", self.start));
        }
        if self.cycles {
            parts.push("CYCLE".to_owned());
        }
        parts.join(" ")
    }
}

impl SequenceDef {
    /// The next number, which is given out.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn next(&self, state: &mut SequenceState) -> Result<i64> {
        let SequenceOptions {
            increment,
            min,
            max,
            cycles,
            ..
        } = self.options;
        let next = match state.is_called {
            false => Some(state.last),
            true => state
                .last
                .checked_add(increment)
                .filter(|next| (min..=max).contains(next)),
        };
        let next = match next {
            Some(next) => next,
            None if cycles && increment > 0 => min,
            None if cycles => max,
            None => {
                let (which, bound) = match increment > 0 {
                    true => ("maximum", max),
                    false => ("minimum", min),
                };
                return Err(Error::sql(
                    SqlState::SEQUENCE_LIMIT_EXCEEDED,
                    format!(
                        "nextval: reached {which} value of sequence \"{}\" ({bound})",
                        self.name
                    ),
                ));
            }
        };
        *state = SequenceState {
            last: next,
            is_called: true,
        };
        Ok(next)
    }

    /// The CREATE SEQUENCE that makes one like this.
    pub(crate) fn statement(&self) -> String {
        let mut text = format!("CREATE SEQUENCE {}", quoted(&self.name));
        if self.options.width != IntegerWidth::Big {
            text.push_str(&format!(" AS {}", self.options.width.name()));
        }
        let options = self.options.sql();
        if !options.is_empty() {
            text.push(' ');
            text.push_str(&options);
        }
        text
    }

    /// The bytes of a definition; its id is its key.
    pub(super) fn encode(&self) -> Vec<u8> {
        let options = &self.options;
        let mut out = vec![VERSION];
        put_bytes(&mut out, self.name.as_bytes());
        out.push(match options.width {
            IntegerWidth::Small => 0,
            IntegerWidth::Int4 => 1,
            IntegerWidth::Big => 2,
        });
        for number in [options.increment, options.min, options.max, options.start] {
            put_signed(&mut out, number);
        }
        out.push(u8::from(options.cycles));
        out
    }

    /// A definition from its bytes.
    pub(super) fn decode(id: SequenceId, bytes: &[u8]) -> Decoded<Self> {
        let mut from = Reader::new(bytes);
        if from.byte()? != VERSION {
            return Err(Malformed);
        }
        let name = from.text()?.to_owned();
        let width = match from.byte()? {
            0 => IntegerWidth::Small,
            1 => IntegerWidth::Int4,
            2 => IntegerWidth::Big,
            _ => return Err(Malformed),
        };
        let options = SequenceOptions {
            width,
            increment: from.signed()?,
            min: from.signed()?,
            max: from.signed()?,
            start: from.signed()?,
            cycles: match from.byte()? {
                0 => false,
                1 => true,
                _ => return Err(Malformed),
            },
        };
        from.finish()?;
        let SequenceOptions {
            increment,
            min,
            max,
            start,
            ..
        } = options;
        if increment == 0 || min >= max || !(min..=max).contains(&start) {
            return Err(Malformed);
        }
        Ok(Self { id, name, options })
    }
}

/// The form of definitions and states that this code writes.
const VERSION: u8 = 1;

impl SequenceState {
    /// Of a counter that has counted nothing.
    pub(crate) const UNCOUNTED: Self = Self {
        last: 1,
        is_called: false,
    };

    /// Of a counter: the greatest number that was given.
    pub(crate) fn counted(self) -> i64 {
        match self.is_called {
            true => self.last,
            false => self.last.saturating_sub(1),
        }
    }

    pub(super) fn encode(self) -> Vec<u8> {
        let mut out = vec![VERSION];
        put_signed(&mut out, self.last);
        put_varint(&mut out, u64::from(self.is_called));
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> Decoded<Self> {
        let mut from = Reader::new(bytes);
        if from.byte()? != VERSION {
            return Err(Malformed);
        }
        let state = Self {
            last: from.signed()?,
            is_called: match from.varint()? {
                0 => false,
                1 => true,
                _ => return Err(Malformed),
            },
        };
        from.finish()?;
        Ok(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sequence(options: SequenceOptions) -> SequenceDef {
        SequenceDef {
            id: SequenceId(3),
            name: "s".to_owned(),
            options,
        }
    }

    fn all(options: SequenceOptions, count: usize) -> Vec<Option<i64>> {
        let sequence = sequence(options);
        let mut state = options.fresh();
        let next = |_| sequence.next(&mut state).ok();
        (0..count).map(next).collect()
    }

    #[test]
    fn it_ends_or_begins_anew() {
        let up = SequenceOptions {
            max: 3,
            ..SequenceOptions::counting(IntegerWidth::Small)
        };
        assert_eq!(all(up, 4), [Some(1), Some(2), Some(3), None]);
        let cycle = SequenceOptions { cycles: true, ..up };
        assert_eq!(all(cycle, 4), [Some(1), Some(2), Some(3), Some(1)]);
        let down = SequenceOptions {
            increment: i64::MIN,
            min: i64::MIN,
            max: -1,
            start: -1,
            ..up
        };
        assert_eq!(all(down, 2), [Some(-1), None]);
    }

    #[test]
    fn definitions_and_states_round_trip() {
        let options = SequenceOptions {
            increment: -5,
            min: i64::MIN,
            max: i64::MAX,
            start: 7,
            cycles: true,
            width: IntegerWidth::Int4,
        };
        let sequence = sequence(options);
        let bytes = sequence.encode();
        let read = SequenceDef::decode(sequence.id, &bytes);
        assert_eq!(read.ok(), Some(sequence.clone()));
        for len in 0..bytes.len() {
            assert!(SequenceDef::decode(sequence.id, &bytes[..len]).is_err());
        }
        for at in 0..bytes.len() {
            for byte in 0..=255 {
                let mut forged = bytes.clone();
                forged[at] = byte;
                let _ = SequenceDef::decode(sequence.id, &forged);
            }
        }
        let state = options.fresh();
        assert_eq!(SequenceState::decode(&state.encode()).ok(), Some(state));
        assert!(SequenceState::decode(&[1, 2]).is_err());
    }
}

//! Triggers.

use std::sync::Arc;

use super::Catalog;
use crate::codec::{Decoded, Malformed, Reader, put_bytes, put_varint};

/// The form of definitions that this code writes.
const VERSION: u8 = 1;

const INSERT: u8 = 1;
const UPDATE: u8 = 2;
const DELETE: u8 = 4;

/// Identity of a trigger for the life of the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TriggerId(pub(crate) u64);

/// When a trigger fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TriggerTiming {
    Before,
    After,
    InsteadOf,
}

/// How often a trigger fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TriggerLevel {
    Row,
    Statement,
}

/// What a trigger fires on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TriggerEvent {
    Insert,
    Update,
    Delete,
}

/// The events of a trigger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TriggerEvents(u8);

/// Statements that run when rows of a table, or of a view, change. What it says is bound anew from its text; here is what tells
/// whether it fires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TriggerDef {
    pub(crate) id: TriggerId,
    pub(crate) name: String,
    /// The table or the view, which draw their ids from one source.
    pub(crate) relation: u64,
    pub(crate) timing: TriggerTiming,
    pub(crate) level: TriggerLevel,
    pub(crate) events: TriggerEvents,
    /// `UPDATE OF`: the columns; none: all.
    pub(crate) of: Vec<String>,
    /// The columns that it gives other values.
    pub(crate) sets: Vec<String>,
    /// It reads the rows of the statement as tables.
    pub(crate) reads_rows: bool,
    pub(crate) enabled: bool,
    /// The CREATE TRIGGER that made it.
    pub(crate) sql: String,
}

/// The triggers of a table or a view that are switched on, in the order in which they fire: by name.
#[derive(Debug)]
pub(crate) struct TriggerSet(Vec<Arc<TriggerDef>>);

impl TriggerTiming {
    /// As SQL writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Before => "BEFORE",
            Self::After => "AFTER",
            Self::InsteadOf => "INSTEAD OF",
        }
    }
}

impl TriggerLevel {
    /// As SQL writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Row => "ROW",
            Self::Statement => "STATEMENT",
        }
    }
}

impl TriggerEvent {
    /// As SQL writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }

    fn bit(self) -> u8 {
        match self {
            Self::Insert => INSERT,
            Self::Update => UPDATE,
            Self::Delete => DELETE,
        }
    }
}

impl TriggerEvents {
    /// Is it one of them?
    pub(crate) fn has(self, event: TriggerEvent) -> bool {
        self.0 & event.bit() != 0
    }

    /// Adds one. False: it was there.
    pub(crate) fn add(&mut self, event: TriggerEvent) -> bool {
        let is_new = !self.has(event);
        self.0 |= event.bit();
        is_new
    }

    /// Each of them.
    pub(crate) fn iter(self) -> impl Iterator<Item = TriggerEvent> {
        let all = [
            TriggerEvent::Insert,
            TriggerEvent::Update,
            TriggerEvent::Delete,
        ];
        all.into_iter().filter(move |event| self.has(*event))
    }
}

impl TriggerDef {
    /// Does it fire on the event? `assigned` are the columns that an UPDATE names.
    pub(crate) fn fires_on<'c>(
        &self,
        event: TriggerEvent,
        assigned: impl IntoIterator<Item = &'c str>,
    ) -> bool {
        let is_named = |name: &str| self.of.iter().any(|of| of.eq_ignore_ascii_case(name));
        self.events.has(event)
            && (event != TriggerEvent::Update
                || self.of.is_empty()
                || assigned.into_iter().any(is_named))
    }

    /// The record of the schema tree; the id is its key.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        put_bytes(&mut out, self.name.as_bytes());
        put_varint(&mut out, self.relation);
        out.push(match self.timing {
            TriggerTiming::Before => 0,
            TriggerTiming::After => 1,
            TriggerTiming::InsteadOf => 2,
        });
        out.push(match self.level {
            TriggerLevel::Row => 0,
            TriggerLevel::Statement => 1,
        });
        out.push(self.events.0);
        out.push(u8::from(self.enabled) | u8::from(self.reads_rows) << 1);
        for names in [&self.of, &self.sets] {
            put_varint(&mut out, names.len() as u64);
            for name in names {
                put_bytes(&mut out, name.as_bytes());
            }
        }
        put_bytes(&mut out, self.sql.as_bytes());
        out
    }

    /// The definition that a record holds.
    pub(super) fn decode(id: TriggerId, bytes: &[u8]) -> Decoded<Self> {
        let mut from = Reader::new(bytes);
        if from.byte()? != VERSION {
            return Err(Malformed);
        }
        let name = from.text()?.to_owned();
        let relation = from.varint()?;
        let timing = match from.byte()? {
            0 => TriggerTiming::Before,
            1 => TriggerTiming::After,
            2 => TriggerTiming::InsteadOf,
            _ => return Err(Malformed),
        };
        let level = match from.byte()? {
            0 => TriggerLevel::Row,
            1 => TriggerLevel::Statement,
            _ => return Err(Malformed),
        };
        let events = match from.byte()? {
            bits if bits != 0 && bits <= INSERT | UPDATE | DELETE => TriggerEvents(bits),
            _ => return Err(Malformed),
        };
        let (enabled, reads_rows) = match from.byte()? {
            bits if bits <= 3 => (bits & 1 != 0, bits & 2 != 0),
            _ => return Err(Malformed),
        };
        let of = names(&mut from)?;
        let sets = names(&mut from)?;
        let sql = from.text()?.to_owned();
        from.finish()?;
        Ok(Self {
            id,
            name,
            relation,
            timing,
            level,
            events,
            of,
            sets,
            reads_rows,
            enabled,
            sql,
        })
    }
}

fn names(from: &mut Reader<'_>) -> Decoded<Vec<String>> {
    let count = from.count()?;
    (0..count).map(|_| Ok(from.text()?.to_owned())).collect()
}

impl TriggerSet {
    /// Those of a table or a view; `None`: it has none that are switched on.
    pub(crate) fn of(catalog: &Catalog, relation: u64) -> Option<Arc<Self>> {
        let all = catalog.triggers().iter();
        let mut own: Vec<Arc<TriggerDef>> = all
            .filter(|trigger| trigger.relation == relation && trigger.enabled)
            .cloned()
            .collect();
        own.sort_by(|a, b| a.name.cmp(&b.name));
        (!own.is_empty()).then(|| Arc::new(Self(own)))
    }

    /// Those of a timing and a level that fire on an event; `assigned` are the columns that an UPDATE names.
    pub(crate) fn firing<'s>(
        &'s self,
        timing: TriggerTiming,
        level: TriggerLevel,
        event: TriggerEvent,
        assigned: &'s [&'s str],
    ) -> impl Iterator<Item = &'s Arc<TriggerDef>> {
        self.0.iter().filter(move |trigger| {
            (trigger.timing, trigger.level) == (timing, level)
                && trigger.fires_on(event, assigned.iter().copied())
        })
    }

    /// Is there one of a timing and a level for an event, whatever columns it names?
    pub(crate) fn has(
        &self,
        timing: TriggerTiming,
        level: TriggerLevel,
        event: TriggerEvent,
    ) -> bool {
        let is_it = |trigger: &Arc<TriggerDef>| {
            (trigger.timing, trigger.level) == (timing, level) && trigger.events.has(event)
        };
        self.0.iter().any(is_it)
    }

    /// The same of a timing and some events.
    pub(crate) fn has_any(&self, timing: TriggerTiming, level: TriggerLevel) -> bool {
        let is_it = |trigger: &Arc<TriggerDef>| (trigger.timing, trigger.level) == (timing, level);
        self.0.iter().any(is_it)
    }

    /// Does one of them look at rows when all are written?
    pub(crate) fn needs_rows(&self) -> bool {
        let needs = |trigger: &Arc<TriggerDef>| {
            trigger.timing == TriggerTiming::After
                && (trigger.level == TriggerLevel::Row || trigger.reads_rows)
        };
        self.0.iter().any(needs)
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<TriggerDef>> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trigger() -> TriggerDef {
        let mut events = TriggerEvents::default();
        assert!(events.add(TriggerEvent::Update));
        assert!(!events.add(TriggerEvent::Update));
        TriggerDef {
            id: TriggerId(7),
            name: "t_u".to_owned(),
            relation: 3,
            timing: TriggerTiming::Before,
            level: TriggerLevel::Row,
            events,
            of: vec!["a".to_owned()],
            sets: vec!["b".to_owned(), "c".to_owned()],
            reads_rows: true,
            enabled: false,
            sql: "CREATE TRIGGER …".to_owned(),
        }
    }

    #[test]
    fn a_record_is_read_as_it_was_written_and_cut_short_it_is_none() {
        let bytes = trigger().encode();
        assert_eq!(TriggerDef::decode(TriggerId(7), &bytes), Ok(trigger()));
        for end in 0..bytes.len() {
            assert_eq!(
                TriggerDef::decode(TriggerId(7), &bytes[..end]),
                Err(Malformed)
            );
        }
        let mut longer = bytes;
        longer.push(0);
        assert_eq!(TriggerDef::decode(TriggerId(7), &longer), Err(Malformed));
    }

    #[test]
    fn update_of_columns_fires_where_one_is_assigned() {
        let trigger = trigger();
        assert!(trigger.fires_on(TriggerEvent::Update, ["x", "A"]));
        assert!(!trigger.fires_on(TriggerEvent::Update, ["b"]));
        assert!(!trigger.fires_on(TriggerEvent::Insert, ["a"]));
    }
}

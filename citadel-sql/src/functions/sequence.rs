//! nextval, currval, lastval and setval.
//!
//! They are the only functions that change something. What they change is not the database but the connection's
//! [`Sequences`], which hold the states of the sequences that a statement names while it runs; what was drawn is written when it
//! is done, in its transaction. So an expression is computed without a transaction at hand, here as everywhere.

use std::cell::RefCell;
use std::sync::Arc;

use citadel_txn::{View, WriteTxn};
use rustc_hash::FxHashMap;

use super::scalar::gives_integer;
use super::{ArgumentKind, Needs, ScalarFunction};
use crate::error::{Error, Result, SqlState};
use crate::schema::{
    Catalog, SequenceDef, SequenceId, SequenceState, put_sequence_state, sequence_state,
};
use crate::types::{Value, ValueRef};

const fn sequence(
    name: &'static str,
    arity: std::ops::RangeInclusive<usize>,
    arguments: &'static [ArgumentKind],
    eval: fn(&[ValueRef<'_>]) -> Result<Value>,
) -> ScalarFunction {
    ScalarFunction {
        name,
        arity,
        arguments,
        result_type: gives_integer,
        strict: true,
        needs: Needs::Sequences,
        eval,
    }
}

const NAMED: &[ArgumentKind] = &[ArgumentKind::Any];

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    sequence("nextval", 1..=1, NAMED, |a| match a {
        [named] => with(|sequences| sequences.next(*named)),
        _ => Ok(Value::Null),
    }),
    sequence("currval", 1..=1, NAMED, |a| match a {
        [named] => with(|sequences| sequences.current(*named)),
        _ => Ok(Value::Null),
    }),
    sequence("lastval", 0..=0, &[], |_| {
        with(|sequences| sequences.last())
    }),
    ScalarFunction {
        name: "setval",
        arity: 2..=3,
        arguments: &[ArgumentKind::Any, ArgumentKind::Integer, ArgumentKind::Any],
        result_type: gives_integer,
        strict: true,
        needs: Needs::Sequences,
        eval: |a| match a {
            [named, ValueRef::Integer(value)] => {
                with(|sequences| sequences.set(*named, *value, true))
            }
            [
                named,
                ValueRef::Integer(value),
                ValueRef::Boolean(is_called),
            ] => with(|sequences| sequences.set(*named, *value, *is_called)),
            _ => Err(super::scalar::wrong_arguments("setval", a)),
        },
    },
];

/// What a connection knows of sequences.
#[derive(Debug, Default)]
pub(crate) struct Sequences {
    /// Those of the statement that runs.
    open: Vec<Open>,
    /// What this connection drew last, of each and of all.
    drawn: FxHashMap<SequenceId, i64>,
    last: Option<SequenceId>,
}

#[derive(Debug)]
struct Open {
    sequence: Arc<SequenceDef>,
    state: SequenceState,
    is_changed: bool,
}

/// Which sequences a statement may name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum SequenceUse {
    #[default]
    None,
    /// These.
    Some(Vec<SequenceId>),
    /// It computes their names.
    Any,
}

impl SequenceUse {
    /// Takes note of one more.
    pub(crate) fn add(&mut self, id: SequenceId) {
        match self {
            Self::None => *self = Self::Some(vec![id]),
            Self::Some(known) if known.contains(&id) => {}
            Self::Some(known) => known.push(id),
            Self::Any => {}
        }
    }

    fn has(&self, id: SequenceId) -> bool {
        match self {
            Self::None => false,
            Self::Some(known) => known.contains(&id),
            Self::Any => true,
        }
    }
}

thread_local! {
    /// Those of the statement that this thread runs.
    static AT_HAND: RefCell<Option<Sequences>> = const { RefCell::new(None) };
}

fn with<T>(run: impl FnOnce(&mut Sequences) -> Result<T>) -> Result<T> {
    AT_HAND.with_borrow_mut(|sequences| match sequences {
        Some(sequences) => run(sequences),
        None => Err(Error::unsupported("a sequence in this place")),
    })
}

/// Gives them back, whatever becomes of the statement.
struct Lent<'a>(&'a mut Sequences, Option<Sequences>);

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(sequences) = AT_HAND.replace(self.1.take()) {
            *self.0 = sequences;
        }
    }
}

impl Sequences {
    /// Reads where the sequences stand that a statement may name.
    ///
    /// # Errors
    /// Storage errors.
    pub(crate) fn open(
        &mut self,
        catalog: &Catalog,
        view: &dyn View,
        wanted: &SequenceUse,
    ) -> Result<()> {
        self.open.clear();
        for sequence in catalog.sequences() {
            if wanted.has(sequence.id) {
                self.open.push(Open {
                    state: sequence_state(view, sequence.id)?,
                    sequence: Arc::clone(sequence),
                    is_changed: false,
                });
            }
        }
        Ok(())
    }

    /// Runs what may draw from them.
    pub(crate) fn at_hand<T>(&mut self, run: impl FnOnce() -> T) -> T {
        let own = std::mem::take(self);
        let before = AT_HAND.replace(Some(own));
        let _lent = Lent(self, before);
        run()
    }

    /// Writes where they stand now.
    ///
    /// # Errors
    /// Storage errors.
    pub(crate) fn store(&mut self, txn: &mut WriteTxn) -> Result<()> {
        for open in self.open.drain(..).filter(|open| open.is_changed) {
            put_sequence_state(txn, open.sequence.id, open.state)?;
        }
        Ok(())
    }

    fn find(&mut self, named: ValueRef<'_>) -> Result<&mut Open> {
        let found = match named {
            ValueRef::Integer(id) => self
                .open
                .iter_mut()
                .find(|open| i64::try_from(open.sequence.id.0) == Ok(id)),
            ValueRef::Text(text) => {
                let name = name_of(text);
                let is_it = |open: &&mut Open| open.sequence.name.eq_ignore_ascii_case(&name);
                self.open.iter_mut().find(is_it)
            }
            _ => None,
        };
        found.ok_or_else(|| match named {
            ValueRef::Text(text) => undefined(text),
            _ => undefined("of this number"),
        })
    }

    fn next(&mut self, named: ValueRef<'_>) -> Result<Value> {
        let open = self.find(named)?;
        let next = open.sequence.next(&mut open.state)?;
        open.is_changed = true;
        let id = open.sequence.id;
        self.drawn.insert(id, next);
        self.last = Some(id);
        Ok(Value::Integer(next))
    }

    fn current(&mut self, named: ValueRef<'_>) -> Result<Value> {
        let open = self.find(named)?;
        let (id, name) = (open.sequence.id, open.sequence.name.clone());
        match self.drawn.get(&id) {
            Some(value) => Ok(Value::Integer(*value)),
            None => Err(Error::sql(
                SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("currval of sequence \"{name}\" is not yet defined in this session"),
            )),
        }
    }

    fn last(&self) -> Result<Value> {
        let value = self.last.and_then(|id| self.drawn.get(&id));
        value.map(|value| Value::Integer(*value)).ok_or_else(|| {
            Error::sql(
                SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
                "lastval is not yet defined in this session",
            )
        })
    }

    fn set(&mut self, named: ValueRef<'_>, value: i64, is_called: bool) -> Result<Value> {
        let open = self.find(named)?;
        let (min, max) = (open.sequence.options.min, open.sequence.options.max);
        if !(min..=max).contains(&value) {
            return Err(Error::sql(
                SqlState::NUMERIC_OUT_OF_RANGE,
                format!(
                    "setval: value {value} is out of bounds for sequence \"{}\" ({min}..{max})",
                    open.sequence.name
                ),
            ));
        }
        open.state = SequenceState {
            last: value,
            is_called,
        };
        open.is_changed = true;
        let id = open.sequence.id;
        if is_called {
            self.drawn.insert(id, value);
        }
        Ok(Value::Integer(value))
    }
}

/// The name that a text means: in quotes as it stands, and its last part where a schema is named.
pub(crate) fn name_of(text: &str) -> String {
    let text = text.trim();
    let last = match text.strip_prefix("public.") {
        Some(rest) => rest,
        None => text,
    };
    match last
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        Some(inner) => inner.replace("\"\"", "\""),
        None => last.to_owned(),
    }
}

/// There is no such sequence.
pub(crate) fn undefined(name: &str) -> Error {
    Error::sql(
        SqlState::UNDEFINED_TABLE,
        format!("sequence \"{name}\" does not exist"),
    )
}

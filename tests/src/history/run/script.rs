//! What a transaction will do, drawn at random.

use citadel_txn::Durability;

use super::Mode;
use super::keys::Keys;
use crate::history::event::Key;
use crate::history::store::Intent;
use crate::sim::Random;

/// One step to take.
#[derive(Clone, Copy, Debug)]
pub(super) enum Action {
    Append(Key),
    ReadList(Key),
    Write(Key),
    ReadRegister(Key),
    /// Lets others go first.
    Yield,
}

/// A transaction to run.
#[derive(Clone, Debug)]
pub(super) struct Script {
    pub(super) intent: Intent,
    pub(super) durability: Durability,
    pub(super) actions: Vec<Action>,
    /// Whether it is rolled back at the end.
    pub(super) rolls_back: bool,
}

impl Script {
    /// Draws one for a connection that may write, or may not.
    pub(super) fn draw(keys: &Keys, mode: Mode, writes: bool, random: &mut Random) -> Self {
        let kind = if writes { random.below(12) } else { 0 };
        let (intent, actions) = match kind {
            0..3 => (Intent::Read, reads_twice(keys, random)),
            // Holds the writer's place and changes nothing.
            3 => (Intent::Write, reads(keys, random)),
            4..6 => {
                let mut actions = reads(keys, random);
                actions.extend(changes(keys, random));
                (Intent::Upgrade, actions)
            }
            _ => (Intent::Write, changes(keys, random)),
        };
        Self {
            intent,
            durability: mode.draw(random),
            actions,
            rolls_back: random.one_in(12),
        }
    }

    /// Whether it changes anything.
    pub(super) fn changes(&self) -> bool {
        let changes = |action: &Action| matches!(action, Action::Append(_) | Action::Write(_));
        self.actions.iter().any(changes)
    }
}

fn reads(keys: &Keys, random: &mut Random) -> Vec<Action> {
    let read = |random: &mut Random| match random.below(3) {
        0 => Action::ReadRegister(Keys::register(random)),
        _ => Action::ReadList(keys.list(random)),
    };
    (0..1 + random.below(4)).map(|_| read(random)).collect()
}

/// The same reads again later: a snapshot stands still.
fn reads_twice(keys: &Keys, random: &mut Random) -> Vec<Action> {
    let reads = reads(keys, random);
    let mut actions = reads.clone();
    if random.one_in(2) {
        actions.extend((0..1 + random.below(8)).map(|_| Action::Yield));
        actions.extend(reads);
    }
    actions
}

fn changes(keys: &Keys, random: &mut Random) -> Vec<Action> {
    let mut actions = Vec::new();
    for _ in 0..1 + random.below(4) {
        match random.below(8) {
            0..4 => {
                let key = keys.list_to_append(random);
                if random.one_in(3) {
                    actions.push(Action::ReadList(key));
                }
                actions.push(Action::Append(key));
            }
            4 => actions.push(Action::ReadList(keys.list(random))),
            5 => actions.push(Action::Write(Keys::register(random))),
            _ => {
                let key = Keys::register(random);
                actions.extend([Action::ReadRegister(key), Action::Write(key)]);
            }
        }
        if random.one_in(6) {
            actions.push(Action::Yield);
        }
    }
    actions
}

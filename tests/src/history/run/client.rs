//! One connection's life.

use std::sync::atomic::{AtomicU64, Ordering};

use super::keys::Keys;
use super::script::{Action, Script};
use super::{Ending, Mode};
use crate::history::disk::PowerDisk;
use crate::history::event::{Outcome, Role, Step, Transaction, Value};
use crate::history::recorder::{Clock, Recorder};
use crate::history::store::{Failure, Session};
use crate::sim::Random;

/// What the connections of one history share.
pub(super) struct Scene<'s> {
    pub(super) clock: &'s Clock,
    pub(super) keys: &'s Keys,
    pub(super) disk: &'s PowerDisk,
    /// Transactions that have been begun by clients.
    pub(super) begun: AtomicU64,
    /// How many there are to be.
    pub(super) quota: u64,
    pub(super) mode: Mode,
    /// How it will end, which the connections do not know.
    pub(super) ending: Ending,
}

/// What a connection has to tell.
pub(super) struct Life {
    pub(super) transactions: Vec<Transaction>,
    /// An error that the disk did not make.
    pub(super) problem: Option<String>,
}

/// Runs transactions until there were enough, or the disk is cut off.
pub(super) fn live<S: Session>(
    session: &mut S,
    scene: &Scene<'_>,
    number: u32,
    role: Role,
    mut random: Random,
) -> Life {
    let mut client = Client {
        session,
        scene,
        recorder: Recorder::new(scene.clock, number, role),
    };
    let mut problem = None;
    while !scene.disk.is_cut() && scene.is_open(role) {
        let script = Script::draw(scene.keys, scene.mode, role == Role::Client, &mut random);
        if let Err(error) = client.run(&script) {
            problem = (!scene.disk.is_cut()).then_some(error);
            break;
        }
    }
    Life {
        transactions: client.recorder.transactions,
        problem,
    }
}

impl Scene<'_> {
    /// Whether there is a transaction to run; a client's is counted.
    fn is_open(&self, role: Role) -> bool {
        let begun = match role {
            Role::Client => self.begun.fetch_add(1, Ordering::Relaxed),
            _ => self.begun.load(Ordering::Relaxed),
        };
        begun < self.quota
    }
}

struct Client<'a, 's, S> {
    session: &'a mut S,
    scene: &'a Scene<'s>,
    recorder: Recorder<'s>,
}

impl<S: Session> Client<'_, '_, S> {
    /// Runs one transaction; an error that is no conflict ends the connection.
    fn run(&mut self, script: &Script) -> Result<(), String> {
        self.recorder.begin();
        let acted = self.act(script);
        if acted.is_err() || script.rolls_back {
            self.session.roll_back();
            self.recorder.end(Outcome::Aborted);
            return without_conflict(acted);
        }
        match self.session.commit() {
            Ok(()) => {
                let Scene { mode, ending, .. } = *self.scene;
                let durable = mode.survives(ending, script.durability, script.changes());
                self.recorder.end(Outcome::Committed { durable });
                Ok(())
            }
            Err(Failure::Conflict) => {
                self.session.roll_back();
                self.recorder.end(Outcome::Aborted);
                Ok(())
            }
            Err(Failure::Broken(error)) => {
                self.recorder.end(Outcome::Unknown);
                Err(error)
            }
        }
    }

    fn act(&mut self, script: &Script) -> Result<(), Failure> {
        self.session.begin(script.intent, script.durability)?;
        for action in &script.actions {
            let step = match *action {
                Action::Append(key) => {
                    let value = Value(self.scene.clock.tick());
                    self.session.append(key, value)?;
                    Step::Append(key, value)
                }
                Action::Write(key) => {
                    let value = Value(self.scene.clock.tick());
                    self.session.write(key, value)?;
                    Step::Write(key, value)
                }
                Action::ReadList(key) => Step::ReadList(key, self.session.list(key)?),
                Action::ReadRegister(key) => Step::ReadRegister(key, self.session.register(key)?),
                Action::Yield => {
                    std::thread::yield_now();
                    continue;
                }
            };
            self.recorder.step(step);
        }
        Ok(())
    }
}

fn without_conflict(acted: Result<(), Failure>) -> Result<(), String> {
    match acted {
        Err(Failure::Broken(error)) => Err(error),
        Ok(()) | Err(Failure::Conflict) => Ok(()),
    }
}

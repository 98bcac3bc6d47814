//! One database from its creation through several endings.

use std::sync::atomic::AtomicU64;

use super::client::{Life, Scene, live};
use super::keys::Keys;
use super::{Ending, Layer, Mode};
use crate::history::anomaly::Anomaly;
use crate::history::check::{Counts, check};
use crate::history::disk::{Cut, PowerDisk};
use crate::history::event::{History, Outcome, Role, Step, Time, Transaction};
use crate::history::recorder::Clock;
use crate::history::store::{Contents, Failure, Setup, SqlStore, Store, TxnStore};
use crate::sim::Random;

/// Problems that are told in full.
const TOLD_MAX: usize = 5;

/// One database, and how it is used.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    /// Draws scripts, crashes and what they leave. The threads' schedule is not part of it.
    pub seed: u64,
    /// The face that is used.
    pub layer: Layer,
    /// The durability of commits.
    pub mode: Mode,
    /// Bytes of a page.
    pub page_size: u32,
    /// Connections at once.
    pub clients: u32,
    /// Read-only followers at once.
    pub followers: u32,
    /// Histories, each with its ending.
    pub histories: u32,
    /// Transactions in each, at most.
    pub transactions: u64,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct RoundReport {
    /// What was looked at, by ending.
    pub endings: Vec<(Ending, Counts)>,
    /// What is wrong, told for people.
    pub problems: Vec<String>,
    /// How many anomalies there were.
    pub anomalies: usize,
}

impl Round {
    /// Runs it.
    pub fn run(&self) -> RoundReport {
        let report = match self.layer {
            Layer::Txn => self.run_on::<TxnStore>(),
            Layer::Sql => self.run_on::<SqlStore>(),
        };
        report.unwrap_or_else(|problem| RoundReport {
            problems: vec![format!("{self:?}: {problem}")],
            ..RoundReport::default()
        })
    }

    /// Runs it on a store.
    pub(super) fn run_on<S: Store>(&self) -> Result<RoundReport, String> {
        let mut course = Course::<S> {
            round: self,
            clock: Clock::new(),
            keys: Keys::default(),
            random: Random::new(self.seed),
            report: RoundReport::default(),
            store: std::marker::PhantomData,
        };
        let disk = PowerDisk::new();
        drop(S::create(&disk, self.setup()).map_err(|error| format!("creating: {error:?}"))?);
        let (mut disk, mut contents) = course.open(disk.found())?;
        for _ in 0..self.histories {
            (disk, contents) = course.history(disk, contents)?;
        }
        Ok(course.report)
    }

    fn setup(&self) -> Setup {
        Setup {
            page_size: self.page_size,
            durability: self.mode.draw(&mut Random::new(self.seed)),
        }
    }
}

/// A database with the store open on it, and what it held when it was opened.
struct Open<S> {
    disk: PowerDisk,
    store: S,
}

struct Course<'r, S> {
    round: &'r Round,
    clock: Clock,
    keys: Keys,
    random: Random,
    report: RoundReport,
    store: std::marker::PhantomData<S>,
}

impl<S: Store> Course<'_, S> {
    /// One history: run, ended, recovered, checked. Returns what recovery opened and found.
    fn history(&mut self, open: Open<S>, before: Contents) -> Result<(Open<S>, Contents), String> {
        let ending = self.draw_ending();
        let seed = self.random.bits();
        if let Some(cut) = ending.cut() {
            let after = self.random.below(2 * self.round.transactions as usize) as u64;
            open.disk.cut_after(after, cut, seed);
        }
        let mut transactions = vec![initial(&before)];
        for life in self.live(&open, ending) {
            transactions.extend(life.transactions);
            self.report.problems.extend(life.problem);
        }
        if let Some(cut) = ending.cut().filter(|_| !open.disk.is_cut()) {
            // The end came late: it strikes while the database is closed.
            open.disk.cut_after(self.random.below(2) as u64, cut, seed);
        }
        let Open { disk, store } = open;
        drop(store);
        let (reopened, found) = self.open(disk.found())?;
        transactions.push(self.recovery(&found));
        self.judge(History { transactions }, ending);
        Ok((reopened, found))
    }

    fn draw_ending(&mut self) -> Ending {
        loop {
            let ending = Ending::ALL[self.random.below(Ending::ALL.len())];
            if self.round.mode.can_end(ending) {
                return ending;
            }
        }
    }

    /// All connections at once.
    fn live(&mut self, open: &Open<S>, ending: Ending) -> Vec<Life> {
        let scene = Scene {
            clock: &self.clock,
            keys: &self.keys,
            disk: &open.disk,
            begun: AtomicU64::new(0),
            quota: self.round.transactions,
            mode: self.round.mode,
            ending,
        };
        let scene = &scene;
        let setup = self.round.setup();
        let mut random = || Random::new(self.random.bits());
        std::thread::scope(|scope| {
            let mut threads = Vec::new();
            for number in 0..self.round.clients {
                let (mut session, random) = (open.store.session(), random());
                threads.push(
                    scope.spawn(move || live(&mut session, scene, number, Role::Client, random)),
                );
            }
            for number in 0..self.round.followers {
                let random = random();
                let number = self.round.clients + number;
                threads.push(scope.spawn(move || follow::<S>(scene, setup, number, random)));
            }
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|_| Life::failed("a panic")))
                .collect()
        })
    }

    /// Opens what is on a disk, sometimes after a crash while it was opened, and reads all of it.
    fn open(&mut self, mut found: Vec<u8>) -> Result<(Open<S>, Contents), String> {
        let setup = self.round.setup();
        if self.random.one_in(4) {
            let disk = PowerDisk::from_bytes(found);
            let cut = [Cut::Power, Cut::Process][self.random.below(2)];
            disk.cut_after(self.random.below(4) as u64, cut, self.random.bits());
            if let Err(error) = S::open(&disk, setup)
                && !disk.is_cut()
            {
                return Err(format!("opening: {error:?}"));
            }
            found = disk.found();
        }
        let disk = PowerDisk::from_bytes(found);
        let fail = |error: Failure| format!("reading what was recovered: {error:?}");
        let store = S::open(&disk, setup).map_err(fail)?;
        let contents = store.contents().map_err(fail)?;
        let problems = store.problems().map_err(fail)?;
        if problems.is_empty() {
            Ok((Open { disk, store }, contents))
        } else {
            Err(format!("the check after recovery: {}", problems.join("; ")))
        }
    }

    /// What was found, as the last transaction of a history.
    fn recovery(&self, found: &Contents) -> Transaction {
        let lists = self.keys.lists().map(|key| {
            let values = found.lists.get(&key).cloned().unwrap_or_default();
            Step::ReadList(key, values)
        });
        let registers = Keys::registers()
            .map(|key| Step::ReadRegister(key, found.registers.get(&key).copied()));
        Transaction {
            session: u32::MAX,
            role: Role::Recovery,
            began: self.clock.now(),
            steps: lists.chain(registers).collect(),
            ended: self.clock.now(),
            outcome: Outcome::Committed { durable: true },
        }
    }

    fn judge(&mut self, history: History, ending: Ending) {
        let verdict = check(&history);
        for anomaly in verdict.anomalies.iter().take(TOLD_MAX) {
            self.report
                .problems
                .push(self.tell(anomaly, &history, ending));
        }
        self.report.anomalies += verdict.anomalies.len();
        self.report.endings.push((ending, verdict.counts));
    }

    fn tell(&self, anomaly: &Anomaly, history: &History, ending: Ending) -> String {
        let mut text = format!("{:?}, ended by {ending}: {anomaly}", self.round);
        if let Anomaly::Cycle(cycle) = anomaly {
            for link in cycle.links.iter().take(8) {
                let transaction = &history.transactions[link.from];
                if matches!(transaction.role, Role::Client | Role::Follower) {
                    text.push_str(&format!("\n  T{}: {transaction:?}", link.from));
                }
            }
        }
        text
    }
}

fn follow<S: Store>(scene: &Scene<'_>, setup: Setup, number: u32, random: Random) -> Life {
    match S::follow(scene.disk, setup) {
        Ok(store) => live(&mut store.session(), scene, number, Role::Follower, random),
        Err(_) if scene.disk.is_cut() => Life::failed_none(),
        Err(error) => Life::failed(&format!("a follower cannot open: {error:?}")),
    }
}

impl Life {
    fn failed(problem: &str) -> Self {
        Self {
            transactions: Vec::new(),
            problem: Some(problem.to_owned()),
        }
    }

    fn failed_none() -> Self {
        Self {
            transactions: Vec::new(),
            problem: None,
        }
    }
}

/// What was there, as the first transaction of a history.
fn initial(contents: &Contents) -> Transaction {
    let lists = contents.lists.iter();
    let appends = lists.flat_map(|(key, values)| values.iter().map(|v| Step::Append(*key, *v)));
    let registers = contents.registers.iter();
    let writes = registers.map(|(key, value)| Step::Write(*key, *value));
    Transaction {
        session: u32::MAX - 1,
        role: Role::Initial,
        began: Time::START,
        ended: Time::START,
        outcome: Outcome::Committed { durable: true },
        steps: appends.chain(writes).collect(),
    }
}

//! The process that starts, kills and judges the others.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::mix::Mix;
use super::protocol::Line;
use super::setup::Setup;
use crate::sim::Random;

/// Deaths of one file before there is a new one.
const RUNS_PER_FILE: usize = 12;
/// Transactions of one thread before a file is full: the verifier runs them all anew.
const FILE_FULL: u64 = 400;
/// Transactions of a worker that nobody kills.
const TRANSACTIONS_MAX: u64 = 60;
/// No process may take longer.
const PATIENCE: Duration = Duration::from_secs(120);

/// Starts, kills and judges processes.
#[derive(Clone, Debug)]
pub struct Referee {
    /// The program whose first argument is `work`, `follow` or `verify`.
    pub program: PathBuf,
    /// Where files are made.
    pub folder: PathBuf,
    /// What everything is drawn from.
    pub seed: u64,
}

/// How it went.
#[derive(Clone, Debug, Default)]
pub struct Score {
    /// Workers that died, by what they did.
    pub deaths: BTreeMap<Mix, usize>,
    /// Of these, by a kill from outside.
    pub killed: usize,
    /// And at a chosen change of the file.
    pub at_change: usize,
    /// Workers that ended before they were killed.
    pub survived: usize,
    /// Files that were not finished when their creator died.
    pub unfinished: usize,
    /// Transactions that were acknowledged.
    pub acknowledged: u64,
    /// Transactions that were there without an acknowledgement.
    pub unanswered: u64,
    /// States that followers saw.
    pub followed: u64,
    /// What is wrong.
    pub faults: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

/// What is known of a file.
#[derive(Debug, Default)]
struct Known {
    /// For each thread the last transaction that was acknowledged, or seen by anyone.
    certain: BTreeMap<u32, u64>,
    attempted: BTreeMap<u32, u64>,
    runs: usize,
}

impl Known {
    fn is_full(&self) -> bool {
        let most = self.attempted.values().max().copied().unwrap_or(0);
        self.runs >= RUNS_PER_FILE || most >= FILE_FULL
    }
}

impl Referee {
    /// Runs until so many workers have died; `progress` is told of each.
    pub fn run(&self, deaths: usize, mut progress: impl FnMut(&Score)) -> Score {
        let started = Instant::now();
        let mut random = Random::new(self.seed);
        let mut score = Score::default();
        let mut number = 0;
        while score.deaths() < deaths && score.faults.is_empty() {
            let setup = Setup {
                path: self.folder.join(format!("{number}.citadel")),
                seed: random.bits() >> 1,
                mix: Mix::ALL[number % Mix::ALL.len()],
                threads: [1, 2, 4][random.below(3)],
            };
            // An earlier run may have found a fault and left its file, to be looked at.
            forget(&setup);
            let mut known = Known::default();
            while !known.is_full() && score.deaths() < deaths && score.faults.is_empty() {
                let fault = self.death(&setup, &mut known, &mut random, &mut score);
                if let Err(fault) = fault {
                    score
                        .faults
                        .push(format!("{setup:?}, run {}: {fault}", known.runs));
                }
                score.took = started.elapsed();
                progress(&score);
            }
            score.acknowledged += known.certain.values().sum::<u64>();
            if score.faults.is_empty() {
                forget(&setup);
            }
            number += 1;
        }
        score
    }

    /// One worker's life and death, and what is found afterwards.
    fn death(
        &self,
        setup: &Setup,
        known: &mut Known,
        random: &mut Random,
        score: &mut Score,
    ) -> Result<(), String> {
        known.runs += 1;
        let mut follower = self.start("follow", setup, &[])?;
        let by_change = random.one_in(2);
        // The first death is early, so that some come while the file is created.
        let most = if known.runs == 1 { 20 } else { 150 };
        let transactions = TRANSACTIONS_MAX.to_string();
        let mut arguments = vec!["--transactions".to_owned(), transactions];
        if by_change {
            let changes = random.below(most).to_string();
            arguments.extend(["--changes".to_owned(), changes]);
        }
        let mut worker = self.start("work", setup, &arguments)?;
        let kill_after = Duration::from_micros(random.below(60_000) as u64);
        let ended = worker.hear(known, (!by_change).then_some(kill_after))?;
        follower.kill();
        follower.drain(known, score)?;
        match ended {
            End::Done => score.survived += 1,
            End::Died => {
                *score.deaths.entry(setup.mix).or_default() += 1;
                score.at_change += usize::from(by_change);
                score.killed += usize::from(!by_change);
            }
        }
        self.judge(setup, known, score)
    }

    /// Has the file verified, and holds what is found against what is known.
    fn judge(&self, setup: &Setup, known: &mut Known, score: &mut Score) -> Result<(), String> {
        let mut verifier = self.start("verify", setup, &[])?;
        let lines = verifier.read_all()?;
        if lines.contains(&Line::Nothing) {
            if !known.certain.is_empty() || known.attempted.values().any(|n| *n > 0) {
                return Err(format!("nothing can be opened: {lines:?}"));
            }
            score.unfinished += 1;
            forget(setup);
            known.attempted.clear();
            return Ok(());
        }
        let mut found = BTreeMap::new();
        for line in &lines {
            match line {
                Line::Found(thread, n) => _ = found.insert(*thread, *n),
                Line::Fault(fault) => return Err(fault.clone()),
                _ => {}
            }
        }
        if !lines.contains(&Line::Done) {
            return Err(format!("the verifier died: {lines:?}"));
        }
        for (thread, certain) in &known.certain {
            if found.get(thread).is_none_or(|n| n < certain) {
                let n = found.get(thread);
                return Err(format!(
                    "thread {thread}: {certain} is certain, {n:?} is there"
                ));
            }
        }
        for (thread, n) in &found {
            if known
                .attempted
                .get(thread)
                .is_none_or(|attempted| attempted < n)
            {
                return Err(format!(
                    "thread {thread}: {n} is there, and was not attempted"
                ));
            }
            let certain = known.certain.get(thread).copied().unwrap_or(0);
            score.unanswered += n - certain;
        }
        known.certain.clone_from(&found);
        known.attempted = found;
        Ok(())
    }

    fn start(&self, role: &str, setup: &Setup, more: &[String]) -> Result<Process, String> {
        let mut child = Command::new(&self.program)
            .arg(role)
            .args(setup.to_arguments())
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", Path::new(&self.program).display()))?;
        let out = child.stdout.take().ok_or("no pipe")?;
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if let Some(line) = Line::parse(&line)
                    && send.send(line).is_err()
                {
                    return;
                }
            }
        });
        Ok(Process { child, lines })
    }
}

/// Removes a file and its backups, those that are there.
fn forget(setup: &Setup) {
    for path in setup.files() {
        let _ = std::fs::remove_file(path);
    }
}

/// How a worker ended.
enum End {
    Done,
    Died,
}

/// A process that was started here.
struct Process {
    child: Child,
    lines: Receiver<Line>,
}

impl Process {
    /// Hears a worker until its end; kills it so long after it was ready.
    fn hear(&mut self, known: &mut Known, kill_after: Option<Duration>) -> Result<End, String> {
        let mut end = End::Died;
        let mut deadline = Instant::now() + PATIENCE;
        let mut kills = false;
        // A creation is killed as well: not everyone is given the time to get ready.
        if let Some(after) = kill_after.filter(|after| after.as_micros() % 5 == 0) {
            (deadline, kills) = (Instant::now() + after, true);
        }
        loop {
            let wait = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(wait) {
                Ok(Line::Ready) => {
                    if let Some(after) = kill_after.filter(|_| !kills) {
                        (deadline, kills) = (Instant::now() + after, true);
                    }
                }
                Ok(Line::Attempt(thread, n)) => _ = known.attempted.insert(thread, n),
                Ok(Line::Acknowledge(thread, n)) => _ = known.certain.insert(thread, n),
                Ok(Line::Done) => end = End::Done,
                Ok(Line::Fault(fault)) => return Err(fault),
                Ok(Line::Found(..) | Line::Nothing) => {}
                Err(RecvTimeoutError::Timeout) if kills => {
                    self.kill();
                    (deadline, kills) = (Instant::now() + PATIENCE, false);
                }
                Err(RecvTimeoutError::Timeout) => return Err("the worker hangs".to_owned()),
                Err(RecvTimeoutError::Disconnected) => return Ok(end),
            }
        }
    }

    /// What a killed follower had seen: it is as certain as what was acknowledged.
    fn drain(&mut self, known: &mut Known, score: &mut Score) -> Result<(), String> {
        for line in self.read_all()? {
            match line {
                Line::Found(thread, n) => {
                    score.followed += 1;
                    let certain = known.certain.entry(thread).or_default();
                    *certain = n.max(*certain);
                }
                Line::Fault(fault) => return Err(fault),
                _ => {}
            }
        }
        Ok(())
    }

    fn read_all(&mut self) -> Result<Vec<Line>, String> {
        let deadline = Instant::now() + PATIENCE;
        let mut lines = Vec::new();
        loop {
            let wait = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(wait) {
                Ok(line) => lines.push(line),
                Err(RecvTimeoutError::Disconnected) => return Ok(lines),
                Err(RecvTimeoutError::Timeout) => return Err("a process hangs".to_owned()),
            }
        }
    }

    /// Kills it as nothing can be caught: SIGKILL.
    fn kill(&mut self) {
        // It may be dead already.
        let _ = self.child.kill();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        let _ = self.child.wait();
    }
}

impl Score {
    /// Workers that died.
    pub fn deaths(&self) -> usize {
        self.deaths.values().sum()
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (mix, deaths) in &self.deaths {
            writeln!(f, "{mix:<12} {deaths:>6} deaths")?;
        }
        writeln!(
            f,
            "{} deaths ({} by kill -9, {} at a chosen change), {} ended first, {} files unfinished",
            self.deaths(),
            self.killed,
            self.at_change,
            self.survived,
            self.unfinished
        )?;
        writeln!(
            f,
            "{} transactions acknowledged, {} there without an answer, {} states seen by followers, {} faults, {:.0} s",
            self.acknowledged,
            self.unanswered,
            self.followed,
            self.faults.len(),
            self.took.as_secs_f64()
        )
    }
}

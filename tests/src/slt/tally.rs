//! What a campaign came to.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::outcome::{Kind, Outcome, Verdict};

/// One file's run.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileRun {
    pub(crate) suite: String,
    pub(crate) path: PathBuf,
    /// The kinds of all its records.
    pub(crate) kinds: Vec<Kind>,
    /// Outcomes of those that ran.
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) timed_out: bool,
    /// The last words of a process that ended before its file.
    pub(crate) died: Option<String>,
}

impl FileRun {
    pub(crate) fn new(suite: String, path: PathBuf) -> Self {
        Self {
            suite,
            path,
            ..Self::default()
        }
    }
}

/// Counts of one suite.
#[derive(Clone, Debug, Default)]
struct Counts {
    files: usize,
    /// For each kind: records, and those that passed.
    kinds: BTreeMap<Kind, (usize, usize)>,
    wrong: usize,
    panics: usize,
    hangs: usize,
    deaths: usize,
    engine: Duration,
}

impl Counts {
    fn add(&mut self, run: &FileRun) {
        self.files += 1;
        for kind in &run.kinds {
            self.kinds.entry(*kind).or_default().0 += 1;
        }
        for outcome in &run.outcomes {
            let passed = outcome.verdict == Verdict::Passed;
            self.kinds.entry(outcome.kind).or_default().1 += usize::from(passed);
            // An error that does not come is missing strictness; it is told among the expected errors.
            self.wrong +=
                usize::from(outcome.verdict == Verdict::Wrong && outcome.kind == Kind::Query);
            self.panics += usize::from(outcome.verdict == Verdict::Panicked);
            self.engine += outcome.took;
        }
        self.hangs += usize::from(run.timed_out);
        self.deaths += usize::from(run.died.is_some());
    }

    fn of(&self, kind: Kind) -> (usize, usize) {
        self.kinds.get(&kind).copied().unwrap_or_default()
    }
}

/// What a campaign came to.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    suites: BTreeMap<String, Counts>,
    total: Counts,
    /// Reasons with their counts and an example.
    reasons: BTreeMap<(Verdict, String), (usize, String)>,
    /// A line for each record that did not pass.
    failures: Vec<String>,
}

impl Tally {
    pub(crate) fn add(&mut self, run: FileRun) {
        self.suites.entry(run.suite.clone()).or_default().add(&run);
        self.total.add(&run);
        for outcome in &run.outcomes {
            if outcome.verdict != Verdict::Passed {
                self.note(&run, outcome);
            }
        }
        let unfinished = match (&run.died, run.timed_out) {
            (Some(words), _) => format!("died: {words}"),
            (None, true) => "the time limit".into(),
            (None, false) => return,
        };
        let at = run.outcomes.len();
        let left = run.kinds.len() - at;
        let line = format!(
            "{}\t{unfinished}\tafter {at} records, {left} left",
            run.path.display()
        );
        self.failures.push(line.clone());
        let group = self.reasons.entry((Verdict::Panicked, unfinished));
        group.or_insert((0, line)).0 += 1;
    }

    fn note(&mut self, run: &FileRun, outcome: &Outcome) {
        let line = format!(
            "{}:{}\t{:?}\t{:?}\t{}\t{}",
            run.path.display(),
            outcome.line,
            outcome.kind,
            outcome.verdict,
            outcome.reason,
            outcome.sql
        );
        let reason = match (outcome.verdict, outcome.kind) {
            (Verdict::Wrong, Kind::Query) => "rows differ".to_owned(),
            _ => grouped(&outcome.reason),
        };
        let group = self.reasons.entry((outcome.verdict, reason));
        group.or_insert_with(|| (0, line.clone())).0 += 1;
        self.failures.push(line);
    }

    /// A line for each record that did not pass: file and line, kind, verdict, reason, statement.
    pub fn failures(&self) -> &[String] {
        &self.failures
    }

    /// A line for each suite.
    pub fn counts(&self) -> String {
        let mut text = format!(
            "{:<34} {:>5} {:>16} {:>7} {:>16} {:>7} {:>14} {:>6} {:>6} {:>5} {:>5} {:>9}\n",
            "suite",
            "files",
            "queries",
            "%",
            "statements",
            "%",
            "errors",
            "wrong",
            "panics",
            "hangs",
            "died",
            "engine s"
        );
        for (name, counts) in &self.suites {
            text += &row(name, counts);
        }
        text + &row("all", &self.total)
    }

    /// Why records did not pass, by how often, each with an example.
    pub fn reasons(&self, shown: usize) -> String {
        let mut reasons: Vec<_> = self.reasons.iter().collect();
        reasons.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
        let lines = reasons.iter().take(shown);
        let lines = lines.map(|((verdict, reason), (count, example))| {
            let example: String = example.chars().take(200).collect();
            format!("{count:>7} {verdict:?}: {reason}\n            {example}\n")
        });
        let mut text: String = lines.collect();
        if let more @ 1.. = reasons.len().saturating_sub(shown) {
            text += &format!("and {more} more reasons\n");
        }
        text
    }

    /// What must not be: a panic, a hang, or more than one wrong answer in two hundred.
    ///
    /// # Errors
    /// There is such a thing.
    pub fn verdict(&self) -> Result<(), String> {
        let total = &self.total;
        let queries = total.of(Kind::Query).0;
        if total.panics + total.hangs + total.deaths > 0 || total.wrong * 200 > queries {
            return Err(format!(
                "{} wrong answers, {} panics, {} files that hang, {} that end their process",
                total.wrong, total.panics, total.hangs, total.deaths
            ));
        }
        Ok(())
    }
}

/// A reason without the numbers that keep like ones apart.
fn grouped(reason: &str) -> String {
    let mut text = String::new();
    for (at, c) in reason.char_indices() {
        // An SQLSTATE stands first.
        if at < 5 || !c.is_ascii_digit() {
            text.push(c);
        } else if !text.ends_with('#') {
            text.push('#');
        }
    }
    text.chars().take(140).collect()
}

fn row(name: &str, counts: &Counts) -> String {
    let [queries, statements, errors] =
        [Kind::Query, Kind::Statement, Kind::ExpectedError].map(|kind| counts.of(kind));
    let share = |(all, passed): (usize, usize)| match all {
        0 => "-".to_owned(),
        _ => format!("{:.2}", passed as f64 * 100.0 / all as f64),
    };
    let of = |(all, passed): (usize, usize)| format!("{passed}/{all}");
    format!(
        "{name:<34} {:>5} {:>16} {:>7} {:>16} {:>7} {:>14} {:>6} {:>6} {:>5} {:>5} {:>9.2}\n",
        counts.files,
        of(queries),
        share(queries),
        of(statements),
        share(statements),
        of(errors),
        counts.wrong,
        counts.panics,
        counts.hangs,
        counts.deaths,
        counts.engine.as_secs_f64()
    )
}

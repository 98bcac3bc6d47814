//! Engines in a child process: those that are at home in Python, and the published reference crates, whose pinned
//! dependencies clash with ours.
//!
//! The child reads a JSON object per line and answers each with one. It times itself, so that nothing of this is measured.
//!
//! | `do` | with | answer |
//! |---|---|---|
//! | `hello` | `suite`, `folder` of the exported data set, `threads` that may build, `postgres` to connect to | `engines` (`name`, `version`, `params`) and `absent` (`name`, `reason`) |
//! | `build` | `engine` | `load_seconds`, `seconds`, `memory_bytes`, `file_bytes`, each or null |
//! | `settings` | `engine`, `filter` (a case's name) | `settings`, least effort first; none: not a case of this engine |
//! | `query` | `engine`, `filter`, `setting`, `from` and `count` (numbers of queries), `answers` (whether to tell them) | `seconds`, `answers` (row ids) |
//! | `update` | `engine` | `before_ms`, `after_ms`, or nothing |
//! | `open` | `engine` | `ms`, or null |
//!
//! and of the lake suite, each with the `folder` of the engine's table:
//!
//! | `do` | with | answer |
//! |---|---|---|
//! | `append` | `engine`, `way` (`indexed`, `deferred`), `commits` that the rows are parted into | `seconds` until all are committed |
//! | `search` | `engine`, `from` and `count` | `seconds`, `answers` |
//! | `oneshot` | `engine`, `from` | `ms` of opening the table and one query |
//!
//! and of the suite tpch:
//!
//! | `do` | with | answer |
//! |---|---|---|
//! | `load` | `engine`, `tables` (statements), `files` (pairs of a table and a CSV file) | nothing |
//! | `ask` | `engine`, `sql` | `seconds`, `rows` |
//!
//! or `error`, a text.

use std::cell::RefCell;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::rc::Rc;

use serde_json::{Value, json};

use super::{AfterWrite, Answer, Ask, Built, Engine, Outcome};
use crate::Result;
use crate::data::Filter;

/// What a child is told first.
pub(crate) struct Hello<'a> {
    pub(crate) suite: &'a str,
    pub(crate) folder: &'a Path,
    pub(crate) threads: usize,
    /// A connection string.
    pub(crate) postgres: Option<String>,
}

/// An engine of a child process.
pub(crate) struct Child {
    process: Rc<RefCell<Process>>,
    name: String,
    version: String,
}

/// An engine that is not there, and why.
pub(crate) type Absent = (String, String);

impl Child {
    /// Starts a child and gives its engines.
    pub(crate) fn start(
        command: &mut Command,
        hello: &Hello<'_>,
    ) -> Result<(Vec<Self>, Vec<Absent>)> {
        let mut process = Process::start(command)?;
        let answer = process.ask(&json!({
            "do": "hello",
            "suite": hello.suite,
            "folder": hello.folder,
            "threads": hello.threads,
            "postgres": hello.postgres,
        }))?;
        let process = Rc::new(RefCell::new(process));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let each = |name: &str| answer[name].as_array().cloned().unwrap_or_default();
        let engines = each("engines").into_iter().map(|engine| Self {
            process: Rc::clone(&process),
            name: text(&engine["name"]),
            version: format!("{}: {}", text(&engine["version"]), text(&engine["params"])),
        });
        let absent = each("absent").into_iter();
        let absent = absent.map(|engine| (text(&engine["name"]), text(&engine["reason"])));
        Ok((engines.collect(), absent.collect()))
    }

    /// Its name.
    pub(crate) fn called(&self) -> &str {
        &self.name
    }

    /// Its version, and how it is set up.
    pub(crate) fn introduction(&self) -> String {
        self.version.clone()
    }

    /// Asks for something, and gives its answer.
    pub(crate) fn tell(&self, mut request: Value) -> Result<Value> {
        request["engine"] = self.name.as_str().into();
        let answer = self.process.borrow_mut().ask(&request);
        answer.map_err(|error| format!("{}: {error}", self.name).into())
    }
}

impl Engine for Child {
    fn name(&self) -> &str {
        self.called()
    }

    fn version(&self) -> String {
        self.introduction()
    }

    fn build(&mut self) -> Result<Built> {
        let built = self.tell(json!({"do": "build"}))?;
        Ok(Built {
            load_seconds: built["load_seconds"].as_f64(),
            seconds: built["seconds"].as_f64(),
            memory_bytes: built["memory_bytes"].as_f64(),
            file_bytes: built["file_bytes"].as_f64(),
        })
    }

    fn settings(&mut self, filter: Filter) -> Result<Vec<String>> {
        let answer = self.tell(json!({"do": "settings", "filter": filter.name()}))?;
        Ok(serde_json::from_value(answer["settings"].clone())?)
    }

    fn ask(&mut self, ask: &Ask<'_>) -> Result<Outcome> {
        let answer = self.tell(json!({
            "do": "query",
            "filter": ask.filter.name(),
            "setting": ask.setting,
            "from": ask.queries.first().map_or(0, |query| query.number),
            "count": ask.queries.len(),
            "answers": ask.answers,
        }))?;
        let answers: Option<Vec<Answer>> = serde_json::from_value(answer["answers"].clone())?;
        Ok(Outcome {
            seconds: answer["seconds"]
                .as_f64()
                .ok_or("a round without its time")?,
            answers: answers.unwrap_or_default(),
        })
    }

    fn writes(&mut self) -> Result<Vec<AfterWrite>> {
        let answer = self.tell(json!({"do": "update"}))?;
        let both = (answer["before_ms"].as_f64(), answer["after_ms"].as_f64());
        Ok(match both {
            (Some(before), Some(after)) => AfterWrite::update(before, after),
            _ => Vec::new(),
        })
    }

    fn open_ms(&mut self) -> Result<Option<f64>> {
        Ok(self.tell(json!({"do": "open"}))?["ms"].as_f64())
    }
}

/// The process, which ends with the last of its engines.
struct Process {
    child: std::process::Child,
    /// None while it is being ended.
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Process {
    fn start(command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
        let requests = child.stdin.take();
        let answers = child.stdout.take().ok_or("a child without an output")?;
        Ok(Self {
            child,
            requests,
            answers: BufReader::new(answers),
        })
    }

    fn ask(&mut self, request: &Value) -> Result<Value> {
        let requests = self.requests.as_mut().ok_or("the child has ended")?;
        writeln!(requests, "{request}")?;
        requests.flush()?;
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            return Err("the child ended without an answer".into());
        }
        let answer: Value = serde_json::from_str(&line)?;
        match answer["error"].as_str() {
            Some(error) => Err(error.into()),
            None => Ok(answer),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It ends where its input does.
        self.requests = None;
        let _ended = self.child.wait();
    }
}

//! Runs the built shell, and shows what it did.
#![allow(dead_code, unreachable_pub)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;

use tempfile::TempDir;

/// A run to be. Every change makes another one, so that one setting serves many runs.
#[derive(Clone)]
pub struct Shell {
    dir: Rc<TempDir>,
    subcommand: Option<String>,
    file: Option<String>,
    args: Vec<String>,
    stdin: String,
    key: Option<String>,
}

/// What a run did.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// The text of a raw key: no test waits for a key derivation.
pub fn raw_key(byte: u8) -> String {
    format!("hex:{}", format!("{byte:02x}").repeat(32))
}

impl Shell {
    /// Without a file.
    pub fn new() -> Self {
        Self {
            dir: Rc::new(tempfile::tempdir().unwrap()),
            subcommand: None,
            file: None,
            args: Vec::new(),
            stdin: String::new(),
            key: Some(raw_key(0x11)),
        }
    }

    /// In memory.
    pub fn memory() -> Self {
        Self {
            file: Some(":memory:".to_owned()),
            ..Self::new()
        }
    }

    /// On a file that is not there yet.
    pub fn on_file() -> Self {
        let mut shell = Self::new();
        shell.file = Some(shell.beside("test.citadel").display().to_string());
        shell
    }

    /// The database file.
    pub fn file(&self) -> &Path {
        Path::new(self.file.as_deref().unwrap())
    }

    /// A path in the run's own directory.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn args(&self, args: &[&str]) -> Self {
        let args = args.iter().map(|&a| a.to_owned()).collect();
        Self {
            args,
            ..self.clone()
        }
    }

    pub fn stdin(&self, text: &str) -> Self {
        Self {
            stdin: text.to_owned(),
            ..self.clone()
        }
    }

    /// With a key in the environment.
    pub fn key(&self, key: &str) -> Self {
        Self {
            key: Some(key.to_owned()),
            ..self.clone()
        }
    }

    /// Without a key in the environment.
    pub fn keyless(&self) -> Self {
        Self {
            key: None,
            ..self.clone()
        }
    }

    pub fn command(&self, name: &str) -> Self {
        Self {
            subcommand: Some(name.to_owned()),
            ..self.clone()
        }
    }

    /// The plain shell on the same file.
    pub fn again(&self, args: &[&str]) -> Self {
        Self {
            subcommand: None,
            ..self.args(args)
        }
    }

    pub fn run(&self) -> Run {
        self.start(false)
    }

    /// With nobody reading its results.
    pub fn closed_stdout(&self) -> Run {
        self.start(true)
    }

    /// The command, not started.
    pub fn to_command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_citadel"));
        command
            .args(&self.subcommand)
            .args(&self.file)
            .args(&self.args)
            .current_dir(self.dir.path())
            .env_remove("CITADEL_KEY")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(key) = &self.key {
            command.env("CITADEL_KEY", key);
        }
        command
    }

    fn start(&self, close_stdout: bool) -> Run {
        let mut child = self.to_command().spawn().unwrap();
        if close_stdout {
            drop(child.stdout.take());
        }
        let mut stdin = child.stdin.take().unwrap();
        let text = self.stdin.clone();
        // A shell that stops early does not read all of it.
        let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()).ok());
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        Run {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

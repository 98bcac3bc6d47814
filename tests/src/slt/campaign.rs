//! All files of a folder, a child process each.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::engine::EngineName;
use super::outcome::{Kind, Outcome};
use super::tally::{FileRun, Tally};

/// How scripts are run.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// Folders and files.
    pub paths: Vec<PathBuf>,
    /// Against which engine.
    pub engine: EngineName,
    /// How long a file may take.
    pub limit: Duration,
    /// Files that run side by side.
    pub jobs: usize,
    /// Every so many files one is run.
    pub every: usize,
    /// So many records of each file.
    pub most: usize,
}

impl Campaign {
    /// Runs them.
    ///
    /// # Errors
    /// There are no scripts; a child cannot be started.
    pub fn run(&self) -> Result<Tally, String> {
        let mut files = Vec::new();
        for path in &self.paths {
            scripts(path, &mut files)?;
        }
        files.sort();
        let files: Vec<PathBuf> = files.into_iter().step_by(self.every.max(1)).collect();
        if files.is_empty() {
            return Err("no scripts (.test, .slt) are there".into());
        }
        let (next, tally) = (AtomicUsize::new(0), Mutex::new(Ok(Tally::default())));
        std::thread::scope(|scope| {
            for _ in 0..self.jobs.max(1) {
                scope.spawn(|| {
                    while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let run = self.file(file);
                        let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
                        match (&mut *tally, run) {
                            (Ok(tally), Ok(run)) => tally.add(run),
                            (Ok(_), Err(error)) => *tally = Err(error),
                            (Err(_), _) => {}
                        }
                    }
                });
            }
        });
        tally.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn file(&self, path: &Path) -> Result<FileRun, String> {
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut child = Command::new(program)
            .args(["--engine", self.engine.as_str()])
            .args(["--most", &self.most.to_string()])
            .arg("--file")
            .arg(path)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", path.display()))?;
        let mut run = FileRun::new(suite_of(path, &self.paths), path.to_owned());
        let output = child.stdout.take().expect("it is piped");
        let errors = child.stderr.take().expect("it is piped");
        let errors = std::thread::spawn(|| {
            let lines = BufReader::new(errors).lines().map_while(Result::ok);
            lines.last()
        });
        let ended = Arc::new(AtomicBool::new(false));
        let watch = watch(child, self.limit, &ended);
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            match Outcome::from_line(&line) {
                Some(outcome) => run.outcomes.push(outcome),
                None => run.kinds.extend(line.bytes().filter_map(kind)),
            }
        }
        ended.store(true, Ordering::Relaxed);
        let (timed_out, failed) = watch.join().expect("the watch does not panic");
        let last_words = errors.join().ok().flatten();
        run.timed_out = timed_out;
        if failed && !timed_out {
            run.died = Some(last_words.unwrap_or_default());
        }
        Ok(run)
    }
}

fn kind(byte: u8) -> Option<Kind> {
    match byte {
        b'0' => Some(Kind::Query),
        b'1' => Some(Kind::Statement),
        b'2' => Some(Kind::ExpectedError),
        _ => None,
    }
}

/// Waits for a child, and stops it at the limit. Says whether it did, and whether the child failed.
fn watch(
    mut child: Child,
    limit: Duration,
    ended: &Arc<AtomicBool>,
) -> std::thread::JoinHandle<(bool, bool)> {
    let ended = Arc::clone(ended);
    std::thread::spawn(move || {
        let started = Instant::now();
        while !ended.load(Ordering::Relaxed) {
            if started.elapsed() > limit {
                _ = child.kill();
                _ = child.wait();
                return (true, true);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        (false, child.wait().map_or(true, |status| !status.success()))
    })
}

fn scripts(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}: {error}", path.display());
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path).map_err(told)? {
        let path = entry.map_err(told)?.path();
        let script = path
            .extension()
            .is_some_and(|ext| ext == "test" || ext == "slt");
        if path.is_dir() || script {
            scripts(&path, files)?;
        }
    }
    Ok(())
}

/// Two folders below what was given, by which results are listed.
fn suite_of(path: &Path, paths: &[PathBuf]) -> String {
    let within = paths.iter().find_map(|root| path.strip_prefix(root).ok());
    let folder = within.and_then(Path::parent).unwrap_or(Path::new(""));
    let parts: Vec<_> = folder.iter().take(3).map(|p| p.to_string_lossy()).collect();
    let depth = match parts.first().map(AsRef::as_ref) {
        Some("postgres") if parts.get(1).is_some_and(|part| part == "pgregress") => 3,
        Some("postgres") => 2,
        _ => 3,
    };
    parts[..parts.len().min(depth)].join("/")
}

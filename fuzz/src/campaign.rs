//! Runs targets on a stable compiler: first the corpus, then mutations of it, as many as asked for.
//!
//! A seed gives the same inputs each time. An input that panics is kept in `artifacts/` and can be run alone.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::Target;
use crate::marks;
use crate::mutate::Mutator;

/// An input that takes longer is a failure: nothing here is large.
const SLOW: Duration = Duration::from_secs(10);

/// What a run of a target did.
pub struct Outcome {
    /// Inputs that were run.
    pub executions: u64,
    /// How many of them came from the corpus.
    pub corpus: u64,
    /// How long it took.
    pub elapsed: Duration,
    /// The places that the target came by, and how often.
    pub marks: Vec<(&'static str, u64)>,
    /// The input that broke a promise, and how.
    pub failure: Option<Failure>,
}

/// An input that broke a promise.
pub struct Failure {
    /// Where the input is kept.
    pub artifact: PathBuf,
    /// What was said.
    pub message: String,
}

/// Runs the target over its corpus and `executions` mutations.
///
/// # Errors
/// Where the corpus cannot be read or an artifact not be written.
pub fn run(target: &Target, executions: u64, seed: u64) -> std::io::Result<Outcome> {
    let corpus = read_corpus(target)?;
    marks::take();
    let begun = Instant::now();
    let mut mutator = Mutator::new(&corpus, seed);
    let mut outcome = Outcome {
        executions: 0,
        corpus: corpus.len() as u64,
        elapsed: Duration::ZERO,
        marks: Vec::new(),
        failure: None,
    };
    let inputs = corpus.iter().cloned();
    let mutations = (0..executions).map(|_| mutator.next_input());
    for input in inputs.chain(mutations) {
        outcome.executions += 1;
        if let Err(message) = attempt(target.run, &input) {
            let artifact = keep(target, &input)?;
            outcome.failure = Some(Failure { artifact, message });
            break;
        }
    }
    outcome.elapsed = begun.elapsed();
    outcome.marks = marks::take();
    Ok(outcome)
}

/// Runs one input; an error says what it broke.
///
/// # Errors
/// The message of the panic, or that it took too long.
pub fn attempt(run: fn(&[u8]), input: &[u8]) -> Result<(), String> {
    let begun = Instant::now();
    catch_unwind(AssertUnwindSafe(|| run(input))).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        text.unwrap_or("a panic").to_owned()
    })?;
    match begun.elapsed() {
        slow if slow > SLOW => Err(format!("took {slow:?}")),
        _ => Ok(()),
    }
}

/// Proves that a run finds something: a target with a planted fault must fail.
///
/// # Errors
/// Where it did not.
pub fn canary() -> Result<u64, String> {
    let corpus = vec![b"a sound input, with a length: \x10".to_vec()];
    let mut mutator = Mutator::new(&corpus, 1);
    let planted = |bytes: &[u8]| {
        let length = bytes.last().copied().unwrap_or(0);
        assert!(length != 0xff || bytes.len() % 2 == 0, "the planted fault");
    };
    for executions in 1..100_000 {
        if attempt(planted, &mutator.next_input()).is_err() {
            return Ok(executions);
        }
    }
    Err("the canary was not found: the mutator finds nothing".to_owned())
}

/// Writes the inputs that a target begins with.
///
/// # Errors
/// Where they cannot be written.
pub fn write_corpus(target: &Target) -> std::io::Result<usize> {
    let folder = folder("corpus", target);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let seeds = (target.seeds)();
    for (number, seed) in seeds.iter().enumerate() {
        fs::write(folder.join(format!("{number:02}")), seed)?;
    }
    Ok(seeds.len())
}

fn read_corpus(target: &Target) -> std::io::Result<Vec<Vec<u8>>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder("corpus", target))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.sort();
    paths.iter().map(fs::read).collect()
}

fn keep(target: &Target, input: &[u8]) -> std::io::Result<PathBuf> {
    let folder = folder("artifacts", target);
    fs::create_dir_all(&folder)?;
    let name = &blake3::hash(input).to_hex()[..16];
    let path = folder.join(name);
    fs::write(&path, input)?;
    Ok(path)
}

fn folder(kind: &str, target: &Target) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(kind)
        .join(target.name)
}

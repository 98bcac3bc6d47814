//! Lake tables between engines: ours read by others, those among them of which a database keeps the pointer, and PyIceberg's read here.
//! Writes the tables, makes a Python environment with pinned engines, and lets both sides compare.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::JoinHandle;

use crate::command::{Result, cargo, root, target};

const FOLDER: &str = "citadel-lake/interop";

/// Runs it. What differs is an error, and is printed.
pub(crate) fn run() -> Result<()> {
    let python = environment(&target().join("interop-venv"))?;
    cargo(&["build", "--package", "citadel-lake", "--examples"])?;
    let embedded = ["--features", "lake", "--example", "interop_embedded"];
    cargo(&[&["build", "--package", "citadel-sql"], embedded.as_slice()].concat())?;
    compare(&python)
}

/// An environment that is being made.
pub(crate) struct Preparing(JoinHandle<Result<PathBuf>>);

/// Makes the Python environment beside other work: it waits for the network more than it computes.
pub(crate) fn prepare() -> Preparing {
    Preparing(std::thread::spawn(|| {
        environment(&target().join("interop-venv"))
    }))
}

/// Runs it where a Python environment can be made: not without python3 and the network. The examples were built with the tests of the
/// workspace; to build them alone would be to build all below them again, with fewer features.
pub(crate) fn run_if_possible(environment: Preparing) -> Result<()> {
    let made = environment.0.join();
    match made.unwrap_or_else(|_| Err("making the environment panicked".to_owned())) {
        Ok(python) => compare(&python),
        Err(reason) => {
            crate::complain(&format!("interop is left out: {reason}"));
            Ok(())
        }
    }
}

fn compare(python: &Path) -> Result<()> {
    let target = target();
    let tables = target.join("interop-tables");
    if tables.exists() {
        std::fs::remove_dir_all(&tables).map_err(|e| format!("{}: {e}", tables.display()))?;
    }
    let folder = tables.to_string_lossy().into_owned();
    example("interop_tables", &folder)?;
    check(python, &tables)?;
    // A table of which no file but a database tells the newest metadata.
    let embedded = tables.join("embedded");
    example("interop_embedded", &embedded.to_string_lossy())?;
    check(python, &embedded)?;
    let foreign = tables.join("foreign");
    let script = root().join(FOLDER).join("write.py");
    call(Command::new(python).arg(script).arg(&foreign))?;
    example("interop_foreign", &foreign.to_string_lossy())
}

/// Has other engines read the tables of a folder.
fn check(python: &Path, tables: &Path) -> Result<()> {
    call(
        Command::new(python)
            .arg(root().join(FOLDER).join("check.py"))
            .arg(tables)
            // Polars would like to have a plugin for what PyIceberg does for it.
            .env("POLARS_ICEBERG_PLANNER", "pyiceberg"),
    )
}

fn example(name: &str, folder: &str) -> Result<()> {
    let program = target().join("debug/examples").join(name);
    call(Command::new(program).arg(folder))
}

/// The interpreter of an environment with the pinned engines, made when it is not there or they have changed.
fn environment(folder: &Path) -> Result<PathBuf> {
    let python = folder.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    });
    let wanted = root().join(FOLDER).join("requirements.txt");
    let installed = folder.join("requirements.txt");
    let is_same = |a: &Path, b: &Path| {
        std::fs::read(a)
            .ok()
            .is_some_and(|text| std::fs::read(b).ok() == Some(text))
    };
    if is_same(&wanted, &installed) {
        return Ok(python);
    }
    call(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    call(
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--requirement"])
            .arg(&wanted),
    )?;
    std::fs::copy(&wanted, &installed).map_err(|e| format!("{}: {e}", installed.display()))?;
    Ok(python)
}

fn call(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command
        .status()
        .map_err(|error| format!("{name}: {error}"))?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("{name} failed")),
    }
}

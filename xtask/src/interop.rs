//! Lake tables, read by other engines: writes them, makes a Python environment with pinned engines, and lets these compare.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{Result, cargo, root};

const FOLDER: &str = "citadel-lake/interop";

/// Runs it. What differs is an error, and is printed.
pub(crate) fn run() -> Result<()> {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let python = environment(&target.join("interop-venv"))?;
    let tables = target.join("interop-tables");
    if tables.exists() {
        std::fs::remove_dir_all(&tables).map_err(|e| format!("{}: {e}", tables.display()))?;
    }
    let folder = tables.to_string_lossy().into_owned();
    let example = [
        "run",
        "--package",
        "citadel-lake",
        "--example",
        "interop_tables",
    ];
    cargo(&[&example[..], &["--", &folder]].concat())?;
    let script = root().join(FOLDER).join("check.py");
    call(
        Command::new(python)
            .arg(script)
            .arg(&tables)
            // Polars would like to have a plugin for what PyIceberg does for it.
            .env("POLARS_ICEBERG_PLANNER", "pyiceberg"),
    )
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

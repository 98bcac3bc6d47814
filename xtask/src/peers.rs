//! The peers of `bench vector`, `bench lake` and `bench tpch` that cargo does not build with it: Python packages in an environment under the target folder,
//! and the published reference crates, whose pinned dependencies clash with ours.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{Result, cargo, root, target};

/// What to add to the arguments of `citadel-bench SUITE`: where the peers are. One that cannot be had is left out, and
/// the bench says so.
pub(crate) fn arguments(suite: &str, given: &[String]) -> Vec<String> {
    let has = |name: &str| given.iter().any(|argument| argument == name);
    let mut added = Vec::new();
    let mut add = |name: &str, found: Result<PathBuf>| match found {
        Ok(path) => added.extend([name.to_owned(), path.display().to_string()]),
        Err(reason) => crate::complain(&reason),
    };
    if !has("--python") {
        add("--python", python());
    }
    // A quick run does without them.
    if suite == "vector" && !has("--reference") && !has("--quick") {
        add("--reference", reference());
    }
    added
}

/// An environment with the packages, made once and again when their list changes.
fn python() -> Result<PathBuf> {
    let list = root().join("bench/peers/requirements.txt");
    let environment = target().join("peers");
    let interpreter = environment.join("bin/python");
    let installed = environment.join("requirements.txt");
    let read = |path: &Path| std::fs::read_to_string(path).ok();
    if read(&installed).is_some_and(|text| Some(text) == read(&list)) {
        return Ok(interpreter);
    }
    run(Command::new("python3")
        .args(["-m", "venv"])
        .arg(&environment))?;
    let mut pip = Command::new(&interpreter);
    run(pip
        .args(["-m", "pip", "install", "--quiet", "--requirement"])
        .arg(&list))?;
    std::fs::copy(&list, &installed).map_err(|error| error.to_string())?;
    Ok(interpreter)
}

fn reference() -> Result<PathBuf> {
    let folder = target().join("reference");
    cargo(&[
        "build",
        "--release",
        "--locked",
        "--manifest-path",
        "bench/reference/Cargo.toml",
        "--target-dir",
        &folder.display().to_string(),
    ])?;
    Ok(folder.join("release/citadel-bench-reference"))
}

fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().display().to_string();
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{name}: {status}")),
        Err(error) => Err(format!("{name}: {error}")),
    }
}

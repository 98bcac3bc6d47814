//! The sqllogictest corpora: where they are, and how they are run.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{Result, cargo, root, target};

/// Where the corpora lie beside the repository, packed.
const ARCHIVE: &str = "../shared/sql/corpora.tar.zst";

/// Runs scripts: those of a folder or a packed archive, or all of the corpora; options are the runner's.
pub(crate) fn run(rest: &[String]) -> Result<()> {
    let (path, options) = match rest.split_first() {
        Some((path, options)) if !path.starts_with("--") => (PathBuf::from(path), options),
        _ => (root().join(ARCHIVE), rest),
    };
    if !path.exists() {
        return Err(format!(
            "there are no scripts at {}: give a folder, or the packed corpora",
            path.display()
        ));
    }
    let folder = unpacked(&path)?;
    let mut arguments = vec!["run", "--release", "--package", "citadel-tests"];
    arguments.extend(["--bin", "slt", "--"]);
    let folder = folder.to_string_lossy().into_owned();
    arguments.push(&folder);
    arguments.extend(options.iter().map(String::as_str));
    cargo(&arguments)
}

/// A part of the corpora, where they are beside the repository, with the build of the tests: every thirtieth file, and of each its
/// first records.
pub(crate) fn smoke() -> Result<()> {
    let archive = root().join(ARCHIVE);
    if !archive.exists() {
        return Ok(());
    }
    let folder = unpacked(&archive)?.to_string_lossy().into_owned();
    // As the tests have built it: cargo would build it anew for this package alone, with fewer features.
    let program = target().join("debug/slt");
    let status = Command::new(&program)
        .arg(folder)
        .args(["--every", "30", "--most", "400"])
        .args(["--limit", "60", "--reasons", "0"])
        .status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{}: {status}", program.display())),
        Err(error) => Err(format!("{}: {error}", program.display())),
    }
}

/// The folder itself, or that of an archive, which is unpacked once.
fn unpacked(path: &Path) -> Result<PathBuf> {
    if path.is_dir() {
        return Ok(path.to_owned());
    }
    let target = target();
    let folder = target.join("slt-corpora");
    let modified = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
    if folder.is_dir() && modified(&folder) >= modified(path) {
        return Ok(folder);
    }
    // What another archive left is not mixed with this one.
    _ = std::fs::remove_dir_all(&folder);
    let fresh = target.join("slt-corpora.part");
    _ = std::fs::remove_dir_all(&fresh);
    let told = |error: std::io::Error| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(&fresh).map_err(told)?;
    let status = Command::new("tar")
        .args(["--zstd", "--touch", "-xf"])
        .arg(path)
        .arg("-C")
        .arg(&fresh)
        .status()
        .map_err(|error| format!("tar: {error}"))?;
    if !status.success() {
        return Err(format!("tar cannot unpack {}", path.display()));
    }
    std::fs::rename(&fresh, &folder).map_err(told)?;
    Ok(folder)
}

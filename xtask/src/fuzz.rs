//! The fuzz targets, in a workspace of their own: they are built without encryption.

use crate::command::{Result, cargo};

/// Runs the program of the fuzz targets.
pub(crate) fn run(rest: &[String]) -> Result<()> {
    let mut arguments = vec!["run", "--quiet", "--manifest-path", "fuzz/Cargo.toml"];
    arguments.extend(["--target-dir", "target/fuzz", "--bin", "smoke", "--"]);
    arguments.extend(rest.iter().map(String::as_str));
    cargo(&arguments)
}

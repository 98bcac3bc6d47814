//! The tree that the rules look at: the text files that git tracks, or would.

use std::path::Path;
use std::process::Command;

use crate::command::Result;

/// One file.
pub(crate) struct Source {
    /// Path from the workspace's folder, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// All text files of the tree.
pub(crate) struct Tree {
    pub(crate) files: Vec<Source>,
}

impl Tree {
    /// Reads every file that git tracks or does not ignore; files that are no UTF-8 are data and left out.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let output = Command::new("git")
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .current_dir(root)
            .output()
            .map_err(|error| format!("git ls-files: {error}"))?;
        if !output.status.success() {
            return Err(format!(
                "git ls-files: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            ));
        }
        let names = String::from_utf8_lossy(&output.stdout).into_owned();
        let files = names
            .split('\0')
            .filter(|name| !name.is_empty())
            .filter_map(|name| {
                Some(Source {
                    path: name.to_owned(),
                    text: std::fs::read_to_string(root.join(name)).ok()?,
                })
            })
            .collect();
        Ok(Self { files })
    }

    /// The Rust files.
    pub(crate) fn rust(&self) -> impl Iterator<Item = &Source> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }
}

impl Source {
    /// The code without its unit tests: all before the first `#[cfg(test)]`. A file of tests alone has none.
    pub(crate) fn code(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        if name == "tests.rs" || self.path.contains("/tests/") {
            return "";
        }
        self.text.split("#[cfg(test)]").next().unwrap_or(&self.text)
    }

    /// The crate's folder, if the file is the source of a library or program of the workspace.
    pub(crate) fn crate_name(&self) -> Option<&str> {
        self.path.split_once("/src/").map(|(name, _)| name)
    }

    /// The top-level module of its crate that the file belongs to; `None` for the crate's root.
    pub(crate) fn station(&self) -> Option<&str> {
        let (_, inside) = self.path.split_once("/src/")?;
        let first = inside.split('/').next()?;
        let name = first.strip_suffix(".rs").unwrap_or(first);
        (!matches!(name, "lib" | "main")).then_some(name)
    }

    /// Code lines with their numbers, comments left out.
    pub(crate) fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code()
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
            .map(|(at, line)| (at + 1, line))
    }
}

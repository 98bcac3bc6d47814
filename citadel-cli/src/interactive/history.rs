//! What was typed before: one entry per line, in a file that only its owner can read.
//!
//! An entry of several lines is kept on one, with `\n` for the line break and `\\` for a backslash. What mentions a key
//! is never kept. A history that cannot be read or written is no history, and no error.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Entries that are read back.
const ENTRIES_MAX: usize = 1_000;

/// The history on disk.
#[derive(Debug)]
pub(crate) struct HistoryFile {
    entries: Vec<String>,
    file: Option<File>,
}

impl HistoryFile {
    /// Reads the file where the system keeps such things for the user, and makes it if needed.
    pub(crate) fn open() -> Self {
        let path = path();
        Self {
            entries: path.as_deref().map(read).unwrap_or_default(),
            file: path.as_deref().and_then(open_private),
        }
    }

    /// What was typed before, the oldest first.
    pub(crate) fn entries(&self) -> &[String] {
        &self.entries
    }

    /// Keeps an entry.
    pub(crate) fn append(&mut self, entry: &str) {
        if let Some(file) = &mut self.file {
            let _ = writeln!(file, "{}", to_line(entry));
        }
    }
}

/// Might the text hold a key?
pub(crate) fn mentions_a_key(text: &str) -> bool {
    let text = text.to_ascii_lowercase().replace("primary key", "");
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| matches!(word, "key" | "rekey" | "passphrase" | "password"))
}

fn path() -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".local/state"));
    let state = state.filter(|path| path.is_absolute()).or_else(home)?;
    Some(state.join("citadel").join("history"))
}

fn read(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let newest = lines.len().saturating_sub(ENTRIES_MAX);
    lines[newest..].iter().map(|line| from_line(line)).collect()
}

fn open_private(path: &Path) -> Option<File> {
    fs::create_dir_all(path.parent()?).ok()?;
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).ok()
}

fn to_line(entry: &str) -> String {
    entry.replace('\\', "\\\\").replace('\n', "\\n")
}

fn from_line(line: &str) -> String {
    let mut entry = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.as_str().starts_with('n') => {
                chars.next();
                entry.push('\n');
            }
            '\\' => entry.extend(chars.next()),
            c => entry.push(c),
        }
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_survive_being_lines() {
        for entry in ["SELECT 1;", "SELECT\n  '\\n';", "a\\\nb"] {
            assert_eq!(from_line(&to_line(entry)), entry);
            assert_eq!(to_line(entry).lines().count(), 1);
        }
    }

    #[test]
    fn keys_stay_out_and_primary_keys_do_not() {
        assert!(mentions_a_key("PRAGMA key = 'x';"));
        assert!(mentions_a_key(".rekey"));
        assert!(mentions_a_key("REKEY WITH PASSPHRASE 'x'"));
        assert!(!mentions_a_key("CREATE TABLE t (id INTEGER PRIMARY KEY);"));
        assert!(!mentions_a_key("SELECT monkey FROM zoo;"));
    }
}

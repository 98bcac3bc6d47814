//! Rules on single files.

use super::Complaint;
use super::source::{Source, Tree};

/// A longer file is hardly about one thing; one that must be says why in its first lines with `Length:`.
const LINES_MAX: usize = 1_200;

/// Libraries, which never print.
const LIBRARIES: [&str; 5] = [
    "citadel-core",
    "citadel-txn",
    "citadel-vector",
    "citadel-sql",
    "citadel-lake",
];

/// Calls that a library must not make, and what to do instead.
const BANNED: [(&str, &str); 5] = [
    ("println!(", "return the text, or use tracing"),
    ("eprintln!(", "return an error, or use tracing"),
    ("process::exit(", "return an error"),
    ("todo!(", "finish it"),
    (
        "unimplemented!(",
        "return an error that names what is not supported",
    ),
];

/// No file is a drawer.
pub(crate) fn lengths(tree: &Tree) -> Vec<Complaint> {
    tree.rust()
        .filter(|file| file.text.lines().count() > LINES_MAX)
        .filter(|file| {
            !file
                .text
                .lines()
                .take(20)
                .any(|line| line.contains("Length:"))
        })
        .map(|file| {
            format!(
                "{}: more than {LINES_MAX} lines; carve it, or say why with `Length:` at its top",
                file.path
            )
        })
        .collect()
}

/// Every file opens with what it is for.
pub(crate) fn module_docs(tree: &Tree) -> Vec<Complaint> {
    tree.rust()
        .filter(|file| !file.text.trim_start().starts_with("//!") && !file.text.starts_with("#!"))
        .map(|file| format!("{}: does not open with `//!` and what it is for", file.path))
        .collect()
}

/// No library prints, exits or leaves a hole.
pub(crate) fn banned_words(tree: &Tree) -> Vec<Complaint> {
    let of_library = |file: &&Source| {
        file.crate_name()
            .is_some_and(|name| LIBRARIES.contains(&name))
    };
    let mut complaints = Vec::new();
    for file in tree.rust().filter(of_library) {
        for (number, line) in file.code_lines() {
            for (call, instead) in BANNED {
                if line.contains(call) {
                    complaints.push(format!(
                        "{}:{number}: `{call}` in a library: {instead}",
                        file.path
                    ));
                }
            }
        }
    }
    complaints
}

/// The project speaks of itself alone: no path of a machine that it was written on.
pub(crate) fn machine_paths(tree: &Tree) -> Vec<Complaint> {
    let roots = ["home", "root", "Users", "work"].map(|name| format!("/{name}/"));
    let mut complaints = Vec::new();
    for file in tree
        .files
        .iter()
        .filter(|file| !file.path.ends_with(".csv") && !file.path.ends_with(".lock"))
    {
        for (at, line) in file.text.lines().enumerate() {
            let hit = roots.iter().any(|root| {
                line.match_indices(root.as_str()).any(|(start, _)| {
                    line[..start]
                        .chars()
                        .next_back()
                        .is_none_or(|c| " \"'`(=".contains(c))
                })
            });
            if hit {
                complaints.push(format!(
                    "{}:{}: an absolute path of some machine",
                    file.path,
                    at + 1
                ));
            }
        }
    }
    complaints
}

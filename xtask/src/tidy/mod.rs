//! The rules of the house, as a program.
//!
//! A rule looks at the tree's text and names each place that breaks it. What the compiler or clippy can check is not here.

mod arrows;
mod encryption;
mod source;
mod text;

use crate::command::{Result, root};
use source::Tree;

/// One broken rule: the place and what is wrong there.
pub(crate) type Complaint = String;

/// Runs every rule; the error lists all complaints.
pub(crate) fn run() -> Result<()> {
    let tree = Tree::read(&root())?;
    let mut complaints = Vec::new();
    for rule in [
        text::lengths,
        text::module_docs,
        text::banned_words,
        text::machine_paths,
        arrows::crates,
        arrows::stations,
        encryption::identity,
    ] {
        complaints.extend(rule(&tree));
    }
    if complaints.is_empty() {
        Ok(())
    } else {
        Err(format!("tidy:\n  {}", complaints.join("\n  ")))
    }
}

//! The file as text.
//!
//! The description has one line for each thing, most general first: the superblock, both checkpoints and the records that follow them, the free space,
//! then every tree with its pages, indented by depth. It tells sizes and pointers, never keys or values, so it can be
//! sent to someone who must not see the data.

mod pages;
mod records;

use std::fmt::Write;

use citadel_core::SealedFile;

use crate::catalog;
use crate::error::Result;
use crate::recovery;
use crate::snapshot::Snapshot;
use crate::space::spans_of;

/// Describes a commit, and the file around it.
pub(crate) fn describe(file: &SealedFile, snapshot: &Snapshot) -> Result<String> {
    let record = &snapshot.record;
    let mut text = format!("{}\n", file.superblock_info()?.to_string().trim_end());
    records::describe(file, &mut text);
    let space = recovery::load_space(file, record)?;
    line(
        &mut text,
        format_args!(
            "free space: {} pages in {} runs",
            space.free().pages(),
            space.free().iter().len()
        ),
    );
    for span in space.free().iter() {
        line(
            &mut text,
            format_args!("  free {}..{}", span.first, span.end()),
        );
    }
    for batch in space.retired() {
        for span in spans_of(&batch.pages) {
            line(
                &mut text,
                format_args!(
                    "  retired by {}: {}..{}",
                    batch.generation,
                    span.first,
                    span.end()
                ),
            );
        }
    }
    pages::describe_tree(file, "catalog", &record.catalog, &mut text);
    for (id, tree) in catalog::list(file, record)? {
        pages::describe_tree(file, &format!("tree {id}"), &tree, &mut text);
    }
    Ok(text)
}

/// Appends a line. Writing to a string cannot fail.
fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    let _ = writeln!(text, "{line}");
}

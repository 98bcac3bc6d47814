//! The dirty nodes of a tree, level by level.

use crate::dirty::{DirtyId, DirtyPages, NodeRef, Step};
use crate::error::Result;

/// A dirty node, and who refers to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The node.
    pub(super) node: DirtyId,
    /// Its parent, and which child it is there; none for the root.
    pub(super) parent: Option<Step>,
}

/// All dirty nodes below and with a dirty root, by level, each level in the order of its keys. All ancestors of a dirty
/// node are dirty, so none is missed.
pub(super) fn dirty_levels(
    pages: &DirtyPages,
    root: DirtyId,
    root_level: u8,
) -> Result<Vec<Vec<Place>>> {
    let mut levels = vec![vec![Place {
        node: root,
        parent: None,
    }]];
    for (above, level) in (1..=root_level).rev().enumerate() {
        let mut below = Vec::new();
        for place in &levels[above] {
            dirty_children(pages, place.node, level, &mut below)?;
        }
        levels.push(below);
    }
    levels.reverse();
    Ok(levels)
}

fn dirty_children(
    pages: &DirtyPages,
    node: DirtyId,
    level: u8,
    below: &mut Vec<Place>,
) -> Result<()> {
    let branch = pages.view(node, level)?;
    for index in 0..branch.count() {
        if let NodeRef::Dirty(child) = NodeRef::decode(branch.child(index)?.1)? {
            below.push(Place {
                node: child,
                parent: Some(Step { node, index }),
            });
        }
    }
    Ok(())
}

//! Many trees.

use super::rows::loaded;
use super::stage::Stage;
use super::{Script, Stop};

type Played = Result<(), Stop>;

/// The scripts of this file.
pub(super) const SCRIPTS: &[(&str, Script)] = &[
    ("create", create),
    ("drop-and-create", drop_and_create),
    ("many-trees", many_trees),
    ("wide-leaves", wide_leaves),
];

/// A database that is made, and hardly used.
fn create(stage: &mut Stage<'_>) -> Played {
    stage.commit(|change| change.create_tree(1).map(drop))?;
    stage.reopen()
}

/// Trees that are dropped as others are made, in one transaction and in several.
fn drop_and_create(stage: &mut Stage<'_>) -> Played {
    let page = stage.page_size();
    let mut tree = loaded(stage, 40, 50)?;
    for round in 0..5u32 {
        let old = tree;
        let mut new = old;
        stage.commit(|change| {
            change.drop_tree(old)?;
            new = change.create_tree(1)?;
            change.fill(new, 0..30, 40, round as u8)?;
            change.fill(new, [99], page * 2, 1)
        })?;
        tree = new;
        stage.roll_back(|change| change.drop_tree(tree))?;
    }
    stage.commit(|change| change.drop_tree(tree))
}

/// So many that their descriptors do not fit a record, changed together.
fn many_trees(stage: &mut Stage<'_>) -> Played {
    let mut trees = Vec::new();
    stage.commit(|change| {
        for number in 0..40 {
            let tree = change.create_tree(1)?;
            change.fill(tree, 0..4, 30, number)?;
            trees.push(tree);
        }
        Ok(())
    })?;
    for round in 0..5u8 {
        let some = trees.iter().skip(usize::from(round)).step_by(3);
        stage.commit(|change| {
            some.copied()
                .try_for_each(|tree| change.fill(tree, [u32::from(round)], 35, round))
        })?;
    }
    Ok(())
}

/// Leaves of several pages, as wide vectors have them.
fn wide_leaves(stage: &mut Stage<'_>) -> Played {
    let len = stage.page_size() * 3 / 4;
    let mut tree = None;
    stage.commit(|change| {
        let wide = change.create_tree(4)?;
        tree = Some(wide);
        change.fill(wide, 0..12, len, 1)
    })?;
    let tree = tree.expect("the commit has made it");
    stage.commit(|change| change.fill(tree, 12..24, len, 2))?;
    stage.commit(|change| change.fill(tree, (0..24).step_by(5), len, 3))?;
    stage.commit(|change| change.clear(tree, 4..20))?;
    stage.commit(|change| change.fill(tree, 6..10, len, 4))
}

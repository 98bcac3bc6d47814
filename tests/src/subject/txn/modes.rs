//! Durability that is less than full, where a loss of power may take commits away, newest first; and commits that wait together for one sync.

use citadel_txn::Durability;

use super::rows::loaded;
use super::stage::Stage;
use super::{Script, Stop};

type Played = Result<(), Stop>;

/// The workload whose commits are durable only later.
pub(super) const NORMAL: &str = "normal-mode";
/// The workload that never syncs.
pub(super) const OFF: &str = "off-mode";

/// The scripts of this file.
pub(super) const SCRIPTS: &[(&str, Script)] = &[
    (NORMAL, normal),
    (OFF, off),
    ("mixed-modes", mixed),
    ("group-commit", together),
];

fn normal(stage: &mut Stage<'_>) -> Played {
    let tree = loaded(stage, 20, 40)?;
    for round in 0..40u32 {
        stage.commit(|change| change.fill(tree, [round % 9, round], 50, round as u8))?;
        if round == 25 {
            stage.reopen()?;
        }
    }
    stage.commit(|change| change.clear(tree, 0..15))?;
    stage.reopen()
}

fn off(stage: &mut Stage<'_>) -> Played {
    let tree = loaded(stage, 20, 40)?;
    for round in 0..24u32 {
        stage.commit(|change| change.fill(tree, [round % 9, round], 50, round as u8))?;
    }
    stage.reopen()?;
    stage.commit(|change| change.clear(tree, 0..15))
}

/// A full commit makes those before it durable.
fn mixed(stage: &mut Stage<'_>) -> Played {
    let tree = loaded(stage, 20, 40)?;
    for round in 0..30u32 {
        let durability = if round % 4 == 3 {
            Durability::Full
        } else {
            Durability::Normal
        };
        stage.commit_as(durability, |change| {
            change.fill(tree, [round % 9, round], 50, round as u8)
        })?;
    }
    stage.reopen()
}

/// Several threads commit at once, between commits of one.
fn together(stage: &mut Stage<'_>) -> Played {
    let tree = loaded(stage, 20, 40)?;
    for round in 0..4u32 {
        stage.commit_together(4, |change, nth| {
            change.fill(tree, [round * 4 + nth, 50 + nth], 50, round as u8)
        })?;
        stage.commit(|change| change.fill(tree, [round], 40, 9))?;
    }
    stage.reopen()
}

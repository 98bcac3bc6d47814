//! Commits so small that their record carries them and no page is written: runs of them over several trees, cut off by whatever makes a commit
//! write its pages.
//!
//! The memory for changes is larger here, so that nodes may stay afloat at every page size.

use citadel_txn::{Result, TreeId};

use super::rows::loaded;
use super::stage::{Change, Stage};
use super::{Random, Script, Stop, replaced};

type Played = std::result::Result<(), Stop>;

/// The scripts of this file.
pub(super) const SCRIPTS: &[(&str, Script)] = &[
    ("light-rows", rows),
    ("light-log-full", log_full),
    ("light-taken-back", taken_back),
    ("light-large-values", large_values),
    ("light-replaced-large-values", replaced::light),
    ("light-splits", splits),
    ("light-random", random),
    ("light-joined", joined),
    ("light-joined-random", joined_random),
    ("light-joined-long", joined_long),
];

/// Bytes of changes that these workloads keep in memory.
pub(super) const DIRTY_BYTES: usize = 1 << 20;

/// Bytes of a large value at most: files of more than a megabyte would be vacuumed at each closing, which is another workload.
const LARGE_MAX: usize = 8_000;

/// Transactions of a random run.
const TRANSACTIONS: usize = 40;

/// Trees of so many entries each.
fn trees(stage: &mut Stage<'_>, entries: &[u32]) -> std::result::Result<Vec<TreeId>, Stop> {
    let one = |entries: &u32| loaded(stage, *entries, 40);
    entries.iter().map(one).collect()
}

/// One row a commit: put in, changed and taken out, in one tree and in two.
fn rows(stage: &mut Stage<'_>) -> Played {
    let trees = trees(stage, &[30, 1, 90])?;
    for round in 0..10u32 {
        let tree = trees[round as usize % 3];
        stage.commit(|change| change.fill(tree, [round * 7], 40, 1))?;
        stage.commit(|change| change.clear(tree, [round * 7]))?;
        stage.commit(|change| {
            change.fill(trees[0], [round], 12, 2)?;
            change.fill(trees[2], [round], 44, 3)
        })?;
        if round == 6 {
            stage.reopen()?;
        }
    }
    Ok(())
}

/// Commits of a kilobyte, so that every few of them the record has no more room; and some with too much for any record.
fn log_full(stage: &mut Stage<'_>) -> Played {
    let trees = trees(stage, &[40, 20])?;
    for round in 0..16u32 {
        let tree = trees[round as usize % 2];
        let rows = if round % 7 == 6 { 90 } else { 14 };
        let keys = (0..rows).map(|n| (n * 3 + round) % 60);
        stage.commit(|change| change.fill(tree, keys, 70, round as u8))?;
    }
    stage.reopen()?;
    stage.commit(|change| change.fill(trees[0], [1], 30, 99))
}

/// Between light commits: transactions that are rolled back, and savepoints that are kept, taken back, and lie in each other.
fn taken_back(stage: &mut Stage<'_>) -> Played {
    let trees = trees(stage, &[50, 10])?;
    let (first, second) = (trees[0], trees[1]);
    for round in 0..8u32 {
        let keep = round % 2 == 0;
        stage.commit(|change| change.fill(first, [round * 5], 50, 1))?;
        stage.roll_back(|change| {
            change.clear(first, [round * 5])?;
            change.fill(second, [round, 60 + round], 40, 2)
        })?;
        stage.commit(|change| {
            change.fill(second, [round], 33, 3)?;
            change.savepoint(keep, |change| {
                change.clear(second, [round])?;
                change.savepoint(!keep, |change| change.fill(first, [round, 70], 20, 4))
            })
        })?;
        stage.commit(|change| change.clear(second, [round]))?;
    }
    Ok(())
}

/// Large values of whole commits that light ones replace by short ones and take out, so that their pages are given back only later.
fn large_values(stage: &mut Stage<'_>) -> Played {
    let large = (stage.page_size() * 2).min(LARGE_MAX);
    let tree = loaded(stage, 20, 40)?;
    for round in 0..4u32 {
        stage.commit(|change| change.fill(tree, [100, 101, 102], large, round as u8))?;
        stage.commit(|change| change.fill(tree, [100], 30, 1))?;
        stage.roll_back(|change| change.clear(tree, [101, 102]))?;
        stage.commit(|change| change.clear(tree, [101]))?;
        stage.commit(|change| change.fill(tree, [round], 40, 2))?;
        if round == 2 {
            stage.reopen()?;
        }
        stage.commit(|change| change.fill(tree, [102], 35, 3))?;
        stage.commit(|change| change.fill(tree, [101], 35, 4))?;
    }
    Ok(())
}

/// Trees that light commits make deeper and empty again, node by node, with trees that come and go in between.
fn splits(stage: &mut Stage<'_>) -> Played {
    let tree = loaded(stage, 2, 40)?;
    let step = 12;
    let steps = (stage.page_size() as u32 / 128).clamp(6, 20);
    for round in 0..steps {
        let keys = round * step..(round + 1) * step;
        stage.commit(|change| change.fill(tree, keys, 60, 1))?;
    }
    let mut other = None;
    stage.commit(|change| {
        other = Some(change.create_tree(1)?);
        Ok(())
    })?;
    let other = other.expect("the commit has made it");
    stage.commit(|change| change.fill(other, 0..4, 20, 2))?;
    for round in 0..steps {
        let keys = round * step..(round + 1) * step;
        stage.commit(|change| change.clear(tree, keys))?;
        if round == steps / 2 {
            stage.commit(|change| change.drop_tree(other))?;
        }
    }
    Ok(())
}

/// Commits that are not waited for, so that one record is for several: ended by a wait, by a commit that is waited for, and by one
/// with pages of its own; with more of them than a record has room for.
fn joined(stage: &mut Stage<'_>) -> Played {
    let trees = trees(stage, &[30, 10])?;
    for round in 0..12u32 {
        let tree = trees[round as usize % 2];
        for n in 0..=round % 5 {
            stage.commit_later(|change| change.fill(tree, [round + n * 8], 40, n as u8))?;
        }
        match round % 4 {
            0 => stage.wait()?,
            1 => stage.commit(|change| change.clear(tree, [round + 8]))?,
            2 => stage.commit_later(|change| change.fill(tree, 0..90, 50, round as u8))?,
            _ => stage.reopen()?,
        }
    }
    for n in 0..30u32 {
        stage.commit_later(|change| change.fill(trees[0], [n], 90, 7))?;
    }
    stage.wait()
}

/// So many of them that the log of free space grows too long, and a light commit writes the free map as well.
fn joined_long(stage: &mut Stage<'_>) -> Played {
    let tree = loaded(stage, 30, 40)?;
    for round in 0..160u32 {
        for n in 0..3 {
            stage
                .commit_later(|change| change.fill(tree, [(round * 3 + n) % 60], 8, round as u8))?;
        }
        stage.wait()?;
    }
    Ok(())
}

/// Small random transactions over four trees, a few larger ones among them.
fn random(stage: &mut Stage<'_>) -> Played {
    at_random(stage, false)
}

/// The same, most of them not waited for.
fn joined_random(stage: &mut Stage<'_>) -> Played {
    at_random(stage, true)
}

fn at_random(stage: &mut Stage<'_>, joined: bool) -> Played {
    let trees = trees(stage, &[60, 20, 5, 1])?;
    let large = (stage.page_size() * 2).min(LARGE_MAX);
    for _ in 0..TRANSACTIONS {
        if stage.random.one_in(14) {
            stage.reopen()?;
        }
        let mut random = stage.random.clone();
        let back = random.one_in(7);
        let script = |change: &mut Change<'_>| transact(change, &trees, &mut random, large);
        if back {
            stage.roll_back(script)?;
        } else if joined && !stage.random.one_in(4) {
            stage.commit_later(script)?;
        } else {
            stage.commit(script)?;
        }
        stage.random = random;
        if joined && stage.random.one_in(6) {
            stage.wait()?;
        }
    }
    stage.wait()
}

fn transact(
    change: &mut Change<'_>,
    trees: &[TreeId],
    random: &mut Random,
    large: usize,
) -> Result<()> {
    for _ in 0..=random.below(5) {
        step(change, trees, random)?;
    }
    if random.one_in(5) {
        let keep = random.one_in(2);
        change.savepoint(keep, |change| {
            (0..3).try_for_each(|_| step(change, trees, random))
        })?;
    }
    if random.one_in(8) {
        change.fill(trees[0], [random.below(60) as u32], large, 9)?;
    }
    if random.one_in(20) {
        change.clear(trees[1], 0..20)?;
    }
    Ok(())
}

/// One small change: of an entry that is there more often than not.
fn step(change: &mut Change<'_>, trees: &[TreeId], random: &mut Random) -> Result<()> {
    let tree = trees[random.below(trees.len())];
    let key = random.below(70) as u32;
    if random.one_in(3) {
        return change.clear(tree, [key]);
    }
    let len = random.below(90);
    change.fill(tree, [key], len, random.below(250) as u8)
}

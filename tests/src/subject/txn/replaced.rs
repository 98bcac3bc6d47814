//! Large values that the transaction which put them in replaces or takes out again: nothing of them may be left, in a record's log, in pages
//! that nobody gives back, or in what a savepoint brings back.

use citadel_txn::{Result, TreeId};

use super::rows::loaded;
use super::stage::{Change, Stage};
use super::{Random, Script, Stop};

type Played = std::result::Result<(), Stop>;

/// The scripts of this file that write whole commits.
pub(super) const SCRIPTS: &[(&str, Script)] = &[
    ("replaced-large-values", whole),
    ("replaced-large-values-random", random),
];

/// Bytes of a large value at most.
const LARGE_MAX: usize = 8_000;

/// Transactions of a random run.
const TRANSACTIONS: usize = 24;

/// Keys of a random run: few, so that most changes meet one that is there.
const KEYS: usize = 12;

fn large(stage: &Stage<'_>) -> usize {
    (stage.page_size() * 2).min(LARGE_MAX)
}

/// A large value that is gone when its transaction ends: replaced by a short one, by another large one and then a short one, taken out.
fn gone_at_once(change: &mut Change<'_>, tree: TreeId, large: usize, salt: u8) -> Result<()> {
    change.fill(tree, [200, 201, 202], large, salt)?;
    change.fill(tree, [200], 30, salt)?;
    change.fill(tree, [201], large + 700, salt + 1)?;
    change.fill(tree, [201], 20, salt + 2)?;
    change.clear(tree, [202])
}

/// The same across savepoints: put in before one and replaced under it, or put in under it; kept and taken back.
fn across_savepoints(
    change: &mut Change<'_>,
    tree: TreeId,
    large: usize,
    keep: bool,
) -> Result<()> {
    change.fill(tree, [210, 211], large, 1)?;
    change.savepoint(keep, |change| {
        change.fill(tree, [210], 25, 2)?;
        change.fill(tree, [212], large, 3)?;
        change.savepoint(!keep, |change| {
            change.clear(tree, [211, 212])?;
            change.fill(tree, [213], large, 4)?;
            change.fill(tree, [213], 15, 5)
        })?;
        change.fill(tree, [213], large, 6)
    })?;
    change.clear(tree, [210, 211, 212, 213])
}

/// Light commits before and after, and those of which only what is short is left.
pub(super) fn light(stage: &mut Stage<'_>) -> Played {
    let large = large(stage);
    let tree = loaded(stage, 20, 40)?;
    for round in 0..3u8 {
        stage.commit(|change| change.fill(tree, [u32::from(round)], 35, 1))?;
        stage.commit(|change| gone_at_once(change, tree, large, round * 8))?;
        stage.commit(|change| change.clear(tree, [200, 201]))?;
        stage.commit(|change| across_savepoints(change, tree, large, round % 2 == 0))?;
        stage.roll_back(|change| gone_at_once(change, tree, large, 50))?;
        if round == 1 {
            stage.reopen()?;
        }
        stage.commit(|change| {
            change.savepoint(false, |change| gone_at_once(change, tree, large, 60))?;
            change.fill(tree, [u32::from(round) + 5], 35, 2)
        })?;
    }
    Ok(())
}

/// The same in transactions that write pages, since other large values stay, or since they have outgrown their memory on the way.
fn whole(stage: &mut Stage<'_>) -> Played {
    let large = large(stage);
    let tree = loaded(stage, 20, 40)?;
    for round in 0..3u8 {
        stage.commit(|change| {
            gone_at_once(change, tree, large, round * 8)?;
            change.fill(tree, [220 + u32::from(round)], large, 9)
        })?;
        stage.commit(|change| {
            across_savepoints(change, tree, large, round % 2 == 1)?;
            change.fill(tree, [220], large, round)
        })?;
        // More than is kept in memory: what is replaced was already written.
        stage.commit(|change| {
            change.fill(tree, 300..308, 7_000, round)?;
            change.fill(tree, 300..304, 30, round)?;
            change.clear(tree, 304..308)?;
            gone_at_once(change, tree, large, round * 8 + 4)
        })?;
        if round == 1 {
            stage.reopen()?;
        }
    }
    stage.commit(|change| change.clear(tree, 200..304))
}

/// Random changes of a few keys within each transaction, at every length, with savepoints in each other.
fn random(stage: &mut Stage<'_>) -> Played {
    let large = large(stage);
    let tree = loaded(stage, 4, 40)?;
    for _ in 0..TRANSACTIONS {
        if stage.random.one_in(9) {
            stage.reopen()?;
        }
        let mut random = stage.random.clone();
        let back = random.one_in(8);
        let script = |change: &mut Change<'_>| changes(change, tree, &mut random, large, 2);
        match back {
            true => stage.roll_back(script)?,
            false => stage.commit(script)?,
        }
        stage.random = random;
    }
    Ok(())
}

fn changes(
    change: &mut Change<'_>,
    tree: TreeId,
    random: &mut Random,
    large: usize,
    depth: u32,
) -> Result<()> {
    for _ in 0..2 + random.below(5) {
        let key = random.below(KEYS) as u32;
        let len = match random.below(3) {
            0 => random.below(60),
            1 => large / 2 + random.below(large),
            _ => {
                change.clear(tree, [key])?;
                continue;
            }
        };
        change.fill(tree, [key], len, random.below(250) as u8)?;
    }
    if depth > 0 && random.one_in(2) {
        let keep = random.one_in(2);
        change.savepoint(keep, |change| {
            changes(change, tree, random, large, depth - 1)
        })?;
    }
    if random.one_in(3) {
        change.clear(tree, 0..KEYS as u32)?;
    }
    Ok(())
}

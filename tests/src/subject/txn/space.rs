//! What grows and shrinks, and free space under readers that hold on to it.

use super::rows::loaded;
use super::stage::Stage;
use super::{Script, Stop};

type Played = Result<(), Stop>;

/// The scripts of this file.
pub(super) const SCRIPTS: &[(&str, Script)] = &[
    ("grow", grow),
    ("shrink", shrink),
    ("big-transaction", big_transaction),
    ("open-snapshots", open_snapshots),
];

/// Each commit writes more than the one before.
fn grow(stage: &mut Stage<'_>) -> Played {
    let tree = loaded(stage, 1, 40)?;
    let mut next = 1;
    for step in 1..7u32 {
        let more = step * step * 4;
        stage.commit(|change| change.fill(tree, next..next + more, 60, 1))?;
        next += more;
    }
    Ok(())
}

/// Each commit takes away half of what is there.
fn shrink(stage: &mut Stage<'_>) -> Played {
    let mut left = 160;
    let tree = loaded(stage, left, 60)?;
    while left > 1 {
        let half = left / 2;
        stage.commit(|change| change.clear(tree, half..left))?;
        left = half;
    }
    stage.commit(|change| change.fill(tree, 0..40, 60, 2))
}

/// More than a record can list and than the cache holds, between small ones.
fn big_transaction(stage: &mut Stage<'_>) -> Played {
    let page = stage.page_size();
    let tree = loaded(stage, 10, 40)?;
    let entries = (200_000 / page as u32).max(40);
    stage.commit(|change| {
        change.fill(tree, 0..entries, page / 3, 1)?;
        change.fill(tree, [entries + 1], page * 20, 2)
    })?;
    stage.commit(|change| change.fill(tree, [3], 30, 3))?;
    stage.roll_back(|change| change.fill(tree, 0..entries, page / 4, 4))?;
    stage.commit(|change| change.clear(tree, (0..entries).step_by(2)))?;
    stage.commit(|change| change.fill(tree, [4], 30, 5))
}

/// Space that is given back while readers of several generations hold it.
fn open_snapshots(stage: &mut Stage<'_>) -> Played {
    let tree = loaded(stage, 40, 60)?;
    let mut readers = Vec::new();
    for round in 0..14u32 {
        if round % 3 == 0 {
            readers.push(stage.database().begin_read()?);
        }
        if round % 5 == 4 {
            readers.remove(0);
        }
        let keys = (round..40).step_by(7);
        stage.commit(|change| change.fill(tree, keys, 60, round as u8))?;
    }
    drop(readers);
    stage.commit(|change| change.clear(tree, 0..20))?;
    stage.commit(|change| change.fill(tree, 0..20, 30, 1))
}

//! Entries that come, change and go.

use citadel_txn::TreeId;

use super::stage::Stage;
use super::{Script, Stop};

type Played = Result<(), Stop>;

/// The scripts of this file.
pub(super) const SCRIPTS: &[(&str, Script)] = &[
    ("single-inserts", single_inserts),
    ("batches", batches),
    ("updates", updates),
    ("deletes", deletes),
    ("delete-half-and-reload", delete_half_and_reload),
    ("large-values", large_values),
    ("savepoints", savepoints),
    ("checkpoints", checkpoints),
    ("reopenings", reopenings),
];

/// A tree that holds `entries` entries.
pub(super) fn loaded(stage: &mut Stage<'_>, entries: u32, len: usize) -> Result<TreeId, Stop> {
    let mut made = None;
    stage.commit(|change| {
        let tree = change.create_tree(1)?;
        made = Some(tree);
        change.fill(tree, 0..entries, len, 0)
    })?;
    Ok(made.expect("the commit has made it"))
}

/// One entry in each commit: at the end, and all over the place.
fn single_inserts(stage: &mut Stage<'_>) -> Played {
    let tree = loaded(stage, 1, 40)?;
    for number in 1..24u32 {
        let key = if number.is_multiple_of(2) {
            number
        } else {
            number.wrapping_mul(0x9E37_79B9)
        };
        stage.commit(|change| change.fill(tree, [key], 60, 1))?;
    }
    Ok(())
}

fn batches(stage: &mut Stage<'_>) -> Played {
    let tree = loaded(stage, 10, 40)?;
    for batch in 1..7u32 {
        let keys = (0..40).map(|n| batch + n * 13);
        stage.commit(|change| change.fill(tree, keys, 30, batch as u8))?;
    }
    Ok(())
}

/// The same number of entries, longer, shorter and as long as before.
fn updates(stage: &mut Stage<'_>) -> Played {
    let tree = loaded(stage, 60, 50)?;
    for (salt, len) in [(1, 50), (2, 120), (3, 8), (4, 50), (5, 90), (6, 90)] {
        let keys = (0..60).step_by(usize::from(salt) * 3);
        stage.commit(|change| change.fill(tree, keys, len, salt))?;
    }
    for key in [3, 30, 59] {
        stage.commit(|change| change.fill(tree, [key], 70, 9))?;
    }
    Ok(())
}

fn deletes(stage: &mut Stage<'_>) -> Played {
    let tree = loaded(stage, 80, 50)?;
    for key in [0, 40, 79] {
        stage.commit(|change| change.clear(tree, [key]))?;
    }
    stage.commit(|change| change.clear(tree, 1..30))?;
    stage.commit(|change| change.clear(tree, (30..80).step_by(2)))?;
    stage.commit(|change| change.clear(tree, 0..80))?;
    stage.commit(|change| change.fill(tree, 0..5, 20, 3))
}

fn delete_half_and_reload(stage: &mut Stage<'_>) -> Played {
    let tree = loaded(stage, 90, 60)?;
    for round in 0..4u32 {
        let half = || (0..90).filter(move |n| n % 2 == round % 2);
        stage.commit(|change| change.clear(tree, half()))?;
        stage.commit(|change| change.fill(tree, half(), 60, round as u8 + 1))?;
    }
    Ok(())
}

/// Values in extents of their own: made, replaced by longer and shorter ones, and taken away.
fn large_values(stage: &mut Stage<'_>) -> Played {
    let page = stage.page_size();
    let tree = loaded(stage, 5, 20)?;
    for (salt, len) in [
        (1, page * 2),
        (2, page * 9 + 17),
        (3, page),
        (4, 30),
        (5, page * 5),
    ] {
        stage.commit(|change| change.fill(tree, [1, 3], len, salt))?;
    }
    stage.commit(|change| change.clear(tree, [3]))?;
    stage.commit(|change| change.fill(tree, 10..14, page * 3, 6))?;
    stage.commit(|change| change.clear(tree, 0..14))
}

/// Kept, taken back, within each other, and over trees that come and go.
fn savepoints(stage: &mut Stage<'_>) -> Played {
    let page = stage.page_size();
    let tree = loaded(stage, 30, 40)?;
    for round in 0..6u32 {
        let keep = round % 2 == 0;
        stage.commit(|change| {
            change.fill(tree, [round], 45, 1)?;
            change.savepoint(true, |change| {
                change.fill(tree, 100 + round..104 + round, 40, 2)?;
                change.savepoint(keep, |change| {
                    change.clear(tree, 0..20)?;
                    change.fill(tree, 200..220, 50, 3)?;
                    let other = change.create_tree(1)?;
                    change.fill(other, 0..20, 40, 4)?;
                    change.savepoint(!keep, |change| {
                        change.fill(tree, [300], page * 3, 5)?;
                        change.drop_tree(other)
                    })
                })
            })?;
            change.fill(tree, 0..3, 40, round as u8)
        })?;
        stage.roll_back(|change| change.clear(tree, 0..30))?;
    }
    Ok(())
}

/// More commits than lie between two checkpoints, twice over.
fn checkpoints(stage: &mut Stage<'_>) -> Played {
    let tree = loaded(stage, 6, 30)?;
    for number in 0..70u32 {
        stage.commit(|change| change.fill(tree, [number % 6], 30, number as u8))?;
    }
    Ok(())
}

/// Closed and opened between commits, with nothing in between too.
fn reopenings(stage: &mut Stage<'_>) -> Played {
    let tree = loaded(stage, 20, 40)?;
    for round in 0..6u32 {
        stage.reopen()?;
        if round % 3 == 2 {
            stage.reopen()?;
        }
        stage.commit(|change| change.fill(tree, [round, round + 20], 40, 7))?;
    }
    stage.reopen()
}

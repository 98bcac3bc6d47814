//! Files that are made small again while they are in use.

use std::ops::ControlFlow;

use citadel_txn::{Quiet, Step};

use super::rows::loaded;
use super::stage::Stage;
use super::{KEYS, Script, Stop};

type Played = Result<(), Stop>;

/// The scripts of this file.
pub(super) const SCRIPTS: &[(&str, Script)] = &[
    ("vacuum", vacuum),
    ("vacuum-interrupted", vacuum_interrupted),
];

fn vacuum(stage: &mut Stage<'_>) -> Played {
    let page = stage.page_size();
    let tree = loaded(stage, 120, 60)?;
    stage.commit(|change| change.fill(tree, 200..204, page * 3, 1))?;
    stage.commit(|change| change.clear(tree, (0..120).filter(|n| n % 4 != 0)))?;
    stage.maintain(&[KEYS[0]], |database| database.vacuum(&mut Quiet).map(drop))?;
    stage.commit(|change| change.fill(tree, 0..20, 60, 2))?;
    stage.commit(|change| change.clear(tree, 0..204))?;
    stage.maintain(&[KEYS[0]], |database| database.vacuum(&mut Quiet).map(drop))?;
    stage.commit(|change| change.fill(tree, 0..10, 60, 3))
}

/// Stopped after each of its first steps, with commits in between and a reader that holds old pages.
fn vacuum_interrupted(stage: &mut Stage<'_>) -> Played {
    let tree = loaded(stage, 120, 60)?;
    stage.commit(|change| change.clear(tree, (0..120).filter(|n| n % 4 != 0)))?;
    let reader = stage.database().begin_read()?;
    for steps in 0..4u32 {
        stage.maintain(&[KEYS[0]], |database| {
            let mut left = steps;
            let mut stop = |_: Step| {
                if left == 0 {
                    return ControlFlow::Break(());
                }
                left -= 1;
                ControlFlow::Continue(())
            };
            match database.vacuum(&mut stop) {
                Err(error) if error.is_interrupted() => Ok(()),
                other => other.map(drop),
            }
        })?;
        stage.commit(|change| change.fill(tree, [steps], 30, 4))?;
    }
    drop(reader);
    stage.reopen()
}

//! Keys that change while the data stays.

use citadel_txn::{Database, Error, Kdf, Quiet, Result, SlotIndex, Step};

use super::rows::loaded;
use super::stage::Stage;
use super::{KEYS, Script, Stop, key};

type Played = std::result::Result<(), Stop>;

/// The scripts of this file.
pub(super) const SCRIPTS: &[(&str, Script)] = &[
    ("key-slots", key_slots),
    ("rekey", rekey),
    ("rekey-interrupted", rekey_interrupted),
];

/// A key is added, the first one taken away, and the second one changed.
fn key_slots(stage: &mut Stage<'_>) -> Played {
    let tree = loaded(stage, 20, 40)?;
    let [first, second] = KEYS;
    let add = |number| {
        move |database: &Database| {
            let added = database.file().add_slot(&key(number), &Kdf::lightest());
            added.map(drop).map_err(Error::from)
        }
    };
    stage.maintain(&[first, second], add(second))?;
    stage.commit(|change| change.fill(tree, [3], 40, 1))?;
    stage.maintain(&[second], |database| {
        Ok(database.file().remove_slot(slot(0)?)?)
    })?;
    stage.reopen()?;
    stage.maintain(&[first, second], add(first))?;
    stage.maintain(&[first], |database| {
        let changed = database.file();
        Ok(changed.change_slot(slot(1)?, &key(first), &Kdf::lightest())?)
    })?;
    stage.commit(|change| change.fill(tree, [4], 40, 2))
}

fn slot(number: u8) -> Result<SlotIndex> {
    Ok(SlotIndex::new(number)?)
}

/// Another root key, and back, between commits.
fn rekey(stage: &mut Stage<'_>) -> Played {
    let page = stage.page_size();
    let tree = loaded(stage, 60, 60)?;
    stage.commit(|change| change.fill(tree, [99], page * 3, 1))?;
    for number in [KEYS[1], KEYS[0]] {
        stage.maintain(&[number], |database| {
            database
                .rekey(&key(number), &Kdf::lightest(), &mut Quiet)
                .map(drop)
        })?;
        stage.commit(|change| change.fill(tree, [3], 40, number))?;
    }
    Ok(())
}

/// A rekey that is stopped, left alone by commits and an opening, and continued.
fn rekey_interrupted(stage: &mut Stage<'_>) -> Played {
    let tree = loaded(stage, 60, 60)?;
    stage.maintain(&[KEYS[1]], |database| {
        let mut stop = |_: Step| std::ops::ControlFlow::Break(());
        match database.rekey(&key(KEYS[1]), &Kdf::lightest(), &mut stop) {
            Err(error) if error.is_interrupted() => Ok(()),
            other => other.map(drop),
        }
    })?;
    stage.commit(|change| change.fill(tree, [3, 70], 40, 1))?;
    stage.reopen()?;
    stage.commit(|change| change.clear(tree, 5..10))?;
    stage.maintain(&[KEYS[1]], |database| {
        database.rekey_resume(&mut Quiet).map(drop)
    })?;
    stage.commit(|change| change.fill(tree, [4], 40, 2))
}

//! The keys that workloads give their files, and which of them open one.

use std::sync::Arc;

use citadel_txn::{Database, Key, Options, Result};

use super::State;
use crate::sim::SimDisk;

/// The bytes of the keys that may open a file; it is created with the first.
pub(super) const KEYS: [u8; 2] = [7, 8];

/// The key of a number.
pub(super) fn key(number: u8) -> Key {
    Key::raw([number; 32])
}

/// Opens something with the first of the keys that fits.
pub(super) fn open_with_any<T, E>(
    open: impl Fn(&Key) -> std::result::Result<T, E>,
    is_wrong_key: impl FnOnce(&E) -> bool,
) -> std::result::Result<T, E> {
    match open(&key(KEYS[0])) {
        Err(error) if is_wrong_key(&error) => open(&key(KEYS[1])),
        opened => opened,
    }
}

/// Puts the keys that open what is on a disk into a state.
pub(super) fn push_fitting(disk: &SimDisk, options: &Options, state: &mut State) -> Result<()> {
    let mut fitting = Vec::new();
    for number in KEYS {
        let options = Options {
            read_only: true,
            ..options.clone()
        };
        match Database::open(Arc::new(disk.clone()), &key(number), options) {
            Ok(_) => fitting.push(number),
            Err(error) if error.is_wrong_key() => {}
            Err(error) => return Err(error),
        }
    }
    state.say_keys(&fitting);
    Ok(())
}

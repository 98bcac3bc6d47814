//! Changes of keys, rekeys, failing writes and losses of power against a model: the file opens with exactly its keys.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use citadel_core::{
    CreateOptions, Generation, Kdf, Key, OpenOptions, PageSize, Result, SealedFile, SlotIndex,
};

use crate::disk::Disk;
use crate::input::Input;
use crate::marks;

/// Keys that inputs speak of: more than there are slots.
const KEYS: u8 = 12;
/// Slots of a file.
const SLOTS: u8 = 8;
/// Steps of one input, at most.
const STEPS_MAX: usize = 60;

/// Which key each slot holds, each another one, and whether a rekey is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Model {
    slots: BTreeMap<u8, u8>,
    rekey: Option<Generation>,
}

/// Runs one input: a step each few bytes.
pub fn run(bytes: &[u8]) {
    citadel_core::fuzzing::reseed(4);
    let disk = Disk::default();
    let options = CreateOptions::default()
        .cache_bytes(0)
        .page_size(PageSize::new(512).expect("a page size"));
    let mut file =
        SealedFile::create(Arc::new(disk.clone()), &key(0), &options).expect("an empty disk");
    let mut model = Model {
        slots: BTreeMap::from([(0, 0)]),
        rekey: None,
    };
    let mut input = Input::new(bytes);
    for _ in 0..STEPS_MAX {
        if input.is_empty() {
            break;
        }
        let step = input.byte();
        if step % 4 == 3 {
            disk.fail_in(u32::from(input.byte() % 6));
        }
        let mut after = model.clone();
        let done = change(&file, step / 4, &mut input, &mut after);
        let failed = matches!(&done, Err(error) if error.is_io());
        if done.is_ok() {
            marks::hit("changes");
        }
        let before = match done.is_ok() || failed {
            true => std::mem::replace(&mut model, after),
            false => model.clone(),
        };
        if failed || step % 4 == 2 {
            drop(file);
            disk.lose_power(input.long());
            if failed {
                marks::hit("failures");
                model = whichever(&disk, [before, model]);
            }
            file = reopen(&disk, &model);
        }
        disk.mend();
        assert_eq!(told(&file), (places(&model), model.rekey));
    }
    drop(file);
    assert_eq!(keys_that_open(&disk), keys(&model), "{model:?}");
}

fn key(number: u8) -> Key {
    Key::raw([number + 1; 32])
}

/// One change of the file; `model` is what it is then, if it succeeds.
fn change(file: &SealedFile, step: u8, input: &mut Input<'_>, model: &mut Model) -> Result<()> {
    let fresh = unused(model, input.byte());
    let (new, kdf) = (key(fresh), Kdf::default());
    match step % 5 {
        0 => {
            let free = (0..SLOTS).find(|slot| !model.slots.contains_key(slot));
            if let Some(free) = free {
                model.slots.insert(free, fresh);
            }
            let slot = file.add_slot(&new, &kdf)?;
            assert_eq!(Some(slot.get()), free);
            Ok(())
        }
        1 => {
            let slot = SlotIndex::new(input.byte() % SLOTS)?;
            model.slots.insert(slot.get(), fresh);
            file.change_slot(slot, &new, &kdf)
        }
        2 => {
            let slot = SlotIndex::new(input.byte() % SLOTS)?;
            model.slots.remove(&slot.get());
            file.remove_slot(slot)
        }
        3 => {
            let from = Generation::new(u64::from(input.byte()));
            *model = Model {
                slots: BTreeMap::from([(0, fresh)]),
                rekey: Some(from),
            };
            file.begin_rekey(&new, &kdf, from)
        }
        _ => {
            model.rekey = None;
            file.finish_rekey()
        }
    }
}

/// A key that no slot holds.
fn unused(model: &Model, wanted: u8) -> u8 {
    let used = keys(model);
    (0..KEYS)
        .map(|number| (number + wanted % KEYS) % KEYS)
        .find(|number| !used.contains(number))
        .expect("more keys than slots")
}

fn keys(model: &Model) -> BTreeSet<u8> {
    model.slots.values().copied().collect()
}

fn places(model: &Model) -> BTreeSet<u8> {
    model.slots.keys().copied().collect()
}

/// What the file says of itself.
fn told(file: &SealedFile) -> (BTreeSet<u8>, Option<Generation>) {
    let slots = file.list_slots();
    let places = slots.iter().map(|slot| slot.index.get()).collect();
    (places, file.rekey_state())
}

fn open(disk: &Disk, number: u8) -> Option<SealedFile> {
    let options = OpenOptions::default().cache_bytes(0);
    match SealedFile::open(Arc::new(disk.clone()), &key(number), &options) {
        Ok(file) => Some(file),
        Err(error) => {
            assert!(error.is_wrong_key(), "{error}");
            None
        }
    }
}

fn keys_that_open(disk: &Disk) -> BTreeSet<u8> {
    (0..KEYS)
        .filter(|number| open(disk, *number).is_some())
        .collect()
}

/// After a change that failed: the state before it or the one after it, whole. Where two root keys meet, the first opening
/// decides.
fn whichever(disk: &Disk, states: [Model; 2]) -> Model {
    let first = (0..KEYS).find_map(|number| open(disk, number));
    let told = told(&first.expect("some key opens the file"));
    let opening = keys_that_open(disk);
    let found = states
        .iter()
        .find(|state| keys(state) == opening && (places(state), state.rekey) == told);
    match found {
        Some(state) => state.clone(),
        None => panic!("keys {opening:?} open, {told:?} is there, which is none of {states:?}"),
    }
}

fn reopen(disk: &Disk, model: &Model) -> SealedFile {
    let number = *model.slots.values().next().expect("a slot");
    open(disk, number).unwrap_or_else(|| panic!("key {number} does not open {model:?}"))
}

/// Some histories.
pub fn seeds() -> Vec<Vec<u8>> {
    vec![
        vec![0, 1, 0, 2, 4, 3, 0, 8, 0, 1],
        vec![0, 1, 12, 2, 5, 0, 3, 16, 0, 12, 4, 9, 16, 0],
        vec![3, 1, 1, 15, 2, 3, 7, 9, 3, 4, 19, 0, 2, 11, 0, 1, 3],
        vec![2, 1, 255, 0, 0, 0, 14, 2, 9, 3, 0, 0, 0, 18, 0, 1, 0, 0, 0],
        (0..40).collect(),
    ]
}

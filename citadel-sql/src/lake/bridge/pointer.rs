//! The pointer of an embedded table, as citadel-lake asks for it.

use std::sync::Arc;

use citadel_lake::{LakeError, Pointer, Swapped};

use crate::error::Error;
use crate::lake::pointer::{Keeper, Moved, Newest, Seen};

/// Whom the lake asks; `None`: nobody here.
pub(super) fn of(keeper: &Keeper) -> Option<Arc<dyn Pointer>> {
    match keeper {
        Keeper::Outside => None,
        Keeper::Seen(seen) => Some(Arc::new(InTransaction(Arc::clone(seen)))),
        Keeper::Newest(newest) => Some(Arc::new(InDatabase(newest.clone()))),
    }
}

#[derive(Debug)]
struct InTransaction(Arc<Seen>);

impl Pointer for InTransaction {
    fn get(&self) -> Result<Option<String>, LakeError> {
        Ok(self.0.get())
    }

    fn swap(&self, expected: Option<&str>, next: &str) -> Result<Swapped, LakeError> {
        Ok(swapped(self.0.swap(expected, next)))
    }
}

#[derive(Debug)]
struct InDatabase(Newest);

impl Pointer for InDatabase {
    fn get(&self) -> Result<Option<String>, LakeError> {
        let read = self.0.get();
        read.map_err(|error| of_database("reading the pointer of the table", error))
    }

    fn swap(&self, expected: Option<&str>, next: &str) -> Result<Swapped, LakeError> {
        let moved = self.0.swap(expected, next).map(swapped);
        moved.map_err(|error| of_database("moving the pointer of the table", error))
    }
}

fn swapped(moved: Moved) -> Swapped {
    match moved {
        Moved::Done => Swapped::Done,
        Moved::Conflict => Swapped::Conflict,
        Moved::Unknown(error) => Swapped::Unknown(Box::new(error)),
    }
}

fn of_database(action: &'static str, error: Error) -> LakeError {
    LakeError::catalog(action, error)
}

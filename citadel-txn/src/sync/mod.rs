//! Locks and atomics, as the queue of writers, the pipeline of commits and the registry of snapshots use them.
//!
//! Siblings with the same face: [`plain`] are those of every build; `scheduled` ones, in tests with the feature
//! `shuttle`, ask a scheduler at every step who goes next, so that the orders in which threads meet can be explored.
//! Nothing here is poisoned by a panic.

#[cfg(not(all(test, feature = "shuttle")))]
mod plain;
#[cfg(all(test, feature = "shuttle"))]
mod scheduled;

#[cfg(not(all(test, feature = "shuttle")))]
pub(crate) use plain::{AtomicBool, AtomicUsize, Condvar, Mutex, RwLock, stay_awake};
#[cfg(all(test, feature = "shuttle"))]
pub(crate) use scheduled::{AtomicBool, AtomicUsize, Condvar, Mutex, RwLock, stay_awake};

//! Memory for keys: kept out of swap and core dumps where the operating system can, and wiped when it is given back.
//!
//! Small values live in slots of regions that are taken from the allocator once, whole pages each, locked, and kept for the
//! life of the process; so no page is ever shared with memory that is not secret, and locking costs one call for dozens of
//! keys. Where locking is refused (the limit of locked memory is low on some systems) or not to be had, the slots are
//! ordinary memory that is wiped all the same.
//!
//! Making a key passes through the stack. [`scrubbed`] wipes what was left there.

#![expect(
    unsafe_code,
    reason = "memory is taken by page, and the operating system is asked about it"
)]

use std::alloc::{Layout, alloc_zeroed, handle_alloc_error};
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

use parking_lot::Mutex;

/// Bytes of a slot: enough for an expanded key of AES-256-GCM.
const SLOT_BYTES: usize = 1024;
/// Bytes of a region, which begins at a multiple of its length: whole pages whatever the system's page size is.
const REGION_BYTES: usize = 64 << 10;
/// Bytes of stack that [`scrubbed`] wipes: more than any function here uses.
const STACK_BYTES: usize = 16 << 10;

#[repr(C, align(64))]
struct Slot([u8; SLOT_BYTES]);

/// The slots that nobody uses, all zero.
struct Pool {
    free: Vec<NonNull<Slot>>,
}

// SAFETY: the pointers are to memory that is never freed, and a slot belongs to whoever took it out of the list.
unsafe impl Send for Pool {}

static POOL: Mutex<Pool> = Mutex::new(Pool { free: Vec::new() });

impl Pool {
    fn take(&mut self) -> NonNull<Slot> {
        if self.free.is_empty() {
            self.grow();
        }
        match self.free.pop() {
            Some(slot) => slot,
            None => handle_alloc_error(Layout::new::<Slot>()),
        }
    }

    /// Takes another region, for the life of the process.
    fn grow(&mut self) {
        let Ok(layout) = Layout::from_size_align(REGION_BYTES, REGION_BYTES) else {
            return;
        };
        // SAFETY: the layout has a size.
        let Some(region) = NonNull::new(unsafe { alloc_zeroed(layout) }) else {
            handle_alloc_error(layout);
        };
        lock(region, REGION_BYTES);
        let first: NonNull<Slot> = region.cast();
        // SAFETY: the region holds that many slots, and is aligned to more than a slot needs.
        let slots = (0..REGION_BYTES / SLOT_BYTES).map(|at| unsafe { first.add(at) });
        self.free.extend(slots);
    }
}

/// Keeps memory out of swap and core dumps. A refusal is only noted: the keys are no less wiped.
#[cfg(unix)]
fn lock(region: NonNull<u8>, len: usize) {
    // SAFETY: the range is whole pages that this module alone uses; neither call changes what is in them.
    let locked = unsafe { rustix::mm::mlock(region.as_ptr().cast(), len) };
    if let Err(error) = locked {
        tracing::debug!(%error, "memory for keys could not be locked; it may be swapped out");
    }
    #[cfg(target_os = "linux")]
    // SAFETY: as above.
    unsafe {
        let advice = rustix::mm::Advice::LinuxDontDump;
        if let Err(error) = rustix::mm::madvise(region.as_ptr().cast(), len, advice) {
            tracing::debug!(%error, "memory for keys may be part of a core dump");
        }
    }
}

#[cfg(not(unix))]
fn lock(_region: NonNull<u8>, _len: usize) {
    tracing::debug!("memory for keys is not locked on this system");
}

/// A value in locked memory. It is wiped when the value is dropped.
pub(crate) struct Locked<T> {
    slot: NonNull<T>,
}

/// 32 secret bytes.
pub(crate) type Secret = Locked<[u8; 32]>;

// SAFETY: it owns the value as a box does.
unsafe impl<T: Send> Send for Locked<T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Locked<T> {}

impl<T> Locked<T> {
    const FITS: () = assert!(
        size_of::<T>() <= SLOT_BYTES && align_of::<T>() <= align_of::<Slot>(),
        "the value is too large for a slot"
    );

    /// Moves a value into locked memory. What it left where it came from is the caller's to wipe: see [`scrubbed`].
    pub(crate) fn new(value: T) -> Self {
        let () = Self::FITS;
        let slot: NonNull<T> = POOL.lock().take().cast();
        // SAFETY: the slot is large and aligned enough (`FITS`), and nobody else has it.
        unsafe { slot.write(value) };
        Self { slot }
    }
}

impl Secret {
    /// Bytes that are made in place.
    pub(crate) fn make<E>(make: impl FnOnce(&mut [u8; 32]) -> Result<(), E>) -> Result<Self, E> {
        let mut secret = Self::new([0; 32]);
        make(&mut secret)?;
        Ok(secret)
    }

    /// A copy of these bytes.
    pub(crate) fn copy_of(bytes: &[u8; 32]) -> Self {
        let mut secret = Self::new([0; 32]);
        secret.copy_from_slice(bytes);
        secret
    }
}

impl Clone for Secret {
    fn clone(&self) -> Self {
        Self::copy_of(self)
    }
}

impl<T> Deref for Locked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the slot holds a value from `new` to `drop`.
        unsafe { self.slot.as_ref() }
    }
}

impl<T> DerefMut for Locked<T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as in `deref`, and it is borrowed alone.
        unsafe { self.slot.as_mut() }
    }
}

impl<T> Drop for Locked<T> {
    fn drop(&mut self) {
        let slot: NonNull<Slot> = self.slot.cast();
        // SAFETY: the value was written by `new` and is not used again; all bytes of a slot may be written.
        unsafe {
            self.slot.drop_in_place();
            slot.write(Slot([0; SLOT_BYTES]));
            zeroize::optimization_barrier(slot.as_ref());
        }
        POOL.lock().free.push(slot);
    }
}

/// Does `work`, and wipes the stack that it used. What it returns must hold no secret but in locked memory.
pub(crate) fn scrubbed<T>(work: impl FnOnce() -> T) -> T {
    let result = apart(work);
    scrub();
    result
}

/// Not inlined, so that all of it lies deeper in the stack than its caller.
#[inline(never)]
fn apart<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[inline(never)]
fn scrub() {
    let stack = [0_u8; STACK_BYTES];
    zeroize::optimization_barrier(&stack);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_wiped_when_it_is_given_back() {
        let mut secret = Secret::new([0xa7; 32]);
        secret[0] = 1;
        assert_eq!(secret[..2], [1, 0xa7]);
        let slot: NonNull<Slot> = secret.slot.cast();
        let mut pool_has_it = None;
        drop(secret);
        for _ in 0..1000 {
            let pool = POOL.lock();
            if pool.free.contains(&slot) {
                // SAFETY: the slot is in the list, which is locked: nobody has it.
                pool_has_it = Some(unsafe { slot.as_ref() }.0.iter().all(|byte| *byte == 0));
                break;
            }
        }
        assert_ne!(pool_has_it, Some(false));
    }

    #[test]
    fn many_values_of_many_threads_do_not_meet() {
        std::thread::scope(|scope| {
            for thread in 0..4_u8 {
                scope.spawn(move || {
                    let secrets: Vec<Secret> =
                        (0..100).map(|_| Secret::new([thread; 32])).collect();
                    let copies = secrets.clone();
                    drop(secrets);
                    assert!(copies.iter().all(|secret| **secret == [thread; 32]));
                });
            }
        });
    }

    #[test]
    fn what_is_in_a_slot_is_dropped() {
        let counted = std::sync::Arc::new(());
        drop(Locked::new(std::sync::Arc::clone(&counted)));
        assert_eq!(std::sync::Arc::strong_count(&counted), 1);
    }
}

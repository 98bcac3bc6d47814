//! The disk itself: memory that keeps a trace, and fails when told to.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use citadel_core::Storage;
use parking_lot::Mutex;

use super::fault::{Call, Fault, FaultKind, SyncFailure};
use super::image::Image;
use super::random::Random;
use super::trace::{AfterFailure, Operation, Trace};

/// How long a sync is held at most.
const HOLD_MAX: Duration = Duration::from_millis(60);

#[derive(Debug, Default)]
struct State {
    /// What reads see.
    visible: Image,
    trace: Trace,
    fault: Option<Fault>,
    calls: usize,
    /// The call that the fault struck first.
    struck: Option<Call>,
    /// Whether a sync says that it succeeded and does nothing.
    lies: bool,
    /// The next sync ends after so many more attempted states have been written.
    hold: usize,
}

/// A simulated disk. Clones are other handles to the same disk, as a second opening of a file is.
#[derive(Debug, Default)]
pub struct SimDisk {
    state: Arc<Mutex<State>>,
    locked: Arc<AtomicBool>,
    /// Whether this handle holds the lock.
    holds_lock: AtomicBool,
}

impl Clone for SimDisk {
    fn clone(&self) -> Self {
        Self {
            state: Arc::clone(&self.state),
            locked: Arc::clone(&self.locked),
            holds_lock: AtomicBool::new(false),
        }
    }
}

impl Drop for SimDisk {
    fn drop(&mut self) {
        self.unlock_writer();
    }
}

impl SimDisk {
    /// An empty disk.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty disk whose syncs say that they succeeded and do nothing. No promise can be kept on it: it is there to
    /// prove that the tests find that out.
    pub fn lying() -> Self {
        let disk = Self::new();
        disk.state.lock().lies = true;
        disk
    }

    /// A disk that holds bytes, all durable.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self::from_image(Image::from_bytes(bytes))
    }

    /// A disk that holds an image, all durable.
    pub fn from_image(image: Image) -> Self {
        let disk = Self::new();
        {
            let mut state = disk.state.lock();
            state.visible = image.clone();
            state.trace.initial = image;
        }
        disk
    }

    /// The disk as it was before operation `at` of a trace, with the same things under way: the machine goes on, and
    /// nobody holds the lock.
    pub fn from_trace(trace: &Trace, at: usize) -> Self {
        let visible = trace.moment(at).visible().clone();
        let disk = Self::new();
        {
            let mut state = disk.state.lock();
            state.visible = visible;
            state.trace = trace.until(at);
        }
        disk
    }

    /// What reads see now.
    pub fn image(&self) -> Image {
        self.state.lock().visible.clone()
    }

    /// Makes it a file without a name, on which nothing was written yet.
    pub fn begin_partial(&self) {
        let mut state = self.state.lock();
        state.visible.set_partial(true);
        state.trace.initial.set_partial(true);
    }

    /// The record of all operations so far.
    pub fn trace(&self) -> Trace {
        self.state.lock().trace.clone()
    }

    /// How many operations there were so far.
    pub fn operations(&self) -> usize {
        self.state.lock().trace.len()
    }

    /// Marks that state `n` is about to be made durable.
    pub fn attempt(&self, n: usize) {
        self.note(Operation::Attempt(n));
    }

    /// Marks that state `n` was reported durable.
    pub fn acknowledge(&self, n: usize) {
        self.note(Operation::Acknowledge(n));
    }

    fn note(&self, operation: Operation) {
        self.state.lock().trace.operations.push(operation);
    }

    /// Lets the next sync take until `attempts` states are attempted and written, counted from now, or nothing happens for a while: what
    /// arrives meanwhile is not made durable by it.
    pub fn hold_next_sync(&self, attempts: usize) {
        let mut state = self.state.lock();
        state.hold = if attempts == 0 {
            0
        } else {
            state.trace.attempts() + attempts
        };
    }

    /// Waits as [`hold_next_sync`](Self::hold_next_sync) says.
    fn wait_for_writers(&self) {
        let hold = std::mem::take(&mut self.state.lock().hold);
        let start = Instant::now();
        while hold > 0 && start.elapsed() < HOLD_MAX {
            {
                let state = self.state.lock();
                if state.trace.attempts() >= hold && state.trace.is_newest_attempt_written() {
                    return;
                }
            }
            std::thread::sleep(Duration::from_micros(100));
        }
    }

    /// Sets a fault; its calls are counted from now on.
    pub fn set_fault(&self, fault: Option<Fault>) {
        let mut state = self.state.lock();
        state.fault = fault;
        state.calls = 0;
        state.struck = None;
    }

    /// The call that the fault which was set last struck first.
    pub fn struck(&self) -> Option<Call> {
        self.state.lock().struck
    }
}

impl State {
    /// Counts a call; the fault that it meets, if any.
    fn strike(&mut self, call: Call) -> Option<FaultKind> {
        let fault = self.fault.filter(|fault| fault.kind.can_hit(call))?;
        let number = self.calls;
        self.calls += 1;
        let strikes = number == fault.call || (fault.sticky && number > fault.call);
        if strikes {
            self.struck.get_or_insert(call);
        }
        strikes.then_some(fault.kind)
    }

    /// Counts a call that nothing but an error can come of.
    fn refuse(&mut self, call: Call) -> io::Result<()> {
        self.strike(call).map_or(Ok(()), |kind| Err(kind.error()))
    }

    fn perform(&mut self, operation: Operation) {
        operation.apply(&mut self.visible);
        self.trace.operations.push(operation);
    }

    /// What a failed sync leaves behind.
    fn fail_sync(&mut self, failure: SyncFailure) {
        let moment = self.trace.moment(self.trace.len());
        let pending = moment.pending().len();
        let mut random = Random::new(self.trace.len() as u64);
        // Nothing had arrived, or some of it had.
        let some = failure != SyncFailure::Reverted && random.one_in(2);
        let arrived = (0..pending).map(|_| some && random.one_in(2)).collect();
        let reads = match failure {
            SyncFailure::KeptClean => AfterFailure::Written,
            SyncFailure::Reverted | SyncFailure::Lost => AfterFailure::Medium,
        };
        drop(moment);
        self.trace
            .operations
            .push(Operation::SyncFailed { arrived, reads });
        self.visible = self.trace.moment(self.trace.len()).visible().clone();
    }
}

fn offset_of(offset: u64) -> io::Result<usize> {
    usize::try_from(offset).map_err(io::Error::other)
}

impl Storage for SimDisk {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        let mut state = self.state.lock();
        if let Some(kind) = state.strike(Call::Read) {
            if kind == FaultKind::ShortRead {
                let half = buf.len() / 2;
                state
                    .visible
                    .read_or_zero(offset_of(offset)?, &mut buf[..half]);
            }
            return Err(kind.error());
        }
        if state.visible.read_at(offset_of(offset)?, buf) {
            Ok(())
        } else {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    }

    fn write_at(&self, offset: u64, buf: &[u8]) -> io::Result<()> {
        let offset = offset_of(offset)?;
        let mut state = self.state.lock();
        let write = |buf: &[u8]| Operation::Write {
            offset,
            bytes: buf.into(),
        };
        if let Some(kind) = state.strike(Call::Write) {
            if kind == FaultKind::ShortWrite {
                state.perform(write(&buf[..buf.len() / 2]));
            }
            return Err(kind.error());
        }
        state.perform(write(buf));
        Ok(())
    }

    fn len(&self) -> io::Result<u64> {
        let mut state = self.state.lock();
        state.refuse(Call::Len)?;
        Ok(state.visible.len() as u64)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let len = offset_of(len)?;
        let mut state = self.state.lock();
        state.refuse(Call::SetLen)?;
        state.perform(Operation::SetLen(len));
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let from = self.state.lock().trace.len();
        self.wait_for_writers();
        let mut state = self.state.lock();
        if let Some(kind) = state.strike(Call::Sync) {
            if let FaultKind::Sync(failure) = kind {
                state.fail_sync(failure);
            }
            return Err(kind.error());
        }
        if !state.lies {
            state.trace.operations.push(Operation::Sync { from });
        }
        Ok(())
    }

    fn publish(&self) -> io::Result<()> {
        let mut state = self.state.lock();
        state.refuse(Call::Publish)?;
        state.visible.set_partial(false);
        state.trace.operations.push(Operation::Publish);
        Ok(())
    }

    fn is_partial(&self) -> bool {
        self.state.lock().visible.is_partial()
    }

    fn try_lock_writer(&self) -> io::Result<bool> {
        let got = !self.locked.swap(true, Ordering::SeqCst);
        self.holds_lock.fetch_or(got, Ordering::SeqCst);
        Ok(got)
    }

    fn unlock_writer(&self) {
        if self.holds_lock.swap(false, Ordering::SeqCst) {
            self.locked.store(false, Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failing(failure: SyncFailure) -> SimDisk {
        let disk = SimDisk::new();
        disk.write_at(0, b"old!").unwrap();
        disk.sync().unwrap();
        disk.set_fault(Some(Fault {
            call: 0,
            sticky: false,
            kind: FaultKind::Sync(failure),
        }));
        disk.write_at(0, b"new!").unwrap();
        assert!(disk.sync().is_err());
        assert_eq!(disk.struck(), Some(Call::Sync));
        disk
    }

    #[test]
    fn a_write_that_a_sync_failed_on_is_never_written_later() {
        for (failure, visible) in [
            (SyncFailure::KeptClean, b"new!"),
            (SyncFailure::Reverted, b"old!"),
        ] {
            let disk = failing(failure);
            assert_eq!(disk.image().to_bytes(), visible);
            disk.write_at(4, b"more").unwrap();
            disk.sync().unwrap();
            let trace = disk.trace();
            let end = trace.moment(trace.len());
            assert!(end.pending().is_empty());
            let durable = end.durable().to_bytes();
            // Some of it may have arrived before the sync failed, where the model says so; none arrives after it.
            let arrived = matches!(&trace.operations()[3],
                Operation::SyncFailed { arrived, .. } if arrived[0]);
            let expected: &[u8] = if arrived { b"new!more" } else { b"old!more" };
            assert_eq!(durable, expected, "{failure:?}");
        }
    }

    #[test]
    fn the_machine_goes_on_where_a_process_died() {
        let disk = SimDisk::new();
        disk.attempt(0);
        disk.write_at(0, b"a").unwrap();
        disk.sync().unwrap();
        disk.acknowledge(0);
        disk.write_at(1, b"b").unwrap();
        let later = SimDisk::from_trace(&disk.trace(), 5);
        assert_eq!(later.image().to_bytes(), b"ab");
        let trace = later.trace();
        let end = trace.moment(trace.len());
        assert_eq!(end.durable().to_bytes(), b"a");
        assert_eq!(end.pending().len(), 1);
        assert_eq!(end.promised(), Default::default());
    }
}

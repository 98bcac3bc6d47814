//! The record of what was asked of a disk.

/// One operation, in the order of issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Bytes at an offset.
    Write {
        /// Where.
        offset: u64,
        /// What.
        bytes: Vec<u8>,
    },
    /// A new length.
    SetLen(u64),
    /// All before it is durable.
    Sync,
    /// The workload begins to make state `n` durable: from here on a crash may show it.
    Attempt(usize),
    /// The workload was told that state `n` is durable: from here on a crash must not lose it.
    Acknowledge(usize),
}

/// All operations of a run.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    pub(crate) operations: Vec<Operation>,
}

impl Trace {
    /// How many operations there are. A crash may happen before each and after the last.
    pub fn len(&self) -> usize {
        self.operations.len()
    }

    /// Is it empty?
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// The operations.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The places where a crash can differ from its neighbour: before each operation on the medium, and at the end.
    pub fn boundaries(&self) -> impl Iterator<Item = usize> + '_ {
        let medium = |at: &usize| {
            matches!(
                self.operations[*at],
                Operation::Write { .. } | Operation::SetLen(_) | Operation::Sync
            )
        };
        (0..self.len())
            .filter(medium)
            .chain(std::iter::once(self.len()))
    }

    /// The newest state acknowledged before a place, and the newest attempted.
    pub fn promised(&self, at: usize) -> (Option<usize>, Option<usize>) {
        let mut acknowledged = None;
        let mut attempted = None;
        for operation in &self.operations[..at] {
            match operation {
                Operation::Acknowledge(n) => acknowledged = Some(*n),
                Operation::Attempt(n) => attempted = Some(*n),
                _ => {}
            }
        }
        (acknowledged, attempted)
    }
}

/// Carries out one operation on the bytes of a medium.
pub(crate) fn apply(medium: &mut Vec<u8>, operation: &Operation) {
    match operation {
        Operation::Write { offset, bytes } => {
            let start = usize::try_from(*offset).expect("simulated disks are small");
            if medium.len() < start + bytes.len() {
                medium.resize(start + bytes.len(), 0);
            }
            medium[start..start + bytes.len()].copy_from_slice(bytes);
        }
        Operation::SetLen(len) => {
            medium.resize(usize::try_from(*len).expect("simulated disks are small"), 0)
        }
        Operation::Sync | Operation::Attempt(_) | Operation::Acknowledge(_) => {}
    }
}

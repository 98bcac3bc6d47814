//! Someone without the key, or a rotting medium, changes a file at rest.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::sim::SimDisk;
use crate::subject::{Refusal, Subject};

/// The places of a file that are sealed as one: copies of the superblock, commit records, pages.
const HEAD: [(usize, usize); 4] = [(0, 4096), (4096, 4096), (8192, 8192), (16384, 8192)];
/// Where pages begin.
pub const PAGES: usize = 24576;

/// What became of the changed files.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tried {
    /// Files that were opened.
    pub files: usize,
    /// Those in which something was refused.
    pub refused: usize,
    /// Those that read as if nothing had happened: the bytes are unused, or are there twice.
    pub harmless: usize,
}

/// A file to tamper with.
#[derive(Debug)]
pub struct Target<'s, S: Subject> {
    subject: &'s S,
    file: Vec<u8>,
    state: S::State,
    page_size: usize,
    tried: Tried,
}

impl<'s, S: Subject> Target<'s, S> {
    /// A closed file, which must be whole.
    ///
    /// # Panics
    /// Where it is not.
    pub fn new(subject: &'s S, file: Vec<u8>, page_size: usize) -> Self {
        let reading = subject.read(&SimDisk::from_bytes(&file));
        let state = reading.whole().expect("the file is whole");
        Self {
            subject,
            file,
            state,
            page_size,
            tried: Tried::default(),
        }
    }

    /// What was tried since the last time.
    pub fn take_tried(&mut self) -> Tried {
        std::mem::take(&mut self.tried)
    }

    /// Bytes in the file.
    pub fn len(&self) -> usize {
        self.file.len()
    }

    /// Whether the file has no bytes, which no database has.
    pub fn is_empty(&self) -> bool {
        self.file.is_empty()
    }

    /// Flips one bit of every `stride`-th byte, from byte `first` on.
    ///
    /// # Panics
    /// Where the promise is broken; so for all that follow.
    pub fn flip_bytes(&mut self, first: usize, stride: usize) {
        for at in (first..self.file.len()).step_by(stride) {
            let mut file = self.file.clone();
            file[at] ^= 1 << (at % 8);
            self.judge(&file, || format!("byte {at} flipped"));
        }
    }

    /// Swaps every two places of the same size, and writes each over each other.
    pub fn exchange_places(&mut self) {
        let places = self.places();
        for &(a, len) in &places {
            for &(b, other) in &places {
                if a == b || len != other || self.file[a..a + len] == self.file[b..b + len] {
                    continue;
                }
                let mut file = self.file.clone();
                file.copy_within(a..a + len, b);
                self.judge(&file, || format!("place {a} copied over place {b}"));
                if a < b {
                    file[a..a + len].copy_from_slice(&self.file[b..b + len]);
                    self.judge(&file, || format!("places {a} and {b} swapped"));
                }
            }
        }
    }

    /// Puts back what an older version of the file had, one place at a time.
    pub fn replay(&mut self, older: &[u8], version: usize) {
        for (at, len) in self.places() {
            let Some(old) = older.get(at..at + len) else {
                continue;
            };
            if old == &self.file[at..at + len] {
                continue;
            }
            let mut file = self.file.clone();
            file[at..at + len].copy_from_slice(old);
            self.judge(&file, || {
                format!("place {at} as it was in version {version}")
            });
        }
    }

    /// Wipes each place.
    pub fn wipe_places(&mut self) {
        for (at, len) in self.places() {
            let mut file = self.file.clone();
            file[at..at + len].fill(0);
            self.judge(&file, || format!("place {at} wiped"));
        }
    }

    /// Cuts the file at each place and just beside it, and lengthens it.
    pub fn change_length(&mut self) {
        let cuts: Vec<usize> = self
            .places()
            .iter()
            .flat_map(|(at, _)| [*at, at + 1, at + 100])
            .filter(|cut| *cut < self.file.len())
            .collect();
        for cut in cuts {
            let file = self.file[..cut].to_vec();
            self.judge(&file, || format!("cut to {cut} bytes"));
        }
        for more in [1, self.page_size, 10 * self.page_size + 3] {
            let mut file = self.file.clone();
            file.resize(self.file.len() + more, 0xA5);
            self.judge(&file, || format!("lengthened by {more} bytes"));
        }
    }

    fn places(&self) -> Vec<(usize, usize)> {
        let first = PAGES.next_multiple_of(self.page_size);
        let pages = (first..self.file.len())
            .step_by(self.page_size)
            .map(|at| (at, self.page_size))
            .filter(|(at, len)| at + len <= self.file.len());
        HEAD.into_iter().chain(pages).collect()
    }

    fn judge(&mut self, file: &[u8], what: impl Fn() -> String) {
        self.tried.files += 1;
        let disk = SimDisk::from_bytes(file);
        let reading = catch_unwind(AssertUnwindSafe(|| self.subject.read(&disk)))
            .unwrap_or_else(|_| panic!("{}: a panic", what()));
        match (&reading.state, &reading.check) {
            (Ok(state), check) => {
                assert!(*state == self.state, "{}: wrong rows", what());
                assert!(is_damage(check), "{}: {check:?}", what());
                match check {
                    Ok(()) => self.tried.harmless += 1,
                    Err(_) => self.tried.refused += 1,
                }
            }
            (Err(Refusal::Damaged(_)), Err(Refusal::Damaged(_))) => self.tried.refused += 1,
            (state, check) => panic!("{}: {state:?}, but the check says {check:?}", what()),
        }
    }
}

fn is_damage(check: &Result<(), Refusal>) -> bool {
    matches!(check, Ok(()) | Err(Refusal::Damaged(_)))
}

//! Someone without the key, or a rotting medium, changes a file at rest.
//!
//! Of a file that was closed, every change is refused where it is read, or changes nothing that is read. Of one that was not closed there is one
//! exception: its last commit cannot be told from one that a crash tore, so that damage to it rolls it back, as a whole. Where the
//! same change has hit a page that only the commit before reaches, that is read as it was, or the check says what is damaged.

use super::Case;
use super::outcome::{Outcome, Tried};
use super::witness::Witness;
use crate::sim::{Image, SimDisk};
use crate::subject::{Refusal, State};

/// The places of a file that are sealed as one: copies of the superblock, commit records, pages.
const HEAD: [(usize, usize); 4] = [(0, 4096), (4096, 4096), (8192, 8192), (16384, 8192)];
/// Where pages begin.
pub const PAGES: usize = 24576;

/// A file to tamper with.
pub struct Target<'s> {
    witness: Witness<'s>,
    file: Image,
    state: State,
    /// What a file that was not closed may be rolled back to.
    before: Option<State>,
    page_size: usize,
}

impl<'s> Target<'s> {
    /// A closed file, which must be whole.
    ///
    /// # Panics
    /// Where it is not.
    pub fn closed(case: Case<'s>, file: Image) -> Self {
        Self::new(case, file, None)
    }

    /// A file that was not closed, which must be whole, and the state before its last commit.
    ///
    /// # Panics
    /// Where it is not.
    pub fn left_open(case: Case<'s>, file: Image, before: State) -> Self {
        Self::new(case, file, Some(before))
    }

    fn new(case: Case<'s>, file: Image, before: Option<State>) -> Self {
        let reading = case.subject.read(&SimDisk::from_image(file.clone()));
        Self {
            witness: Witness::new(case),
            file,
            state: reading.whole().expect("the file is whole"),
            before,
            page_size: case.subject.page_size() as usize,
        }
    }

    /// What was tried since the last time.
    ///
    /// # Panics
    /// Where the promise was broken.
    pub fn take_tried(&mut self) -> Tried {
        self.take_outcome().kept()
    }

    /// What came of all since the last time.
    pub fn take_outcome(&mut self) -> Outcome {
        std::mem::take(&mut self.witness.outcome)
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
    pub fn flip_bytes(&mut self, first: usize, stride: usize) {
        for at in (first..self.file.len()).step_by(stride) {
            self.flip(at, at % 8);
        }
    }

    /// Flips each bit of the bytes from `first` up to `end`.
    pub fn flip_bits(&mut self, first: usize, end: usize) {
        for at in first..end.min(self.file.len()) {
            (0..8).for_each(|bit| self.flip(at, bit));
        }
    }

    fn flip(&mut self, at: usize, bit: usize) {
        let mut file = self.file.clone();
        file.write_at(at, &[self.file.byte(at) ^ 1 << bit]);
        self.judge(file, || format!("bit {bit} of byte {at} flipped"));
    }

    /// Swaps every `nth` two places of the same size, and writes each over each other.
    pub fn exchange_places(&mut self, nth: usize) {
        let places = self.places();
        let mut pairs = 0;
        for &(a, len) in &places {
            let first = self.bytes(a, len);
            for &(b, other) in &places {
                let second = self.bytes(b, other);
                if a == b || len != other || first == second {
                    continue;
                }
                pairs += 1;
                if pairs % nth != 0 {
                    continue;
                }
                let mut file = self.file.clone();
                file.write_at(b, &first);
                self.judge(file.clone(), || format!("place {a} copied over place {b}"));
                if a < b {
                    file.write_at(a, &second);
                    self.judge(file, || format!("places {a} and {b} swapped"));
                }
            }
        }
    }

    /// Puts back what an older version of the file had, one place at a time.
    pub fn replay(&mut self, older: &Image, version: usize) {
        for (at, len) in self.places() {
            let mut old = vec![0; len];
            if !older.read_at(at, &mut old) || old == self.bytes(at, len) {
                continue;
            }
            let mut file = self.file.clone();
            file.write_at(at, &old);
            self.judge(file, || {
                format!("place {at} as it was in version {version}")
            });
        }
    }

    /// Wipes each place.
    pub fn wipe_places(&mut self) {
        for (at, len) in self.places() {
            let mut file = self.file.clone();
            file.write_at(at, &vec![0; len]);
            self.judge(file, || format!("place {at} wiped"));
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
            let mut file = self.file.clone();
            file.set_len(cut);
            self.judge(file, || format!("cut to {cut} bytes"));
        }
        for more in [1, self.page_size, 10 * self.page_size + 3] {
            let mut file = self.file.clone();
            file.write_at(self.file.len(), &vec![0xA5; more]);
            self.judge(file, || format!("lengthened by {more} bytes"));
        }
    }

    fn bytes(&self, at: usize, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        self.file.read_or_zero(at, &mut bytes);
        bytes
    }

    fn places(&self) -> Vec<(usize, usize)> {
        let first = PAGES.next_multiple_of(self.page_size);
        let pages = (first..self.file.len())
            .step_by(self.page_size)
            .map(|at| (at, self.page_size))
            .filter(|(at, len)| at + len <= self.file.len());
        HEAD.into_iter().chain(pages).collect()
    }

    fn judge(&mut self, file: Image, what: impl Fn() -> String) {
        if self.witness.outcome.is_hopeless() {
            return;
        }
        self.witness.outcome.tried.tampered += 1;
        let reading = self.witness.read(&SimDisk::from_image(file));
        let tried = &mut self.witness.outcome.tried;
        match (&reading.state, &reading.check) {
            (Ok(state), Ok(())) if *state == self.state => tried.harmless += 1,
            (Ok(state), Err(Refusal::Damaged(_))) if *state == self.state => tried.refused += 1,
            (Ok(state), Ok(()) | Err(Refusal::Damaged(_)))
                if Some(state) == self.before.as_ref() =>
            {
                tried.last_lost += 1;
            }
            (Err(Refusal::Damaged(_)), Err(Refusal::Damaged(_))) => tried.refused += 1,
            (Ok(state), check) => {
                let difference = state.difference(&self.state);
                self.witness.blame(
                    &what(),
                    format!("wrong rows ({difference}), and the check says {check:?}"),
                );
            }
            (Err(refusal), check) => self.witness.blame(
                &what(),
                format!("{refusal:?}, and the check says {check:?}"),
            ),
        }
    }
}

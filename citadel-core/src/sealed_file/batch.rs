//! Sealing and writing pages in batches, so that contiguous runs reach the storage as one write.

use std::ops::Range;
use std::sync::Arc;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::crypto::Label;
use crate::error::{Error, Result};
use crate::format::run_range;
use crate::id::{Generation, PageNo};
use crate::page::{Frame, PageKind, PagePtr, PageRun, SEAL_BYTES, body_len};
use crate::sealed_file::SealedFile;
use crate::sealed_file::record::record_run;
use crate::sealed_file::staging::STAGED_BYTES_MAX;

/// The longest single write, in bytes: what is scattered in memory is gathered into pieces of at most this size.
const WRITE_BYTES_MAX: usize = 4 << 20;
/// From so many bytes on, other cores help to seal: fewer are sealed before a second core has woken up.
const PARALLEL_BYTES_MIN: usize = 256 << 10;

/// Runs that are sealed one by one and written together. Dropping a batch that was not written writes nothing.
#[must_use = "nothing is written before `write`"]
pub struct WriteBatch<'a> {
    file: &'a SealedFile,
    generation: Generation,
    /// The sealed bytes, one run after another, in the order of sealing.
    sealed: Vec<u8>,
    runs: Vec<SealedRun>,
}

/// A body, and the run that it is to be sealed for.
pub struct Unsealed {
    /// Where it will lie.
    pub run: PageRun,
    /// What it is.
    pub kind: PageKind,
    /// The body: exactly [`body_len`] bytes for its run.
    pub body: Vec<u8>,
}

impl Unsealed {
    fn sealed_len(&self) -> usize {
        self.body.len() + SEAL_BYTES
    }
}

struct SealedRun {
    run: PageRun,
    /// Where its bytes are in `WriteBatch::sealed`.
    bytes: Range<usize>,
    /// For the cache, which takes no records.
    frame: Option<Frame>,
}

impl SealedRun {
    fn is_record(&self) -> bool {
        self.frame.is_none()
    }
}

impl SealedFile {
    /// An empty batch of pages that the commit of this generation writes.
    pub fn batch(&self, generation: Generation) -> WriteBatch<'_> {
        WriteBatch {
            file: self,
            generation,
            sealed: self.spare.take(),
            runs: Vec::new(),
        }
    }
}

impl WriteBatch<'_> {
    /// Seals a body for a run, and gives the only pointer that will open it. Seal children before their parents.
    ///
    /// # Errors
    /// [`Error::Misuse`] where the body has not exactly [`body_len`] bytes, or where no page can be;
    /// [`Error::ReadOnly`], [`Error::Poisoned`], [`Error::Io`].
    pub fn seal(&mut self, run: PageRun, kind: PageKind, body: Vec<u8>) -> Result<PagePtr> {
        let ptrs = self.seal_all(vec![Unsealed { run, kind, body }])?;
        ptrs.first().copied().ok_or(Error::Misuse {
            what: "no body to seal",
        })
    }

    /// Seals many bodies that do not refer to each other, on all cores where that is worth it, and gives their pointers in
    /// the same order. After an error, none of them is in the batch.
    ///
    /// # Errors
    /// As [`WriteBatch::seal`].
    pub fn seal_all(&mut self, bodies: Vec<Unsealed>) -> Result<Vec<PagePtr>> {
        self.file.medium.require_writable()?;
        bodies
            .iter()
            .try_for_each(|unsealed| self.require_fit(unsealed))?;
        let start = self.sealed.len();
        let len = bodies.iter().map(Unsealed::sealed_len).sum::<usize>();
        if self.runs.is_empty() && len > STAGED_BYTES_MAX {
            self.sealed.reserve_exact(len);
        }
        self.sealed.resize(start + len, 0);
        let (file, generation) = (self.file, self.generation);
        let ptrs = seal_side_by_side(file, generation, &bodies, &mut self.sealed[start..])
            .inspect_err(|_| self.sealed.truncate(start))?;
        let mut at = start;
        for (unsealed, ptr) in bodies.into_iter().zip(&ptrs) {
            let bytes = at..at + unsealed.sealed_len();
            at = bytes.end;
            self.runs.push(SealedRun {
                run: unsealed.run,
                bytes,
                frame: Some(Frame::new(*ptr, unsealed.kind, unsealed.body).made_here()),
            });
        }
        Ok(ptrs)
    }

    /// Seals a record, to lie from this page on; gives its run. In a batch of nothing else, only the beginning of the run is
    /// written where that is enough.
    ///
    /// # Errors
    /// [`Error::Misuse`] where the body is longer than [`RECORD_BODY_MAX`](crate::RECORD_BODY_MAX), or where no page can
    /// be; [`Error::ReadOnly`], [`Error::Poisoned`], [`Error::Io`].
    pub fn seal_record(&mut self, first: PageNo, body: &[u8]) -> Result<PageRun> {
        self.file.medium.require_writable()?;
        let page_size = self.file.page_size;
        let run = record_run(page_size, first);
        let place = run_range(page_size, &run).map_err(|_| Error::Misuse {
            what: "a record where no page can be",
        })?;
        let len = match self.is_empty() {
            true => self.file.written_len(&place, body),
            false => (place.end - place.start) as usize,
        };
        let start = self.sealed.len();
        self.file
            .seal_record_into(place.start, body, len, &mut self.sealed)?;
        self.runs.push(SealedRun {
            run,
            bytes: start..self.sealed.len(),
            frame: None,
        });
        Ok(run)
    }

    fn require_fit(&self, unsealed: &Unsealed) -> Result<()> {
        let page_size = self.file.page_size;
        run_range(page_size, &unsealed.run).map_err(|_| Error::Misuse {
            what: "a run where no page can be",
        })?;
        if unsealed.body.len() == body_len(page_size, unsealed.run.pages) {
            Ok(())
        } else {
            Err(Error::Misuse {
                what: "a body that does not fill its run",
            })
        }
    }

    /// How many runs were sealed.
    pub fn len(&self) -> usize {
        self.runs.len()
    }

    /// Whether nothing was sealed.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Writes all runs, each contiguous stretch of the file by one write as far as possible, and takes their bodies into
    /// the cache. Durable after the next [`SealedFile::sync`].
    ///
    /// # Errors
    /// [`Error::Misuse`] where two runs overlap, and nothing is written; otherwise as [`SealedFile::sync`].
    pub fn write(self) -> Result<()> {
        self.write_and_tell(false)
    }

    /// As [`write`](WriteBatch::write), when a sync will follow soon: where that is one short write, the medium begins with it
    /// while the caller goes on.
    ///
    /// # Errors
    /// As [`write`](WriteBatch::write).
    pub fn write_to_sync(self) -> Result<()> {
        self.write_and_tell(true)
    }

    fn write_and_tell(mut self, will_sync: bool) -> Result<()> {
        self.runs.sort_unstable_by_key(|sealed| sealed.run);
        if self
            .runs
            .windows(2)
            .any(|pair| pair[0].run.overlaps(&pair[1].run))
        {
            return Err(Error::Misuse {
                what: "two runs of one batch overlap",
            });
        }
        // A record goes last: should one of the other writes go astray, it cannot lie on the record that tells of them.
        let (with_record, others): (Vec<_>, Vec<_>) =
            stretches(&self.runs).partition(|stretch| stretch.iter().any(SealedRun::is_record));
        // Of many writes none is begun with: the sync sends them all at once.
        let will_sync = will_sync && others.len() + with_record.len() == 1;
        for stretch in others.into_iter().chain(with_record) {
            self.write_stretch(stretch, will_sync)?;
        }
        let frames = self.runs.drain(..).filter_map(|sealed| sealed.frame);
        frames.for_each(|frame| self.file.cache.insert(Arc::new(frame)));
        self.file.spare.give_back(self.sealed);
        Ok(())
    }

    /// Writes runs that are contiguous in the file.
    fn write_stretch(&self, stretch: &[SealedRun], will_sync: bool) -> Result<()> {
        let [first, ..] = stretch else { return Ok(()) };
        let offset = run_range(self.file.page_size, &first.run)?.start;
        let pieces: Vec<&[u8]> = match whole(stretch) {
            Some(bytes) => vec![&self.sealed[bytes]],
            None => stretch
                .iter()
                .map(|sealed| &self.sealed[sealed.bytes.clone()])
                .collect(),
        };
        let medium = &self.file.medium;
        medium.write_pieces(offset, &pieces, "write pages")?;
        if will_sync {
            medium.will_sync(offset, pieces.iter().map(|piece| piece.len()).sum());
        }
        Ok(())
    }
}

/// Seals each body into its part of `out`, which is as long as all of them together.
fn seal_side_by_side(
    file: &SealedFile,
    generation: Generation,
    bodies: &[Unsealed],
    out: &mut [u8],
) -> Result<Vec<PagePtr>> {
    let is_worth_it = bodies.len() > 1 && out.len() >= PARALLEL_BYTES_MIN;
    let mut rest = out;
    let mut parts = Vec::with_capacity(bodies.len());
    for unsealed in bodies {
        let (part, behind) = rest.split_at_mut(unsealed.sealed_len());
        parts.push((unsealed, part));
        rest = behind;
    }
    let seal = |(unsealed, part)| seal_into(file, generation, unsealed, part);
    if is_worth_it {
        parts.into_par_iter().map(seal).collect()
    } else {
        parts.into_iter().map(seal).collect()
    }
}

fn seal_into(
    file: &SealedFile,
    generation: Generation,
    unsealed: &Unsealed,
    out: &mut [u8],
) -> Result<PagePtr> {
    let label = Label {
        run: unsealed.run,
        kind: unsealed.kind,
        generation,
    };
    let tag = file.sealer.seal(&label, &unsealed.body, out)?;
    Ok(PagePtr {
        run: unsealed.run,
        generation,
        tag,
    })
}

/// The runs in pieces, each to be written at once.
fn stretches(mut runs: &[SealedRun]) -> impl Iterator<Item = &[SealedRun]> {
    std::iter::from_fn(move || {
        if runs.is_empty() {
            return None;
        }
        let (stretch, behind) = runs.split_at(stretch_len(runs));
        runs = behind;
        Some(stretch)
    })
}

/// How many of the runs, from the first on, are contiguous in the file and short enough for one write. At least one.
fn stretch_len(runs: &[SealedRun]) -> usize {
    let mut bytes = runs[0].bytes.len();
    let more = runs.windows(2).take_while(|pair| {
        bytes += pair[1].bytes.len();
        pair[0].run.end() == pair[1].run.first && bytes <= WRITE_BYTES_MAX
    });
    1 + more.count()
}

/// Where runs are in memory that are contiguous there, too.
fn whole(stretch: &[SealedRun]) -> Option<Range<usize>> {
    let contiguous = |pair: &[SealedRun]| pair[0].bytes.end == pair[1].bytes.start;
    let (first, last) = (stretch.first()?, stretch.last()?);
    stretch
        .windows(2)
        .all(contiguous)
        .then_some(first.bytes.start..last.bytes.end)
}

//! The proof that nothing reachable is under the old root key.

use citadel_core::{Frame, Generation, PageKind, PagePtr};

use crate::database::Database;
use crate::error::{Error, Result};
use crate::progress::{Meter, Phase, Progress};
use crate::reach::{Prover, Visitor, reach};
use crate::recovery;

impl Database {
    /// Opens everything that the newest commit reaches, and refuses what is older than the epoch. Gives the pages seen.
    pub(super) fn prove(&self, epoch: Generation, progress: &mut dyn Progress) -> Result<u64> {
        let read = self.begin_read()?;
        let record = &read.snapshot().record;
        let total = recovery::reachable_pages(self.file(), record)?;
        let mut proof = Proof {
            prover: Prover {
                file: self.file(),
                meter: Meter::new(progress, Phase::Prove, total),
            },
            epoch,
            pages: 0,
        };
        reach(record, self.page_size(), &mut proof)?;
        Ok(proof.pages)
    }
}

struct Proof<'a> {
    prover: Prover<'a>,
    epoch: Generation,
    pages: u64,
}

impl Visitor for Proof<'_> {
    fn open(&mut self, ptr: &PagePtr, kind: PageKind) -> Result<Frame> {
        if ptr.generation < self.epoch {
            return Err(Error::corrupt("a page that the rekey has not reached"));
        }
        self.pages += u64::from(ptr.run.pages);
        self.prover.open(ptr, kind)
    }

    fn extent(&mut self, ptr: &PagePtr) -> Result<()> {
        self.open(ptr, PageKind::Extent).map(drop)
    }
}

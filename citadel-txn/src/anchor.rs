//! Proof that a file is not an older copy.

use std::fmt;

use citadel_core::Generation;

use crate::error::{Error, Result};
use crate::record::{Digest, Record};

/// Names one commit of one file. A file cannot prove by itself that it is the newest copy of itself; keep an anchor
/// elsewhere, and give it to [`Options::expect`](crate::Options::expect) when you open.
///
/// An older copy is always refused. A file at the anchor's commit, or at the one after it, must also have the anchor's
/// history; further on, only the generation can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    generation: Generation,
    digest: [u8; 32],
}

impl Anchor {
    /// Bytes of an anchor.
    pub const BYTES: usize = 40;

    pub(crate) fn new(generation: Generation, digest: Digest) -> Self {
        Self {
            generation,
            digest: digest.0,
        }
    }

    /// The commit that it names.
    pub fn generation(&self) -> Generation {
        self.generation
    }

    /// The digest of that commit's record, and so of its whole history.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The anchor as bytes to keep: generation (little-endian), digest.
    pub fn to_bytes(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..8].copy_from_slice(&self.generation.get().to_le_bytes());
        bytes[8..].copy_from_slice(&self.digest);
        bytes
    }

    /// The anchor that was kept as these bytes.
    pub fn from_bytes(bytes: &[u8; Self::BYTES]) -> Self {
        let [g0, g1, g2, g3, g4, g5, g6, g7, digest @ ..] = *bytes;
        Self {
            generation: Generation::new(u64::from_le_bytes([g0, g1, g2, g3, g4, g5, g6, g7])),
            digest,
        }
    }

    /// Refuses a file that does not follow from this anchor.
    pub(crate) fn check(&self, record: &Record, digest: Digest) -> Result<()> {
        let follows = match record.generation.get().checked_sub(self.generation.get()) {
            None => false,
            Some(0) => digest.0 == self.digest,
            Some(1) => record.previous.0 == self.digest,
            Some(_) => true,
        };
        if follows {
            Ok(())
        } else {
            Err(Error::AnchorMismatch)
        }
    }
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.generation)?;
        self.digest
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

//! Records without changes: the first one, and the one that closes.
//!
//! An *echo* is a commit that changes nothing: it repeats the newest record in the other slot. It is written on closing,
//! so that a closed file has two records that say the same, and damage to one of them loses nothing.

use citadel_core::{RecordSlot, SealedFile};

use crate::error::{Error, Result};
use crate::record::{Digest, Record};
use crate::snapshot::{Registry, Snapshot};
use crate::space;

/// Writes the record of a file without trees.
pub(crate) fn write_genesis(file: &SealedFile) -> Result<Snapshot> {
    let record = Record::genesis(file.first_page());
    let bytes = record.encode();
    file.write_record(RecordSlot::of(record.generation), &bytes)?;
    file.sync()?;
    Ok(Snapshot::new(record, Digest::of(&bytes)))
}

/// Repeats the newest commit in the other slot, unless nothing can be written.
pub(crate) fn write_echo(file: &SealedFile, registry: &Registry) -> Result<()> {
    let newest = registry.newest();
    if file.is_read_only() || file.is_poisoned() {
        return Ok(());
    }
    let record = newest.record.echo(newest.digest)?;
    if !record.fits() {
        return Ok(());
    }
    let bytes = record.encode();
    file.write_record(RecordSlot::of(record.generation), &bytes)?;
    file.sync()?;
    registry.publish(newest.succeed(record, Digest::of(&bytes), |_| false));
    Ok(())
}

impl Record {
    /// Whether the record repeats the one before it.
    pub(crate) fn is_echo(&self) -> bool {
        self.echo
    }

    /// The record that repeats this one, whose digest is given.
    fn echo(&self, digest: Digest) -> Result<Record> {
        let generation = self.generation.next().ok_or(Error::Exhausted {
            what: "generations",
        })?;
        let mut echo = Record {
            generation,
            previous: digest,
            echo: true,
            data_synced: true,
            ..self.clone()
        };
        echo.written.clear();
        space::encode_log_entry(&mut echo.log, &[], &[]);
        Ok(echo)
    }
}

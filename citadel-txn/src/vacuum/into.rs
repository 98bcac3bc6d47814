//! A compact copy in another file.
//!
//! The trees of a snapshot are read in the order of their keys and loaded into fresh, dense pages. Tree ids stay, so do
//! the keys and the identity of the file, and generations go on from that of the snapshot. The copy gets its header last:
//! until then it does not open.

use std::sync::Arc;

use citadel_core::Storage;

use super::VacuumReport;
use crate::catalog;
use crate::cursor::Cursor;
use crate::database::Database;
use crate::error::Result;
use crate::progress::{Meter, Phase, Progress};
use crate::reach::{Prover, reach};
use crate::read_txn::ReadTxn;
use crate::record::Record;
use crate::recovery;
use crate::tree::TreeOptions;
use crate::view::Source;

/// Bytes of cache of the copy, and by that of the transaction that fills it.
const CACHE_BYTES: usize = 1 << 20;

impl Database {
    /// Writes a compact copy of the newest commit into another storage, which then is a database of its own that opens
    /// with the same keys. Others read and write meanwhile. The storage must be empty, or left by an attempt that was
    /// interrupted, which is then begun anew.
    ///
    /// # Errors
    /// [`Error::Interrupted`](crate::Error::Interrupted); that the target holds something else; that the source is
    /// damaged or the copy does not read back; an error of either medium.
    pub fn vacuum_into(
        &self,
        target: Arc<dyn Storage>,
        progress: &mut dyn Progress,
    ) -> Result<VacuumReport> {
        let read = self.begin_read()?;
        let copy = self.empty_copy(target, &read.snapshot().record)?;
        let before = pages(&read.snapshot().record, self);
        let total = recovery::reachable_pages(self.file(), &read.snapshot().record)?;
        load(&read, &copy, Meter::new(progress, Phase::Copy, total))
            .map_err(|error| read.explain(error))?;
        let written = copy.begin_read()?;
        let record = &written.snapshot().record;
        let after = pages(record, &copy);
        let mut prover = Prover {
            file: copy.file(),
            meter: Meter::new(progress, Phase::Verify, after),
        };
        reach(record, copy.page_size(), &mut prover)?;
        copy.file().set_len(record.pages_end)?;
        copy.file().publish()?;
        Ok(VacuumReport {
            pages_before: before,
            pages_after: after,
            pages_moved: after,
        })
    }

    /// A database without trees and without a header, which continues the record.
    fn empty_copy(&self, target: Arc<dyn Storage>, record: &Record) -> Result<Database> {
        let file = self.file().replica(target, CACHE_BYTES)?;
        // What an earlier attempt left must not be taken for a commit of this one.
        file.set_len(file.first_page())?;
        let genesis = Record::genesis_after(record, file.first_page(), file.page_size());
        Database::of_genesis(file, genesis, CACHE_BYTES)
    }
}

fn pages(record: &Record, database: &Database) -> u64 {
    let first = database.file().first_page();
    record.pages_end.get().saturating_sub(first.get())
}

/// Loads all trees, in the order of their ids, in one transaction: what does not fit into its memory is spilled.
fn load(read: &ReadTxn, copy: &Database, mut meter: Meter<'_>) -> Result<()> {
    let file = read.file();
    let page_bytes = file.page_size().bytes();
    let mut write = copy.begin_write()?;
    for (id, tree) in catalog::list(file, &read.snapshot().record)? {
        let options = TreeOptions {
            leaf_pages: tree.leaf_pages,
        };
        write.add_tree(id, options)?;
        let mut bulk = write.bulk(id)?;
        let mut cursor = Cursor::new(id);
        let mut unreported = 0;
        while cursor.next(read)? {
            let value = cursor.value(read)?;
            bulk.push(cursor.key(), &value)?;
            unreported += cursor.key().len() + value.len();
            if unreported >= page_bytes {
                meter.advance((unreported / page_bytes) as u64)?;
                unreported %= page_bytes;
            }
        }
    }
    write.commit().map(drop)
}

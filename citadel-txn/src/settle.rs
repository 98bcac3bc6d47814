//! Opening a file for writing that was not closed.
//!
//! What recovery has found, it has read; but perhaps from the operating system's cache. After a failed sync some systems
//! take the pages for clean that they never wrote: they are read until the cache lets go of them, and lost when the power
//! is. So what is not known to be durable is written anew, at other pages, before anything is built on it. In place it
//! must not be written, since it may be there, and a torn write would destroy what was acknowledged.
//!
//! 1. Unless the file was closed, the superblock is written again, and synced: nothing may be sealed under a root key that
//!    could still get lost.
//! 2. The end of the file and the checkpoint that was written last are written again, and synced. From then on, both
//!    checkpoints are on the medium, and the file is as long as it seems.
//! 3. What commits after the last durable one have written is refreshed, by a commit that syncs its pages first. It does not
//!    vouch for itself: the records before it may be missing, and were the power lost now, recovery would find the last commit
//!    before them and must not take the newer record for evidence that something was lost that had been acknowledged.
//! 4. Both checkpoints are written with that commit, one after the other.
//!
//! A file that has nothing behind its newest checkpoint needs the first two steps only; it may also be one whose last
//! commit failed when it had only made the file longer.

use std::sync::Arc;
use std::time::Duration;

use citadel_core::Generation;

use crate::catalog;
use crate::error::{Error, Result};
use crate::options::Durability;
use crate::queue::WriterQueue;
use crate::recovery::Recovered;
use crate::shared::Shared;
use crate::tree::Choice;
use crate::tree_id::TreeId;
use crate::write_txn::WriteTxn;

/// Pages that are refreshed before the transaction looks whether it has become too large for its memory.
const STEP_PAGES: u64 = 256;

/// Makes all that recovery has found durable, and both checkpoints good.
pub(crate) fn settle(database: &Arc<Shared>, recovered: &Recovered) -> Result<()> {
    let newest = recovered.newest.record.generation;
    let last = recovered.checkpoints.first();
    if !last.is_some_and(|checkpoint| checkpoint.is_closed) {
        database.file().renew_header()?;
    }
    let pages_end = recovered.newest.record.pages_end;
    database.file().renew_len(pages_end)?;
    database.repair_checkpoints(&recovered.checkpoints)?;
    if last.is_some_and(|checkpoint| checkpoint.record.generation == newest) {
        return Ok(());
    }
    if newest > recovered.durable {
        renew(database, recovered.durable, newest)?;
    }
    database.write_checkpoint(false)?;
    database.write_checkpoint(false)
}

/// Commits what the commits after `durable` have written once more.
fn renew(database: &Arc<Shared>, durable: Generation, newest: Generation) -> Result<()> {
    let turn = WriterQueue::wait(database.queue(), Duration::ZERO).ok_or(Error::Busy)?;
    let choice = Choice::Between(durable, newest);
    let mut write = WriteTxn::begin(Arc::clone(database), turn)?;
    let head = database.head();
    for (tree, _) in catalog::list(database.file(), &head.record)? {
        renew_tree(&mut write, tree, choice)?;
    }
    write.refresh_roots(choice);
    write.renew();
    write.set_durability(Durability::Full);
    write.commit().map(drop)
}

fn renew_tree(write: &mut WriteTxn, tree: TreeId, choice: Choice) -> Result<()> {
    let mut from = Some(Vec::new());
    while let Some(key) = from {
        from = write.refresh(tree, choice, &key, STEP_PAGES)?.next;
    }
    Ok(())
}

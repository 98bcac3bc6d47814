//! Commits that write no pages.
//!
//! Writing every node on the way to a small change would make the commit of one row several pages. So a small commit is
//! *light*: its record carries the changes themselves, as a redo log, together with those of the light commits before it.
//! The changed nodes stay in memory ([`Afloat`]), where readers find them and the next writer goes on with them. When the
//! record has no more room, or a commit does more than put entries in and take them out, it writes all nodes that are
//! afloat with its own, as pages; that commit is *whole*, and the log begins anew.
//!
//! What always holds:
//!
//! 1. A record with its redo log says all: the pages of the last whole commit, which it leads to, with the log applied,
//!    are the commit. No other light record is needed, so any of them may be lost or go into a checkpoint.
//! 2. Light commits change neither the catalog nor any page. The pages that they no longer need are retired by the next
//!    whole commit.
//! 3. A change that is not in the log makes its commit a whole one: the log counts what it was told against all changes.

mod afloat;
mod log;

pub(crate) use afloat::Afloat;
pub(crate) use log::RedoLog;

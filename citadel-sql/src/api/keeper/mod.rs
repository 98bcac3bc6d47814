//! What a keeper of databases does with them as a whole: check, back up, compact, change keys, tell where the space went.
//!
//! Everything here that takes long is told of by a [`Progress`](crate::Progress) and can be stopped, by it or by the
//! connection's [`InterruptHandle`](crate::InterruptHandle). What was stopped has lost nothing: an error that
//! [is interrupted](crate::Error::is_interrupted) says so, and the same call goes on or begins again.

mod backup;
mod check;
mod keys;
mod owners;
mod rekey;
mod salvage;
mod space;
mod vacuum;
mod watch;

pub use check::CheckReport;
pub use salvage::{SalvageReport, SalvagedTable, salvage, salvage_storage};
pub use space::{ObjectKind, ObjectSpace, SpaceReport};

use owners::Owners;
use watch::Watch;

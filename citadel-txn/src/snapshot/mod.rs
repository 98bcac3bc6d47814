//! Reading one generation, for as long as it takes.
//!
//! A [`Snapshot`] is a commit record with what was learnt of its trees. The registry holds the newest one and all older
//! ones that someone still reads; a [`ReadTxn`](crate::ReadTxn) is a share of one. The writer asks the registry which
//! generations are open and reuses no page that one of them reaches.
//!
//! What always holds: a transaction takes its share under the same lock under which the writer replaces the newest
//! snapshot and asks which are open, so there is no instant in which a snapshot is read and not registered. Neither ever
//! waits for the other beyond that.

mod registry;
mod state;

pub(crate) use registry::Registry;
pub(crate) use state::Snapshot;

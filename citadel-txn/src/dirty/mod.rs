//! What a write transaction holds in memory until it commits.
//!
//! A node that changes is copied out of its page once; from then on its parent refers to it by a [`DirtyId`]. Pages are
//! only assigned at commit, so that all that a transaction writes can lie side by side and nothing is written twice; or
//! when the transaction outgrows its budget: then all of it is written into free pages, and what changes again afterwards
//! is made dirty as any other page is.
//!
//! What always holds:
//!
//! 1. Every dirty node has exactly one referrer: its dirty parent, or the root of a changed tree. So all ancestors of a
//!    dirty node are dirty.
//! 2. `retired` holds each page run that the base snapshot reaches and this transaction no longer does, once; `surplus`
//!    each that the transaction itself has written and no longer reaches, until it is given back.
//! 3. A dirty node was validated as a whole when it was copied, or was built here.

mod bytes;
mod large_ref;
mod node_ref;
mod pages;
mod slab;
mod values;

pub(crate) use bytes::{DirtyNode, NodeBytes};
pub(crate) use large_ref::{LargeRef, LargeTarget};
pub(crate) use node_ref::{DirtyId, NodeRef};
pub(crate) use pages::{DirtyPages, Kept, Step};
pub(crate) use slab::Slab;
pub(crate) use values::{LargeValue, Values};

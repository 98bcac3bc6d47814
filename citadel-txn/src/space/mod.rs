//! Which pages are free.
//!
//! A page of the file is in exactly one of three states: *reachable* from the current commit; *retired* by some commit
//! `r`, which replaced it and which older snapshots may still reach; or *free*. This room holds the last two, in memory.
//!
//! When a page becomes free is the heart of it. A page that commit `r` retired can be reached by generation `r - 1` and
//! older ones. Commit `c` may write over it only if
//!
//! 1. `r <= c - 2`: neither the current commit `c - 1` nor the previous one `c - 2` reaches it;
//! 2. a record that is durable says that `r` is durable: recovery knows then that it need not prove what `r - 1` or an
//!    older commit wrote, and never falls back to them; and
//! 3. no open snapshot reaches it: none has a generation from that of the page's birth up to, and without, `r`.
//!
//! So a snapshot pins the pages that it reaches and no others, however long it lives and whatever is written meanwhile.
//!
//! What always holds: allocated pages = reachable + retired + free, exactly, after every commit and every recovery. A
//! commit that fails gives back what it took.
//!
//! In the file, free and retired runs lie in a *free map*, a sealed run of its own. Writing it with each commit would
//! cost a page each time, so a commit record also carries a *log*: for each commit since the map was written, what it
//! took and what it retired. Opening replays the log over the map.

mod arena;
mod codec;
mod pace;
mod runs;
mod state;

pub(crate) use arena::Arena;
pub(crate) use codec::{Written, decode, encode_log_entry, encode_map};
pub(crate) use runs::{FreeRuns, Span};
pub(crate) use state::{Retiree, Space, spans_of};

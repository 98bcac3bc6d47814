//! Vector plans against an oracle, on tables that change.

mod agree;
mod bounded;
mod delta;
mod edges;
mod fallback;
mod harness;
mod plans;
mod snapshots;

//! Vector plans against an oracle, on tables that change.

mod agree;
mod delta;
mod edges;
mod fallback;
mod harness;
mod plans;
mod snapshots;

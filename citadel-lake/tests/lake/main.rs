//! What a table promises. One program, since linking it takes longer than running it.

mod columns;
mod faults;
mod history;
mod maintenance;
mod partitions;
mod support;
mod types;
mod writers;

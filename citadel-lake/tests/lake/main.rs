//! What a table promises. One program, since linking it takes longer than running it.

mod columns;
mod faults;
mod history;
mod indexes;
mod maintenance;
mod partitions;
mod search;
mod support;
mod types;
mod writers;

//! What a table promises. One program, since linking it takes longer than running it.

mod columns;
mod crashes;
mod deferred;
mod encrypted;
mod faults;
mod history;
mod index_filters;
mod indexes;
mod lists;
mod locality;
mod maintenance;
mod partitions;
mod pointers;
mod precision;
mod processes;
mod pruning;
#[cfg(feature = "rest")]
mod rest;
mod row_groups;
mod search;
mod staged;
mod support;
mod types;
mod watched;
mod writers;

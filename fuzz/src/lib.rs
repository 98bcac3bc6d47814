//! Fuzz targets: each takes any bytes, and panics where a promise is broken.
//!
//! They are plain functions, so that libFuzzer (`targets/`) and a runner for stable compilers ([`campaign`]) run the same.
//! The crates below are built without encryption here (`identity-aead`): what a fuzzer changes in a sealed body reaches the
//! decoder, and nothing random is left in a run.
//!
//! | target | any bytes as | holds |
//! |---|---|---|
//! | [`node`] | a tree node | decoding refuses, never panics |
//! | [`record`] | a commit record | decoding refuses, never panics |
//! | [`superblock`] | a superblock | opening refuses, or the file serves |
//! | [`key_slots`] | changes of keys, rekeys, failing writes | the file opens with exactly the keys of a model |
//! | [`tree`] | transactions, vacuum, rekey, copies, failing writes, losses of power | the last durable commit or a later one, and a file that is whole |
//! | [`mod@file`] | damage to a small file | errors; and what `check` calls whole is read and written |
//! | [`segment`] | the header of an ann segment | decoding refuses, never panics |
//! | [`filter`] | filter columns and a predicate | the rows are those of an evaluation row by row |
//! | [`statement`] | SQL | an answer, or an error with a place inside of the text |

pub mod campaign;
mod disk;
pub mod file;
pub mod filter;
mod input;
pub mod key_slots;
mod marks;
mod mutate;
pub mod node;
pub mod record;
pub mod segment;
pub mod statement;
pub mod superblock;
mod template;
pub mod tree;

/// One fuzz target.
pub struct Target {
    /// Its name, and that of its folder in `corpus/`.
    pub name: &'static str,
    /// Runs one input.
    pub run: fn(&[u8]),
    /// Inputs to begin with; `corpus/` holds these.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Executions of a smoke run.
    pub smoke: u64,
}

/// All targets.
pub const TARGETS: [Target; 9] = [
    Target {
        name: "node",
        run: node::run,
        seeds: node::seeds,
        smoke: 300_000,
    },
    Target {
        name: "record",
        run: record::run,
        seeds: record::seeds,
        smoke: 300_000,
    },
    Target {
        name: "superblock",
        run: superblock::run,
        seeds: superblock::seeds,
        smoke: 5_000,
    },
    Target {
        name: "key_slots",
        run: key_slots::run,
        seeds: key_slots::seeds,
        smoke: 5_000,
    },
    Target {
        name: "tree",
        run: tree::run,
        seeds: tree::seeds,
        smoke: 4_000,
    },
    Target {
        name: "file",
        run: file::run,
        seeds: file::seeds,
        smoke: 20_000,
    },
    Target {
        name: "segment",
        run: segment::run,
        seeds: segment::seeds,
        smoke: 200_000,
    },
    Target {
        name: "filter",
        run: filter::run,
        seeds: filter::seeds,
        smoke: 30_000,
    },
    Target {
        name: "statement",
        run: statement::run,
        seeds: statement::seeds,
        smoke: 4_000,
    },
];

//! Any bytes as a commit record, below the seal that keeps them out in a real file.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| citadel_txn::fuzzing::record(bytes));

//! `filter` for cargo-fuzz.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| citadel_fuzz::filter::run(bytes));

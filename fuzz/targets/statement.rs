//! `statement` for cargo-fuzz.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| citadel_fuzz::statement::run(bytes));

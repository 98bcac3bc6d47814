//! Any bytes as the header of an ann segment.
#![no_main]

use citadel_vector::SegmentHeader;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    _ = SegmentHeader::decode(bytes);
});

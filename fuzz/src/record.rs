//! Any bytes as a commit record, below the seal that keeps them out of a real file.

use crate::template;

/// Where the two fixed records lie, and how long one is.
const RECORDS: std::ops::Range<usize> = 8192..24_576;
const RECORD_BYTES: usize = 8192;

/// Runs one input.
pub fn run(bytes: &[u8]) {
    citadel_txn::fuzzing::record(bytes);
}

/// The records of a small file.
pub fn seeds() -> Vec<Vec<u8>> {
    let file = template::closed();
    let records = file[RECORDS].chunks_exact(RECORD_BYTES);
    records
        .filter_map(|record| {
            let (len, body) = record.split_first_chunk()?;
            body.get(..u32::from_le_bytes(*len) as usize)
        })
        .filter(|body| !body.is_empty())
        .map(<[u8]>::to_vec)
        .collect()
}

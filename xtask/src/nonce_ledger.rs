//! The nonce ledger over a whole run of tests: each process leaves its counts in a folder, and here they are added up.

use std::fs;

use crate::command::{Result, root};

/// Runs tests with a ledger, and tells its counts. A repeat is an error.
pub(crate) fn watch(tests: impl FnOnce(&[(&str, &str)]) -> Result<()>) -> Result<String> {
    let folder = root().join("target").join("nonce-ledger");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    }
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    tests(&[("CITADEL_NONCE_LEDGER", &folder.to_string_lossy())])?;
    let mut sums = [0_u64; 3];
    let mut processes = 0;
    for entry in fs::read_dir(&folder).map_err(|error| error.to_string())? {
        let path = entry.map_err(|error| error.to_string())?.path();
        let text = fs::read_to_string(&path).map_err(|error| error.to_string())?;
        for (sum, number) in sums.iter_mut().zip(text.split_whitespace()) {
            *sum += number.parse::<u64>().map_err(|error| error.to_string())?;
        }
        processes += 1;
    }
    let [seals, keys, repeats] = sums;
    match repeats {
        0 => Ok(format!(
            "nonce ledger: {seals} seals under {keys} keys in {processes} processes, 0 repeats"
        )),
        _ => Err(format!("nonce ledger: {repeats} repeats in {seals} seals")),
    }
}

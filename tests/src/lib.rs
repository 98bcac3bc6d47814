//! What the cross-crate tests share: the simulated disk, golden scripts, and oracles.
#![forbid(unsafe_code)]

pub mod sim;

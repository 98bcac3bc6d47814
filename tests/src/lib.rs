//! What the cross-crate tests share: the simulated disk, what is tested on it, and the promises that are tested.
#![forbid(unsafe_code)]

pub mod arguments;
pub mod golden;
pub mod history;
pub mod kill;
pub mod promise;
pub mod sim;
pub mod slt;
pub mod subject;
pub mod text;
pub mod twins;
pub mod vectors;

//! Makes histories and has them checked: [`client`] is one connection's life, [`Round`] one database's with its crashes,
//! [`Campaign`] many of these.

mod campaign;
mod client;
mod keys;
mod mode;
mod round;
mod script;
#[cfg(test)]
mod tests;

pub use campaign::{Campaign, Tally};
pub use mode::{Ending, Layer, Mode};
pub use round::{Round, RoundReport};

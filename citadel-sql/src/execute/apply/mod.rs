//! Queries inside expressions: answered once before their plan starts ([`InitOp`]), or for each row ([`ApplyOp`]), by running
//! them ([`each`]) or from a table of all answers ([`by_key`]).
//!
//! They only read, in the transaction of the statement, and take what they need to know of the row as parameters.

mod answer;
mod by_key;
mod each;
mod init;
mod later;
mod operator;

pub(super) use init::InitOp;
pub(super) use later::{Later, set, with_params};
pub(super) use operator::{Answers, ApplyOp};

//! Quantizers: small codes that stand for vectors. Eight bits for each component are stored and put candidates in order; four
//! bits, made from those, lead walks and scans. Distances of codes are approximate; the caller reranks with the stored vectors.

mod coarse_codes;
mod query_code;
mod reach;
mod rotation;
mod scalar_codes;
mod score;

pub(crate) use coarse_codes::CoarseCodes;
pub(crate) use query_code::QueryCode;
pub(crate) use reach::Reach;
pub(crate) use scalar_codes::{ScalarCodes, Spread, coded, pad_dim};
pub(crate) use score::Score;

//! Quantizers: small codes that stand for vectors during the walk. Distances of codes are approximate; the caller reranks with
//! the stored vectors.

mod scalar_codes;
mod score;

pub(crate) use scalar_codes::{QueryCode, ScalarCodes, pad_dim};
pub(crate) use score::Score;

//! The life of an index below SQL: folding, refusing, remembering.

mod fixture;
mod fold;
mod merging;
mod refuse;
mod remember;

pub(crate) use refuse::{damage_a_chunk, damage_links};

//! placeholder

pub(crate) mod delta;

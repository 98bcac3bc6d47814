//! What values are: SQL types, owned and borrowed values, their order, casts and arithmetic.

mod sql_type;
mod value;

pub use sql_type::SqlType;
pub use value::{Value, ValueRef};

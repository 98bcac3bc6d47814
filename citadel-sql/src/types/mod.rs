//! What values are: SQL types, owned and borrowed values, their order, casts and arithmetic.
//!
//! What always holds: a REAL is never NaN or infinite, a VECTOR has 1 to 65,535 finite components; nothing here
//! truncates, wraps or rounds silently. NULL goes in and NULL comes out.

pub(crate) mod arithmetic;
mod cast;
mod compare;
mod like;
pub(crate) mod number_text;
mod sql_type;
mod value;
pub(crate) mod vector_text;

pub(crate) use cast::{
    assign, can_assign, can_cast, cast, coerce_compared, coerce_parameter, hex, unhex,
};
pub(crate) use compare::{compare, compare_integer_real, total_order};
pub(crate) use like::LikePattern;
pub use sql_type::SqlType;
pub use value::{Value, ValueRef};

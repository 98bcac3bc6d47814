//! What values are: SQL types, owned and borrowed values, their order, casts and arithmetic.
//!
//! What always holds: a REAL is never NaN or infinite, a VECTOR has 1 to 65,535 finite components; nothing here
//! truncates, wraps or rounds silently, but for f16, whose purpose it is. NULL goes in and NULL comes out.

pub(crate) mod arithmetic;
mod array;
mod bits;
mod cast;
mod collation;
mod compare;
mod domain;
mod enum_type;
mod like;
mod limit;
mod literal;
pub(crate) mod number_text;
pub(crate) mod numeric;
mod scalar_type;
mod sql_type;
mod stored_scalar;
mod stored_vector;
pub(crate) mod temporal;
#[cfg(test)]
pub(crate) mod testing;
mod uuid_text;
mod value;
mod vector_arithmetic;
mod vector_fit;
pub(crate) mod vector_text;
mod vector_type;

pub use array::{Array, ArrayRef, Dimension, Elements};
pub(crate) use array::{
    ArrayBuilder, Dimensions, SliceBound, assigned_element, assigned_slice, element, element_text,
    map_elements, parse_array, slice, too_large,
};
pub use bits::{Bits, BitsRef};
pub(crate) use cast::{
    assign, assign_in, can_assign, can_cast, cast, cast_in, coerce_compared, coerce_parameter, hex,
    unhex,
};
pub(crate) use collation::Collation;
pub(crate) use compare::{compare, compare_integer_real, total_order};
pub(crate) use domain::{Domain, DomainCheck, DomainDef, IsFalse, install as install_conditions};
pub use enum_type::{EnumType, EnumValue};
pub(crate) use enum_type::{check_label, placed, with_label};
pub(crate) use like::{LikePattern, LikeTail};
pub(crate) use limit::Limit;
pub(crate) use literal::{literal_text, quoted};
pub use numeric::{Numeric, NumericRef};
pub use scalar_type::ScalarType;
pub use sql_type::SqlType;
pub(crate) use stored_scalar::{put_scalar, read_scalar, skip_scalar};
pub(crate) use stored_vector::{StoredVector, put_vector};
pub use temporal::{Date, Interval, Time, Timestamp, TimestampTz};
pub(crate) use temporal::{StatementClock, now};
pub(crate) use uuid_text::parse_uuid;
pub use value::{Value, ValueRef};
pub(crate) use vector_fit::check_components;
pub use vector_type::{Element, VectorType};

//! What a program holds: databases, connections, statements, rows, values.

mod cache;
mod from_sql;
mod interrupt;
mod optional;
mod params;
mod row;
mod to_sql;

pub use from_sql::{FromSql, FromSqlError, FromSqlResult};
pub use interrupt::InterruptHandle;
pub use optional::OptionalExtension;
pub use params::{Params, ParamsFromIter, params_from_iter};
pub use row::{Row, RowIndex};
pub use to_sql::{ToSql, ToSqlOutput};

//! Citadel: an embedded SQL database in one encrypted file, with vector search in the planner.
//!
//! One statement travels one way, and each station is a module here:
//!
//! ```text
//! text ─parse─► AST ─bind─► bound tree ─plan─► physical plan ─execute─► batches of rows
//! ```
//!
//! `types` and `functions` say what values are and do, `schema` what tables are, `store` how rows and
//! indexes lie in trees, `ann` how a vector index stays right, `api` what a program holds.
#![forbid(unsafe_code)]

mod ann;
mod api;
mod ast;
mod batch;
mod bind;
mod codec;
mod error;
mod execute;
mod functions;
mod parse;
mod plan;
mod schema;
mod store;
mod types;

pub use api::{
    FromSql, FromSqlError, FromSqlResult, InterruptHandle, OptionalExtension, Params,
    ParamsFromIter, Row, RowIndex, ToSql, ToSqlOutput, params_from_iter,
};
pub use error::{Error, Position, Result, SqlState};
pub use types::{SqlType, Value, ValueRef};

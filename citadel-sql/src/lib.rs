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

pub use ann::{AnnIndexStatus, Blake3, PersistReport, SegmentState, SegmentStatus};
pub use api::{
    AndThenRows, CheckReport, ColumnInfo, Connection, Database, DropBehavior, FromSql,
    FromSqlError, FromSqlResult, IndexInfo, IndexKindInfo, InterruptHandle, MappedRows,
    OptionalExtension, Options, Params, ParamsFromIter, Row, RowIndex, Rows, Statement, TableInfo,
    ToSql, ToSqlOutput, Transaction, TransactionBehavior, params_from_iter,
};
pub use citadel_txn::{
    Anchor, FileStorage, Generation, Kdf, Key, MemoryStorage, PageSize, Storage,
};
pub use citadel_vector::{Metric, Progress, Stage};
pub use error::{Error, Position, Result, SqlState};
pub use types::{SqlType, Value, ValueRef};

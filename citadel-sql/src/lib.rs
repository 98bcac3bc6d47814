//! Citadel: an embedded SQL database in one encrypted file, with vector search in the planner.
//!
//! A program opens a [`Connection`] with a [`Key`] and runs SQL. The names are those of rusqlite where it has them;
//! vectors are `&[f32]`, `[f32; N]` and `Vec<f32>` in and out.
//!
//! ```
//! use citadel_sql::{Connection, Key, params};
//!
//! # fn main() -> citadel_sql::Result<()> {
//! # let dir = tempfile::tempdir().unwrap();
//! # let path = dir.path().join("notes.citadel");
//! let db = Connection::open(&path, Key::raw([7; 32]))?;
//! db.execute_batch(
//!     "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT, topic TEXT, emb VECTOR(3));
//!      CREATE INDEX notes_emb ON notes USING ann (emb) WITH (metric = 'cosine', filters = 'topic');",
//! )?;
//! let mut insert = db.prepare("INSERT INTO notes (body, topic, emb) VALUES (?, ?, ?)")?;
//! insert.execute(params!["sourdough", "bread", [0.9_f32, 0.1, 0.0]])?;
//! insert.execute(params!["kimchi", "pickles", [0.8_f32, 0.3, 0.1]])?;
//!
//! let nearest = db.query_map(
//!     "SELECT body FROM notes WHERE topic = :topic ORDER BY emb <=> :q LIMIT 10",
//!     citadel_sql::named_params! { ":topic": "bread", ":q": [1.0_f32, 0.0, 0.0] },
//!     |row| row.get::<_, String>(0),
//! )?;
//! assert_eq!(nearest, ["sourdough"]);
//! # Ok(())
//! # }
//! ```
//!
//! What a program may rely on:
//!
//! - Everything that reaches the file is sealed; a file that was changed by another hand is an error, never a wrong row.
//! - A statement that fails leaves no trace, inside of a transaction too ([`Transaction`]).
//! - A vector index is right after every statement; [`Connection::persist_ann_index`] makes it quick again after many.
//! - Errors say whose they are: see the predicates of [`Error`], its SQLSTATE and its place in the text.
//!
//! # Inside
//!
//! One statement travels one way, and each station is a module here:
//!
//! ```text
//! text ─parse─► AST ─bind─► bound tree ─plan─► physical plan ─execute─► batches of rows
//! ```
//!
//! `types` and `functions` say what values are and do, `expression` computes them over batches, `schema` says what
//! tables are, `store` how rows and indexes lie in trees, `ann` how a vector index stays right, `api` what a program holds.
#![forbid(unsafe_code)]

mod ann;
mod api;
#[cfg(feature = "lake")]
mod arrow;
mod ast;
mod batch;
mod bind;
mod codec;
mod copy;
mod error;
mod execute;
mod expression;
mod findings;
mod functions;
mod lake;
mod parquet;
mod parse;
mod plan;
mod schema;
mod statistics;
mod store;
mod types;

pub use ann::{AnnIndexStatus, Blake3, Moment, PersistReport, SegmentState, SegmentStatus};
pub use api::{
    AndThenRows, Appender, Arguments, ArrayElement, CheckReport, ColumnInfo, CommentInfo,
    Connection, CopyWay, Database, DomainInfo, DropBehavior, FromSql, FromSqlResult, IndexInfo,
    IndexKindInfo, InterruptHandle, MappedRows, NewLakeTable, ObjectKind, ObjectSpace,
    OptionalExtension, Options, Params, ParamsFromIter, Row, RowIndex, Rows, SalvageReport,
    SalvagedTable, SequenceInfo, SpaceReport, Statement, TableInfo, ToSql, ToSqlOutput,
    Transaction, TransactionBehavior, TriggerInfo, TypeInfo, ViewInfo, params_from_iter, salvage,
    salvage_storage,
};
pub use citadel_txn::{
    Anchor, BackupReport, Durability, FileStorage, Generation, Kdf, Key, MemoryStorage, PageSize,
    Phase, Progress, Quiet, RekeyReport, SlotIndex, SlotInfo, Step, Storage, VacuumReport,
};
pub use citadel_vector::{CalibratedRecall, Calibration, Curve, Point};
pub use citadel_vector::{Progress as BuildProgress, Stage as BuildStage};
pub use copy::RejectedRow;
pub use error::{Error, FromSqlError, Position, Result, SqlState};
pub use functions::{Aggregate, Signature};
pub use lake::{LakeProgress, LakeStage};
pub use schema::{Metric, Recall};
pub use store::RowAction;
pub use types::{
    Array, ArrayRef, Bits, BitsRef, Date, Dimension, Element, Elements, EnumType, EnumValue,
    Interval, Numeric, NumericRef, ScalarType, SqlType, Time, Timestamp, TimestampTz, Value,
    ValueRef, VectorType,
};

/// The README's example is run as a test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

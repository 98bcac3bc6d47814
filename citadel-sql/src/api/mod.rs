//! What a program holds: databases, connections, statements, rows, values. The names are those of rusqlite.
//!
//! ```text
//! Database ──connect──► Connection ──prepare──► Statement ──query──► Rows ──next──► Row
//!  (shared)              │      └─ session: the transaction that it is in
//!                        └─ cache: statements by text, parsed and planned ([`prepared`]), run by [`run`]
//! ```

mod ann;
mod appender;
mod array_element;
mod cache;
mod catalogs;
mod connection;
mod copy;
mod database;
mod deferred;
mod extensions;
mod from_sql;
mod hooks;
mod interrupt;
mod keeper;
mod lake;
mod optional;
mod options;
mod params;
mod pragma;
mod prepared;
mod registry;
mod row;
mod rows;
mod run;
mod savepoints;
mod schema_info;
mod session;
mod spare;
mod statement;
#[cfg(test)]
mod tests;
mod to_sql;
mod transaction;

pub use appender::Appender;
pub use array_element::ArrayElement;
pub use connection::Connection;
pub use copy::CopyWay;
pub use database::Database;
pub use extensions::Arguments;
pub use from_sql::{FromSql, FromSqlResult};
pub use interrupt::InterruptHandle;
pub use keeper::{
    CheckReport, ObjectKind, ObjectSpace, SalvageReport, SalvagedTable, SpaceReport, salvage,
    salvage_storage,
};
pub use optional::OptionalExtension;
pub use options::Options;
pub use params::{Params, ParamsFromIter, params_from_iter};
pub use row::{Row, RowIndex};
pub use rows::{AndThenRows, MappedRows, Rows};
pub use schema_info::{
    ColumnInfo, CommentInfo, DomainInfo, IndexInfo, IndexKindInfo, SequenceInfo, TableInfo,
    TriggerInfo, TypeInfo, ViewInfo,
};
pub use statement::{NewLakeTable, Statement};
pub use to_sql::{ToSql, ToSqlOutput};
pub use transaction::{DropBehavior, Transaction, TransactionBehavior};

//! Rows that tell what is defined: `sqlite_schema`, `information_schema`, `pg_tables` and their like.

mod columns;
mod constraints;
mod domains;
mod objects;
mod statistics;
mod triggers;

use citadel_txn::View;

use crate::error::Result;
use crate::functions::Definitions;
use crate::schema::Catalog;
use crate::types::Value;

/// What the database is called where a name is wanted, and its only schema.
const CATALOG: &str = "citadel";
const SCHEMA: &str = "main";

/// The rows of a relation, as a transaction sees the definitions.
///
/// # Errors
/// Storage errors.
pub(super) fn rows(view: &dyn View, relation: Definitions) -> Result<Vec<Vec<Value>>> {
    let catalog = Catalog::load(view)?;
    Ok(match relation {
        Definitions::SqliteSchema => objects::sqlite_schema(&catalog),
        Definitions::Schemata => vec![vec![text(CATALOG), text(SCHEMA)]],
        Definitions::Tables => objects::tables(&catalog),
        Definitions::Columns => columns::columns(&catalog),
        Definitions::Views => objects::views(&catalog),
        Definitions::TableConstraints => constraints::all(&catalog),
        Definitions::KeyColumnUsage => constraints::key_columns(&catalog),
        Definitions::ConstraintColumnUsage => constraints::used_columns(&catalog),
        Definitions::ReferentialConstraints => constraints::references(&catalog),
        Definitions::CheckConstraints => constraints::checks(&catalog),
        Definitions::Triggers => triggers::triggers(&catalog),
        Definitions::Sequences => objects::sequences(&catalog),
        Definitions::PgTables => objects::pg_tables(&catalog),
        Definitions::PgViews => objects::pg_views(&catalog),
        Definitions::PgIndexes => objects::pg_indexes(&catalog),
        Definitions::PgStats => statistics::pg_stats(&catalog)?,
        Definitions::SqliteStat1 => statistics::sqlite_stat1(&catalog),
        Definitions::PgSequences => objects::pg_sequences(view, &catalog)?,
        Definitions::Domains => domains::domains(&catalog),
        Definitions::DomainConstraints => domains::constraints(&catalog),
        Definitions::PgMatviews => objects::pg_matviews(&catalog),
        Definitions::SqliteSequence => objects::sqlite_sequence(view, &catalog)?,
    })
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn number(number: impl Into<i64>) -> Value {
    Value::Integer(number.into())
}

fn yes_or_no(is_so: bool) -> Value {
    text(if is_so { "YES" } else { "NO" })
}

/// A name with the catalog and the schema before it.
fn qualified(name: &str) -> [Value; 3] {
    [text(CATALOG), text(SCHEMA), text(name)]
}

//! Sequences: made before the tables whose defaults ask them, and set to where they stood when all rows are there.

use std::sync::Arc;

use citadel_txn::Salvage;

use crate::api::connection::Connection;
use crate::error::Result;
use crate::schema::{SEQUENCE_TREE, SequenceDef, SequenceId, SequenceState, TableDef, quoted};
use crate::types::{Value, literal_text};

/// The column that owns a sequence, and whether that is its identity.
fn owner(tables: &[Arc<TableDef>], id: SequenceId) -> Option<(&TableDef, &str, bool)> {
    tables.iter().find_map(|table| {
        let mut columns = table.columns.iter();
        let column = columns.find(|column| column.sequences.owned.contains(&id))?;
        let is_identity = column.sequences.identity.is_some();
        Some((&**table, column.name.as_str(), is_identity))
    })
}

/// Makes those that no table makes. Says how many could not be made.
pub(super) fn make(
    db: &Connection,
    sequences: &[SequenceDef],
    tables: &[Arc<TableDef>],
) -> Result<u64> {
    let mut lost = 0;
    for sequence in sequences {
        if !matches!(owner(tables, sequence.id), Some((_, _, true))) {
            lost += u64::from(refused(db, &sequence.statement())?);
        }
    }
    Ok(lost)
}

/// Sets them to where they stood, and says whose they are. Says how many could not be.
pub(super) fn advance(
    db: &Connection,
    source: &Salvage,
    sequences: &[SequenceDef],
    tables: &[Arc<TableDef>],
) -> Result<u64> {
    let mut lost = 0;
    for entry in source.entries(SEQUENCE_TREE) {
        let id = <[u8; 8]>::try_from(&entry.key[..]).map(u64::from_be_bytes);
        let counted = id.ok().and_then(|id| {
            let mut all = tables.iter();
            all.find(|table| table.counter() == Some(SequenceId(id)))
        });
        if let (Some(table), Ok(state)) = (counted, SequenceState::decode(&entry.value)) {
            lost += u64::from(refused(db, &restart(table, state))?);
            continue;
        }
        let known = id.ok().and_then(|id| {
            let mut all = sequences.iter();
            all.find(|sequence| sequence.id == SequenceId(id))
        });
        let (Some(sequence), Ok(state)) = (known, SequenceState::decode(&entry.value)) else {
            lost += 1;
            continue;
        };
        let text = |text: String| literal_text(&Value::Text(text));
        let own = owner(tables, sequence.id);
        let named = match own {
            Some((table, column, true)) => format!(
                "pg_get_serial_sequence({}, {})",
                text(quoted(&table.name)),
                text(column.to_owned())
            ),
            _ => text(quoted(&sequence.name)),
        };
        let (last, is_called) = (state.last, state.is_called);
        lost += u64::from(refused(
            db,
            &format!("SELECT setval({named}, {last}, {is_called})"),
        )?);
        if let Some((table, column, false)) = own {
            let (name, table) = (quoted(&sequence.name), quoted(&table.name));
            let column = quoted(column);
            let statement = format!("ALTER SEQUENCE {name} OWNED BY {table}.{column}");
            lost += u64::from(refused(db, &statement)?);
        }
    }
    Ok(lost)
}

/// What lets a table with AUTOINCREMENT count on.
fn restart(table: &TableDef, state: SequenceState) -> String {
    let column = table.rowid_column.map(|no| &table.column(no).name);
    let (name, column) = (quoted(&table.name), quoted(column.map_or("", |name| name)));
    let next = state.counted().saturating_add(1);
    format!("ALTER TABLE {name} ALTER COLUMN {column} RESTART WITH {next}")
}

fn refused(db: &Connection, statement: &str) -> Result<bool> {
    match db.execute_batch(statement) {
        Err(error) if error.is_io() => Err(error),
        done => Ok(done.is_err()),
    }
}

//! What a table tells of itself, and what is done with its files.

use std::time::Duration;

use citadel_lake::{FileContent, IndexState, LakeTable};

use super::{of_lake, table_key};
use crate::error::Result;
use crate::functions::Told;
use crate::lake::{Site, Upkeep};
use crate::schema::LakeHome;
use crate::types::Value;

/// Rows of what is told.
pub(super) fn told(
    site: &Site,
    table: impl FnOnce() -> Result<LakeTable>,
    what: Told,
) -> Result<Vec<Vec<Value>>> {
    match what {
        Told::Snapshots => snapshots(&table()?),
        Told::Files => files(&table()?),
        Told::Indexes => indexes(&table()?),
        Told::History => history(&table()?),
        Told::Metadata => metadata(site, &table()?),
        // It lies here, whatever has become of the table.
        Told::Key => Ok(key(&site.home)),
    }
}

/// The key of a table, with its name; no row where it has none.
fn key(home: &LakeHome) -> Vec<Vec<Value>> {
    let row = home.key.as_ref().map(|key| {
        let digits = key.digits().to_string();
        vec![Value::Text(table_key(key).id()), Value::Text(digits)]
    });
    row.into_iter().collect()
}

fn snapshots(table: &LakeTable) -> Result<Vec<Vec<Value>>> {
    let snapshots = table.snapshots().map_err(of_lake)?.into_iter();
    let rows = snapshots.map(|snapshot| {
        let count = |key: &str| {
            let text = snapshot.summary.get(key);
            Value::from(text.and_then(|text| text.parse::<i64>().ok()))
        };
        vec![
            Value::Integer(snapshot.id),
            Value::from(snapshot.parent),
            Value::Integer(snapshot.sequence),
            Value::Integer(snapshot.time_ms),
            count("added-records"),
            count("total-records"),
            Value::Text(snapshot.operation.clone()),
        ]
    });
    Ok(rows.collect())
}

fn files(table: &LakeTable) -> Result<Vec<Vec<Value>>> {
    let files = table.files().map_err(of_lake)?.into_iter();
    let rows = files.map(|file| {
        let content = match file.content {
            FileContent::Rows => "rows",
            FileContent::PositionDeletes => "position deletes",
            FileContent::EqualityDeletes => "equality deletes",
            _ => "other",
        };
        vec![
            Value::Text(file.path),
            Value::Text(content.to_owned()),
            number(file.rows),
            number(file.bytes),
            Value::Integer(file.snapshot_id),
            Value::Integer(file.sequence),
        ]
    });
    Ok(rows.collect())
}

fn indexes(table: &LakeTable) -> Result<Vec<Vec<Value>>> {
    let indexes = table.indexes().map_err(of_lake)?.into_iter();
    let rows = indexes.map(|index| {
        let (state, reason) = match index.state {
            IndexState::Indexing => ("to be built", None),
            IndexState::Ready => ("ready", None),
            IndexState::Failed(reason) => ("failed", Some(reason)),
            IndexState::Small => ("scanned", None),
            _ => ("other", None),
        };
        vec![
            Value::Text(index.data_file),
            Value::Text(index.column),
            Value::Text(state.to_owned()),
            Value::from(reason),
        ]
    });
    Ok(rows.collect())
}

fn history(table: &LakeTable) -> Result<Vec<Vec<Value>>> {
    let history = table.history().map_err(of_lake)?.into_iter();
    let rows = history.map(|(time_ms, id)| vec![Value::Integer(time_ms), Value::Integer(id)]);
    Ok(rows.collect())
}

/// Who tells which metadata is the newest, and which that is.
fn metadata(site: &Site, table: &LakeTable) -> Result<Vec<Vec<Value>>> {
    let path = table.metadata_location().map_err(of_lake)?;
    let catalog = site.home.catalog.name().to_owned();
    Ok(vec![vec![Value::Text(catalog), Value::Text(path)]])
}

/// Does it, and gives what there is to report.
pub(super) fn upkeep(table: &LakeTable, what: Upkeep) -> Result<Vec<Value>> {
    Ok(match what {
        Upkeep::Compact { by } => {
            let done = match by {
                None => table.compact(),
                Some(column) => table.compact_by(&column),
            };
            let done = done.map_err(of_lake)?;
            let files = [done.replaced, done.written];
            let mut row = vec![Value::from(done.snapshot_id)];
            row.extend(files.map(|files| number(files as u64)));
            row
        }
        Upkeep::Expire { before_ms, keep } => {
            let expired = table.expire_snapshots(before_ms, keep).map_err(of_lake)?;
            vec![number(expired.len() as u64)]
        }
        Upkeep::BuildIndexes => vec![number(table.build_indexes().map_err(of_lake)? as u64)],
        Upkeep::RemoveOrphans { hours } => {
            let age = Duration::from_secs(hours.saturating_mul(3_600));
            vec![number(table.remove_orphans(age).map_err(of_lake)? as u64)]
        }
    })
}

fn number(number: u64) -> Value {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

//! The face of a lake, answered by citadel-lake. Its batches are Arrow's.

mod filter;
mod report;
mod rows;
mod types;

use std::path::Path;

use arrow_array::RecordBatch;
use citadel_lake::{
    LakeError, LakeStore, LakeTable, PartitionBy, TableDefinition, TableKey, VectorColumn,
};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use super::access::{Found, Lake, LakeRows, Opened, Read, Search};
use super::{Comparison, Condition, Upkeep};
use crate::batch::Batch;
use crate::bind::bound::{NewColumn, NewEncryption, NewLake, PartitionKey, PartitionTransform};
use crate::error::{Error, Result, SqlState};
use crate::functions::Told;
use crate::schema::{LakeHome, LakeKey, Metric};
use crate::types::Value;

use filter::Filters;
use rows::{ArrowRows, FoundRows};

/// Tables that were opened, by their location.
#[derive(Debug, Default)]
pub(crate) struct Bridge {
    tables: Mutex<FxHashMap<String, LakeTable>>,
}

impl Bridge {
    fn table(&self, home: &LakeHome) -> Result<LakeTable> {
        let key = home.key.as_ref().map(table_key);
        let id = key.as_ref().map(TableKey::id);
        if let Some(table) = self.tables.lock().get(&home.location)
            && table.key_id() == id
        {
            return Ok(table.clone());
        }
        let (store, name) = place(&home.location)?;
        let table = open(&store, name, key).map_err(of_lake)?;
        self.tables
            .lock()
            .insert(home.location.clone(), table.clone());
        Ok(table)
    }
}

fn open(store: &LakeStore, name: &str, key: Option<TableKey>) -> Result<LakeTable, LakeError> {
    match key {
        None => LakeTable::open(store, name),
        Some(key) => LakeTable::open_encrypted(store, name, key),
    }
}

fn table_key(key: &LakeKey) -> TableKey {
    TableKey::new(*key.bytes())
}

/// The store that a location lies in, and its path there.
fn place(location: &str) -> Result<(LakeStore, &str)> {
    let path = Path::new(location);
    let name = path.file_name().and_then(|name| name.to_str());
    let (Some(parent), Some(name)) = (path.parent(), name) else {
        let text = format!("\"{location}\" is no folder that a table can have");
        return Err(Error::sql(SqlState::INVALID_PARAMETER_VALUE, text));
    };
    Ok((LakeStore::local(parent).map_err(of_lake)?, name))
}

/// What the lake says, by who must act.
fn of_lake(error: LakeError) -> Error {
    let state = match &error {
        LakeError::NoTable { .. } => SqlState::UNDEFINED_TABLE,
        error if error.is_conflict() || error.is_busy() => SqlState::SERIALIZATION_FAILURE,
        error if error.is_wrong_key() => SqlState::INVALID_AUTHORIZATION,
        error if error.is_corrupt() => SqlState::DATA_CORRUPTED,
        error if error.is_io() => SqlState::IO_ERROR,
        error if error.is_unsupported() => SqlState::FEATURE_NOT_SUPPORTED,
        _ => SqlState::DATA_EXCEPTION,
    };
    Error::sql(state, format!("lake: {error}"))
}

/// The same where a table is made or opened, with what is to be given.
fn of_opening(error: LakeError, new: &NewLake) -> Error {
    let is_key = error.is_wrong_key();
    let told = of_lake(error);
    match (is_key, &new.encryption) {
        (false, _) => told,
        (true, NewEncryption::Key(_)) => {
            told.hint("SELECT key FROM lake_key('t') tells the key, in a database that has the table")
        }
        (true, _) => told.hint(
            "WITH (location = '…', encryption = 'parquet', encryption_key = '…'): SELECT key FROM lake_key('t') tells the key, in a database that has the table",
        ),
    }
}

impl Lake for Bridge {
    fn open(&self, new: &NewLake, columns: &[NewColumn]) -> Result<Opened> {
        let (store, name) = place(&new.location)?;
        let given = match &new.encryption {
            NewEncryption::Key(key) => Some(key.clone()),
            NewEncryption::Clear | NewEncryption::NewKey => None,
        };
        let found = open(&store, name, given.as_ref().map(table_key));
        let (table, key) = match found {
            Ok(_) if new.encryption == NewEncryption::NewKey => {
                return Err(Error::sql(
                    SqlState::INVALID_DEFINITION,
                    "lake: the table that is there is not encrypted",
                )
                .hint("another location, for a table of its own"));
            }
            Ok(table) => (table, given),
            Err(error) if error.is_no_table() && !columns.is_empty() => {
                let key = match new.encryption {
                    NewEncryption::NewKey => {
                        let key = TableKey::random().map_err(of_lake)?;
                        Some(LakeKey::new(*key.bytes()))
                    }
                    _ => given,
                };
                let definition = definition(new, columns, key.as_ref())?;
                let table = match LakeTable::create(&store, name, definition) {
                    // Somebody else was faster.
                    Err(LakeError::TableExists { .. }) => {
                        open(&store, name, key.as_ref().map(table_key))
                    }
                    made => made,
                };
                (table.map_err(|error| of_opening(error, new))?, key)
            }
            Err(error) if error.is_no_table() => {
                return Err(of_lake(error)
                    .hint("with columns, CREATE TABLE … USING iceberg makes the table"));
            }
            Err(error) => return Err(of_opening(error, new)),
        };
        let home = LakeHome {
            location: new.location.clone(),
            key,
        };
        let opened = types::opened(&table, home, columns, new.metric)?;
        self.tables.lock().insert(new.location.clone(), table);
        Ok(opened)
    }

    fn current(&self, home: &LakeHome) -> Result<Option<i64>> {
        self.table(home)?.current_snapshot().map_err(of_lake)
    }

    fn current_at(&self, home: &LakeHome, time_ms: i64) -> Result<i64> {
        let table = self.table(home)?;
        let read = table.scan().as_of(time_ms).columns(&[]).read();
        let snapshot = read.map_err(of_lake)?.snapshot_id();
        snapshot.ok_or_else(|| {
            Error::sql(
                SqlState::INVALID_PARAMETER_VALUE,
                "lake: the table had no snapshot then",
            )
        })
    }

    fn read(&self, home: &LakeHome, read: &Read<'_>) -> Result<Box<dyn LakeRows>> {
        let table = self.table(home)?;
        let mut scan = table.scan().snapshot(read.snapshot);
        if let Some(condition) = read.condition {
            scan = scan.filter(Filters::of(&table)?.filter(condition)?);
        }
        let mut names: Vec<&str> = read.columns.iter().map(|(name, _)| *name).collect();
        let schema;
        if names.is_empty() {
            // Rows are counted by some column that is small.
            schema = table.schema().map_err(of_lake)?;
            names.extend(types::smallest(&schema));
        }
        let batches = scan.columns(&names).read().map_err(of_lake)?;
        Ok(Box::new(ArrowRows::new(batches, read.columns)))
    }

    fn nearest(&self, home: &LakeHome, search: &Search<'_>) -> Result<Found> {
        let table = self.table(home)?;
        let read = &search.read;
        let mut names: Vec<&str> = read.columns.iter().map(|(name, _)| *name).collect();
        let schema;
        let only_distance = names.is_empty();
        if only_distance {
            // Rows are found by some column.
            schema = table.schema().map_err(of_lake)?;
            names.extend(types::smallest(&schema));
        }
        let mut asked = table
            .search(search.vector, search.query)
            .k(search.k)
            .metric(types::lake_metric(search.metric)?)
            .snapshot(read.snapshot)
            .columns(&names);
        if search.exact {
            asked = asked.exact();
        }
        if let Some(condition) = read.condition {
            asked = asked.filter(Filters::of(&table)?.filter(condition)?);
        }
        let (mut batch, report) = asked.run_reporting().map_err(of_lake)?;
        if only_distance {
            batch.remove_column(0);
        }
        Ok(Found {
            count: batch.num_rows(),
            rows: Box::new(FoundRows::new(batch, read.columns, report)),
        })
    }

    fn stage(
        &self,
        home: &LakeHome,
        columns: &[&str],
        next: &mut dyn FnMut(&mut Batch) -> Result<bool>,
    ) -> Result<Vec<u8>> {
        let table = self.table(home)?;
        let schema = table.schema().map_err(of_lake)?;
        let mut batch = Batch::default();
        let mut failed = None;
        let batches = std::iter::from_fn(|| {
            let made = next(&mut batch).and_then(|more| match more {
                true => types::to_arrow(&batch, columns, &schema).map(Some),
                false => Ok(None),
            });
            made.unwrap_or_else(|error| {
                failed = Some(error);
                None
            })
            .map(Ok::<RecordBatch, LakeError>)
        });
        let staged = table.stage(batches);
        if let Some(error) = failed {
            if let Ok(staged) = staged {
                table.discard_staged(staged);
            }
            return Err(error);
        }
        let staged = staged.map_err(of_lake)?;
        table.keep_staged(&staged).map_err(of_lake)
    }

    fn discard(&self, home: &LakeHome, staged: &[u8]) {
        if let Ok(table) = self.table(home)
            && let Ok(staged) = table.kept_staged(staged)
        {
            table.discard_staged(staged);
        }
    }

    fn append(&self, home: &LakeHome, batch_id: &str, staged: &[u8]) -> Result<()> {
        let table = self.table(home)?;
        let staged = table.kept_staged(staged).map_err(of_lake)?;
        let appended = table.append_staged(batch_id, &staged);
        appended.map(drop).map_err(of_lake)
    }

    fn delete(&self, home: &LakeHome, batch_id: &str, condition: &Condition<Value>) -> Result<()> {
        let table = self.table(home)?;
        let filter = Filters::of(&table)?.filter(condition)?;
        let deleted = table.delete_idempotent(batch_id, &filter);
        deleted.map(drop).map_err(of_lake)
    }

    fn has_batch(&self, home: &LakeHome, batch_id: &str) -> Result<bool> {
        self.table(home)?.has_batch(batch_id).map_err(of_lake)
    }

    fn told(&self, home: &LakeHome, what: Told) -> Result<Vec<Vec<Value>>> {
        report::told(home, || self.table(home), what)
    }

    fn upkeep(&self, home: &LakeHome, what: Upkeep) -> Result<Vec<Value>> {
        report::upkeep(&self.table(home)?, what)
    }

    fn new_batch_id(&self) -> String {
        LakeTable::new_batch_id()
    }
}

/// The table to be made.
fn definition(
    new: &NewLake,
    columns: &[NewColumn],
    key: Option<&LakeKey>,
) -> Result<TableDefinition> {
    let mut definition = TableDefinition::new(types::schema(columns)?);
    for (column, dimension) in types::vectors(columns) {
        let metric = types::lake_metric(new.metric.unwrap_or(Metric::L2))?;
        let mut vector = VectorColumn::new(&column.name, dimension, metric);
        if let Some(kind) = &new.index {
            vector = vector.index(kind.parse().map_err(of_lake)?);
        }
        if let Some(model) = &new.embedding_model {
            vector = vector.embedding_model(model);
        }
        definition = definition.vector(vector);
    }
    for by in &new.partition_by {
        definition = definition.partition_by(partition(by, columns));
    }
    if let Some(key) = key {
        definition = definition.encrypted(table_key(key));
    }
    Ok(definition)
}

fn partition(key: &PartitionKey, columns: &[NewColumn]) -> PartitionBy {
    // Names are found without regard to case here, and with it there.
    let same = |column: &&NewColumn| column.name.eq_ignore_ascii_case(&key.column);
    let column = columns.iter().find(same);
    let name = column.map_or_else(|| key.column.clone(), |column| column.name.clone());
    match key.transform {
        PartitionTransform::Identity => PartitionBy::Identity(name),
        PartitionTransform::Bucket(count) => PartitionBy::Bucket(name, count),
        PartitionTransform::Truncate(width) => PartitionBy::Truncate(name, width),
        PartitionTransform::Year => PartitionBy::Year(name),
        PartitionTransform::Month => PartitionBy::Month(name),
        PartitionTransform::Day => PartitionBy::Day(name),
        PartitionTransform::Hour => PartitionBy::Hour(name),
    }
}

//! The face of a lake, answered by citadel-lake. Its batches are Arrow's.

mod filter;
mod pointer;
mod report;
mod rows;
mod types;

use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use citadel_lake::{
    LakeError, LakeStore, LakeTable, PartitionBy, TableDefinition, TableKey, VectorColumn,
};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use super::access::{Found, Lake, LakeRows, Opened, Read, Search};
use super::pointer::{Keeper, Seen};
use super::{Comparison, Condition, Site, Upkeep, Withdraw};
use crate::batch::Batch;
use crate::bind::bound::{NewColumn, NewEncryption, NewLake, PartitionKey, PartitionTransform};
use crate::error::{Error, Result, SqlState};
use crate::functions::Told;
use crate::schema::{LakeCatalog, LakeHome, LakeKey, Metric};
use crate::types::Value;

use filter::Filters;
use rows::{ArrowRows, FoundRows};

/// Tables that were opened, by their location: those whose folder tells their newest metadata, and the others.
#[derive(Debug, Default)]
pub(crate) struct Bridge {
    tables: Mutex<FxHashMap<String, LakeTable>>,
    embedded: Mutex<FxHashMap<String, LakeTable>>,
}

impl Bridge {
    fn table(&self, site: &Site) -> Result<LakeTable> {
        let location = &site.home.location;
        let key = site.home.key.as_ref().map(table_key);
        let id = key.as_ref().map(TableKey::id);
        let pointer = pointer::of(&site.keeper);
        let known = self.known(pointer.is_some());
        if let Some(table) = known.lock().get(location)
            && table.key_id() == id
        {
            // What was read of the table is kept, whichever state of it is looked at.
            return Ok(pointer.map_or_else(|| table.clone(), |pointer| table.at(pointer)));
        }
        let (store, name) = place(location)?;
        let table = match (pointer, key) {
            (None, key) => open(&store, name, key),
            (Some(pointer), None) => LakeTable::open_at(&store, pointer),
            (Some(pointer), Some(key)) => LakeTable::open_at_encrypted(&store, pointer, key),
        };
        let table = table.map_err(of_lake)?;
        known.lock().insert(location.clone(), table.clone());
        Ok(table)
    }

    fn known(&self, is_embedded: bool) -> &Mutex<FxHashMap<String, LakeTable>> {
        match is_embedded {
            false => &self.tables,
            true => &self.embedded,
        }
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

/// What the lake says, by who must act. What this database said to the lake is said as it was.
fn of_lake(error: LakeError) -> Error {
    let error = match error {
        LakeError::Catalog { action, source } => match source.downcast::<Error>() {
            Ok(own) => return *own,
            Err(source) => LakeError::Catalog { action, source },
        },
        error => error,
    };
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
        let given = match &new.encryption {
            NewEncryption::Key(key) => Some(key.clone()),
            NewEncryption::Clear | NewEncryption::NewKey => None,
        };
        let (keeper, table, key) = match new.catalog {
            LakeCatalog::Files => {
                let (table, key) = open_files(new, columns, given)?;
                (Keeper::Files, table, key)
            }
            LakeCatalog::Embedded => open_embedded(new, columns, given)?,
        };
        let is_made = new.catalog == LakeCatalog::Embedded && new.metadata.is_none();
        let made = is_made.then(|| Box::new(Made(table.clone())) as Box<dyn Withdraw>);
        let location = new.location.clone();
        let site = Site {
            home: LakeHome { location, key },
            keeper,
        };
        let opened = types::opened(&table, columns, new.metric, (site, made))?;
        let known = self.known(new.catalog == LakeCatalog::Embedded);
        known.lock().insert(new.location.clone(), table);
        Ok(opened)
    }

    fn current(&self, site: &Site) -> Result<Option<i64>> {
        self.table(site)?.current_snapshot().map_err(of_lake)
    }

    fn current_at(&self, site: &Site, time_ms: i64) -> Result<i64> {
        let table = self.table(site)?;
        let read = table.scan().as_of(time_ms).columns(&[]).read();
        let snapshot = read.map_err(of_lake)?.snapshot_id();
        snapshot.ok_or_else(|| {
            Error::sql(
                SqlState::INVALID_PARAMETER_VALUE,
                "lake: the table had no snapshot then",
            )
        })
    }

    fn read(&self, site: &Site, read: &Read<'_>) -> Result<Box<dyn LakeRows>> {
        let table = self.table(site)?;
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

    fn nearest(&self, site: &Site, search: &Search<'_>) -> Result<Found> {
        let table = self.table(site)?;
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
        site: &Site,
        columns: &[&str],
        next: &mut dyn FnMut(&mut Batch) -> Result<bool>,
    ) -> Result<Vec<u8>> {
        let table = self.table(site)?;
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

    fn discard(&self, site: &Site, staged: &[u8]) {
        if let Ok(table) = self.table(site)
            && let Ok(staged) = table.kept_staged(staged)
        {
            table.discard_staged(staged);
        }
    }

    fn append(&self, site: &Site, batch_id: &str, staged: &[u8]) -> Result<()> {
        let table = self.table(site)?;
        let staged = table.kept_staged(staged).map_err(of_lake)?;
        let appended = table.append_staged(batch_id, &staged);
        appended.map(drop).map_err(of_lake)
    }

    fn delete(&self, site: &Site, batch_id: &str, condition: &Condition<Value>) -> Result<()> {
        let table = self.table(site)?;
        let filter = Filters::of(&table)?.filter(condition)?;
        let deleted = table.delete_idempotent(batch_id, &filter);
        deleted.map(drop).map_err(of_lake)
    }

    fn has_batch(&self, site: &Site, batch_id: &str) -> Result<bool> {
        self.table(site)?.has_batch(batch_id).map_err(of_lake)
    }

    fn told(&self, site: &Site, what: Told) -> Result<Vec<Vec<Value>>> {
        report::told(site, || self.table(site), what)
    }

    fn upkeep(&self, site: &Site, what: Upkeep) -> Result<Vec<Value>> {
        report::upkeep(&self.table(site)?, what)
    }

    fn new_batch_id(&self) -> String {
        LakeTable::new_batch_id()
    }
}

/// A table that is not committed yet.
#[derive(Debug)]
struct Made(LakeTable);

impl Withdraw for Made {
    fn withdraw(self: Box<Self>) {
        self.0.withdraw();
    }
}

/// The key of a table that is made: the one that is given, or a new one.
fn new_key(new: &NewLake, given: Option<LakeKey>) -> Result<Option<LakeKey>> {
    match new.encryption {
        NewEncryption::NewKey => {
            let key = TableKey::random().map_err(of_lake)?;
            Ok(Some(LakeKey::new(*key.bytes())))
        }
        _ => Ok(given),
    }
}

/// The table that is in a folder, or one that is made there; and its key.
fn open_files(
    new: &NewLake,
    columns: &[NewColumn],
    given: Option<LakeKey>,
) -> Result<(LakeTable, Option<LakeKey>)> {
    let (store, name) = place(&new.location)?;
    match open(&store, name, given.as_ref().map(table_key)) {
        Ok(_) if new.encryption == NewEncryption::NewKey => Err(Error::sql(
            SqlState::INVALID_DEFINITION,
            "lake: the table that is there is not encrypted",
        )
        .hint("another location, for a table of its own")),
        Ok(table) => Ok((table, given)),
        Err(error) if error.is_no_table() && !columns.is_empty() => {
            let key = new_key(new, given)?;
            let definition = definition(new, columns, key.as_ref())?;
            let table = match LakeTable::create(&store, name, definition) {
                // Somebody else was faster.
                Err(LakeError::TableExists { .. }) => {
                    open(&store, name, key.as_ref().map(table_key))
                }
                made => made,
            };
            Ok((table.map_err(|error| of_opening(error, new))?, key))
        }
        Err(error) if error.is_no_table() => {
            Err(of_lake(error).hint("with columns, CREATE TABLE … USING iceberg makes the table"))
        }
        Err(error) => Err(of_opening(error, new)),
    }
}

/// A new table whose pointer is to be kept here, or one that goes on from a metadata file.
fn open_embedded(
    new: &NewLake,
    columns: &[NewColumn],
    given: Option<LakeKey>,
) -> Result<(Keeper, LakeTable, Option<LakeKey>)> {
    let (store, name) = place(&new.location)?;
    if let Some(metadata) = &new.metadata {
        let below = Path::new(metadata).strip_prefix(&new.location).ok();
        let below = below.and_then(Path::to_str).ok_or_else(|| {
            Error::sql(
                SqlState::INVALID_PARAMETER_VALUE,
                format!("the metadata '{metadata}' is not below '{}'", new.location),
            )
        })?;
        let path = format!("{name}/{below}");
        let found = match given.as_ref().map(table_key) {
            None => LakeTable::open_metadata(&store, &path),
            Some(key) => LakeTable::open_metadata_encrypted(&store, &path, key),
        };
        let found = found.map_err(|error| of_opening(error, new))?;
        if found.path() != name {
            return Err(Error::sql(
                SqlState::INVALID_PARAMETER_VALUE,
                format!(
                    "'{metadata}' is metadata of a table at {}, not at '{}'",
                    found.location(),
                    new.location
                ),
            ));
        }
        let keeper = Keeper::Seen(Seen::of(Some(found.metadata_location().map_err(of_lake)?)));
        let table = pointer::of(&keeper).map(|pointer| found.at(pointer));
        return Ok((keeper, table.unwrap_or(found), given));
    }
    if columns.is_empty() {
        return Err(Error::sql(
            SqlState::INVALID_PARAMETER_VALUE,
            "a table USING iceberg with catalog = 'embedded' needs columns, or the option \"metadata\"",
        )
        .hint("metadata = '/a/folder/metadata/….metadata.json' goes on from there"));
    }
    let seen = Seen::of(None);
    let keeper = Keeper::Seen(Arc::clone(&seen));
    let Some(pointer) = pointer::of(&keeper) else {
        return Err(Error::Misuse("an embedded table has a pointer".to_owned()));
    };
    let key = new_key(new, given)?;
    let definition = definition(new, columns, key.as_ref())?;
    let made = LakeTable::create_at(&store, name, definition, pointer);
    let table = made.map_err(|error| match error {
        LakeError::TableExists { .. } => of_lake(error).hint(
            "the option \"metadata\" names the file from which it goes on: then nobody else may write the table any more",
        ),
        error => of_lake(error),
    })?;
    Ok((keeper, table, key))
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
    for name in &new.bloom_filters {
        let same = |column: &&NewColumn| column.name.eq_ignore_ascii_case(name);
        let column = columns.iter().find(same).ok_or_else(|| {
            Error::sql(
                SqlState::UNDEFINED_COLUMN,
                format!("bloom_filters names a column \"{name}\", which the table has not"),
            )
        })?;
        let property = format!("write.parquet.bloom-filter-enabled.column.{}", column.name);
        definition = definition.property(property, "true");
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

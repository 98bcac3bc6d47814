//! The face of a lake, answered by citadel-lake. Its batches are Arrow's.

mod filter;
mod open;
mod pointer;
mod report;
mod rows;
mod types;

use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use citadel_lake::{Filter, LakeError, LakeStore, LakeTable, Step, TableKey, Watch};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use super::access::{Found, Lake, LakeRows, Opened, Read, Search};
use super::watch::interrupted;
use super::{Comparison, Condition, LakeStage, LakeWatch, Site, Upkeep, Withdraw};
use crate::batch::Batch;
use crate::bind::bound::{NewColumn, NewLake};
use crate::error::{Error, Result, SqlState};
use crate::functions::Told;
use crate::schema::{LakeCatalog, LakeHome, LakeKey};
use crate::types::Value;

use filter::Filters;
use rows::{ArrowRows, FoundRows};

/// Tables that were opened, by their location and who keeps them.
#[derive(Debug, Default)]
pub(crate) struct Bridge {
    tables: Mutex<FxHashMap<(String, LakeCatalog), LakeTable>>,
}

impl Bridge {
    fn table(&self, site: &Site) -> Result<LakeTable> {
        let LakeHome {
            location,
            catalog,
            key,
        } = &site.home;
        let id = (location.clone(), catalog.clone());
        let key = key.as_ref().map(table_key);
        let key_id = key.as_ref().map(TableKey::id);
        let pointer = pointer::of(&site.keeper);
        if let Some(table) = self.tables.lock().get(&id)
            && table.key_id() == key_id
        {
            // What was read of the table is kept, whichever state of it is looked at.
            let table = pointer.map_or_else(|| table.clone(), |pointer| table.at(pointer));
            return Ok(table.watched(watch(&site.watch)));
        }
        let (store, name) = place(location)?;
        let table = match (pointer, catalog, key) {
            (None, LakeCatalog::Rest(server), key) => open::on_server(server, &store, key),
            (None, _, key) => open::in_folder(&store, name, key),
            (Some(pointer), _, None) => LakeTable::open_at(&store, pointer),
            (Some(pointer), _, Some(key)) => LakeTable::open_at_encrypted(&store, pointer, key),
        };
        let table = table.map_err(of_lake)?;
        self.tables.lock().insert(id, table.clone());
        Ok(table.watched(watch(&site.watch)))
    }
}

/// Ends what the lake does when the connection is interrupted, and tells how far it is.
fn watch(watch: &Arc<LakeWatch>) -> Watch {
    let told = Arc::clone(watch);
    Watch::new(Arc::clone(watch.flag())).on_step(move |step| match step {
        Step::Building(progress) => told.builds().tell(progress),
        Step::Rewriting { done, total } => told.tell(LakeStage::Compact, done, total),
        _ => {}
    })
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
        LakeError::Interrupted => return interrupted(),
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

impl Lake for Bridge {
    fn open(&self, new: &NewLake, columns: &[NewColumn]) -> Result<Opened> {
        let open::Found {
            table,
            keeper,
            home,
        } = open::open(new, columns)?;
        let is_made = new.catalog == LakeCatalog::Embedded && new.metadata.is_none();
        let made = is_made.then(|| Box::new(Made(table.clone())) as Box<dyn Withdraw>);
        let id = (home.location.clone(), home.catalog.clone());
        let site = Site {
            home,
            keeper,
            watch: Arc::default(),
        };
        let opened = types::opened(&table, columns, new, (site, made))?;
        self.tables.lock().insert(id, table);
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
        if let Some(filter) = wanted(&table, read)? {
            scan = scan.filter(filter);
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
        if let Some(filter) = wanted(&table, read)? {
            asked = asked.filter(filter);
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

/// The rows that a read wants; `None`: all.
fn wanted(table: &LakeTable, read: &Read<'_>) -> Result<Option<Filter>> {
    if read.condition.is_none() && read.deleted.is_empty() {
        return Ok(None);
    }
    let filters = Filters::of(table)?;
    let mut parts = Vec::with_capacity(read.deleted.len() + 1);
    if let Some(condition) = read.condition {
        parts.push(filters.filter(condition)?);
    }
    for deleted in read.deleted {
        parts.push(Filter::Unless(Box::new(filters.filter(deleted)?)));
    }
    Ok(match parts.len() {
        1 => parts.pop(),
        _ => Some(Filter::All(parts)),
    })
}

/// A table that is not committed yet.
#[derive(Debug)]
struct Made(LakeTable);

impl Withdraw for Made {
    fn withdraw(self: Box<Self>) {
        self.0.withdraw();
    }
}

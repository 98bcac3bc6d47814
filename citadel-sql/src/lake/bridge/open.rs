//! Making and opening tables, in a folder, by a pointer of this database, and on a server.

use std::path::Path;
use std::sync::Arc;

use citadel_lake::{
    LakeError, LakeStore, LakeTable, PartitionBy, RestCatalog, RestOptions, TableDefinition,
    TableKey, VectorColumn,
};

use super::{of_lake, place, pointer, table_key, types};
use crate::bind::bound::{NewColumn, NewEncryption, NewLake, PartitionKey, PartitionTransform};
use crate::error::{Error, Result, SqlState};
use crate::lake::pointer::{Keeper, Seen};
use crate::schema::{LakeCatalog, LakeHome, LakeKey, LakeServer, LakeToken, Metric};

/// A table that is there now.
pub(super) struct Found {
    pub(super) table: LakeTable,
    pub(super) keeper: Keeper,
    pub(super) home: LakeHome,
}

/// The table that a statement speaks of, made if it is not there.
pub(super) fn open(new: &NewLake, columns: &[NewColumn]) -> Result<Found> {
    let given = match &new.encryption {
        NewEncryption::Key(key) => Some(key.clone()),
        NewEncryption::Clear | NewEncryption::NewKey => None,
    };
    let mut location = new.location.clone();
    let (keeper, table, key) = match &new.catalog {
        LakeCatalog::Files => {
            let (table, key) = open_files(new, columns, given)?;
            (Keeper::Outside, table, key)
        }
        LakeCatalog::Embedded => open_embedded(new, columns, given)?,
        LakeCatalog::Rest(server) => {
            let found = open_rest(server, new, columns, given)?;
            location = found.1;
            (Keeper::Outside, found.0, found.2)
        }
    };
    let home = LakeHome {
        location,
        catalog: new.catalog.clone(),
        key,
    };
    Ok(Found {
        table,
        keeper,
        home,
    })
}

/// Opens the table that a folder has.
pub(super) fn in_folder(
    store: &LakeStore,
    name: &str,
    key: Option<TableKey>,
) -> Result<LakeTable, LakeError> {
    match key {
        None => LakeTable::open(store, name),
        Some(key) => LakeTable::open_encrypted(store, name, key),
    }
}

/// Opens a table that a server has.
pub(super) fn on_server(
    server: &LakeServer,
    store: &LakeStore,
    key: Option<TableKey>,
) -> Result<LakeTable, LakeError> {
    open_named(&connect(server)?, server, store, key)
}

fn connect(server: &LakeServer) -> Result<RestCatalog, LakeError> {
    let mut options = RestOptions::new();
    if let Some(warehouse) = &server.warehouse {
        options = options.warehouse(warehouse);
    }
    if let Some(token) = &server.token {
        options = options.token(LakeToken::text(token));
    }
    RestCatalog::connect(&server.uri, options)
}

fn open_named(
    catalog: &RestCatalog,
    server: &LakeServer,
    store: &LakeStore,
    key: Option<TableKey>,
) -> Result<LakeTable, LakeError> {
    let namespace = namespace(server);
    match key {
        None => catalog.open_table(&namespace, &server.name, store),
        Some(key) => catalog.open_table_encrypted(&namespace, &server.name, store, key),
    }
}

fn namespace(server: &LakeServer) -> Vec<&str> {
    server.namespace.iter().map(String::as_str).collect()
}

fn not_encrypted() -> Error {
    Error::sql(
        SqlState::INVALID_DEFINITION,
        "lake: the table that is there is not encrypted",
    )
    .hint("another location, for a table of its own")
}

/// The table of a name that a server has, and its folder; or one that is made there.
fn open_rest(
    server: &LakeServer,
    new: &NewLake,
    columns: &[NewColumn],
    given: Option<LakeKey>,
) -> Result<(LakeTable, String, Option<LakeKey>)> {
    let catalog = connect(server).map_err(of_lake)?;
    match catalog.location(&namespace(server), &server.name) {
        Ok(uri) => {
            let there = folder(&uri)?;
            if !new.location.is_empty() && new.location != there {
                return Err(Error::sql(
                    SqlState::INVALID_DEFINITION,
                    format!(
                        "the server has the table \"{}\" at '{there}', not at '{}'",
                        server.name, new.location
                    ),
                )
                .hint("leave the location out: the server tells it"));
            }
            if new.encryption == NewEncryption::NewKey {
                return Err(not_encrypted());
            }
            let (store, _) = place(&there)?;
            let table = open_named(&catalog, server, &store, given.as_ref().map(table_key));
            let table = table.map_err(|error| of_opening(error, new))?;
            Ok((table, there, given))
        }
        Err(error) if !error.is_no_table() => Err(of_lake(error)),
        Err(error) if columns.is_empty() => {
            Err(of_lake(error).hint("with columns, CREATE TABLE … USING iceberg makes the table"))
        }
        Err(error) if new.location.is_empty() => {
            Err(of_lake(error).hint("location = '/a/folder' says where it is to be made"))
        }
        Err(_) => {
            let (store, name) = place(&new.location)?;
            let key = new_key(new, given)?;
            let definition = definition(new, columns, key.as_ref())?;
            let made =
                catalog.create_table(&namespace(server), &server.name, &store, name, definition);
            let table = match made {
                // Somebody else was faster.
                Err(LakeError::TableExists { .. }) => {
                    open_named(&catalog, server, &store, key.as_ref().map(table_key))
                }
                made => made,
            };
            let table = table.map_err(|error| of_opening(error, new))?;
            Ok((table, new.location.clone(), key))
        }
    }
}

/// The folder that a URI names.
fn folder(uri: &str) -> Result<String> {
    match uri.strip_prefix("file:") {
        Some(path) => {
            let path = path.strip_prefix("//").unwrap_or(path);
            Ok(path.trim_end_matches('/').to_owned())
        }
        None => Err(
            Error::unsupported(format!("a table whose server has it at '{uri}'"))
                .hint("one in the file system is"),
        ),
    }
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
    match in_folder(&store, name, given.as_ref().map(table_key)) {
        Ok(_) if new.encryption == NewEncryption::NewKey => Err(not_encrypted()),
        Ok(table) => Ok((table, given)),
        Err(error) if error.is_no_table() && !columns.is_empty() => {
            let key = new_key(new, given)?;
            let definition = definition(new, columns, key.as_ref())?;
            let table = match LakeTable::create(&store, name, definition) {
                // Somebody else was faster.
                Err(LakeError::TableExists { .. }) => {
                    in_folder(&store, name, key.as_ref().map(table_key))
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
        if let Some(precision) = &new.precision {
            vector = vector.precision(precision.parse().map_err(of_lake)?);
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

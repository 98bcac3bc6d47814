//! A new database from what a damaged one still holds.
//!
//! Definitions first, then the rows of each table, through the one write path that checks every value; indexes are made
//! anew from the rows. So whatever could be read is sound in the new file, and what could not is named in the report.
//! The damaged file is only read.

mod definitions;
mod report;
mod sequences;
mod table;

pub use report::{SalvageReport, SalvagedTable};

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use citadel_txn::{Durability, FileStorage, Key, Progress, Salvage, Storage};

use super::{Owners, Watch};
use crate::api::{Connection, Database, Options};
use crate::error::Result;
use crate::lake::{self, INTENT_TREE};
use crate::schema::{
    Catalog, Commented, SchemaChange, SequenceDef, TableDef, TableId, ViewDef, quoted,
};
use crate::types::{Domain, EnumType};

use definitions::Definitions;

/// Makes a new database from all that can still be read of a damaged one. `key` opens the damaged file, `new_key` will open
/// the new one, and both may be the same; `options` are those of the new file.
///
/// Where the newest commit is damaged, older commits whose pages are still there stand in; the report says so.
/// The new file lies beside its path, with `.partial` behind its name, until it is whole.
///
/// ```
/// use citadel_sql::{Connection, Key, Options, Quiet, salvage};
///
/// # fn main() -> citadel_sql::Result<()> {
/// # let dir = tempfile::tempdir().unwrap();
/// # let (damaged, rescued) = (dir.path().join("a.citadel"), dir.path().join("b.citadel"));
/// # let key = Key::raw([7; 32]);
/// # Connection::open(&damaged, Key::raw([7; 32]))?.execute_batch("CREATE TABLE t (x INTEGER); INSERT INTO t VALUES (1)")?;
/// let report = salvage(&damaged, &key, &rescued, &key, Options::default(), &mut Quiet)?;
/// assert!(report.is_complete() && report.rows() == 1);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// The key is wrong, or so much is damaged that not one commit is found; there is something at the new path already; it was
/// stopped; the new file cannot be written. Damage is no error, but in the report.
pub fn salvage(
    damaged: impl AsRef<Path>,
    key: &Key,
    new: impl AsRef<Path>,
    new_key: &Key,
    options: Options,
    progress: &mut dyn Progress,
) -> Result<SalvageReport> {
    let source = FileStorage::open_read_only(damaged).map_err(citadel_txn::Error::from)?;
    let source = Salvage::open(Arc::new(source), key)?;
    let target = FileStorage::create_partial(new).map_err(citadel_txn::Error::from)?;
    into_new(&source, Arc::new(target), new_key, options, progress)
}

/// The same with storages of one's own. What an interrupted salvage left in the target is written over.
///
/// # Errors
/// As [`salvage`].
pub fn salvage_storage(
    damaged: Arc<dyn Storage>,
    key: &Key,
    target: Arc<dyn Storage>,
    new_key: &Key,
    options: Options,
    progress: &mut dyn Progress,
) -> Result<SalvageReport> {
    into_new(
        &Salvage::open(damaged, key)?,
        target,
        new_key,
        options,
        progress,
    )
}

fn into_new(
    source: &Salvage,
    target: Arc<dyn Storage>,
    new_key: &Key,
    mut options: Options,
    progress: &mut dyn Progress,
) -> Result<SalvageReport> {
    let emptied = |source| citadel_txn::FileError::Io {
        action: "empty the unfinished file",
        source,
    };
    if target.is_partial() {
        target
            .set_len(0)
            .map_err(|error| citadel_txn::Error::from(emptied(error)))?;
    }
    // Nobody counts on the new file before it has its name.
    options.storage.durability = Durability::Normal;
    options.storage.page_size = source.page_size();
    let database = Database::create_on(Arc::clone(&target), new_key, options)?;
    let never = AtomicBool::new(false);
    let mut watch = Watch::new(progress, &never);
    let report = rebuild(source, &database, &mut watch)?;
    database
        .shared()
        .storage
        .file()
        .sync()
        .map_err(citadel_txn::Error::from)?;
    drop(database);
    let unnamed = |source| citadel_txn::FileError::Io {
        action: "give the new file its name",
        source,
    };
    target
        .sync()
        .and_then(|()| target.publish())
        .map_err(|error| citadel_txn::Error::from(unnamed(error)))?;
    Ok(report)
}

/// Makes the views anew, each after those that it reads; materialized ones are filled from the rows that are there. Says how
/// many could not be made.
fn views(db: &Connection, views: &[ViewDef], tables: &[Arc<TableDef>]) -> Result<u64> {
    let views = views.iter().map(|view| vec![view.sql.clone()]);
    let kept = tables.iter().filter_map(|table| {
        let kept = table.materialized.as_ref()?;
        Some(table.statements_as_filled(kept))
    });
    let mut left: Vec<Vec<String>> = views.chain(kept).collect();
    loop {
        let before = left.len();
        let mut refused = Vec::new();
        for statements in left {
            let mut made = statements.iter().map(|sql| db.execute(sql, ()));
            match made.try_for_each(|made| made.map(drop)) {
                Err(error) if error.is_io() => return Err(error),
                Err(_) => refused.push(statements),
                Ok(()) => {}
            }
        }
        if refused.len() == before {
            return Ok(before as u64);
        }
        left = refused;
    }
}

/// Says again what was said. Says how much could not be.
fn comments(
    db: &Connection,
    definitions: &Definitions,
    tables: &[Arc<TableDef>],
    sequences: &[Arc<SequenceDef>],
) -> Result<u64> {
    let views: Vec<_> = definitions.views.iter().cloned().map(Arc::new).collect();
    let commented = Commented {
        tables,
        views: &views,
        sequences,
        enums: &definitions.enums,
        domains: &definitions.domains,
    };
    let mut lost = 0;
    for comment in &definitions.comments {
        let said = commented
            .statement(comment)
            .map(|(_, sql)| db.execute(&sql, ()));
        match said {
            Some(Err(error)) if error.is_io() => return Err(error),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => lost += 1,
        }
    }
    Ok(lost)
}

/// Makes the triggers anew, when all rows are there. Says how many could not be made.
fn triggers(db: &Connection, definitions: &Definitions, catalog: &Catalog) -> Result<u64> {
    let mut lost = 0;
    for trigger in &definitions.triggers {
        let table = catalog.table_by_id(TableId(trigger.relation));
        let views = definitions.views.iter();
        let mut views = views.filter(|view| view.id.0 == trigger.relation);
        let relation = match table {
            Some(table) => Some(&table.name),
            None => views.next().map(|view| &view.name),
        };
        let made = db.execute(&trigger.sql, ()).and_then(|_| match relation {
            Some(relation) if !trigger.enabled => {
                let (relation, name) = (quoted(relation), quoted(&trigger.name));
                let off = format!("ALTER TABLE {relation} DISABLE TRIGGER {name}");
                db.execute(&off, ())
            }
            _ => Ok(0),
        });
        match made {
            Err(error) if error.is_io() => return Err(error),
            made => lost += u64::from(made.is_err()),
        }
    }
    Ok(lost)
}

/// Keeps the types as they are: rows hold places of ENUM types, and the columns of tables the definitions of domains.
fn types(database: &Database, enums: &[EnumType], domains: &[Domain]) -> Result<()> {
    if enums.is_empty() && domains.is_empty() {
        return Ok(());
    }
    let mut txn = database.shared().storage.begin_write()?;
    let mut change = SchemaChange::begin(&mut txn)?;
    for ty in enums {
        change.put_enum(*ty)?;
    }
    for domain in domains {
        change.put_domain(*domain)?;
    }
    change.finish()?;
    txn.commit()?;
    Ok(())
}

/// The newest metadata of an embedded table in a lake, if its pointer can be read.
fn pointer(source: &Salvage, table: &TableDef) -> Option<String> {
    table.lake.as_ref()?;
    let key = lake::pointer_key(table.id);
    let mut entries = source.entries(INTENT_TREE);
    let found = entries.find(|entry| entry.key == key)?;
    lake::decode_pointer(&found.value).ok()
}

fn rebuild(source: &Salvage, database: &Database, watch: &mut Watch<'_>) -> Result<SalvageReport> {
    let definitions = Definitions::read(source);
    let mut report = SalvageReport::new(source.generation().get());
    report.passed_over = source.passed_over().len() as u64;
    report.definitions_lost = definitions.malformed;
    types(database, &definitions.enums, &definitions.domains)?;
    let db = database.connect();
    let tables = definitions.tables.iter();
    let old: Vec<Arc<TableDef>> = tables.cloned().map(Arc::new).collect();
    let rows = |tree| {
        let known = source.trees().into_iter().find(|known| known.id == tree);
        known.map_or(0, |known| known.entries)
    };
    report.definitions_lost += sequences::make(&db, &definitions.sequences, &old)?;
    let made: Vec<_> = definitions
        .sequences
        .iter()
        .cloned()
        .map(Arc::new)
        .collect();
    let kept_rows = old.iter().filter(|table| table.materialized.is_none());
    let mut meter = watch.rows(kept_rows.clone().map(|table| rows(table.rows)).sum());
    for table in kept_rows {
        let mut salvaged = SalvagedTable::new(&table.name, rows(table.rows));
        let metadata = pointer(source, table);
        if let Err(error) = db.execute(&table.statement_to_open(&made, metadata.as_deref()), ()) {
            salvaged.refuse(format!("its definition is refused: {error}"));
            report.tables.push(salvaged);
            continue;
        }
        table::copy(source, table, database, &mut salvaged, &mut || meter.tick())?;
        for index in table.indexes.iter().filter(|index| !index.sql.is_empty()) {
            if let Err(error) = db.execute(&index.sql, ()) {
                if error.is_io() {
                    return Err(error);
                }
                salvaged.refuse(format!("index \"{}\" was not made: {error}", index.name));
            }
        }
        report.tables.push(salvaged);
    }
    meter.report()?;
    // A key whose rows did not come back is lost with them.
    for statement in old.iter().flat_map(|table| table.key_statements(&old)) {
        match db.execute(&statement, ()) {
            Err(error) if error.is_io() => return Err(error),
            done => report.definitions_lost += u64::from(done.is_err()),
        }
    }
    report.definitions_lost += sequences::advance(&db, source, &definitions.sequences, &old)?;
    report.definitions_lost += views(&db, &definitions.views, &old)?;
    report.definitions_lost += comments(&db, &definitions, &old, &made)?;
    let catalog = Catalog::of_tables(old);
    report.definitions_lost += triggers(&db, &definitions, &catalog)?;
    let owners = Owners::of(&catalog);
    report.note_losses(&source.losses(), &owners);
    report.note_orphans(&source.trees(), &owners);
    Ok(report)
}

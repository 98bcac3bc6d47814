//! Who tells which metadata file of a table is the newest; and of embedded tables, this database does.
//!
//! ```text
//! 3, table id (8, big-endian) → form 1 | the URI of the newest metadata      in the tree of intents
//! ```
//!
//! So a snapshot of the database has the lake's snapshot that belongs to it, and what takes back a transaction takes back the pointer. A
//! transaction that writes such a table has the writer's place until it is committed: what it writes is on top of the newest, and nobody else
//! moves the pointer meanwhile. What changes files alone (a compaction, say) does not hold that place while it works: it takes it for the
//! moment in which the pointer moves, and begins again on top of whoever was faster.

use std::sync::Arc;
use std::time::Duration;

use citadel_txn::{Database, Durability, TreeOptions, View, WriteTxn};
use parking_lot::Mutex;

use super::LakeWatch;
use super::error::damaged;
use super::intents::{INTENT_TREE, POINTER, entries, prefix};
use crate::codec::{Malformed, Reader, put_bytes};
use crate::error::{Error, Result};
use crate::findings::Findings;
use crate::schema::{Catalog, LakeCatalog, LakeDef, LakeHome, TableDef, TableId};

/// The form of a pointer.
const VERSION: u8 = 1;

/// Where a table lies, and who tells which of its metadata is the newest.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) home: LakeHome,
    pub(crate) keeper: Keeper,
    /// Who may end what takes long there.
    pub(crate) watch: Arc<LakeWatch>,
}

/// Who tells which metadata of a table is the newest.
#[derive(Debug)]
pub(crate) enum Keeper {
    /// Nobody here: the names in its folder, or a server.
    Outside,
    /// The pointer as a transaction sees it; what moves it is kept with [`Site::keep`].
    Seen(Arc<Seen>),
    /// The pointer in the newest state of the database.
    Newest(Newest),
}

/// A pointer as a transaction sees it.
#[derive(Debug, Default)]
pub(crate) struct Seen(Mutex<Option<String>>);

/// A pointer in the newest state of a database.
#[derive(Clone, Debug)]
pub(crate) struct Newest {
    pub(super) storage: Database,
    pub(super) table: TableId,
    /// How long a move waits for the writer's place.
    pub(super) wait: Duration,
}

/// What became of a move.
#[cfg_attr(not(feature = "lake"), expect(dead_code, reason = "nobody moves"))]
pub(crate) enum Moved {
    Done,
    /// It was moved before, by somebody else.
    Conflict,
    /// The commit failed in a way that leaves this open.
    Unknown(Error),
}

impl Site {
    /// A table that tells all of itself, or whose server does.
    pub(crate) fn outside(home: &LakeHome) -> Self {
        Self {
            home: home.clone(),
            keeper: Keeper::Outside,
            watch: Arc::default(),
        }
    }

    /// A table as a transaction sees it.
    ///
    /// # Errors
    /// Its pointer is not there, or does not decode.
    pub(crate) fn seen(view: &dyn View, table: &TableDef, lake: &LakeDef) -> Result<Self> {
        let keeper = match lake.home.catalog {
            LakeCatalog::Files | LakeCatalog::Rest(_) => Keeper::Outside,
            LakeCatalog::Embedded => {
                let pointer = pointer(view, table.id)?.ok_or_else(|| missing(&table.name))?;
                Keeper::Seen(Seen::of(Some(pointer)))
            }
        };
        Ok(Self {
            home: lake.home.clone(),
            keeper,
            watch: Arc::default(),
        })
    }

    /// A table in the newest state of the database, to have its files changed by more than a transaction.
    pub(crate) fn newest(
        storage: &Database,
        wait: Duration,
        table: &TableDef,
        lake: &LakeDef,
    ) -> Self {
        let keeper = match lake.home.catalog {
            LakeCatalog::Files | LakeCatalog::Rest(_) => Keeper::Outside,
            LakeCatalog::Embedded => Keeper::Newest(Newest {
                storage: storage.clone(),
                table: table.id,
                wait,
            }),
        };
        Self {
            home: lake.home.clone(),
            keeper,
            watch: Arc::default(),
        }
    }

    /// The same for a connection that may be interrupted.
    pub(crate) fn watched(self, watch: &Arc<LakeWatch>) -> Self {
        Self {
            watch: Arc::clone(watch),
            ..self
        }
    }

    /// Keeps the pointer where the transaction has moved it.
    pub(crate) fn keep(&self, txn: &mut WriteTxn, table: TableId) -> Result<()> {
        match &self.keeper {
            Keeper::Seen(seen) => match &*seen.0.lock() {
                Some(pointer) => put_pointer(txn, table, pointer),
                None => Ok(()),
            },
            Keeper::Outside | Keeper::Newest(_) => Ok(()),
        }
    }

    /// Makes sure that no crash takes the pointer back to files that are about to be removed.
    pub(crate) fn make_durable(&self) -> Result<()> {
        let Keeper::Newest(newest) = &self.keeper else {
            return Ok(());
        };
        let mut txn = newest.begin()?;
        if let Some(held) = pointer(&txn, newest.table)? {
            put_pointer(&mut txn, newest.table, &held)?;
            txn.commit()?;
        }
        Ok(())
    }
}

#[cfg_attr(not(feature = "lake"), expect(dead_code, reason = "nobody asks"))]
impl Seen {
    pub(crate) fn of(pointer: Option<String>) -> Arc<Self> {
        Arc::new(Self(Mutex::new(pointer)))
    }

    pub(crate) fn get(&self) -> Option<String> {
        self.0.lock().clone()
    }

    pub(crate) fn swap(&self, expected: Option<&str>, next: &str) -> Moved {
        let mut held = self.0.lock();
        if held.as_deref() != expected {
            return Moved::Conflict;
        }
        *held = Some(next.to_owned());
        Moved::Done
    }
}

impl Newest {
    fn begin(&self) -> Result<WriteTxn> {
        let mut txn = self.storage.begin_write_within(self.wait)?;
        txn.set_durability(Durability::Full);
        Ok(txn)
    }
}

#[cfg_attr(not(feature = "lake"), expect(dead_code, reason = "nobody asks"))]
impl Newest {
    pub(crate) fn get(&self) -> Result<Option<String>> {
        pointer(&self.storage.begin_read()?, self.table)
    }

    /// # Errors
    /// The pointer is where it was.
    pub(crate) fn swap(&self, expected: Option<&str>, next: &str) -> Result<Moved> {
        let mut txn = self.begin()?;
        let held = pointer(&txn, self.table)?;
        // A table that was dropped meanwhile has none, and gets none.
        if held.is_none() || held.as_deref() != expected {
            return Ok(Moved::Conflict);
        }
        put_pointer(&mut txn, self.table, next)?;
        Ok(match txn.commit() {
            Ok(_) => Moved::Done,
            Err(error) => Moved::Unknown(error.into()),
        })
    }
}

/// The pointer of a table, as a transaction sees it.
pub(crate) fn pointer(view: &dyn View, table: TableId) -> Result<Option<String>> {
    if !view.tree_exists(INTENT_TREE)? {
        return Ok(None);
    }
    let found = view.get(INTENT_TREE, &prefix(POINTER, Some(table)))?;
    found.map(|bytes| decode(&bytes)).transpose()
}

/// Forgets the pointer of a table that is dropped.
pub(crate) fn forget_pointer(txn: &mut WriteTxn, table: &TableDef) -> Result<()> {
    if pointer(txn, table.id)?.is_some() {
        txn.remove(INTENT_TREE, &prefix(POINTER, Some(table.id)))?;
    }
    Ok(())
}

/// The key of a table's pointer in the tree of intents.
pub(crate) fn pointer_key(table: TableId) -> Vec<u8> {
    prefix(POINTER, Some(table))
}

fn put_pointer(txn: &mut WriteTxn, table: TableId, pointer: &str) -> Result<()> {
    if !txn.tree_exists(INTENT_TREE)? {
        txn.create_tree_at(INTENT_TREE, TreeOptions::default())?;
    }
    let mut bytes = vec![VERSION];
    put_bytes(&mut bytes, pointer.as_bytes());
    txn.insert(INTENT_TREE, &pointer_key(table), &bytes)?;
    Ok(())
}

/// The pointer in a record.
pub(crate) fn decode(bytes: &[u8]) -> Result<String> {
    let mut from = Reader::new(bytes);
    let read = (|| {
        if from.byte()? != VERSION {
            return Err(Malformed);
        }
        let pointer = from.text()?.to_owned();
        from.finish()?;
        Ok(pointer)
    })();
    read.map_err(|Malformed| damaged())
}

/// What a table without its pointer is told as.
fn missing(table: &str) -> Error {
    Error::Corrupt(format!(
        "the pointer to the newest metadata of the lake table \"{table}\" is not there"
    ))
}

/// Adds to the findings what is wrong with pointers: each embedded table has one, and nobody else has.
///
/// # Errors
/// Storage errors that are no damage.
pub(crate) fn check(view: &dyn View, catalog: &Catalog, findings: &mut Findings) -> Result<()> {
    for table in catalog.tables() {
        if let Some(lake) = &table.lake
            && let Err(error) = Site::seen(view, table, lake)
        {
            findings.blame(format_args!("lake table \"{}\"", table.name), error)?;
        }
    }
    let is_embedded = |id: TableId| {
        let lake = catalog
            .table_by_id(id)
            .and_then(|table| table.lake.as_ref());
        lake.is_some_and(|lake| lake.home.catalog == LakeCatalog::Embedded)
    };
    for (key, _) in entries(view, &prefix(POINTER, None))? {
        let id = key.get(1..).and_then(|id| id.try_into().ok());
        match id.map(u64::from_be_bytes) {
            Some(id) if is_embedded(TableId(id)) => {}
            _ => findings.add("a pointer to a lake belongs to no table"),
        }
    }
    Ok(())
}

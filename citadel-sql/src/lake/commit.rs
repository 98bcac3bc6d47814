//! From waiting rows to intents, and from intents to the lake.

use std::sync::Arc;
use std::time::Duration;

use citadel_txn::{Database, View, WriteTxn};

use super::error::{lags, waits};
use super::intents::{self, Action, Intent, put_intent, remove, staged_deletes, take_staged};
use super::{LakeStage, LakeWatch, Lakes, Site};
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::error::{Error, Result, SqlState};
use crate::schema::{Catalog, ColumnNo, LakeCatalog, LakeDef, RowId, TableDef};
use crate::store::{self, Direction, RowIdRange, TableScan, TableWriter};
use crate::types::{SqlType, Value};

/// More waiting rows than these are forgotten by dropping their trees.
const REMOVED_ROWS_MAX: u64 = 4_096;

/// So many batch ids are remembered, and then none of them.
const SETTLED_MAX: usize = 4_096;

/// A commit waits no longer for the writer's place to forget its intents: whoever comes next does it.
const FORGET_WAIT: Duration = Duration::from_millis(100);

/// How far a commit is: where tests let a process end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Data files are written.
    Staged,
    /// The local commit is done.
    Committed,
    /// One intent of several is carried out.
    Between,
    /// All are, and none is forgotten.
    Carried,
}

/// A process may end here.
#[cfg(test)]
fn reached(lakes: &Lakes, step: Step) -> Result<()> {
    match *lakes.crash.lock() == Some(step) {
        true => Err(Error::Misuse(format!("the process ends: {step:?}"))),
        false => Ok(()),
    }
}

#[cfg(not(test))]
#[expect(clippy::unnecessary_wraps, reason = "tests end it")]
fn reached(_: &Lakes, _: Step) -> Result<()> {
    Ok(())
}

/// Makes intents of the waiting rows and staged deletes of a transaction that is about to be committed, and does at once what goes to embedded
/// tables. `None`: it has neither. There may be nothing left to be done although it has: for embedded tables alone, or a batch that was stored
/// before.
///
/// # Errors
/// A lake cannot be reached or does not take the rows, or the connection is interrupted: the transaction is to be rolled back, and nothing
/// was done.
pub(crate) fn prepare(
    txn: &mut WriteTxn,
    catalog: &Catalog,
    lakes: &Lakes,
    batch_id: Option<&str>,
    watch: &Arc<LakeWatch>,
) -> Result<Option<Vec<Intent>>> {
    let wanted = Wanted { batch_id, watch };
    let mut made = Vec::new();
    let mut writes = false;
    let mut prepared = Ok(());
    for table in catalog.tables() {
        if let Some(lake) = &table.lake {
            let done = prepare_table(txn, table, lake, lakes, wanted, &mut made);
            prepared = done.map(|wrote| writes |= wrote);
        }
        if prepared.is_err() {
            break;
        }
    }
    // Those of tables that are gone.
    let prepared = prepared.and_then(|()| intents::remove_staged(txn));
    match prepared.and_then(|()| reached(lakes, Step::Staged)) {
        Ok(()) => Ok(writes.then_some(made)),
        Err(error) => {
            abandon(lakes, &made);
            Err(error)
        }
    }
}

/// What a commit to lakes is to be.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    /// The name of the batch.
    batch_id: Option<&'a str>,
    /// Who may end it before it is decided.
    watch: &'a Arc<LakeWatch>,
}

/// What [`prepare`] does for one table; whether there was anything to do.
fn prepare_table(
    txn: &mut WriteTxn,
    table: &TableDef,
    lake: &LakeDef,
    lakes: &Lakes,
    Wanted { batch_id, watch }: Wanted<'_>,
    made: &mut Vec<Intent>,
) -> Result<bool> {
    let deletes = take_staged(txn, table.id)?;
    let has_rows = txn.tree_len(table.rows)? > 0;
    if deletes.is_empty() && !has_rows {
        return Ok(false);
    }
    let face = lakes.get()?;
    // What is older comes first. This also asks the lake whether it is there.
    let older = intents::intents(txn, Some(table.id))?;
    for intent in &older {
        carry_out(lakes, intent).map_err(|error| lags(&table.name, &error))?;
    }
    remove(txn, &older)?;
    let site = Site::seen(txn, table, lake)?.watched(watch);
    face.current(&site)?;
    let id = || batch_id.map_or_else(|| face.new_batch_id(), str::to_owned);
    let mut actions = Vec::with_capacity(deletes.len() + 1);
    for (number, condition) in deletes.into_iter().enumerate() {
        let id = format!("{} delete {number}", id());
        actions.push((id, Action::Delete(condition)));
    }
    let is_known = match batch_id {
        Some(id) => has_rows && face.has_batch(&site, id)?,
        None => false,
    };
    if has_rows && !is_known {
        let staged = stage(txn, table, &site, lakes)?;
        actions.push((id(), Action::Append(staged)));
    }
    match lake.home.catalog {
        LakeCatalog::Files | LakeCatalog::Rest(_) => {
            for (id, action) in actions {
                made.push(put_intent(txn, table, &lake.home, id, action)?);
            }
        }
        LakeCatalog::Embedded => {
            for (id, action) in &actions {
                act(lakes, &site, id, action)?;
            }
            site.keep(txn, table.id)?;
        }
    }
    match has_rows {
        true => clear(txn, table).map(|()| true),
        false => Ok(true),
    }
}

/// Writes the waiting rows as data files.
fn stage(txn: &WriteTxn, table: &TableDef, site: &Site, lakes: &Lakes) -> Result<Vec<u8>> {
    let columns: Vec<ColumnNo> = (0..).map(ColumnNo).take(table.columns.len()).collect();
    let types: Vec<SqlType> = table.columns.iter().map(|column| column.ty).collect();
    let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
    let mut scan = TableScan::new(table, &columns, RowIdRange::ALL, Direction::Forward);
    let (mut done, total) = (0, txn.tree_len(table.rows)?);
    let mut next = |batch: &mut Batch| {
        site.watch.check()?;
        batch.reset(&types);
        batch.rows = scan.next(txn, None, &mut batch.columns, BATCH_ROWS)?;
        done += batch.rows as u64;
        site.watch.tell(LakeStage::Write, done, total);
        Ok(batch.rows > 0)
    };
    lakes.get()?.stage(site, &names, &mut next)
}

/// Forgets the waiting rows.
fn clear(txn: &mut WriteTxn, table: &TableDef) -> Result<()> {
    if txn.tree_len(table.rows)? > REMOVED_ROWS_MAX {
        return store::truncate(txn, table, false);
    }
    let mut ids = Column::new(SqlType::Integer, 0);
    let mut scan = TableScan::new(table, &[], RowIdRange::ALL, Direction::Forward);
    while scan.next(txn, Some(&mut ids), &mut [], BATCH_ROWS)? > 0 {}
    let mut writer = TableWriter::new(Arc::new(table.clone()));
    for row in 0..ids.len() {
        if let Value::Integer(id) = ids.get(row).to_owned() {
            writer.delete(txn, RowId(id))?;
        }
    }
    Ok(())
}

/// The transaction was not committed: its data files are of no use.
fn abandon(lakes: &Lakes, intents: &[Intent]) {
    for intent in intents {
        if let (Action::Append(files), Ok(face)) = (&intent.action, lakes.get()) {
            face.discard(&Site::outside(&intent.home), files);
        }
    }
}

/// Carries out the intents of a transaction that was committed, and forgets them.
///
/// # Errors
/// A lake does not do it now. What is left is done later.
pub(crate) fn settle(
    lakes: &Lakes,
    storage: &Database,
    wait: Duration,
    intents: &[Intent],
) -> Result<()> {
    reached(lakes, Step::Committed)?;
    let mut failed = None;
    let mut done = Vec::with_capacity(intents.len());
    for intent in intents {
        if !done.is_empty() {
            reached(lakes, Step::Between)?;
        }
        match carry_out(lakes, intent) {
            Ok(()) => done.push(intent.clone()),
            Err(error) => failed = failed.or(Some(waits(&intent.table, &error))),
        }
    }
    reached(lakes, Step::Carried)?;
    if let Err(error) = forget(storage, wait.min(FORGET_WAIT), &done) {
        // They are carried out once however often they are found.
        tracing::warn!(%error, "what was done in a lake could not be noted");
    }
    failed.map_or(Ok(()), Err)
}

/// Removes intents that were carried out.
///
/// # Errors
/// The writer's place cannot be had; storage errors.
fn forget(storage: &Database, wait: Duration, done: &[Intent]) -> Result<()> {
    if done.is_empty() {
        return Ok(());
    }
    let mut txn = storage.begin_write_within(wait)?;
    remove(&mut txn, done)?;
    txn.commit()?;
    Ok(())
}

/// Carries out what was committed before the database was opened. What cannot be done now is done later.
///
/// # Errors
/// Storage errors; an intent that does not decode.
pub(crate) fn recover(lakes: &Lakes, storage: &Database, wait: Duration) -> Result<()> {
    let found = intents::intents(&storage.begin_read()?, None)?;
    let mut done = Vec::with_capacity(found.len());
    for intent in found {
        match carry_out(lakes, &intent) {
            Ok(()) => done.push(intent),
            Err(error) => {
                tracing::warn!(table = intent.table, %error, "a commit has yet to reach its lake");
            }
        }
    }
    forget(storage, wait, &done)
}

/// Sees to it that a lake has all that was committed to a table, before it is read.
///
/// # Errors
/// It has not, and cannot be made to.
pub(crate) fn check_readable(lakes: &Lakes, view: &dyn View, table: &TableDef) -> Result<()> {
    for intent in intents::intents(view, Some(table.id))? {
        carry_out(lakes, &intent).map_err(|error| lags(&table.name, &error))?;
    }
    Ok(())
}

/// Sees to it that nothing of an open transaction is forgotten with a table.
///
/// # Errors
/// The transaction has inserted or deleted rows of it.
pub(crate) fn check_droppable(lakes: &Lakes, view: &dyn View, table: &TableDef) -> Result<()> {
    if view.tree_len(table.rows)? > 0 || !staged_deletes(view, table.id)?.is_empty() {
        return Err(Error::sql(
            SqlState::FEATURE_NOT_SUPPORTED,
            format!(
                "DROP TABLE of the lake table \"{}\" after a change of the same transaction is not supported",
                table.name
            ),
        )
        .hint("COMMIT first"));
    }
    for intent in intents::intents(view, Some(table.id))? {
        // It outlives the definition, and is done when the database is opened.
        if let Err(error) = carry_out(lakes, &intent) {
            tracing::warn!(table = intent.table, %error, "a commit has yet to reach its lake");
        }
    }
    Ok(())
}

fn carry_out(lakes: &Lakes, intent: &Intent) -> Result<()> {
    let Intent { home, batch_id, .. } = intent;
    let id = format!("{}\0{batch_id}", home.location);
    if lakes.settled.lock().contains(&id) {
        return Ok(());
    }
    act(lakes, &Site::outside(home), batch_id, &intent.action)?;
    let mut settled = lakes.settled.lock();
    if settled.len() >= SETTLED_MAX {
        // What is asked again is answered by the ledger.
        settled.clear();
    }
    settled.insert(id);
    Ok(())
}

/// Does something in a lake, once for each batch id.
fn act(lakes: &Lakes, site: &Site, batch_id: &str, action: &Action) -> Result<()> {
    let face = lakes.get()?;
    match action {
        Action::Append(files) => face.append(site, batch_id, files),
        Action::Delete(condition) => face.delete(site, batch_id, condition),
    }
}

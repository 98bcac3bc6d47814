//! ALTER TABLE.
//!
//! Where the columns that were there stay what and where they are, only definitions change, and rows are looked at for new
//! constraints: rows that are older than a column have what it was added with. Else the table is written anew
//! ([`rewrite_table`](super::rewrite_table)).

use std::sync::Arc;

use citadel_txn::WriteTxn;

use super::build_index::build_btree;
use super::create_table::{add_keys, check_def, generated_text, rowid_column, storage};
use super::domain::look_at_values;
use super::foreign_key::{altered_keys, follow_parent, look_at_keys};
use super::names::{Names, refuse_taken};
use super::rewrite_table::{Change, rewrite};
use super::sequence::{add_counter, add_sequences, put_altered, restart_at, with_made};
use super::sorter::Watch;
use crate::batch::{BATCH_ROWS, Batch};
use crate::bind::bound::{
    AlterTable, AlteredCheck, AlteredColumn, ColumnSource, NewColumn, NewDefault, RelationNo,
};
use crate::error::{Error, Result, SqlState};
use crate::expression::constant;
use crate::schema::{
    AnnIndex, BTreeIndex, Catalog, CheckDef, ColumnDef, ColumnNo, IndexDef, IndexId, IndexKind,
    IndexOrigin, SchemaChange, SequenceDef, SequenceId, TableDef,
};
use crate::store::writer::Checks;
use crate::store::{Direction, RowIdRange, TableScan};
use crate::types::{Limit, Value};

/// Makes of a table what it is to become.
///
/// # Errors
/// A name is taken; rows that are there break a constraint, or have no value of a new type; storage errors; what `watch`
/// says.
pub(crate) fn alter_table(
    txn: &mut WriteTxn,
    alter: &AlterTable,
    params: &[Value],
    watch: Watch<'_>,
) -> Result<()> {
    let catalog = Catalog::load(txn)?;
    let old = &*alter.table;
    if !alter.name.eq_ignore_ascii_case(&old.name) {
        refuse_taken(&catalog, &alter.name)?;
    }
    let in_place = is_in_place(alter);
    let mut change = SchemaChange::begin(txn)?;
    let mut new = shape(alter);
    for (no, altered) in alter.columns.iter().enumerate() {
        new.columns.push(column(
            alter,
            no,
            (altered, params),
            in_place,
            change.txn(),
        )?);
    }
    for (at, altered) in alter.columns.iter().enumerate() {
        let moved = |no| alter.moved(no);
        new.columns[at].generated = generated_text(&new, &altered.column, moved)?;
    }
    for (index, name) in &alter.indexes {
        let index = kept_index(alter, index, name)?;
        new.indexes.push(Arc::new(index));
    }
    let is_new_key = !alter.primary_key.is_empty()
        && !alter
            .indexes
            .iter()
            .any(|(index, _)| index.origin == IndexOrigin::PrimaryKey);
    let mut names = Names::new(&catalog, &new);
    let key = match is_new_key {
        true => alter.primary_key.as_slice(),
        false => &[],
    };
    let defaults = alter.columns.iter().map(|altered| &altered.column.default);
    let made = add_sequences(&mut change, &mut names, &mut new, defaults)?;
    add_counter(&mut change, &mut new, |no| alter.columns[no].column.counts)?;
    let mut sequences = with_made(&catalog, &made);
    for altered in &alter.sequences {
        put_altered(&mut change, altered, &mut sequences)?;
    }
    change.rename_comments(old.id.0, |column| {
        let to = alter.moved(old.column_no(column)?)?;
        Some(new.column(to).name.clone())
    })?;
    if let (Some(next), Some(counter)) = (alter.restart, new.counter()) {
        restart_at(change.txn(), counter, next)?;
    }
    let kept = new.indexes.len();
    let key = (key, alter.key_name.as_deref());
    add_keys(&mut change, &mut names, &mut new, key, &alter.unique)?;
    let added = new.indexes.split_off(kept);
    add_checks(&mut names, alter, &mut new)?;
    let added_keys = altered_keys(&mut names, alter, &mut new)?;
    // A condition that stays must mean something for the columns as they become.
    Checks::of(&new)?;
    for index in &old.indexes {
        change.remove_index(index)?;
    }
    let owned = |table: &TableDef| -> Vec<SequenceId> {
        let columns = table.columns.iter();
        columns.flat_map(|c| c.sequences.ids()).collect()
    };
    let still = owned(&new);
    for id in owned(old).into_iter().filter(|id| !still.contains(id)) {
        change.remove_sequence(id)?;
    }
    // Of a column that is computed anew nothing is known.
    let known = old.statistics.as_deref();
    if in_place {
        if let Some(known) = known {
            let moved = known.moved(
                |no| kept_column(alter, no),
                |id| is_kept(alter, id).then_some(id),
            );
            change.put_statistics(new.id, &moved)?;
        }
        for index in old.indexes.iter().filter(|index| !is_kept(alter, index.id)) {
            super::drop::drop_index_trees(change.txn(), index)?;
        }
        new.indexes.extend(added.iter().cloned());
        follow_parent(&mut change, &catalog, (alter, &new), &sequences)?;
        finish(change, &mut new, (&catalog, &sequences))?;
        look_at_rows(txn, alter, &new, watch)?;
        if added_domain(alter) {
            look_at_values(txn, &new, watch)?;
        }
        for index in &added {
            if let IndexKind::BTree(btree) = &index.kind {
                build_btree(txn, &new, index, btree, watch)?;
            }
        }
        return look_at_keys(txn, &new, &added_keys, watch);
    }
    new.indexes.extend(added);
    let mut indexes = Vec::with_capacity(new.indexes.len());
    let mut renumbered: Vec<(IndexId, IndexId)> = Vec::new();
    for index in &new.indexes {
        let mut index = IndexDef::clone(index);
        if old.indexes.iter().any(|known| known.id == index.id) {
            let before = index.id;
            index.id = change.new_index_id();
            if reads_kept_columns(alter, &index) {
                renumbered.push((before, index.id));
            }
            index.kind = emptied(change.txn(), &index.kind)?;
        }
        indexes.push(Arc::new(index));
    }
    new.indexes = indexes;
    new.rows = super::rewrite_table::empty_rows(change.txn())?;
    if let Some(known) = known {
        let id_of = |id| {
            let mut all = renumbered.iter();
            all.find(|(before, _)| *before == id).map(|(_, now)| *now)
        };
        let moved = known.moved(|no| kept_column(alter, no), id_of);
        change.put_statistics(new.id, &moved)?;
    }
    follow_parent(&mut change, &catalog, (alter, &new), &sequences)?;
    finish(change, &mut new, (&catalog, &sequences))?;
    let numbers = (0..).map(ColumnNo).zip(&alter.columns);
    let columns = numbers.map(|(no, altered)| match &altered.source {
        ColumnSource::Kept(no) => Change::Kept(*no),
        ColumnSource::Added => match &altered.column.default {
            NewDefault::Computed { value, .. } => {
                Change::Computed(RelationNo(0), (**value).clone())
            }
            NewDefault::Sequence(new) => match made.iter().find(|(of, _)| *of == no) {
                Some((_, made)) => Change::Next(Arc::clone(made), new.options.fresh()),
                None => Change::Value(Value::Null),
            },
            constant => Change::Value(constant.constant()),
        },
        ColumnSource::Computed {
            relation, value, ..
        } => Change::Computed(*relation, (**value).clone()),
    });
    let mut columns: Vec<Change> = columns.collect();
    let new = Arc::new(new);
    rewrite(txn, old, Arc::clone(&new), (&mut columns, params), watch)?;
    look_at_keys(txn, &new, &added_keys, watch)
}

/// Writes the definitions.
fn finish(
    mut change: SchemaChange<'_>,
    new: &mut TableDef,
    (catalog, sequences): (&Catalog, &[Arc<SequenceDef>]),
) -> Result<()> {
    for at in 0..new.indexes.len() {
        let mut index = IndexDef::clone(&new.indexes[at]);
        if !index.sql.is_empty() {
            index.sql = index.statement(new);
        }
        change.put_index(&index)?;
        new.indexes[at] = Arc::new(index);
    }
    let said = |table: &TableDef| table.statement(sequences, catalog.tables());
    new.sql = match catalog.table_by_id(new.id) {
        // Where nothing of it has changed, it stays as it was written.
        Some(old) if said(old) == said(new) => old.sql.clone(),
        _ => said(new),
    };
    change.put_table(new)?;
    change.finish()
}

/// Do the columns that are there stay what and where they are?
fn is_in_place(alter: &AlterTable) -> bool {
    let old = &*alter.table;
    let width = old.columns.len();
    let kept = |(at, altered): (usize, &AlteredColumn)| match altered.source {
        ColumnSource::Kept(no) => usize::from(no.0) == at,
        ColumnSource::Added => at >= width,
        ColumnSource::Computed { .. } => false,
    };
    let rowid = rowid_column(&alter.primary_key, |at| {
        Some(alter.columns.get(at)?.column.ty)
    });
    alter.columns.len() >= width
        && alter.columns.iter().enumerate().all(kept)
        && rowid == old.rowid_column
        && alter.columns[width..].iter().all(|added| {
            // A tree of a column's own has no entries for rows that are there.
            let is_wide = super::create_table::is_wide(added.column.ty);
            added.column.default.is_null() || (!is_wide && is_alike(&added.column.default))
        })
}

/// Do all rows that are there get the same?
fn is_alike(default: &NewDefault) -> bool {
    match default {
        NewDefault::Computed { value, .. } => value.is_stable(),
        NewDefault::Sequence(_) => false,
        NewDefault::Value(_) | NewDefault::Kept(_) => true,
    }
}

/// Is a column added of a domain, whose conditions its default may break?
fn added_domain(alter: &AlterTable) -> bool {
    alter.columns.iter().any(|altered| {
        let is_added = matches!(altered.source, ColumnSource::Added);
        is_added && matches!(altered.column.limit, Some(Limit::Domain(_)))
    })
}

/// What rows that are older than a column have in it.
fn missing(column: &NewColumn, params: &[Value]) -> Result<Value> {
    match &column.default {
        NewDefault::Computed { value, .. } if value.is_stable() => {
            let value = constant(value, params)?;
            if let Some(limit) = column.limit {
                limit.check(value.as_ref())?;
            }
            Ok(value)
        }
        default => Ok(default.constant()),
    }
}

/// The new definition without its columns and indexes.
fn shape(alter: &AlterTable) -> TableDef {
    let old = &*alter.table;
    TableDef {
        id: old.id,
        name: alter.name.clone(),
        columns: Vec::with_capacity(alter.columns.len()),
        rowid_column: rowid_column(&alter.primary_key, |at| {
            Some(alter.columns.get(at)?.column.ty)
        }),
        primary_key: alter.primary_key.clone(),
        rowid_constraint: None,
        checks: Vec::new(),
        foreign_keys: Vec::new(),
        rows: old.rows,
        indexes: Vec::new(),
        sql: String::new(),
        lake: old.lake.clone(),
        statistics: None,
        materialized: old.materialized.clone(),
    }
}

fn column(
    alter: &AlterTable,
    at: usize,
    (altered, params): (&AlteredColumn, &[Value]),
    in_place: bool,
    txn: &mut WriteTxn,
) -> Result<ColumnDef> {
    let column = &altered.column;
    let old = altered.source.origin().map(|no| alter.table.column(no));
    let is_key = alter.primary_key.iter().any(|no| usize::from(no.0) == at);
    Ok(ColumnDef {
        name: column.name.clone(),
        ty: column.ty,
        limit: column.limit,
        not_null: column.not_null || is_key,
        default: column.default.definition(),
        sequences: column.sequences.clone(),
        missing: match old {
            Some(old) if in_place => old.missing.clone(),
            None if in_place => missing(column, params)?,
            _ => column.default.constant(),
        },
        generated: None,
        collation: column.collation,
        storage: match old {
            Some(old) if in_place => old.storage,
            _ => storage(txn, column.ty)?,
        },
    })
}

/// Where a column is whose values stay as they are.
fn kept_column(alter: &AlterTable, no: ColumnNo) -> Option<ColumnNo> {
    let is_it =
        |altered: &AlteredColumn| matches!(altered.source, ColumnSource::Kept(from) if from == no);
    let at = alter.columns.iter().position(is_it)?;
    u16::try_from(at).ok().map(ColumnNo)
}

/// Does an index, over the columns in their new places, depend on columns alone whose values stay as they are?
fn reads_kept_columns(alter: &AlterTable, index: &IndexDef) -> bool {
    let is_computed = |no: ColumnNo| {
        let altered = alter.columns.get(usize::from(no.0));
        altered.is_none_or(|altered| !matches!(altered.source, ColumnSource::Kept(_)))
    };
    match &index.kind {
        IndexKind::BTree(btree) => !btree.any_column(is_computed),
        IndexKind::Ann(_) => false,
    }
}

/// Is the index one of those that stay?
fn is_kept(alter: &AlterTable, id: IndexId) -> bool {
    alter.indexes.iter().any(|(index, _)| index.id == id)
}

/// An index that stays, over the columns in their new places.
fn kept_index(alter: &AlterTable, index: &IndexDef, name: &str) -> Result<IndexDef> {
    let moved = |no: ColumnNo| alter.moved(no);
    let all = |columns: &[ColumnNo]| columns.iter().map(|no| moved(*no)).collect::<Option<_>>();
    let kind = match &index.kind {
        IndexKind::BTree(btree) => btree.moved(moved).map(IndexKind::BTree),
        IndexKind::Ann(ann) => {
            all(&ann.filters)
                .zip(ann.vector.moved(moved))
                .map(|(filters, vector)| {
                    IndexKind::Ann(AnnIndex {
                        filters,
                        vector,
                        ..ann.clone()
                    })
                })
        }
    };
    Ok(IndexDef {
        name: name.to_owned(),
        kind: kind.ok_or_else(|| lost_column(&index.name))?,
        ..index.clone()
    })
}

/// The same with trees of its own, which are empty.
pub(super) fn emptied(txn: &mut WriteTxn, kind: &IndexKind) -> Result<IndexKind> {
    let mut tree = || super::rewrite_table::empty_rows(txn);
    Ok(match kind {
        IndexKind::BTree(btree) => IndexKind::BTree(BTreeIndex {
            tree: tree()?,
            ..btree.clone()
        }),
        IndexKind::Ann(ann) => IndexKind::Ann(AnnIndex {
            delta: tree()?,
            segments: tree()?,
            ..ann.clone()
        }),
    })
}

fn add_checks(names: &mut Names<'_>, alter: &AlterTable, new: &mut TableDef) -> Result<()> {
    for check in &alter.checks {
        let check = match check {
            AlteredCheck::Kept(check) => CheckDef {
                name: check.name.clone(),
                condition: check
                    .condition
                    .moved(|no| alter.moved(no))
                    .ok_or_else(|| lost_column(&check.name))?,
            },
            AlteredCheck::New(check) => check_def(names, new, check)?,
        };
        new.checks.push(check);
    }
    Ok(())
}

/// Looks at the rows that are there for NOT NULL and CHECK, where these are new.
fn look_at_rows(
    txn: &WriteTxn,
    alter: &AlterTable,
    new: &TableDef,
    watch: Watch<'_>,
) -> Result<()> {
    let old = &*alter.table;
    let numbers = (0..).map(ColumnNo).zip(&new.columns);
    let not_null: Vec<ColumnNo> = numbers
        .filter(|(no, column)| {
            let was = old
                .columns
                .get(usize::from(no.0))
                .is_some_and(|c| c.not_null);
            column.not_null && !was && new.rowid_column != Some(*no)
        })
        .map(|(no, _)| no)
        .collect();
    let adds_check = alter
        .checks
        .iter()
        .any(|c| matches!(c, AlteredCheck::New(_)));
    if not_null.is_empty() && !adds_check {
        return Ok(());
    }
    let checks = Checks::of(new)?;
    let wanted: Vec<ColumnNo> = (0..).map(ColumnNo).take(new.columns.len()).collect();
    let types: Vec<_> = new.columns.iter().map(|column| column.ty).collect();
    let mut scan = TableScan::new(new, &wanted, RowIdRange::ALL, Direction::Forward);
    let mut batch = Batch::default();
    loop {
        watch()?;
        batch.reset(&types);
        batch.rows = scan.next(txn, None, &mut batch.columns, BATCH_ROWS)?;
        if batch.rows == 0 {
            return Ok(());
        }
        for at in 0..batch.rows {
            let value = |no: ColumnNo| batch.columns[usize::from(no.0)].get(at);
            if let Some(no) = not_null.iter().find(|no| value(**no).is_null()) {
                return Err(Error::sql(
                    SqlState::NOT_NULL_VIOLATION,
                    format!(
                        "column \"{}\" of table \"{}\" contains null values",
                        new.column(*no).name,
                        new.name
                    ),
                ));
            }
            checks.look(new, |_| true, |no| Ok(value(no)))?;
        }
    }
}

fn lost_column(what: &str) -> Error {
    Error::sql(
        SqlState::INTERNAL_ERROR,
        format!("\"{what}\" is kept, and a column of it is not"),
    )
}

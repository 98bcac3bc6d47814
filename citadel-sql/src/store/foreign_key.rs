//! Foreign keys: what follows from rows that were written, and whether they refer to rows that there are.
//!
//! A statement first does its own changes, whose [`KeyEvent`]s its writer notes. Then, in rounds, the actions of keys are taken:
//! each round finds all rows that refer to what went or changed before it changes any of them, so that keys which change
//! places do not run into one another. Actions write by writers that note as well, which makes the next round. When nothing
//! follows any more, all that was written is checked; what is deferrable is handed back, to be checked now or at COMMIT.
//!
//! A check looks at what is there when it is made: a row that is gone again refers to nothing, and a key that another row has
//! taken on is there.

use std::sync::Arc;

use citadel_txn::{View, WriteTxn};
use rustc_hash::FxHashSet;

use super::index_key::{KeyRange, put_key_column};
use super::{
    Direction, IndexScan, KeyEvent, RowEvent, RowIdRange, RowListener, RowReader, TableScan,
    TableWriter, row_key,
};
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::error::{Error, Result, SqlState};
use crate::schema::{
    BTreeIndex, Catalog, ColumnDefault, ColumnNo, ForeignKeyDef, IndexKind, KeyAction, KeyGraph,
    KeyTiming, RowId, TableDef, TableId,
};
use crate::types::{SqlType, Value, ValueRef, literal_text};

/// How often actions may follow from one another.
const ROUNDS_MAX: usize = 10_000;

/// Something to be checked of the key of a name of a table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct KeyCheck {
    pub(crate) table: TableId,
    pub(crate) key: String,
    what: What,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    /// What the row refers to is there.
    Row(RowId),
    /// These values are there, or no row refers to them.
    Values(Vec<Value>),
}

/// Rows that are to be updated, and what they get.
#[derive(Debug)]
pub(crate) struct UpdatedRows {
    /// The columns that the statement or the action names.
    pub(crate) named: Vec<ColumnNo>,
    /// The columns that get other values: those, and what follows from them.
    pub(crate) columns: Vec<ColumnNo>,
    pub(crate) ids: Vec<RowId>,
    /// A column of values for each of the columns.
    pub(crate) values: Vec<Column>,
}

/// What has a say in the actions of foreign keys: the triggers of the tables whose rows they change.
pub(crate) trait Actions {
    /// Are rows of a table to be noted?
    fn watches(&self, table: &TableDef) -> bool;

    /// The columns to which an update of some columns may give other values besides.
    fn sets(&self, table: &TableDef, named: &[ColumnNo]) -> Vec<ColumnNo>;

    /// A row is to be deleted. False: it stays.
    ///
    /// # Errors
    /// Whatever a trigger meets.
    fn before_delete(
        &mut self,
        txn: &mut WriteTxn,
        table: &Arc<TableDef>,
        writer: &mut TableWriter,
        id: RowId,
    ) -> Result<bool>;

    /// Rows are to be updated. It takes out those that stay as they are, and may change values of others.
    ///
    /// # Errors
    /// Whatever a trigger meets.
    fn before_update(
        &mut self,
        txn: &mut WriteTxn,
        table: &Arc<TableDef>,
        writer: &mut TableWriter,
        rows: &mut UpdatedRows,
    ) -> Result<()>;

    /// Rows of a table were changed.
    fn changed(&mut self, table: &Arc<TableDef>, events: Vec<RowEvent>);
}

/// Takes the actions that follow from changes of a table, and checks what was written. Gives what can be checked later.
///
/// # Errors
/// A row refers to none that there is; what a writer says; what `watch` says.
pub(crate) fn settle_keys(
    txn: &mut WriteTxn,
    graph: &Arc<KeyGraph>,
    (table, events): (TableId, Vec<KeyEvent>),
    actions: Option<&mut dyn Actions>,
    listener: Option<&Arc<RowListener>>,
    watch: &mut dyn FnMut() -> Result<()>,
) -> Result<Vec<KeyCheck>> {
    let mut checks: Vec<Check> = Vec::new();
    let mut round = vec![(table, events)];
    let mut writers = Writers {
        graph,
        all: Vec::new(),
        actions,
        listener,
    };
    for _ in 0..ROUNDS_MAX {
        let mut found = Vec::new();
        for (table, events) in round.drain(..) {
            for event in events {
                watch()?;
                follow(txn, graph, table, event, &mut checks, &mut found)?;
            }
        }
        if found.is_empty() {
            writers.give_rows();
            return check_now(txn, graph, checks, watch);
        }
        for action in found {
            watch()?;
            writers.take(txn, action, &mut checks, watch)?;
        }
        round = writers.events();
    }
    Err(Error::sql(
        SqlState::PROGRAM_LIMIT_EXCEEDED,
        "actions of foreign keys follow from one another without end",
    ))
}

/// As a [`KeyCheck`], within a statement.
struct Check {
    /// The table that has the key.
    table: TableId,
    /// Which of its keys.
    key: usize,
    what: What,
}

/// What is to be done with rows that refer to what went or changed.
struct Action {
    table: Arc<TableDef>,
    /// Which of its keys asks for it, and the values that went or changed.
    key: usize,
    old: Vec<Value>,
    rows: Vec<RowId>,
    /// The columns that get other values; none: the rows go.
    set: Vec<(ColumnNo, Value)>,
}

/// What follows from an event: rows to be changed, and checks.
fn follow(
    txn: &WriteTxn,
    graph: &KeyGraph,
    table: TableId,
    event: KeyEvent,
    checks: &mut Vec<Check>,
    found: &mut Vec<Action>,
) -> Result<()> {
    let (key, old, new) = match event {
        KeyEvent::Written { key, id } => {
            checks.push(Check {
                table,
                key,
                what: What::Row(id),
            });
            return Ok(());
        }
        KeyEvent::Left { key, old, new } => (key, old, new),
    };
    let Some((child, key)) = graph.to(table).nth(key) else {
        return Ok(());
    };
    let action = match new {
        None => &key.on_delete,
        Some(_) => &key.on_update,
    };
    if *action == KeyAction::NoAction {
        let is_it = |known: &ForeignKeyDef| std::ptr::eq(known, key);
        if let Some(key) = child.foreign_keys.iter().position(is_it) {
            checks.push(Check {
                table: child.id,
                key,
                what: What::Values(old),
            });
        }
        return Ok(());
    }
    let is_restricted = *action == KeyAction::Restrict;
    let rows = rows_with(txn, child, &key.columns, &old, is_restricted)?;
    if rows.is_empty() {
        return Ok(());
    }
    let all = |columns: &[ColumnNo]| match columns {
        [] => key.columns.clone(),
        columns => columns.to_vec(),
    };
    let set = match (action, new) {
        (KeyAction::NoAction | KeyAction::Restrict, _) => {
            return Err(still_referred(graph, child, key, &old));
        }
        (KeyAction::Cascade, None) => Vec::new(),
        (KeyAction::Cascade, Some(new)) => key.columns.iter().copied().zip(new).collect(),
        (KeyAction::SetNull(columns), _) => all(columns)
            .into_iter()
            .map(|no| (no, Value::Null))
            .collect(),
        (KeyAction::SetDefault(columns), _) => all(columns)
            .into_iter()
            .map(|no| match &child.column(no).default {
                ColumnDefault::Value(value) => Ok((no, value.clone())),
                ColumnDefault::Computed(_) => Err(Error::unsupported(
                    "SET DEFAULT with a default that is computed",
                )),
            })
            .collect::<Result<_>>()?,
    };
    let is_it = |known: &ForeignKeyDef| std::ptr::eq(known, key);
    found.push(Action {
        key: child
            .foreign_keys
            .iter()
            .position(is_it)
            .unwrap_or_default(),
        old,
        table: Arc::clone(child),
        rows,
        set,
    });
    Ok(())
}

/// Writers of the tables that actions change.
struct Writers<'g, 'a> {
    graph: &'g KeyGraph,
    all: Vec<(Arc<TableDef>, TableWriter)>,
    actions: Option<&'a mut dyn Actions>,
    /// Told of the rows that are changed.
    listener: Option<&'g Arc<RowListener>>,
}

impl Writers<'_, '_> {
    fn take(
        &mut self,
        txn: &mut WriteTxn,
        action: Action,
        checks: &mut Vec<Check>,
        watch: &mut dyn FnMut() -> Result<()>,
    ) -> Result<()> {
        let Action {
            table,
            key,
            old,
            rows,
            set,
        } = action;
        let known = self.all.iter().position(|(known, _)| known.id == table.id);
        let at = known.unwrap_or_else(|| {
            let mut writer = TableWriter::new(Arc::clone(&table));
            writer.watch_keys(self.graph);
            writer.listen(self.listener);
            if self.actions.as_ref().is_some_and(|a| a.watches(&table)) {
                writer.watch_rows();
            }
            self.all.push((Arc::clone(&table), writer));
            self.all.len() - 1
        });
        let writer = &mut self.all[at].1;
        if let Some(actions) = &mut self.actions {
            // A trigger may have written the table since.
            writer.forget();
            // It may keep a row as it is, which must then refer to one that there is.
            checks.push(Check {
                table: table.id,
                key,
                what: What::Values(old),
            });
            if set.is_empty() {
                for id in rows {
                    watch()?;
                    if actions.before_delete(txn, &table, writer, id)? {
                        writer.delete(txn, id)?;
                    }
                }
                return Ok(());
            }
        }
        if set.is_empty() {
            for id in rows {
                watch()?;
                writer.delete(txn, id)?;
            }
            return Ok(());
        }
        // Another action may have deleted it.
        let mut there = Vec::with_capacity(rows.len());
        for id in rows {
            if txn.get(table.rows, &row_key::encode(id))?.is_some() {
                there.push(id);
            }
        }
        let actions = self.actions.as_deref_mut();
        update(txn, &table, writer, (there, &set), actions, watch)
    }

    /// Hands over the rows that were noted.
    fn give_rows(&mut self) {
        let Some(actions) = &mut self.actions else {
            return;
        };
        for (table, writer) in &mut self.all {
            let events = writer.take_row_events();
            actions.changed(table, events);
        }
    }

    /// What they noted.
    fn events(&mut self) -> Vec<(TableId, Vec<KeyEvent>)> {
        let all = self.all.iter_mut();
        all.map(|(table, writer)| (table.id, writer.take_key_events()))
            .collect()
    }
}

/// Gives rows the same values, and computes anew what is computed from them.
fn update(
    txn: &mut WriteTxn,
    table: &Arc<TableDef>,
    writer: &mut TableWriter,
    (rows, set): (Vec<RowId>, &[(ColumnNo, Value)]),
    actions: Option<&mut (dyn Actions + '_)>,
    watch: &mut dyn FnMut() -> Result<()>,
) -> Result<()> {
    let is_set = |no: ColumnNo| set.iter().any(|(known, _)| *known == no);
    let numbers = (0..).map(ColumnNo).zip(&table.columns);
    let computed: Vec<ColumnNo> = numbers
        .filter(|(_, column)| {
            column
                .generated
                .as_ref()
                .is_some_and(|g| g.any_column(is_set))
        })
        .map(|(no, _)| no)
        .collect();
    let mut assigned: Vec<ColumnNo> = set.iter().map(|(no, _)| *no).collect();
    assigned.extend(&computed);
    let new_column = |no: &ColumnNo| Column::new(table.column(*no).ty, rows.len());
    let mut values: Vec<Column> = assigned.iter().map(new_column).collect();
    for id in &rows {
        for (column, (_, value)) in values.iter_mut().zip(set) {
            column.push(value.as_ref())?;
        }
        if computed.is_empty() {
            continue;
        }
        let mut row = writer.whole_row(txn, *id)?;
        for (no, value) in set {
            row[usize::from(no.0)] = value.clone();
        }
        let row: Vec<ValueRef<'_>> = row.iter().map(Value::as_ref).collect();
        let generated = writer.generate(txn, &row)?;
        for (column, no) in values[set.len()..].iter_mut().zip(&computed) {
            let found = generated.iter().find(|(known, _)| known == no);
            column.push(found.map_or(ValueRef::Null, |(_, value)| value.as_ref()))?;
        }
    }
    let Some(actions) = actions else {
        return writer.update_watched(txn, &assigned, &rows, &values, watch);
    };
    let mut updated = UpdatedRows {
        named: assigned.clone(),
        columns: assigned,
        ids: rows,
        values,
    };
    for no in actions.sets(table, &updated.named) {
        let mut column = Column::new(table.column(no).ty, updated.ids.len());
        for id in &updated.ids {
            let row = writer.whole_row(txn, *id)?;
            column.push(row[usize::from(no.0)].as_ref())?;
        }
        updated.columns.push(no);
        updated.values.push(column);
    }
    actions.before_update(txn, table, writer, &mut updated)?;
    writer.name_columns(&updated.named);
    let UpdatedRows {
        columns,
        ids,
        values,
        ..
    } = &updated;
    writer.update_watched(txn, columns, ids, values, watch)
}

/// Checks what cannot wait; gives the rest.
fn check_now(
    txn: &WriteTxn,
    graph: &KeyGraph,
    checks: Vec<Check>,
    watch: &mut dyn FnMut() -> Result<()>,
) -> Result<Vec<KeyCheck>> {
    let mut late = Vec::new();
    let mut reader = KeyReader::default();
    for Check { table, key, what } in checks {
        watch()?;
        let Some(child) = graph.table(table) else {
            continue;
        };
        let Some(key) = child.foreign_keys.get(key) else {
            continue;
        };
        if key.timing != KeyTiming::Immediate {
            late.push(KeyCheck {
                table,
                key: key.name.clone(),
                what,
            });
            continue;
        }
        if let Some(parent) = graph.table(key.parent) {
            look(txn, (child, key), parent, &what, &mut reader)?;
        }
    }
    Ok(late)
}

/// Makes checks that were put off.
///
/// # Errors
/// A row refers to none that there is; storage errors.
pub(crate) fn check_keys<'c>(
    view: &dyn View,
    catalog: &Catalog,
    checks: impl IntoIterator<Item = &'c KeyCheck>,
) -> Result<()> {
    let mut reader = KeyReader::default();
    for check in checks {
        let Some(child) = catalog.table_by_id(check.table) else {
            continue;
        };
        let mut keys = child.foreign_keys.iter();
        let Some(key) = keys.find(|key| key.name == check.key) else {
            continue;
        };
        if let Some(parent) = catalog.table_by_id(key.parent) {
            look(view, (child, key), parent, &check.what, &mut reader)?;
        }
    }
    Ok(())
}

/// Reads the columns of a key; that of the last one is kept, since most checks are of the same.
#[derive(Default)]
struct KeyReader {
    of: Option<(TableId, Vec<ColumnNo>, RowReader)>,
    row: Batch,
}

impl KeyReader {
    /// The values of a row; `None`: it is gone.
    fn read(
        &mut self,
        view: &dyn View,
        (child, key): (&TableDef, &ForeignKeyDef),
        id: RowId,
    ) -> Result<Option<Vec<Value>>> {
        let is_it =
            |of: &&(TableId, Vec<ColumnNo>, RowReader)| of.0 == child.id && of.1 == key.columns;
        if self.of.as_ref().filter(is_it).is_none() {
            let reader = RowReader::new(child, &key.columns);
            self.of = Some((child.id, key.columns.clone(), reader));
        }
        let types: Vec<SqlType> = key.columns.iter().map(|no| child.column(*no).ty).collect();
        self.row.reset(&types);
        match &self.of {
            Some((_, _, reader)) if reader.fetch(view, id, &mut self.row.columns)? => {}
            _ => return Ok(None),
        }
        let values = self.row.columns.iter().map(|c| c.get(0).to_owned());
        Ok(Some(values.collect()))
    }
}

fn look(
    view: &dyn View,
    (child, key): (&TableDef, &ForeignKeyDef),
    parent: &TableDef,
    what: &What,
    reader: &mut KeyReader,
) -> Result<()> {
    match what {
        What::Row(id) => match reader.read(view, (child, key), *id)? {
            Some(values) => refers(view, (child, key), parent, &values),
            None => Ok(()),
        },
        What::Values(values) => {
            let is_there = !rows_with(view, parent, &key.parent_columns, values, true)?.is_empty();
            if is_there || rows_with(view, child, &key.columns, values, true)?.is_empty() {
                return Ok(());
            }
            Err(violated_by(&parent.name, child, key, values, parent))
        }
    }
}

/// Are there rows that the values of a key refer to?
///
/// # Errors
/// There are none; storage errors.
pub(super) fn refers(
    view: &dyn View,
    (child, key): (&TableDef, &ForeignKeyDef),
    parent: &TableDef,
    values: &[Value],
) -> Result<()> {
    let nulls = values.iter().filter(|value| value.is_null()).count();
    if nulls == values.len() || (nulls > 0 && !key.match_full) {
        return Ok(());
    }
    let written = |why: String| {
        Err(Error::sql(
            SqlState::FOREIGN_KEY_VIOLATION,
            format!(
                "insert or update on table \"{}\" violates foreign key constraint \"{}\": {why}",
                child.name, key.name
            ),
        ))
    };
    if nulls > 0 {
        return written(
            "MATCH FULL does not allow mixing of null and nonnull key values".to_owned(),
        );
    }
    if rows_with(view, parent, &key.parent_columns, values, true)?.is_empty() {
        return written(format!(
            "key {} is not present in table \"{}\"",
            key_text(child, &key.columns, values),
            parent.name
        ));
    }
    Ok(())
}

fn still_referred(
    graph: &KeyGraph,
    child: &TableDef,
    key: &ForeignKeyDef,
    values: &[Value],
) -> Error {
    match graph.table(key.parent) {
        Some(parent) => violated_by(&parent.name, child, key, values, parent),
        None => violated_by("", child, key, values, child),
    }
}

fn violated_by(
    name: &str,
    child: &TableDef,
    key: &ForeignKeyDef,
    values: &[Value],
    parent: &TableDef,
) -> Error {
    Error::sql(
        SqlState::FOREIGN_KEY_VIOLATION,
        format!(
            "update or delete on table \"{name}\" violates foreign key constraint \"{}\" on table \"{}\": key {} is still referenced from table \"{}\"",
            key.name,
            child.name,
            key_text(parent, &key.parent_columns, values),
            child.name
        ),
    )
}

/// `(a, b)=(1, 2)`
fn key_text(table: &TableDef, columns: &[ColumnNo], values: &[Value]) -> String {
    let names = columns
        .iter()
        .filter_map(|no| table.columns.get(usize::from(no.0)));
    let names: Vec<&str> = names.map(|column| column.name.as_str()).collect();
    let shown = values.iter().map(|value| match value {
        Value::Text(text) => text.clone(),
        value => literal_text(value),
    });
    let shown: Vec<String> = shown.collect();
    format!("({})=({})", names.join(", "), shown.join(", "))
}

/// The rows that have these values, none of which is NULL: by row id, by an index that begins with the columns, or else by
/// looking at all. Where `one` is enough, no more.
fn rows_with(
    view: &dyn View,
    table: &TableDef,
    columns: &[ColumnNo],
    values: &[Value],
    one: bool,
) -> Result<Vec<RowId>> {
    let max = if one { 1 } else { usize::MAX };
    if let ([no], [Value::Integer(id)]) = (columns, values)
        && table.rowid_column == Some(*no)
    {
        let found = view.get(table.rows, &row_key::encode(RowId(*id)))?;
        return Ok(found.map(|_| RowId(*id)).into_iter().collect());
    }
    let begins_with = |of: &BTreeIndex| {
        let mut first = of.keys.iter().take(columns.len());
        of.condition.is_none()
            && of.keys.len() >= columns.len()
            && first.all(|key| key.as_column().is_some_and(|no| columns.contains(&no)))
    };
    let index = table.indexes.iter().find_map(|index| match &index.kind {
        IndexKind::BTree(btree) if begins_with(btree) => Some(btree),
        _ => None,
    });
    if let Some(btree) = index {
        let equal = btree.keys[..columns.len()].iter().map(|key| {
            let no = key.as_column();
            let at = columns.iter().position(|column| Some(*column) == no);
            at.map_or(ValueRef::Null, |at| values[at].as_ref())
        });
        let equal: Vec<ValueRef<'_>> = equal.collect();
        let range = KeyRange::new(
            &equal,
            std::ops::Bound::Unbounded,
            std::ops::Bound::Unbounded,
        )?;
        let mut rows = Vec::new();
        let mut scan = IndexScan::new(btree, range, Direction::Forward);
        while rows.len() < max && scan.next(view, &mut rows, max.min(BATCH_ROWS))? > 0 {}
        return Ok(rows);
    }
    scan_for(view, table, columns, values, max)
}

fn scan_for(
    view: &dyn View,
    table: &TableDef,
    columns: &[ColumnNo],
    values: &[Value],
    max: usize,
) -> Result<Vec<RowId>> {
    let bytes = |value: ValueRef<'_>| -> Result<Vec<u8>> {
        let mut key = Vec::new();
        put_key_column(&mut key, value)?;
        Ok(key)
    };
    let wanted: Vec<Vec<u8>> = values
        .iter()
        .map(|value| bytes(value.as_ref()))
        .collect::<Result<_>>()?;
    let types: Vec<SqlType> = columns.iter().map(|no| table.column(*no).ty).collect();
    let mut scan = TableScan::new(table, columns, RowIdRange::ALL, Direction::Forward);
    let (mut ids, mut batch) = (Column::new(SqlType::Integer, BATCH_ROWS), Batch::default());
    let mut rows = Vec::new();
    loop {
        ids.clear();
        batch.reset(&types);
        batch.rows = scan.next(view, Some(&mut ids), &mut batch.columns, BATCH_ROWS)?;
        if batch.rows == 0 || rows.len() >= max {
            return Ok(rows);
        }
        for at in 0..batch.rows {
            let mut is_it = true;
            for (column, wanted) in batch.columns.iter().zip(&wanted) {
                is_it = is_it && bytes(column.get(at))? == *wanted;
            }
            if let (true, ValueRef::Integer(id)) = (is_it, ids.get(at)) {
                rows.push(RowId(id));
            }
        }
    }
}

/// Checks the rows of a table for some of its keys. `fault` hears of each that refers to nothing.
///
/// # Errors
/// Storage errors; what `fault` and `watch` say.
pub(crate) fn check_rows(
    view: &dyn View,
    table: &TableDef,
    keys: &[(&ForeignKeyDef, &TableDef)],
    watch: &mut dyn FnMut() -> Result<()>,
    fault: &mut dyn FnMut(RowId, Error) -> Result<()>,
) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let mut columns: Vec<ColumnNo> = Vec::new();
    for no in keys.iter().flat_map(|(key, _)| &key.columns) {
        if !columns.contains(no) {
            columns.push(*no);
        }
    }
    let types: Vec<SqlType> = columns.iter().map(|no| table.column(*no).ty).collect();
    let mut scan = TableScan::new(table, &columns, RowIdRange::ALL, Direction::Forward);
    let (mut ids, mut batch) = (Column::new(SqlType::Integer, BATCH_ROWS), Batch::default());
    // Many rows refer to the same.
    let mut known: Vec<FxHashSet<Vec<u8>>> = vec![FxHashSet::default(); keys.len()];
    loop {
        watch()?;
        ids.clear();
        batch.reset(&types);
        batch.rows = scan.next(view, Some(&mut ids), &mut batch.columns, BATCH_ROWS)?;
        if batch.rows == 0 {
            return Ok(());
        }
        for at in 0..batch.rows {
            for ((key, parent), known) in keys.iter().zip(&mut known) {
                let place = |no: &ColumnNo| columns.iter().position(|column| column == no);
                let places = key.columns.iter().filter_map(place);
                let values: Vec<Value> = places
                    .map(|place| batch.columns[place].get(at).to_owned())
                    .collect();
                let mut bytes = Vec::new();
                for value in &values {
                    put_key_column(&mut bytes, value.as_ref())?;
                }
                if known.contains(&bytes) {
                    continue;
                }
                match refers(view, (table, key), parent, &values) {
                    Ok(()) => {
                        if known.len() < KNOWN_MAX {
                            known.insert(bytes);
                        }
                    }
                    Err(error) if error.is_constraint() => {
                        if let ValueRef::Integer(id) = ids.get(at) {
                            fault(RowId(id), error)?;
                        }
                    }
                    Err(error) => return Err(error),
                }
            }
        }
    }
}

/// So many keys are remembered while the rows of a table are checked.
const KNOWN_MAX: usize = 10_000;

//! FOREIGN KEY: what it refers to, and what it keeps from being dropped.

use std::sync::Arc;

use super::Binder;
use super::bound::{DroppedKey, NewColumn, NewForeignKey};
use super::create_table::key_columns;
use super::insert::{column_of, named_twice};
use super::lake::refuse_lake;
use crate::ast::{self, Identifier};
use crate::error::{Error, Position, Result, SqlState};
use crate::schema::{ColumnNo, ForeignKeyDef, IndexDef, IndexKind, KeyAction, TableDef, TableId};
use crate::types::{Collation, SqlType};

/// A table that gets a foreign key, as it becomes.
pub(super) struct Referring<'a> {
    pub(super) name: &'a str,
    pub(super) columns: &'a [NewColumn],
    pub(super) primary_key: &'a [ColumnNo],
    /// Columns that no two rows share.
    pub(super) unique: Vec<Vec<ColumnNo>>,
}

impl Binder<'_> {
    /// A foreign key of a table; `columns` are its own where the constraint names none.
    pub(super) fn new_foreign_key(
        &mut self,
        (name, key): (Option<&Identifier>, &ast::ForeignKey),
        table: &Referring<'_>,
        at: Option<Position>,
    ) -> Result<NewForeignKey> {
        let columns = key_columns(table.columns, &key.columns, at)?;
        let is_itself = key.parent.name.eq_ignore_ascii_case(table.name);
        let parent = match is_itself {
            true => None,
            false => {
                let parent = self.table(&key.parent)?;
                refuse_lake(&parent, "FOREIGN KEY", key.parent.position)?;
                Some(parent)
            }
        };
        let primary_key = parent
            .as_ref()
            .map_or(table.primary_key, |parent| &parent.primary_key);
        let at_parent = key.parent.position;
        let parent_columns = match (key.parent_columns.as_slice(), &parent) {
            ([], _) if primary_key.is_empty() => {
                return Err(Error::sql(
                    SqlState::UNDEFINED_OBJECT,
                    format!(
                        "there is no primary key for referenced table \"{}\"",
                        key.parent.name
                    ),
                )
                .at(at_parent));
            }
            ([], _) => primary_key.to_vec(),
            (names, None) => key_columns(table.columns, names, at_parent)?,
            (names, Some(parent)) => distinct_columns(parent, names)?,
        };
        if columns.len() != parent_columns.len() {
            return Err(Error::sql(
                SqlState::INVALID_FOREIGN_KEY,
                "number of referencing and referenced columns for foreign key disagree",
            )
            .at(at));
        }
        let unique = match &parent {
            None => table.unique.clone(),
            Some(parent) => unique_keys(parent),
        };
        let is_key = |known: &[ColumnNo]| is_same_set(known, &parent_columns);
        if !is_key(primary_key) && !unique.iter().any(|known| is_key(known)) {
            return Err(Error::sql(
                SqlState::INVALID_FOREIGN_KEY,
                format!(
                    "there is no unique constraint matching given keys for referenced table \"{}\"",
                    key.parent.name
                ),
            )
            .at(at_parent));
        }
        for (no, parent_no) in columns.iter().zip(&parent_columns) {
            let column = &table.columns[usize::from(no.0)];
            let (parent_name, parent_ty, parent_collation) = match &parent {
                None => {
                    let column = &table.columns[usize::from(parent_no.0)];
                    (&column.name, column.ty, column.collation)
                }
                Some(parent) => {
                    let column = parent.column(*parent_no);
                    (&column.name, column.ty, column.collation)
                }
            };
            check_types((&column.name, column.ty), (parent_name, parent_ty))
                .map_err(|error| error.at(at))?;
            if parent_collation != Collation::Binary || column.collation != Collation::Binary {
                return Err(Error::unsupported(
                    "a foreign key of texts with a collation other than \"C\"",
                )
                .at(at));
            }
        }
        let new = NewForeignKey {
            name: name.map(|name| name.name.clone()),
            on_delete: self.action(&key.on_delete, table, &columns)?,
            on_update: self.update_action(&key.on_update, table, &columns)?,
            columns,
            parent,
            parent_columns,
            match_full: key.match_full,
            timing: key.timing,
        };
        let sets =
            |action: &KeyAction| matches!(action, KeyAction::SetNull(_) | KeyAction::SetDefault(_));
        let is_computed = |no: &ColumnNo| table.columns[usize::from(no.0)].generated.is_some();
        if new.columns.iter().any(is_computed)
            && (sets(&new.on_delete) || sets(&new.on_update) || new.on_update == KeyAction::Cascade)
        {
            return Err(Error::sql(
                SqlState::SYNTAX_ERROR,
                "an action of a foreign key cannot set a computed column",
            )
            .at(at));
        }
        Ok(new)
    }

    fn action(
        &self,
        action: &ast::KeyAction,
        table: &Referring<'_>,
        key: &[ColumnNo],
    ) -> Result<KeyAction> {
        let of = |names: &[Identifier]| -> Result<Vec<ColumnNo>> {
            if names.is_empty() {
                return Ok(Vec::new());
            }
            let columns = key_columns(table.columns, names, None)?;
            match names.iter().zip(&columns).find(|(_, no)| !key.contains(no)) {
                None => Ok(columns),
                Some((name, _)) => Err(Error::sql(
                    SqlState::INVALID_COLUMN_REFERENCE,
                    format!(
                        "column \"{}\" referenced in ON DELETE SET action must be part of foreign key",
                        name.name
                    ),
                )
                .at(name.position)),
            }
        };
        Ok(match action {
            ast::KeyAction::NoAction => KeyAction::NoAction,
            ast::KeyAction::Restrict => KeyAction::Restrict,
            ast::KeyAction::Cascade => KeyAction::Cascade,
            ast::KeyAction::SetNull(names) => KeyAction::SetNull(of(names)?),
            ast::KeyAction::SetDefault(names) => KeyAction::SetDefault(of(names)?),
        })
    }

    fn update_action(
        &self,
        action: &ast::KeyAction,
        table: &Referring<'_>,
        key: &[ColumnNo],
    ) -> Result<KeyAction> {
        match action {
            ast::KeyAction::SetNull(names) | ast::KeyAction::SetDefault(names)
                if let Some(name) = names.first() =>
            {
                Err(Error::unsupported("a column list of an ON UPDATE action").at(name.position))
            }
            action => self.action(action, table, key),
        }
    }

    /// The keys of other tables that refer to these: they keep them, or go with CASCADE.
    pub(super) fn keys_to_all(&self, tables: &[Arc<TableDef>]) -> Vec<DroppedKey> {
        let is_dropped = |id: TableId| tables.iter().any(|table| table.id == id);
        let mut found = Vec::new();
        for table in tables {
            for (other, key) in self.catalog.keys_to(table.id) {
                if !is_dropped(other.id) {
                    found.push(DroppedKey {
                        table: Arc::clone(other),
                        name: key.name.clone(),
                    });
                }
            }
        }
        found
    }

    /// The tables that TRUNCATE empties: with CASCADE also those that refer to them.
    pub(super) fn truncated(
        &self,
        mut tables: Vec<Arc<TableDef>>,
        cascades: bool,
        at: Option<Position>,
    ) -> Result<Vec<Arc<TableDef>>> {
        let mut next = 0;
        while let Some(table) = tables.get(next).cloned() {
            next += 1;
            for (other, _) in self.catalog.keys_to(table.id) {
                if tables.iter().any(|known| known.id == other.id) {
                    continue;
                }
                if !cascades {
                    return Err(Error::sql(
                        SqlState::FEATURE_NOT_SUPPORTED,
                        "cannot truncate a table referenced in a foreign key constraint",
                    )
                    .at(at)
                    .hint(format!(
                        "table \"{}\" refers to \"{}\": truncate it in the same statement, or write CASCADE",
                        other.name, table.name
                    )));
                }
                tables.push(Arc::clone(other));
            }
        }
        Ok(tables)
    }

    /// Does a foreign key need the index, which nothing else replaces?
    pub(super) fn check_key_index(&self, index: &IndexDef, at: Option<Position>) -> Result<()> {
        let Some(table) = self.catalog.table_of(index) else {
            return Ok(());
        };
        let remaining = TableDef {
            indexes: table
                .indexes
                .iter()
                .filter(|known| known.id != index.id)
                .cloned()
                .collect(),
            ..TableDef::clone(table)
        };
        let mut keys = self.catalog.keys_to(table.id);
        match keys.find(|(_, key)| !is_referable(&remaining, key)) {
            None => Ok(()),
            Some((other, key)) => Err(required(&other.name, key).at(at)),
        }
    }
}

/// A foreign key needs what is to go.
pub(super) fn required(table: &str, key: &ForeignKeyDef) -> Error {
    Error::sql(
        SqlState::DEPENDENT_OBJECTS,
        format!(
            "constraint \"{}\" on table \"{table}\" depends on what is to be dropped",
            key.name
        ),
    )
    .hint("drop it first, or write CASCADE")
}

/// Has the table a key of the columns that a foreign key refers to?
fn is_referable(table: &TableDef, key: &ForeignKeyDef) -> bool {
    let mut all = unique_keys(table);
    if table.rowid_column.is_some() {
        all.push(table.primary_key.clone());
    }
    all.iter()
        .any(|known| is_same_set(known, &key.parent_columns))
}

/// The columns of unique indexes.
fn unique_keys(table: &TableDef) -> Vec<Vec<ColumnNo>> {
    let unique = table.indexes.iter().filter_map(|index| match &index.kind {
        IndexKind::BTree(btree) if btree.unique => btree.plain_columns(),
        _ => None,
    });
    unique.collect()
}

pub(super) fn is_same_set(a: &[ColumnNo], b: &[ColumnNo]) -> bool {
    a.len() == b.len() && a.iter().all(|no| b.contains(no))
}

fn distinct_columns(table: &TableDef, names: &[Identifier]) -> Result<Vec<ColumnNo>> {
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        let no = column_of(table, name)?;
        if columns.contains(&no) {
            return Err(named_twice(name));
        }
        columns.push(no);
    }
    Ok(columns)
}

fn check_types(own: (&str, SqlType), parent: (&str, SqlType)) -> Result<()> {
    if own.1 == parent.1 {
        return Ok(());
    }
    Err(Error::sql(
        SqlState::DATATYPE_MISMATCH,
        format!(
            "a foreign key compares columns of one type: \"{}\" is {}, and \"{}\" {}",
            own.0, own.1, parent.0, parent.1
        ),
    ))
}

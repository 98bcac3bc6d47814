//! The relations that an expression sees, and what names mean among them.

use super::bound::{ColumnId, RelationNo};
use super::suggest;
use crate::ast::Identifier;
use crate::error::{Error, Position, Result, SqlState};
use crate::types::SqlType;

/// The names of the hidden row id, where no column has them.
const ROWID_NAMES: [&str; 3] = ["rowid", "_rowid_", "oid"];

/// Relations and their columns, in the order of `*`.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    relations: Vec<ScopeRelation>,
    columns: Vec<ScopeColumn>,
    /// What `merge_action()` gives.
    merge_action: Option<ColumnId>,
    /// Relations whose rows have ids that are seen only behind their names.
    rowids_behind: Vec<RelationNo>,
}

/// A relation under the name that the statement uses.
#[derive(Clone, Debug)]
pub(super) struct ScopeRelation {
    pub(super) name: String,
    pub(super) no: RelationNo,
    /// It is a table, whose rows have ids.
    pub(super) has_rowid: bool,
}

/// A column that can be named.
#[derive(Clone, Debug)]
pub(super) struct ScopeColumn {
    pub(super) name: String,
    pub(super) id: ColumnId,
    pub(super) ty: SqlType,
    /// Its equal on the left side of `JOIN … USING` stands for it, unless it is qualified.
    pub(super) merged: bool,
}

impl Scope {
    /// A scope of one relation.
    pub(super) fn of(
        relation: ScopeRelation,
        columns: impl IntoIterator<Item = (String, SqlType)>,
    ) -> Self {
        let columns = (0..)
            .zip(columns)
            .map(|(column, (name, ty))| ScopeColumn {
                name,
                id: ColumnId {
                    relation: relation.no,
                    column,
                },
                ty,
                merged: false,
            })
            .collect();
        Self {
            relations: vec![relation],
            columns,
            merge_action: None,
            rowids_behind: Vec::new(),
        }
    }

    /// The same, seen only behind the relation's name.
    pub(super) fn hidden(mut self) -> Self {
        for relation in &mut self.relations {
            relation.has_rowid = false;
        }
        self.columns
            .iter_mut()
            .for_each(|column| column.merged = true);
        self
    }

    /// As [`hidden`](Self::hidden), with row ids behind the names, if there are some.
    pub(super) fn behind_name(self, has_rowid: bool) -> Self {
        let mut scope = self.hidden();
        if has_rowid {
            scope.rowids_behind = scope.relations.iter().map(|relation| relation.no).collect();
        }
        scope
    }

    /// Gives a relation that is here one more name.
    pub(super) fn add_name(&mut self, name: &str, no: RelationNo) {
        self.relations.push(ScopeRelation {
            name: name.to_owned(),
            no,
            has_rowid: false,
        });
    }

    /// Says what `merge_action()` gives.
    pub(super) fn set_merge_action(&mut self, id: ColumnId) {
        self.merge_action = Some(id);
    }

    /// What `merge_action()` gives.
    pub(super) fn merge_action(&self) -> Option<ColumnId> {
        self.merge_action
    }

    /// Both sides of a join, in order.
    pub(super) fn join(mut self, right: Self) -> Result<Self> {
        for relation in &right.relations {
            if !relation.name.is_empty() && self.relation(&relation.name).is_some() {
                return Err(Error::sql(
                    SqlState::DUPLICATE_ALIAS,
                    format!("table name \"{}\" is used more than once", relation.name),
                )
                .hint("give each an alias of its own"));
            }
        }
        self.relations.extend(right.relations);
        self.rowids_behind.extend(right.rowids_behind);
        self.columns.extend(right.columns);
        Ok(self)
    }

    /// Puts the columns of USING first and hides their equals.
    pub(super) fn merge(&mut self, pairs: &[(ColumnId, ColumnId)]) {
        for column in &mut self.columns {
            column.merged |= pairs.iter().any(|(_, right)| *right == column.id);
        }
        let place = |column: &ScopeColumn| {
            pairs
                .iter()
                .position(|(left, _)| *left == column.id)
                .unwrap_or(pairs.len())
        };
        self.columns.sort_by_key(place);
    }

    /// The columns of USING for a natural join: those that can be named on both sides.
    pub(super) fn common(&self, right: &Self, position: Option<Position>) -> Vec<Identifier> {
        let is_there = |name: &str| right.star().any(|c| c.name.eq_ignore_ascii_case(name));
        let names = self.star().map(|column| &column.name);
        names
            .filter(|name| is_there(name))
            .map(|name| Identifier {
                name: name.clone(),
                position,
            })
            .collect()
    }

    /// A computed column stands for two of one name, unless they are qualified.
    pub(super) fn merge_into(&mut self, id: ColumnId, ty: SqlType, two: [ColumnId; 2]) {
        let mut name = String::new();
        for column in self.columns.iter_mut().filter(|c| two.contains(&c.id)) {
            column.merged = true;
            name.clone_from(&column.name);
        }
        self.columns.push(ScopeColumn {
            name,
            id,
            ty,
            merged: false,
        });
    }

    /// Puts a relation's columns before all others.
    pub(super) fn put_first(&mut self, relation: RelationNo) {
        self.columns.sort_by_key(|c| c.id.relation != relation);
    }

    /// Is a relation of that name here?
    pub(super) fn has_relation(&self, name: &str) -> bool {
        self.relation(name).is_some()
    }

    fn relation(&self, name: &str) -> Option<&ScopeRelation> {
        self.relations
            .iter()
            .find(|relation| relation.name.eq_ignore_ascii_case(name))
    }

    /// The columns of `*`.
    pub(super) fn star(&self) -> impl Iterator<Item = &ScopeColumn> {
        self.columns.iter().filter(|column| !column.merged)
    }

    /// Is there no relation?
    pub(super) fn is_empty(&self) -> bool {
        self.relations.is_empty()
    }

    /// The columns of `t.*`, in the table's order.
    pub(super) fn table_star(&self, table: &Identifier) -> Result<Vec<&ScopeColumn>> {
        let no = self.known_relation(table)?.no;
        let mut columns: Vec<_> = self
            .columns
            .iter()
            .filter(|column| column.id.relation == no)
            .collect();
        columns.sort_by_key(|column| column.id.column);
        Ok(columns)
    }

    /// What a name means.
    pub(super) fn resolve(
        &self,
        table: Option<&Identifier>,
        column: &Identifier,
    ) -> Result<(ColumnId, SqlType)> {
        match table {
            None => self.resolve_plain(column),
            Some(table) => self.resolve_qualified(table, column),
        }
    }

    /// The meaning of a name without a table, if it has any.
    pub(super) fn lookup(&self, column: &Identifier) -> Result<Option<(ColumnId, SqlType)>> {
        let visible = self.columns.iter().filter(|c| !c.merged);
        if let Some(found) = only(visible, column)? {
            return Ok(Some(found));
        }
        let mut tables = self.relations.iter().filter(|r| r.has_rowid);
        match (tables.next(), tables.next()) {
            _ if !is_rowid_name(&column.name) => Ok(None),
            (Some(relation), None) => Ok(Some(rowid(relation))),
            (Some(_), Some(_)) => Err(ambiguous(column)),
            (None, _) => Ok(None),
        }
    }

    fn resolve_plain(&self, column: &Identifier) -> Result<(ColumnId, SqlType)> {
        self.lookup(column)?.ok_or_else(|| {
            let names = self.columns.iter().map(|c| c.name.as_str());
            suggest::hint(undefined(None, column), &column.name, names)
        })
    }

    fn resolve_qualified(
        &self,
        table: &Identifier,
        column: &Identifier,
    ) -> Result<(ColumnId, SqlType)> {
        let relation = self.known_relation(table)?;
        let columns = || self.columns.iter().filter(|c| c.id.relation == relation.no);
        let has_rowid = relation.has_rowid || self.rowids_behind.contains(&relation.no);
        match only(columns(), column)? {
            Some(found) => Ok(found),
            None if has_rowid && is_rowid_name(&column.name) => Ok(rowid(relation)),
            None => {
                let names = columns().map(|c| c.name.as_str());
                Err(suggest::hint(
                    undefined(Some(table), column),
                    &column.name,
                    names,
                ))
            }
        }
    }

    fn known_relation(&self, table: &Identifier) -> Result<&ScopeRelation> {
        self.relation(&table.name).ok_or_else(|| {
            let error = Error::sql(
                SqlState::UNDEFINED_TABLE,
                format!("FROM has no table \"{}\"", table.name),
            )
            .at(table.position);
            let names = self.relations.iter().map(|r| r.name.as_str());
            suggest::hint(error, &table.name, names)
        })
    }

    /// The name of a column, for errors.
    pub(super) fn name_of(&self, id: ColumnId) -> &str {
        self.columns
            .iter()
            .find(|column| column.id == id)
            .map_or(ROWID_NAMES[0], |column| &column.name)
    }
}

/// The one column of that name among some.
fn only<'a>(
    columns: impl Iterator<Item = &'a ScopeColumn>,
    name: &Identifier,
) -> Result<Option<(ColumnId, SqlType)>> {
    let mut named = columns.filter(|c| c.name.eq_ignore_ascii_case(&name.name));
    match (named.next(), named.next()) {
        (None, _) => Ok(None),
        (Some(column), None) => Ok(Some((column.id, column.ty))),
        (Some(_), Some(_)) => Err(ambiguous(name)),
    }
}

fn rowid(relation: &ScopeRelation) -> (ColumnId, SqlType) {
    let id = ColumnId {
        relation: relation.no,
        column: ColumnId::ROWID,
    };
    (id, SqlType::Integer)
}

fn is_rowid_name(name: &str) -> bool {
    ROWID_NAMES.iter().any(|n| n.eq_ignore_ascii_case(name))
}

fn undefined(table: Option<&Identifier>, column: &Identifier) -> Error {
    let name = match table {
        Some(table) => format!("{}.{}", table.name, column.name),
        None => column.name.clone(),
    };
    Error::sql(
        SqlState::UNDEFINED_COLUMN,
        format!("column \"{name}\" does not exist"),
    )
    .at(column.position)
}

fn ambiguous(column: &Identifier) -> Error {
    Error::sql(
        SqlState::AMBIGUOUS_COLUMN,
        format!("column \"{}\" is in more than one table", column.name),
    )
    .at(column.position)
    .hint("put the table's name and a dot before it")
}

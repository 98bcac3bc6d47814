//! What columns are called in EXPLAIN.

use rustc_hash::FxHashMap;

use crate::bind::bound::{ColumnId, From, RelationNo};
use crate::schema::TableDef;
pub(crate) use crate::schema::readable as quoted;

/// Names for every column of a statement's relations, and for what the planner computes besides.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    columns: FxHashMap<ColumnId, String>,
    /// Only one relation in FROM: its columns need no alias.
    single: bool,
}

impl Names {
    /// Names for the columns of a FROM clause.
    pub(super) fn of_from(from: &From) -> Self {
        let mut names = Self {
            columns: FxHashMap::default(),
            single: !matches!(from, From::InnerJoin { .. }),
        };
        names.add_from(from);
        names
    }

    /// Names for the columns of one table.
    pub(super) fn of_table(relation: RelationNo, table: &TableDef) -> Self {
        let mut names = Self {
            columns: FxHashMap::default(),
            single: true,
        };
        names.add_table(relation, table, &table.name);
        names
    }

    fn add_from(&mut self, from: &From) {
        match from {
            From::Nothing => {}
            From::Values {
                relation, names, ..
            }
            | From::Function {
                relation, names, ..
            } => {
                for (at, name) in names.iter().enumerate() {
                    self.add(column_id(*relation, at), name.clone());
                }
            }
            From::Table {
                relation,
                table,
                alias,
            } => self.add_table(*relation, table, alias),
            From::InnerJoin { left, right, .. } => {
                self.add_from(left);
                self.add_from(right);
            }
        }
    }

    fn add_table(&mut self, relation: RelationNo, table: &TableDef, alias: &str) {
        let prefix = if self.single {
            String::new()
        } else {
            format!("{}.", quoted(alias))
        };
        for (at, column) in table.columns.iter().enumerate() {
            let name = format!("{prefix}{}", quoted(&column.name));
            self.add(column_id(relation, at), name);
        }
        let rowid = ColumnId {
            relation,
            column: ColumnId::ROWID,
        };
        self.add(rowid, format!("{prefix}rowid"));
    }

    /// Names one column.
    pub(super) fn add(&mut self, id: ColumnId, name: String) {
        self.columns.insert(id, name);
    }

    /// The name of a column.
    pub(crate) fn get(&self, id: ColumnId) -> &str {
        self.columns.get(&id).map_or("?", String::as_str)
    }
}

/// The id of the column at a place of a relation.
pub(super) fn column_id(relation: RelationNo, at: usize) -> ColumnId {
    ColumnId {
        relation,
        column: u32::try_from(at).unwrap_or(ColumnId::ROWID - 1),
    }
}

//! What columns are called in EXPLAIN.

use rustc_hash::FxHashMap;

use super::print::expr_text;
use crate::bind::bound::{ColumnId, From, Query, RelationNo};
use crate::schema::TableDef;
pub(crate) use crate::schema::readable as quoted;

/// Names for every column of a statement's relations, and for what the planner computes besides.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    columns: FxHashMap<ColumnId, String>,
    computed: usize,
}

impl Names {
    /// Names for the columns of a query and of those inside it.
    pub(super) fn of_query(query: &Query) -> Self {
        let mut names = Self::default();
        names.add_query(query);
        names
    }

    /// Names the columns of a query and of those inside it.
    pub(super) fn add_query(&mut self, query: &Query) {
        let is_join = matches!(
            query.from,
            From::Join { .. } | From::Lateral { .. } | From::Extend { .. }
        );
        self.add_from(&query.from, is_join);
    }

    /// `qualified`: there are several relations, so that their columns need an alias.
    pub(super) fn add_from(&mut self, from: &From, qualified: bool) {
        let prefix = |alias: &str| match qualified && !alias.is_empty() {
            true => format!("{}.", quoted(alias)),
            false => String::new(),
        };
        match from {
            From::Nothing => {}
            From::Values {
                relation, names, ..
            }
            | From::Function {
                relation, names, ..
            } => self.add_columns(*relation, "", names),
            From::Query {
                query,
                alias,
                names,
            } => {
                self.add_query(query);
                self.add_columns(query.relation, &prefix(alias), names);
            }
            From::SetOperation {
                relation,
                inputs,
                names,
                ..
            } => {
                inputs.iter().for_each(|input| self.add_query(input));
                self.add_columns(*relation, "", names);
            }
            From::Table {
                relation,
                table,
                alias,
                as_of: _,
                sample: _,
            } => self.add_table(*relation, table, &prefix(alias)),
            From::Join { left, right, .. } => {
                self.add_from(left, qualified);
                self.add_from(right, qualified);
            }
            From::Recursive {
                relation,
                first,
                step,
                names,
                ..
            } => {
                self.add_query(first);
                self.add_query(step);
                self.add_columns(*relation, "", names);
            }
            From::Working {
                relation,
                alias,
                names,
                ..
            } => self.add_columns(*relation, &prefix(alias), names),
            From::Lateral {
                left,
                right,
                alias,
                names,
                ..
            } => {
                self.add_from(left, qualified);
                self.add_query(right);
                self.add_columns(right.relation, &prefix(alias), names);
            }
            From::Extend { input, columns } => {
                self.add_from(input, qualified);
                for (id, expr) in columns {
                    self.add(*id, expr_text(expr, self));
                }
            }
        }
    }

    fn add_columns(&mut self, relation: RelationNo, prefix: &str, names: &[String]) {
        for (at, name) in names.iter().enumerate() {
            self.add(column_id(relation, at), format!("{prefix}{}", quoted(name)));
        }
    }

    /// Names the columns of a table.
    pub(super) fn add_table(&mut self, relation: RelationNo, table: &TableDef, prefix: &str) {
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

    /// The place of one more computed column among those of the statement.
    pub(super) fn next_computed(&mut self) -> usize {
        self.computed += 1;
        self.computed - 1
    }

    /// Names a column that has no name yet.
    pub(super) fn suggest(&mut self, id: ColumnId, name: String) {
        self.columns.entry(id).or_insert(name);
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

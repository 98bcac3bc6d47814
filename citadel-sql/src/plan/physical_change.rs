//! The nodes of the physical plan that change rows.

use std::sync::Arc;

use super::explain::NodeText;
use super::names::{Names, quoted};
use super::physical::PhysicalPlan;
use super::print::expr_text;
use crate::bind::bound::{
    Arbiter, ColumnId, CreateTable, Expr, Images, Matching, MergeAction, MergeClause, RelationNo,
};
use crate::schema::{ColumnNo, KeyGraph, TableDef};

/// INSERT.
#[derive(Clone, Debug)]
pub(crate) struct Insert {
    pub(crate) table: Arc<TableDef>,
    pub(crate) relation: RelationNo,
    pub(crate) columns: Vec<ColumnNo>,
    /// The tables that foreign keys tie it to.
    pub(crate) keys: Option<Arc<KeyGraph>>,
    /// What columns get that are not among them, or are NULL where that cannot be replaced.
    pub(crate) defaults: Vec<(ColumnNo, Expr)>,
    /// Its columns are `columns`, in order.
    pub(crate) source: Box<PhysicalPlan>,
    /// The source reads the table itself: it is read to its end before the first write.
    pub(crate) materialize: bool,
    pub(crate) conflict: Option<Box<Conflict>>,
    pub(crate) returning: Option<Arc<Returning>>,
}

/// What becomes of a row whose key another row has.
#[derive(Clone, Debug)]
pub(crate) struct Conflict {
    pub(crate) arbiters: Vec<Arbiter>,
    pub(crate) resolution: Resolution,
}

/// What is done with such a row.
#[derive(Clone, Debug)]
pub(crate) enum Resolution {
    Nothing,
    /// As `Nothing`, and rows that a constraint refuses are left out as well.
    Ignore,
    Replace,
    Update(ConflictUpdate),
}

/// The update of the row that has the key.
#[derive(Clone, Debug)]
pub(crate) struct ConflictUpdate {
    /// The columns that are read of it, RETURNING included.
    pub(crate) existing: Vec<ColumnId>,
    /// The columns that are read of the row that was to be inserted.
    pub(crate) excluded: Vec<ColumnId>,
    pub(crate) assignments: Vec<(ColumnNo, Expr)>,
    pub(crate) filter: Option<Expr>,
}

/// UPDATE.
#[derive(Clone, Debug)]
pub(crate) struct Update {
    pub(crate) table: Arc<TableDef>,
    pub(crate) relation: RelationNo,
    pub(crate) keys: Option<Arc<KeyGraph>>,
    /// Gives the row id, and then the columns that the assignments and RETURNING read.
    pub(crate) source: Box<PhysicalPlan>,
    pub(crate) assignments: Vec<(ColumnNo, Expr)>,
    /// The source may give a row more than once: the first time counts.
    pub(crate) joined: bool,
    pub(crate) returning: Option<Arc<Returning>>,
}

/// DELETE.
#[derive(Clone, Debug)]
pub(crate) struct Delete {
    pub(crate) table: Arc<TableDef>,
    pub(crate) keys: Option<Arc<KeyGraph>>,
    /// Gives the row id, and then the columns that RETURNING reads.
    pub(crate) source: Box<PhysicalPlan>,
    /// As [`Update::joined`].
    pub(crate) joined: bool,
    pub(crate) returning: Option<Arc<Returning>>,
}

/// CREATE TABLE … AS.
#[derive(Clone, Debug)]
pub(crate) struct CreateTableAs {
    pub(crate) create: CreateTable,
    /// Its columns are those of the table, in order.
    pub(crate) source: Box<PhysicalPlan>,
}

/// What a change gives of each row that it changed.
#[derive(Clone, Debug)]
pub(crate) struct Returning {
    /// The columns that are read.
    pub(crate) layout: Vec<ColumnId>,
    /// Over the layout.
    pub(crate) output: Vec<Expr>,
    pub(crate) images: Images,
}

/// MERGE.
#[derive(Clone, Debug)]
pub(crate) struct Merge {
    pub(crate) table: Arc<TableDef>,
    pub(crate) relation: RelationNo,
    pub(crate) keys: Option<Arc<KeyGraph>>,
    /// Gives the row id of the table, whether there is a row of the source, and then the columns that are read; NULL where
    /// there is no row.
    pub(crate) source: Box<PhysicalPlan>,
    /// In the order in which they are tried.
    pub(crate) clauses: Vec<MergeClause>,
    pub(crate) returning: Option<Arc<Returning>>,
}

impl Insert {
    pub(super) fn explain(&self, names: &Names) -> NodeText {
        let mut text = on("Insert", &self.table);
        if let Some(conflict) = &self.conflict {
            text = conflict.explain(text, &self.table, names);
        }
        returned(text, self.returning.as_deref(), names)
    }
}

impl Conflict {
    fn explain(&self, text: NodeText, table: &TableDef, names: &Names) -> NodeText {
        let keys: Vec<String> = self
            .arbiters
            .iter()
            .map(|arbiter| match arbiter {
                Arbiter::RowId => table
                    .rowid_column
                    .map_or_else(|| "rowid".to_owned(), |no| quoted(&table.column(no).name)),
                Arbiter::Index(index) => quoted(&index.name),
            })
            .collect();
        let resolution = match &self.resolution {
            Resolution::Nothing => "nothing",
            Resolution::Ignore => "ignore",
            Resolution::Replace => "replace",
            Resolution::Update(_) => "update",
        };
        let mut text = text.detail("On Conflict", resolution);
        if !keys.is_empty() {
            text = text.detail("Conflict Keys", keys.join(", "));
        }
        if let Resolution::Update(update) = &self.resolution {
            text = text.detail("Set", sets_text(&update.assignments, table, names));
            if let Some(filter) = &update.filter {
                text = text.detail("Conflict Filter", expr_text(filter, names));
            }
        }
        text
    }
}

impl Update {
    pub(super) fn explain(&self, names: &Names) -> NodeText {
        let sets = sets_text(&self.assignments, &self.table, names);
        let text = on("Update", &self.table).detail("Set", sets);
        returned(text, self.returning.as_deref(), names)
    }
}

impl Delete {
    pub(super) fn explain(&self, names: &Names) -> NodeText {
        returned(on("Delete", &self.table), self.returning.as_deref(), names)
    }
}

impl Merge {
    pub(super) fn explain(&self, names: &Names) -> NodeText {
        let clauses = self.clauses.iter();
        let text = clauses.fold(on("Merge", &self.table), |text, clause| {
            text.detail("When", clause_text(clause, &self.table, names))
        });
        returned(text, self.returning.as_deref(), names)
    }
}

fn clause_text(clause: &MergeClause, table: &TableDef, names: &Names) -> String {
    let matching = match clause.matching {
        Matching::Both => "MATCHED",
        Matching::Source => "NOT MATCHED BY TARGET",
        Matching::Target => "NOT MATCHED BY SOURCE",
    };
    let condition = match &clause.condition {
        Some(condition) => format!(" AND {}", expr_text(condition, names)),
        None => String::new(),
    };
    let action = match &clause.action {
        MergeAction::Nothing => "DO NOTHING".to_owned(),
        MergeAction::Delete => "DELETE".to_owned(),
        MergeAction::Update(sets) => format!("UPDATE SET {}", sets_text(sets, table, names)),
        MergeAction::Insert(sets) => format!("INSERT {}", sets_text(sets, table, names)),
    };
    format!("{matching}{condition} THEN {action}")
}

fn on(name: &str, table: &TableDef) -> NodeText {
    NodeText::new(format!("{name} on {}", quoted(&table.name)))
}

fn sets_text(assignments: &[(ColumnNo, Expr)], table: &TableDef, names: &Names) -> String {
    let sets = assignments.iter().map(|(no, value)| {
        let name = quoted(&table.column(*no).name);
        format!("{name} = {}", expr_text(value, names))
    });
    sets.collect::<Vec<_>>().join(", ")
}

fn returned(text: NodeText, returning: Option<&Returning>, names: &Names) -> NodeText {
    let Some(returning) = returning else {
        return text;
    };
    let output = returning.output.iter().map(|expr| expr_text(expr, names));
    text.detail("Returning", output.collect::<Vec<_>>().join(", "))
}

//! The nodes of the physical plan that change rows.

use std::sync::Arc;

use super::explain::NodeText;
use super::names::{Names, quoted};
use super::physical::PhysicalPlan;
use super::print::expr_text;
use crate::bind::bound::{
    Arbiter, ColumnId, CreateTable, Expr, Images, Matching, MergeAction, MergeClause, RelationNo,
};
use crate::schema::{
    ColumnNo, KeyGraph, TableDef, TriggerEvent, TriggerLevel, TriggerSet, TriggerTiming,
};

impl PhysicalPlan {
    /// May triggers fire while it runs?
    pub(crate) fn may_fire(&self) -> bool {
        let may = |triggers: &Option<_>, keys: &Option<Arc<KeyGraph>>| {
            triggers.is_some() || keys.as_ref().is_some_and(|graph| graph.has_triggers())
        };
        match self {
            Self::Insert(insert) => may(&insert.triggers, &insert.keys),
            Self::Update(update) => may(&update.triggers, &update.keys),
            Self::Delete(delete) => may(&delete.triggers, &delete.keys),
            Self::Merge(merge) => may(&merge.triggers, &merge.keys),
            Self::Instead(_) => true,
            Self::With(with) => with.plans().any(|(plan, _)| plan.may_fire()),
            Self::Explain { plan, .. } => plan.root.may_fire(),
            _ => false,
        }
    }
}

/// INSERT.
#[derive(Clone, Debug)]
pub(crate) struct Insert {
    pub(crate) table: Arc<TableDef>,
    pub(crate) relation: RelationNo,
    pub(crate) columns: Vec<ColumnNo>,
    /// The tables that foreign keys tie it to.
    pub(crate) keys: Option<Arc<KeyGraph>>,
    pub(crate) triggers: Option<Arc<TriggerSet>>,
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
    /// As [`Update::named`].
    pub(crate) named: usize,
    pub(crate) filter: Option<Expr>,
}

/// UPDATE.
#[derive(Clone, Debug)]
pub(crate) struct Update {
    pub(crate) table: Arc<TableDef>,
    pub(crate) relation: RelationNo,
    pub(crate) keys: Option<Arc<KeyGraph>>,
    pub(crate) triggers: Option<Arc<TriggerSet>>,
    /// Gives the row id, and then the columns that the assignments and RETURNING read.
    pub(crate) source: Box<PhysicalPlan>,
    pub(crate) assignments: Vec<(ColumnNo, Expr)>,
    /// How many of them the statement says itself; the others are of columns that triggers may give other values.
    pub(crate) named: usize,
    /// The source may give a row more than once: the first time counts.
    pub(crate) joined: bool,
    pub(crate) returning: Option<Arc<Returning>>,
}

/// DELETE.
#[derive(Clone, Debug)]
pub(crate) struct Delete {
    pub(crate) table: Arc<TableDef>,
    pub(crate) keys: Option<Arc<KeyGraph>>,
    pub(crate) triggers: Option<Arc<TriggerSet>>,
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
    pub(crate) triggers: Option<Arc<TriggerSet>>,
    /// Gives the row id of the table, whether there is a row of the source, and then the columns that are read; NULL where
    /// there is no row.
    pub(crate) source: Box<PhysicalPlan>,
    /// In the order in which they are tried.
    pub(crate) clauses: Vec<MergeClause>,
    pub(crate) returning: Option<Arc<Returning>>,
}

/// A change of a view, which its INSTEAD OF triggers make.
#[derive(Clone, Debug)]
pub(crate) struct Instead {
    /// The view, as a table that has its columns and is none.
    pub(crate) view: Arc<TableDef>,
    pub(crate) event: TriggerEvent,
    /// The columns whose new values the source gives: for UPDATE after those of the view.
    pub(crate) columns: Vec<ColumnNo>,
    pub(crate) source: Box<PhysicalPlan>,
    pub(crate) triggers: Arc<TriggerSet>,
}

impl Instead {
    pub(super) fn explain(&self) -> NodeText {
        let text = NodeText::new(format!(
            "Instead of {} on {}",
            self.event.name(),
            quoted(&self.view.name)
        ));
        let events = vec![(self.event, self.columns.clone())];
        fired(text, (&self.view, Some(&self.triggers)), events)
    }
}

/// What a statement does with rows, and the columns that it names. Triggers of the statement fire in this order before it, and
/// in the other one after it.
pub(crate) type Events = Vec<(TriggerEvent, Vec<ColumnNo>)>;

/// The triggers of some events, in the order in which they fire.
fn fired(
    mut text: NodeText,
    (table, triggers): (&TableDef, Option<&Arc<TriggerSet>>),
    events: Events,
) -> NodeText {
    use TriggerLevel::{Row, Statement};
    use TriggerTiming::{After, Before, InsteadOf};
    let Some(triggers) = triggers else {
        return text;
    };
    let kinds = [
        (Before, Statement),
        (Before, Row),
        (InsteadOf, Row),
        (After, Row),
        (After, Statement),
    ];
    for (timing, level) in kinds {
        for (event, columns) in &events {
            let named = columns.iter().map(|no| table.column(*no).name.as_str());
            let named: Vec<&str> = named.collect();
            for trigger in triggers.firing(timing, level, *event, &named) {
                let name = quoted(&trigger.name);
                let (timing, level) = (timing.name(), level.name());
                let what = format!("{name} {timing} {} {level}", event.name());
                text = text.detail("Trigger", what);
            }
        }
    }
    text
}

/// The columns that the first of some assignments are of.
pub(crate) fn named(assignments: &[(ColumnNo, Expr)], count: usize) -> Vec<ColumnNo> {
    let named = assignments.iter().take(count);
    named.map(|(no, _)| *no).collect()
}

impl Insert {
    /// What it does with rows, whose triggers fire once for the statement.
    pub(crate) fn events(&self) -> Events {
        let mut events = vec![(TriggerEvent::Insert, Vec::new())];
        if let Some(Resolution::Update(update)) = self.conflict.as_ref().map(|on| &on.resolution) {
            let columns = named(&update.assignments, update.named);
            events.push((TriggerEvent::Update, columns));
        }
        events
    }
}

impl Update {
    /// As [`Insert::events`].
    pub(crate) fn events(&self) -> Events {
        vec![(TriggerEvent::Update, named(&self.assignments, self.named))]
    }
}

impl Merge {
    /// As [`Insert::events`], each once.
    pub(crate) fn events(&self) -> Events {
        let mut events = Events::new();
        let has = |wanted: fn(&MergeAction) -> bool| {
            self.clauses.iter().any(|clause| wanted(&clause.action))
        };
        if has(|action| matches!(action, MergeAction::Insert(_))) {
            events.push((TriggerEvent::Insert, Vec::new()));
        }
        if has(|action| matches!(action, MergeAction::Update(_))) {
            let mut columns = Vec::new();
            for clause in &self.clauses {
                if let MergeAction::Update(sets) = &clause.action {
                    columns.extend(named(sets, clause.named));
                }
            }
            events.push((TriggerEvent::Update, columns));
        }
        if has(|action| matches!(action, MergeAction::Delete)) {
            events.push((TriggerEvent::Delete, Vec::new()));
        }
        events
    }
}

impl Insert {
    pub(super) fn explain(&self, names: &Names) -> NodeText {
        let mut text = on("Insert", &self.table);
        if let Some(conflict) = &self.conflict {
            text = conflict.explain(text, &self.table, names);
        }
        let mut events = self.events();
        if let Some(Resolution::Replace) = self.conflict.as_ref().map(|on| &on.resolution) {
            events.push((TriggerEvent::Delete, Vec::new()));
        }
        let text = fired(text, (&self.table, self.triggers.as_ref()), events);
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
        let text = fired(text, (&self.table, self.triggers.as_ref()), self.events());
        returned(text, self.returning.as_deref(), names)
    }
}

impl Delete {
    pub(super) fn explain(&self, names: &Names) -> NodeText {
        let events = vec![(TriggerEvent::Delete, Vec::new())];
        let table = (&*self.table, self.triggers.as_ref());
        let text = fired(on("Delete", &self.table), table, events);
        returned(text, self.returning.as_deref(), names)
    }
}

impl Merge {
    pub(super) fn explain(&self, names: &Names) -> NodeText {
        let clauses = self.clauses.iter();
        let text = clauses.fold(on("Merge", &self.table), |text, clause| {
            text.detail("When", clause_text(clause, &self.table, names))
        });
        let text = fired(text, (&self.table, self.triggers.as_ref()), self.events());
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
